/** In what two adapters differ: in what the host would hold after each, and in what each would send. Pure. */

import { isDeepStrictEqual } from 'node:util';
import { type AccountSnapshot, type AdapterErrorKind, bodyOf } from '@ic-host/contracts';
import type { NotedCall } from '../egress/noted-calls.js';
import { type HeldInvoice, reconcile } from '../rtdr/reconcile.js';

export interface Difference {
  /** Such as `invoice.balanceDue` or `request.body.amount`. */
  field: string;
  /** Which of several: an invoice's number. */
  of: string | null;
  first: string | null;
  second: string | null;
}

export type LookedUp = { snapshot: AccountSnapshot } | { error: AdapterErrorKind };
type Block = { ach: boolean; card: boolean };

const text = (value: unknown): string | null => (value === undefined || value === null ? null : String(value));

/** What would be held after an answer: what it tells, and else what was held. */
function after(held: readonly HeldInvoice[], block: Block, snapshot: AccountSnapshot) {
  const invoices = new Map<string, Record<string, unknown>>(
    held.map(({ invoiceNumber, ...rest }) => [invoiceNumber, { ...rest }]),
  );
  for (const change of reconcile(held, snapshot)) {
    const before = invoices.get(change.invoiceNumber);
    if (change.recordType === 'D') invoices.set(change.invoiceNumber, { ...before, status: 'deactivated' });
    else {
      const { found } = change;
      invoices.set(change.invoiceNumber, {
        ...{ status: 'active', totalAmountDue: found.totalAmountDue?.cents, balanceDue: found.balanceDue?.cents },
        // Only a new invoice takes its dates and kind from the answer.
        ...(before
          ? {}
          : {
              invoiceDate: found.invoiceDate,
              invoiceDueDate: found.invoiceDueDate,
              autoPayCollectionDate: found.autoPayCollectionDate,
              invoiceTypeId: found.invoiceTypeId,
            }),
      });
    }
  }
  const { ach, card } = snapshot.paymentBlock ?? block;
  return { block: { ach, card }, invoices };
}

const CENTS = new Set(['totalAmountDue', 'balanceDue']);
const shown = (field: string, value: unknown): string | null =>
  CENTS.has(field) && typeof value === 'number' ? (value / 100).toFixed(2) : text(value);

/** Two answers that lead to the same are the same, whatever they look like. */
export function compareLookUps(
  held: readonly HeldInvoice[],
  block: Block,
  first: LookedUp,
  second: LookedUp,
): Difference[] {
  if ('error' in first || 'error' in second) {
    const [a, b] = [first, second].map((one) => ('error' in one ? one.error : 'answered'));
    return a === b ? [] : [{ field: 'outcome', of: null, first: a as string, second: b as string }];
  }
  const [one, other] = [after(held, block, first.snapshot), after(held, block, second.snapshot)];
  const differences: Difference[] = [];
  for (const way of ['ach', 'card'] as const)
    if (one.block[way] !== other.block[way])
      differences.push({
        field: `paymentBlock.${way}`,
        of: null,
        first: text(one.block[way]),
        second: text(other.block[way]),
      });
  for (const number of new Set([...one.invoices.keys(), ...other.invoices.keys()])) {
    const [a, b] = [one.invoices.get(number), other.invoices.get(number)];
    if (!a || !b) {
      differences.push({ field: 'invoice', of: number, first: a ? 'there' : null, second: b ? 'there' : null });
      continue;
    }
    for (const field of new Set([...Object.keys(a), ...Object.keys(b)]))
      if (text(a[field]) !== text(b[field]))
        differences.push({
          field: `invoice.${field}`,
          of: number,
          first: shown(field, a[field]),
          second: shown(field, b[field]),
        });
  }
  return differences;
}

/** What an adapter made of a write: the calls it wished to make, or why it would make none. */
export interface Built {
  calls: readonly NotedCall[];
  /** Of its error, where it came before any call. */
  refused: string | null;
}

/** @param alike whether both are the same adapter: only then is what they send in the same form */
export function compareWrites(first: Built, second: Built, alike: boolean): Difference[] {
  if (first.refused !== second.refused)
    return [{ field: 'outcome', of: null, first: first.refused ?? 'built', second: second.refused ?? 'built' }];
  if (!alike) return [];
  const differences: Difference[] = [];
  const put = (field: string, a: unknown, b: unknown): void => {
    if (isDeepStrictEqual(a, b)) return;
    if (isRecord(a) && isRecord(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) put(`${field}.${key}`, a[key], b[key]);
      return;
    }
    const told = (value: unknown) =>
      value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);
    differences.push({ field, of: null, first: told(a), second: told(b) });
  };
  const most = Math.max(first.calls.length, second.calls.length);
  for (let index = 0; index < most; index++) {
    const [a, b] = [first.calls[index], second.calls[index]];
    put('request.method', a?.method, b?.method);
    put('request.path', a?.path, b?.path);
    put('request.body', a && bodyOf(a.body), b && bodyOf(b.body));
  }
  return differences;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
