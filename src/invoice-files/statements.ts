/** The SQL of an import: records are staged on one connection, then applied in one transaction. */

/** Staged rows belong to the import's connection: when it ends, however it ends, they are gone. */
export const MAKE_STAGING = `create temp table staged (
  invoice_number text not null, account_number text not null, partner_account_id text not null,
  invoice_date text not null, invoice_due_date text not null, auto_pay_collection_date text,
  total_amount_due bigint not null, invoice_type_id integer not null, details jsonb not null)`;

export const DROP_STAGING = 'drop table if exists pg_temp.staged';

export const STAGE = `copy staged (invoice_number, account_number, partner_account_id, invoice_date, invoice_due_date,
  auto_pay_collection_date, total_amount_due, invoice_type_id, details) from stdin`;

/** Room for the hashes and sorts of millions of rows. */
export const MORE_MEMORY = "set local work_mem = '64MB'";

export const FIND_TWICE = 'select invoice_number from staged group by 1 having count(*) > 1 limit 1';

/**
 * $1 biller: the accounts that the file names learn the partner's id. Before the invoices, as a refresh does it: so the
 * two can't wait for one another in a circle.
 */
export const APPLY_ACCOUNTS = `
insert into accounts as held (biller_id, account_number, partner_account_id)
select $1, staged.account_number, max(staged.partner_account_id)
from staged left join accounts known on known.biller_id = $1 and known.account_number = staged.account_number
where known.biller_id is null or known.partner_account_id is distinct from staged.partner_account_id
group by staged.account_number order by staged.account_number
on conflict (biller_id, account_number) do update set partner_account_id = excluded.partner_account_id`;

const DIFFERS = (held: string, file: string): string => `(${held}.account_number, ${held}.invoice_date,
  ${held}.invoice_due_date, ${held}.auto_pay_collection_date, ${held}.total_amount_due, ${held}.balance_due,
  ${held}.invoice_type_id, ${held}.status, ${held}.details)
  is distinct from (${file}.account_number, ${file}.invoice_date, ${file}.invoice_due_date,
  ${file}.auto_pay_collection_date, ${file}.total_amount_due, ${file}.total_amount_due, ${file}.invoice_type_id,
  'active', ${file}.details)`;

/**
 * $1 biller. Only invoices that differ are touched, and each tells the change feed. A file knows one amount: what is due
 * in all is what is unpaid.
 */
export const APPLY_INVOICES = `
with differing as (
  select staged.* from staged
  left join invoices known on known.biller_id = $1 and known.invoice_number = staged.invoice_number
  where known.biller_id is null or ${DIFFERS('known', 'staged')}
), written as (
  insert into invoices as held (biller_id, invoice_number, account_number, invoice_date, invoice_due_date,
    auto_pay_collection_date, total_amount_due, balance_due, invoice_type_id, status, details)
  select $1, invoice_number, account_number, invoice_date, invoice_due_date, auto_pay_collection_date,
    total_amount_due, total_amount_due, invoice_type_id, 'active', details
  from differing order by invoice_number
  on conflict (biller_id, invoice_number) do update set
    account_number = excluded.account_number, invoice_date = excluded.invoice_date,
    invoice_due_date = excluded.invoice_due_date, auto_pay_collection_date = excluded.auto_pay_collection_date,
    total_amount_due = excluded.total_amount_due, balance_due = excluded.balance_due,
    invoice_type_id = excluded.invoice_type_id, status = 'active', details = excluded.details, updated_at = now()
  returning biller_id, account_number, invoice_number, invoice_date, invoice_due_date, auto_pay_collection_date,
    total_amount_due, balance_due, invoice_type_id, status, (xmax = 0) as is_new
), told as (
  insert into changes (biller_id, account_number, invoice_number, invoice_date, invoice_due_date,
    auto_pay_collection_date, total_amount_due, balance_due, invoice_type_id, status, change, source)
  select biller_id, account_number, invoice_number, invoice_date, invoice_due_date, auto_pay_collection_date,
    total_amount_due, balance_due, invoice_type_id, status,
    case when is_new then 'created' else 'updated' end, 'invoice-file'
  from written
)
select count(*) filter (where is_new)::int as created, count(*) filter (where not is_new)::int as updated from written`;
