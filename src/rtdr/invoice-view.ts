/** An invoice as the API and the change feed show it. */
import { Money } from '@ic-host/contracts';
import type { Selectable } from 'kysely';
import type { InvoicesTable } from '../store/tables.js';

/** What is told of an invoice: columns that the table of invoices and the one of changes share. */
export const TOLD = [
  'invoice_number',
  'account_number',
  'invoice_date',
  'invoice_due_date',
  'auto_pay_collection_date',
  'total_amount_due',
  'balance_due',
  'invoice_type_id',
  'status',
] as const satisfies (keyof InvoicesTable)[];

export type ToldRow = Pick<Selectable<InvoicesTable>, (typeof TOLD)[number]>;

export const invoiceView = (row: ToldRow): Record<string, unknown> => ({
  invoiceNumber: row.invoice_number,
  accountNumber: row.account_number,
  invoiceDate: row.invoice_date,
  invoiceDueDate: row.invoice_due_date,
  autoPayCollectionDate: row.auto_pay_collection_date,
  totalAmountDue: Money.ofCents(row.total_amount_due).toString(),
  balanceDue: Money.ofCents(row.balance_due).toString(),
  invoiceTypeId: row.invoice_type_id,
  status: row.status,
});

/** What the change feed keeps of an invoice. */
export const toldOf = (row: ToldRow): ToldRow =>
  Object.fromEntries(TOLD.map((column) => [column, row[column]])) as unknown as ToldRow;
