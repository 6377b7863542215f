/** Times and numbers as people read them; in the reader's own time zone. */

const instant = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });
const whole = new Intl.NumberFormat('en');

export const instantText = (at: string): string => instant.format(new Date(at));
export const clockText = (at: string | number): string => clock.format(new Date(at));
export const count = (n: number): string => whole.format(n);

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** Such as "5m ago". */
export function agoText(at: string, now = Date.now()): string {
  const ms = Date.parse(at) - now;
  if (Math.abs(ms) < 5_000) return 'now';
  const [unit, size] = STEPS.find(([, step]) => Math.abs(ms) >= step) ?? ['second', 1_000];
  return relative.format(Math.round(ms / size), unit);
}

export const msText = (ms: number): string =>
  ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;

export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1_000 && unit < units.length - 1; unit++) value /= 1_000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Such as "$115.00"; the host's amounts are dollars and cents. */
export const moneyText = (amount: string): string =>
  amount.replace(/^(-?)([0-9]+)/, (_, sign: string, dollars: string) => `${sign}$${whole.format(BigInt(dollars))}`);

/** Such as "1 delivery", "2 deliveries". */
export const many = (n: number | null, one: string, more: string): string => `${count(n ?? 0)} ${n === 1 ? one : more}`;
