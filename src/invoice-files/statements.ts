/**
 * The SQL of an import: records are staged on one connection, then applied in one transaction. Where a biller has no
 * invoice yet they are copied to where they belong at once.
 */

/** Staged rows belong to the import's connection: when it ends, however it ends, they are gone. */
export const MAKE_STAGING = `create temp table staged (
  invoice_number text not null, account_number text not null, partner_account_id text not null,
  invoice_date text not null, invoice_due_date text not null, auto_pay_collection_date text,
  total_amount_due bigint not null, invoice_type_id integer not null, details jsonb not null)`;

export const DROP_STAGING = 'drop table if exists pg_temp.staged';

export const STAGE = `copy staged (invoice_number, account_number, partner_account_id, invoice_date, invoice_due_date,
  auto_pay_collection_date, total_amount_due, invoice_type_id, details) from stdin`;

/** A file names one amount: what is due in all is what is unpaid. */
export const COPY_NEW = `copy invoices (biller_id, invoice_number, account_number, invoice_date, invoice_due_date,
  auto_pay_collection_date, total_amount_due, balance_due, invoice_type_id, status, details) from stdin`;

export const MAKE_STAGED_ACCOUNTS = `create temp table staged_accounts (account_number text not null,
  partner_account_id text not null) on commit drop`;

export const COPY_ACCOUNTS = 'copy staged_accounts (account_number, partner_account_id) from stdin';

/** Room for the hashes and sorts of millions of rows. */
export const MORE_MEMORY = "set local work_mem = '128MB'";

/** $1 biller. Where nothing is known yet, a number that stands twice is found by the index. */
export const KNOWS_ANY = 'select 1 from invoices where biller_id = $1 limit 1';

/** Whether a number may stand twice, by a hash of it: a row of 8 bytes instead of a text. */
export const SUSPECT_TWICE =
  'select 1 from staged group by hashtextextended(invoice_number, 0) having count(*) > 1 limit 1';

export const FIND_TWICE = 'select invoice_number from staged group by 1 having count(*) > 1 limit 1';

/**
 * $1 import, $2 biller: a number of a record that was set aside, where it stands in another record, too.
 * @param applied where the others are: `invoices` only where all of the biller's are of this file
 */
export const findTwiceAside = (applied: 'staged' | 'invoices'): string => `
select invoice_number from set_aside_records where import_id = $1 and invoice_number is not null
group by 1 having count(*) > 1
union all
select aside.invoice_number from set_aside_records aside
join ${applied} others on others.invoice_number = aside.invoice_number
where aside.import_id = $1 and ${applied === 'invoices' ? 'others.biller_id = $2' : '$2::text is not null'} limit 1`;

/**
 * $1 biller: the accounts that the file names learn the partner's id. Of staged records before the invoices, as a refresh
 * does it: so the two can't wait for one another in a circle.
 */
export const applyAccounts = (staged: 'staged' | 'staged_accounts'): string => `
insert into accounts as held (biller_id, account_number, partner_account_id)
select $1, staged.account_number, max(staged.partner_account_id)
from ${staged} staged left join accounts known on known.biller_id = $1 and known.account_number = staged.account_number
where known.biller_id is null or known.partner_account_id is distinct from staged.partner_account_id
group by staged.account_number order by staged.account_number
on conflict (biller_id, account_number) do update set partner_account_id = excluded.partner_account_id`;

const TOLD = `biller_id, account_number, invoice_number, invoice_date, invoice_due_date, auto_pay_collection_date,
  total_amount_due, balance_due, invoice_type_id, status`;

/** Writes what a statement named `written` gave back into the change feed; its row count is the number of them. */
const tell = (change: 'created' | 'updated'): string =>
  ` insert into changes (${TOLD}, change, source) select ${TOLD}, '${change}', 'invoice-file' from written`;

/** $1 biller. Of the transaction's own invoices alone: a refresh may have made others meanwhile. */
export const TELL_COPIED = `insert into changes (${TOLD}, change, source) select ${TOLD}, 'created', 'invoice-file'
  from invoices where biller_id = $1 and xmin = pg_current_xact_id()::xid`;

/** $1 biller. Only invoices that differ are touched. A file knows one amount: what is due in all is what is unpaid. */
export const UPDATE_CHANGED = `
with written as (
  update invoices held set
    account_number = staged.account_number, invoice_date = staged.invoice_date,
    invoice_due_date = staged.invoice_due_date, auto_pay_collection_date = staged.auto_pay_collection_date,
    total_amount_due = staged.total_amount_due, balance_due = staged.total_amount_due,
    invoice_type_id = staged.invoice_type_id, status = 'active', details = staged.details, updated_at = now()
  from staged
  where held.biller_id = $1 and held.invoice_number = staged.invoice_number and
    (held.account_number, held.invoice_date, held.invoice_due_date, held.auto_pay_collection_date,
      held.total_amount_due, held.balance_due, held.invoice_type_id, held.status, held.details)
    is distinct from (staged.account_number, staged.invoice_date, staged.invoice_due_date,
      staged.auto_pay_collection_date, staged.total_amount_due, staged.total_amount_due, staged.invoice_type_id,
      'active', staged.details)
  returning ${TOLD.replace(/\w+/g, 'held.$&')}
)${tell('updated')}`;

/**
 * $1 biller.
 * @param whenTaken what happens with an invoice that somebody else created meanwhile: `fail` is quicker by a quarter,
 *   and then all is rolled back; `skip` leaves it to be updated
 */
export const addNew = (whenTaken: 'fail' | 'skip'): string => `
with written as (
  insert into invoices (biller_id, invoice_number, account_number, invoice_date, invoice_due_date,
    auto_pay_collection_date, total_amount_due, balance_due, invoice_type_id, status, details)
  select $1, invoice_number, account_number, invoice_date, invoice_due_date, auto_pay_collection_date,
    total_amount_due, total_amount_due, invoice_type_id, 'active', details
  from staged
  where not exists (select from invoices known where known.biller_id = $1 and known.invoice_number = staged.invoice_number)
  order by invoice_number
  ${whenTaken === 'skip' ? 'on conflict (biller_id, invoice_number) do nothing' : ''}
  returning ${TOLD}
)${tell('created')}`;
