/** What is held of accounts, as refreshes read it and say that nothing has changed: many of them in one statement. */
import type { AccountLookup } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { Batches, type Part } from '../store/batches.js';
import { DATABASE, type Database } from '../store/database.js';
import { TOLD, type ToldRow } from './invoice-view.js';
import type { HeldInvoice } from './reconcile.js';

export interface HeldAccount {
  /** Undefined: it was never refreshed, though a file may have told of its invoices. */
  account: AccountRow | undefined;
  invoices: ToldRow[];
  /** Differs as soon as the account or any of its invoices is written, by whomever. */
  version: string;
}

export interface AccountRow {
  partner_account_id: string | null;
  block_ach: boolean;
  block_card: boolean;
  block_reason: string | null;
  refreshed_at: Date | null;
}

interface Key {
  billerId: string;
  accountNumber: string;
}
type Unchanged = Key & { held: HeldAccount; at: Date };
type Row = AccountRow & ToldRow & { n: number; account_xmin: string | null; invoice_xmin: string | null };

// Account by account, in a plan that is kept: without the `offset` a plan may read whole tables for a few accounts, and
// without the `limit`, which takes nothing away, it is made anew each time: that costs as much as it takes to run.
const READ = `
  select g.n::int, a.xmin::text as account_xmin, a.partner_account_id, a.block_ach, a.block_card,
    a.block_reason, a.refreshed_at, i.xmin::text as invoice_xmin, ${TOLD.map((column) => `i.${column}`).join(', ')}
  from (select * from unnest($1::text[], $2::text[]) with ordinality limit cardinality($1)) as g (biller_id, account_number, n)
  left join accounts a on a.biller_id = g.biller_id and a.account_number = g.account_number
  left join lateral (
    select invoices.xmin, invoices.* from invoices
    where biller_id = g.biller_id and account_number = g.account_number offset 0) i on true
  order by g.n, i.invoice_date, i.invoice_number`;

// What another refresh has locked is being changed: it is left out, and its caller goes the long way. The commit waits
// for no disk: a time that a crash of the database takes away says no more than that the account was asked for earlier.
const UNCHANGED = `
  with same as materialized (
    select a.biller_id, a.account_number, g.at
    from (
      select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
      limit cardinality($1)) as g (biller_id, account_number, version, at)
    cross join (select set_config('synchronous_commit', 'off', true) offset 0) as unhurried
    join accounts a on a.biller_id = g.biller_id and a.account_number = g.account_number
    where g.version = a.xmin || '.' || (
      select count(*) || '.' || coalesce(sum(i.xmin::text::bigint), 0) from invoices i
      where i.biller_id = g.biller_id and i.account_number = g.account_number)
    for no key update of a skip locked)
  update accounts a set refreshed_at = same.at from same
  where a.biller_id = same.biller_id and a.account_number = same.account_number
  returning a.biller_id, a.account_number`;

@injectable()
export class AccountStore {
  private readonly reads: Batches<Key, HeldAccount>;
  private readonly writes: Batches<Unchanged, boolean>;

  constructor(@inject(DATABASE) private readonly database: Database) {
    this.reads = new Batches((keys) => this.readAll(keys));
    this.writes = new Batches((unchanged) => this.writeAll(unchanged));
  }

  /** Nothing is known of an account that is not held; its invoices are in the order of their dates. */
  read(billerId: string, accountNumber: string): Promise<HeldAccount> {
    return this.reads.add({ billerId, accountNumber });
  }

  /**
   * Says that the partner told at this time what is held already.
   * @returns false, and does nothing, where it is not as it was read any more
   */
  unchanged(billerId: string, accountNumber: string, held: HeldAccount, at: Date): Promise<boolean> {
    return this.writes.add({ billerId, accountNumber, held, at });
  }

  private async readAll(keys: readonly Key[]): Promise<Part<HeldAccount>[]> {
    const rows = await this.query<Row>('read-accounts', READ, [keys.map(billerOf), keys.map(accountOf)]);
    const found = keys.map(() => ({ account: undefined, xmin: null, invoices: [], xmins: 0n }) as Found);
    for (const { n, account_xmin: xmin, invoice_xmin: invoiceXmin, ...row } of rows) {
      const of = found[n - 1] as Found;
      if (xmin !== null) Object.assign(of, { account: row, xmin });
      if (invoiceXmin === null) continue;
      of.invoices.push(row);
      of.xmins += BigInt(invoiceXmin);
    }
    return found.map(({ account, invoices, xmin, xmins }) => ({
      value: { account, invoices, version: `${xmin}.${invoices.length}.${xmins}` },
    }));
  }

  private async writeAll(unchanged: readonly Unchanged[]): Promise<Part<boolean>[]> {
    const rows = await this.query<{ biller_id: string; account_number: string }>('accounts-unchanged', UNCHANGED, [
      unchanged.map(billerOf),
      unchanged.map(accountOf),
      unchanged.map(({ held }) => held.version),
      unchanged.map(({ at }) => at),
    ]);
    const written = new Set(rows.map((row) => JSON.stringify([row.biller_id, row.account_number])));
    return unchanged.map((one) => ({ value: written.has(JSON.stringify([one.billerId, one.accountNumber])) }));
  }

  /** By name: planned once a connection. */
  private async query<Found extends object>(name: string, text: string, values: unknown[]): Promise<Found[]> {
    return (await this.database.pool.query<Found>({ name, text, values })).rows;
  }
}

type Found = Omit<HeldAccount, 'version'> & { xmin: string | null; xmins: bigint };
const billerOf = ({ billerId }: Key): string => billerId;
const accountOf = ({ accountNumber }: Key): string => accountNumber;

/** What a partner is asked, by what is held. */
export const lookupOf = (accountNumber: string, { account, invoices }: HeldAccount): AccountLookup => ({
  accountNumber,
  ...(account?.partner_account_id ? { partnerAccountId: account.partner_account_id } : {}),
  heldInvoiceNumbers: invoices.filter((row) => row.status === 'active').map((row) => row.invoice_number),
});

export const heldBlock = (account: AccountRow | undefined): { ach: boolean; card: boolean } => ({
  ...{ ach: account?.block_ach ?? false, card: account?.block_card ?? false },
});

export const toHeldInvoice = (row: ToldRow): HeldInvoice => ({
  invoiceNumber: row.invoice_number,
  status: row.status,
  totalAmountDue: row.total_amount_due,
  balanceDue: row.balance_due,
});
