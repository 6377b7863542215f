/** Every fault of the wire at every contract that makes calls, and what the host makes of it: the test and the docs read it. */
import type { Fault } from './faulty-partner.js';

export const COLUMNS = ['look-up', 'payment', 'return', 'enrollment', 'document'] as const;
export type Column = (typeof COLUMNS)[number];

/** A read's answer, `status code`; or a delivery's first attempt, `outcome → what becomes of it`. */
type Row = Record<Column, string>;

const read = (answer: string, document = answer) => ({ 'look-up': answer, document });
const write = (outcome: string) => ({ payment: outcome, return: outcome, enrollment: outcome });

const UNAVAILABLE = read('502 partner-unavailable');
const MISCONFIGURED = { ...read('502 partner-misconfigured'), ...write('misconfigured → biller paused') };
const UNSENT = { ...UNAVAILABLE, ...write('unavailable → tried again') };
/** Setting an enrollment again is always safe: it has no id to keep. */
const again = (outcome: string) => ({
  ...write(`${outcome} → tried again, same id`),
  enrollment: `${outcome} → tried again`,
});
const UNKNOWN = { ...UNAVAILABLE, ...again('unknown-outcome') };
const MALFORMED = { ...read('502 partner-malformed'), ...again('malformed') };
const THERE = { ...read('200'), ...write('delivered') };

export const MATRIX: Record<Fault, Row> = {
  'DNS failure': UNSENT,
  refused: UNSENT,
  reset: UNKNOWN,
  'TLS error': UNSENT,
  'time-out before the body was sent': UNSENT,
  'time-out after the body was sent': UNKNOWN,
  '400': { ...read('502 partner-rejected', '404 document-not-found'), ...write('rejected → settled as rejected') },
  '401': MISCONFIGURED,
  '403': MISCONFIGURED,
  '404': MISCONFIGURED,
  '409': UNKNOWN,
  '429': UNSENT,
  '429 with Retry-After': { ...UNAVAILABLE, ...write('unavailable → tried again, not before Retry-After') },
  '500': UNKNOWN,
  '502': UNKNOWN,
  '503': UNSENT,
  'redirect to another host': MISCONFIGURED,
  'HTML with 200': MALFORMED,
  'empty body': MALFORMED,
  'truncated JSON': MALFORMED,
  'cut off in the body': UNKNOWN,
  'success missing': MALFORMED,
  '100 MB body': MALFORMED,
  'byte-by-byte body': THERE,
};

/** The table of docs/fault-matrix.md. */
export function matrixTable(): string {
  const rows = Object.entries(MATRIX).map(([fault, row]) => [fault, ...COLUMNS.map((column) => row[column])]);
  const header = ['Fault', ...COLUMNS];
  const widths = header.map((_, index) => Math.max(...[header, ...rows].map((row) => row[index]?.length ?? 0)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
