/** An invoice as the API and the change feed show it. */
import { Money } from '@ic-host/contracts';
import type { Selectable } from 'kysely';
import type { InvoicesTable } from '../store/tables.js';

type Row = Omit<Selectable<InvoicesTable>, 'details' | 'updated_at' | 'biller_id'>;

export const invoiceView = (row: Row): Record<string, unknown> => ({
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
