/** The SQL of an import: records are staged, then applied by one statement. */

export const STAGE = `copy invoice_staging (import_id, invoice_number, account_number, partner_account_id, invoice_date,
  invoice_due_date, auto_pay_collection_date, total_amount_due, invoice_type_id, details) from stdin`;

/**
 * $1 import, $2 biller. Invoices that differ are written, and each tells the change feed; the accounts they name learn
 * the partner's id. A file knows one amount: what is due in all is what is unpaid.
 */
export const APPLY = `
with staged as (
  select * from invoice_staging where import_id = $1
), accounts_known as (
  insert into accounts (biller_id, account_number, partner_account_id)
  select distinct on (account_number) $2, account_number, partner_account_id from staged
  on conflict (biller_id, account_number) do update set partner_account_id = excluded.partner_account_id
  where accounts.partner_account_id is distinct from excluded.partner_account_id
), written as (
  insert into invoices as held (biller_id, invoice_number, account_number, invoice_date, invoice_due_date,
    auto_pay_collection_date, total_amount_due, balance_due, invoice_type_id, status, details)
  select $2, invoice_number, account_number, invoice_date, invoice_due_date, auto_pay_collection_date,
    total_amount_due, total_amount_due, invoice_type_id, 'active', details
  from staged
  on conflict (biller_id, invoice_number) do update set
    account_number = excluded.account_number, invoice_date = excluded.invoice_date,
    invoice_due_date = excluded.invoice_due_date, auto_pay_collection_date = excluded.auto_pay_collection_date,
    total_amount_due = excluded.total_amount_due, balance_due = excluded.balance_due,
    invoice_type_id = excluded.invoice_type_id, status = 'active', details = excluded.details, updated_at = now()
  where (held.account_number, held.invoice_date, held.invoice_due_date, held.auto_pay_collection_date,
      held.total_amount_due, held.balance_due, held.invoice_type_id, held.status, held.details)
    is distinct from (excluded.account_number, excluded.invoice_date, excluded.invoice_due_date,
      excluded.auto_pay_collection_date, excluded.total_amount_due, excluded.balance_due, excluded.invoice_type_id,
      'active', excluded.details)
  returning held.*, (xmax = 0) as is_new
), told as (
  insert into changes (biller_id, account_number, invoice_number, change, source, invoice)
  select biller_id, account_number, invoice_number, case when is_new then 'created' else 'updated' end, 'invoice-file',
    jsonb_build_object('invoiceNumber', invoice_number, 'accountNumber', account_number, 'invoiceDate', invoice_date,
      'invoiceDueDate', invoice_due_date, 'autoPayCollectionDate', auto_pay_collection_date,
      'totalAmountDue', (total_amount_due / 100.0)::numeric(20, 2)::text,
      'balanceDue', (balance_due / 100.0)::numeric(20, 2)::text, 'invoiceTypeId', invoice_type_id, 'status', status)
  from written
)
select count(*) filter (where is_new)::int as created, count(*) filter (where not is_new)::int as updated from written`;
