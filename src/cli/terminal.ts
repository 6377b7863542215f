/** How the command line speaks: tables that fit the terminal, colours where there is one, and what to do next. */
import { HostProblem, type Schemas } from '@ic-host/client';
import Table from 'cli-table3';
import type { Command } from 'commander';
import pc from 'picocolors';

/** Exit statuses, the same for every command. */
export const EXIT = { done: 0, failed: 1, cannot: 2 } as const;

/** Colours on a terminal alone, and not where NO_COLOR is set. */
export const paint = pc.createColors(Boolean(process.stdout.isTTY) && pc.isColorSupported);

type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';
const TONES: Record<Tone, (text: string) => string> = {
  good: paint.green,
  bad: paint.red,
  warn: paint.yellow,
  busy: paint.cyan,
  calm: paint.dim,
};
const STATES: Record<string, Tone> = {
  ...{ delivered: 'good', applied: 'good', ok: 'good', loaded: 'good', active: 'good' },
  ...{ parked: 'bad', refused: 'bad', failed: 'bad', quarantined: 'bad', paused: 'bad', failing: 'bad' },
  ...{ rejected: 'warn', attention: 'warn', queued: 'busy', running: 'busy' },
  ...{ cancelled: 'calm', deactivated: 'calm', 'not-checked': 'calm' },
};

/** A state in its colour. */
export const stateText = (state: string): string => TONES[STATES[state] ?? 'calm'](state);

const NOTHING = { mid: '', left: '', right: '' };
const PLAIN = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are a terminal's colours
const COLOURS = /\u001b\[[0-9;]{0,20}m/g;
const widthOf = (text: string): number => text.replace(COLOURS, '').length;
const GAP = 2;
const NARROWEST = 8;

/** Into lines of this width, at spaces where there are any. */
function broken(cell: string, width: number): string {
  if (widthOf(cell) <= width) return cell;
  const text = cell.replace(COLOURS, '');
  const lines: string[] = [];
  for (let rest = text; rest; ) {
    const space = rest.length > width ? rest.lastIndexOf(' ', width) : -1;
    const end = space > width / 2 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return lines.join('\n');
}

/** Rows under their titles; on a terminal the widest column is broken into lines until all of it fits. */
export function printTable(titles: string[], rows: string[][]): void {
  const widths = titles.map((title, index) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
  const most = process.stdout.isTTY ? (process.stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
  const all = () => widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
  while (all() > most) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = Math.max(NARROWEST, (widths[widest] ?? 0) - (all() - most));
  }
  const table = new Table({
    chars: { ...PLAIN, ...NOTHING },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    head: titles.map((title) => paint.dim(title)),
    colWidths: widths,
  });
  for (const row of rows) table.push(row.map((cell, index) => broken(cell, widths[index] ?? 0)));
  for (const line of table.toString().split('\n')) console.log(line.trimEnd());
}

export const printLine = (line: string): void => void process.stdout.write(`${line}\n`);
export const printJson = (value: unknown): void => printLine(JSON.stringify(value, null, 2));

/** From now on standard output is what the two above print: what an adapter says by `console` goes where programs don't read. */
export function keepOutputToPrograms(): void {
  console.log = console.info = console.debug = console.error;
}

/** What stands behind a command's options: examples, and what its exit status tells. */
export function describeUse(
  command: Command,
  examples: string[],
  exits: Partial<Record<0 | 1 | 2, string>> = {},
): Command {
  const statuses = {
    0: 'done',
    1: 'the host, the adapter or the file says no',
    2: 'it could not be tried: wrong use, or the host can’t be reached',
    ...exits,
  };
  const lines = [
    '',
    'Examples:',
    ...examples.map((example) => `  $ ${example.includes('ic-host ') ? example : `ic-host ${example}`}`),
    '',
    'Exit status:',
    ...Object.entries(statuses).map(([status, words]) => `  ${status}  ${words}`),
  ];
  return command.addHelpText('after', lines.join('\n'));
}

const NEXT: Record<string, string> = {
  'no-answer': 'Start a host with `ic-host start`, or name one with --url; `ic-host doctor` looks for the reason.',
  unauthorized: 'Give the token of this host: --token, IC_HOST_API_TOKEN, or its --data-dir.',
  'scope-too-small': 'Use a token that may do more; `ic-host tokens make` makes one.',
  'biller-not-allowed': 'This token is for other billers: `ic-host tokens` says for which.',
  'locked-out': 'Too many wrong tokens came from here: wait a minute, then use the right one.',
  'biller-not-found': 'See which there are: `ic-host billers`.',
  'account-not-found': 'Check the number with the biller; the partner was asked and does not know it.',
  'account-not-held': 'Ask the partner for it: `ic-host lookup BILLER ACCOUNT`.',
  'partner-unavailable': 'See whether the partner is there: `ic-host doctor BILLER`.',
  'partner-misconfigured': 'See what is wrong: `ic-host doctor BILLER`.',
  'transaction-conflict': 'Use a transaction id once: another payment needs another.',
  'contract-not-supported': 'See what each adapter can do: `ic-host adapters`.',
  'invalid-request': 'See the fields in /openapi.json, or in `ic-host pay --help`.',
};

/** Tells a failure with what to do next. @returns the exit status */
export function printFailure(error: unknown): number {
  if ((error as { code?: string }).code === 'EPIPE') return EXIT.done; // whoever reads has read enough
  if (!(error instanceof HostProblem)) {
    console.error(`ic-host: ${(error as Error).message}`);
    return EXIT.failed;
  }
  console.error(`${paint.red(error.code)}: ${error.message}`);
  for (const { field, message } of error.errors) if (message !== error.message) console.error(`  ${field}: ${message}`);
  if (error.partnerMessages.length) console.error(`  the partner said: ${error.partnerMessages.join('; ')}`);
  const next = NEXT[error.code];
  if (next) console.error(paint.dim(next));
  return error.status === 0 || error.status === 401 ? EXIT.cannot : EXIT.failed;
}

/** What matters first, then all that led to it. */
export function printExplanation({ summary, reasons, exchanges }: Schemas['Explanation']): void {
  console.log(`\n${paint.bold(summary)}`);
  for (const { rule, says, field, value, at, exchange } of reasons) {
    console.log(`  ${says}`);
    const told = exchange === undefined ? undefined : exchanges[exchange];
    const found = field === undefined ? [] : [value === undefined ? field : `${field} = ${value}`];
    const by = told ? [`told by ${told.operation}, ${told.status ?? 'no answer'}`] : [];
    console.log(paint.dim(`    ${[rule, ...found, ...by, ...(at ? [at] : [])].join(' · ')}`));
  }
  console.log('');
}
