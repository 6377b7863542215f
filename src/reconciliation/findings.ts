/** What is held of an account against what the partner says: each difference with its kind, and whose fault it is. Pure. */
import type { AccountSnapshot, EnrollmentKind } from '@ic-host/contracts';
import { type HeldInvoice, tellsAll } from '../rtdr/reconcile.js';
import type { DeliveryState } from '../store/tables.js';

export const FINDING_KINDS = [
  'balance-differs',
  'missing-here',
  'missing-there',
  'block-differs',
  'account-unknown-there',
  'payment-not-applied',
  'enrollment-differs',
  'payment-unsettled',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/**
 * `ours-late`: a refresh mends it. `theirs-late`: it will mend itself. `lost`: it is not there, and where a repeat is safe
 * it is sent again. `by-hand`: somebody changed it there, and a person must say what counts.
 */
export const FINDING_CAUSES = ['ours-late', 'theirs-late', 'lost', 'by-hand'] as const;
export type FindingCause = (typeof FINDING_CAUSES)[number];

export interface Finding {
  kind: FindingKind;
  cause: FindingCause;
  accountNumber: string;
  /** Number of an invoice, transaction id of a payment, kind of an enrollment. */
  subject: string | null;
  ours: string | null;
  theirs: string | null;
}

export interface HeldAccountFacts {
  accountNumber: string;
  block: { ach: boolean; card: boolean };
  invoices: readonly HeldInvoice[];
  payments: readonly PaymentFacts[];
}

export interface PaymentFacts {
  transactionId: string;
  invoiceNumber: string;
  /** In cents, as all amounts here. */
  amount: number;
  state: DeliveryState;
  acceptedAt: Date;
  /** When it was delivered, or else last touched. */
  at: Date;
  /** What the invoice's balance was when it was delivered; undefined: it was not held then. */
  balanceBefore: number | undefined;
  /** It was taken back, or is to be: then the balance stands as if it had never come. */
  isReturned: boolean;
}

/** A payment's effect may take the partner's books this long. */
const BOOKED_WITHIN_MS = 24 * 3_600_000;
/** So long a payment may be on its way until somebody should look. */
const SETTLED_WITHIN_MS = 3_600_000;

const amount = (cents: number): string => (cents / 100).toFixed(2);
const blockText = ({ ach, card }: { ach: boolean; card: boolean }): string =>
  `bank ${ach ? 'blocked' : 'open'}, card ${card ? 'blocked' : 'open'}`;

/** @param snapshot null: the partner does not know the account */
export function findingsOf(held: HeldAccountFacts, snapshot: AccountSnapshot | null, now: Date): Finding[] {
  const { accountNumber } = held;
  const findings: Finding[] = [];
  const found = (
    kind: FindingKind,
    cause: FindingCause,
    subject: string | null,
    ours: string | null,
    theirs: string | null,
  ) => findings.push({ kind, cause, accountNumber, subject, ours, theirs });
  for (const { transactionId, state, acceptedAt } of held.payments)
    if (state === 'parked' || (state === 'queued' && now.getTime() - acceptedAt.getTime() > SETTLED_WITHIN_MS))
      found('payment-unsettled', 'lost', transactionId, state, null);
  if (snapshot === null) {
    found('account-unknown-there', 'by-hand', null, 'held', 'not known');
    return findings;
  }
  const told = snapshot.paymentBlock;
  if (told && (told.ach !== held.block.ach || told.card !== held.block.card))
    found('block-differs', 'ours-late', null, blockText(held.block), blockText(told));
  const ours = new Map(held.invoices.map((invoice) => [invoice.invoiceNumber, invoice]));
  const theirs = new Map(snapshot.invoices.map((invoice) => [invoice.invoiceNumber, invoice]));
  /** Invoices whose payments explain their balance one way or the other. */
  const explained = new Set<string>();
  for (const [invoiceNumber, payments] of Map.groupBy(held.payments, (payment) => payment.invoiceNumber)) {
    const delivered = payments.filter(
      ({ state, balanceBefore, isReturned }) => state === 'delivered' && balanceBefore !== undefined && !isReturned,
    );
    const balance = theirs.get(invoiceNumber)?.balanceDue?.cents;
    const before = delivered[0]?.balanceBefore;
    if (balance === undefined || before === undefined) continue;
    const paid = delivered.reduce((sum, payment) => sum + payment.amount, 0);
    // Only where it stands just as if none had come: whatever else moved it is no lost payment.
    if (paid === 0 || balance !== before) continue;
    explained.add(invoiceNumber);
    for (const { transactionId, at } of delivered)
      found(
        'payment-not-applied',
        now.getTime() - at.getTime() < BOOKED_WITHIN_MS ? 'theirs-late' : 'lost',
        transactionId,
        `balance ${amount(before - paid)} after ${amount(paid)} was paid`,
        `balance ${amount(balance)}`,
      );
  }
  for (const [invoiceNumber, invoice] of theirs) {
    if (!invoice.eligible) continue;
    const own = ours.get(invoiceNumber);
    if (!own) {
      if (invoice.invoiceDate && invoice.invoiceDueDate)
        found('missing-here', 'ours-late', invoiceNumber, null, `balance ${amount(invoice.balanceDue?.cents ?? 0)}`);
    } else if (
      !explained.has(invoiceNumber) &&
      (own.status === 'deactivated' ||
        own.balanceDue !== invoice.balanceDue?.cents ||
        own.totalAmountDue !== invoice.totalAmountDue?.cents)
    )
      found(
        'balance-differs',
        'ours-late',
        invoiceNumber,
        own.status === 'deactivated'
          ? 'deactivated'
          : `balance ${amount(own.balanceDue)} of ${amount(own.totalAmountDue)}`,
        `balance ${amount(invoice.balanceDue?.cents ?? 0)} of ${amount(invoice.totalAmountDue?.cents ?? 0)}`,
      );
  }
  if (tellsAll(snapshot))
    for (const { invoiceNumber, status, balanceDue } of held.invoices)
      if (status === 'active' && !theirs.has(invoiceNumber))
        found('missing-there', 'ours-late', invoiceNumber, `balance ${amount(balanceDue)}`, null);
  return findings;
}

/** What was wished of an account, and what became of it. */
export interface EnrollmentFacts {
  accountNumber: string;
  kind: EnrollmentKind;
  wished: boolean;
  state: 'delivered' | 'parked';
}

/**
 * A wish that was delivered and is no more what the partner says: somebody has changed it there.
 * @param there undefined: the partner can't be asked for it
 */
export function enrollmentFinding(
  { accountNumber, kind, wished, state }: EnrollmentFacts,
  there: boolean | undefined,
): Finding | undefined {
  if (there === undefined || there === wished) return undefined;
  const word = (on: boolean): string => (on ? 'on' : 'off');
  return {
    kind: 'enrollment-differs',
    cause: state === 'parked' ? 'lost' : 'by-hand',
    ...{ accountNumber, subject: kind },
    ...{ ours: word(wished), theirs: word(there) },
  };
}
