/** From what we hold of an account and what the partner says, what is new, changed and gone. Pure. */
import type { AccountSnapshot, PartnerInvoice } from '@ic-host/contracts';

export interface HeldInvoice {
  invoiceNumber: string;
  status: 'active' | 'deactivated';
  /** In cents. */
  totalAmountDue: number;
  balanceDue: number;
}

export type Reconciled =
  | { recordType: 'N' | 'U'; invoiceNumber: string; found: PartnerInvoice }
  | { recordType: 'D'; invoiceNumber: string };

/**
 * - N: eligible and unknown to us, even if fully paid.
 * - U: eligible, known, and an amount differs, or it had been deactivated.
 * - D: active here and nowhere in an answer that tells all. One that is there but not eligible is left alone.
 */
export function reconcile(held: readonly HeldInvoice[], snapshot: AccountSnapshot): Reconciled[] {
  const { invoices } = snapshot;
  const known = new Map(held.map((invoice) => [invoice.invoiceNumber, invoice]));
  const found = new Map(invoices.map((invoice) => [invoice.invoiceNumber, invoice]));
  const changes: Reconciled[] = [];
  for (const [invoiceNumber, invoice] of found) {
    if (!invoice.eligible) continue;
    const ours = known.get(invoiceNumber);
    if (!ours) {
      if (invoice.invoiceDate && invoice.invoiceDueDate)
        changes.push({ recordType: 'N', invoiceNumber, found: invoice });
    } else if (
      ours.status === 'deactivated' ||
      ours.totalAmountDue !== invoice.totalAmountDue?.cents ||
      ours.balanceDue !== invoice.balanceDue?.cents
    )
      changes.push({ recordType: 'U', invoiceNumber, found: invoice });
  }
  if (tellsAll(snapshot))
    for (const { invoiceNumber, status } of held)
      if (status === 'active' && !found.has(invoiceNumber)) changes.push({ recordType: 'D', invoiceNumber });
  return changes;
}

/**
 * Whether what an answer doesn't name is not there. One that names an invoice twice was read from a list that moved between its
 * pages: another may have moved past them.
 */
export const tellsAll = ({ invoices, complete }: AccountSnapshot): boolean =>
  complete && new Set(invoices.map(({ invoiceNumber }) => invoiceNumber)).size === invoices.length;
