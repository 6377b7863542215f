/** What is held of accounts, as refreshes read it and say that nothing has changed: many of them in one statement. */
import { setTimeout as wait } from 'node:timers/promises';
import type { AccountLookup } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { Batches, type Part } from '../store/batches.js';
import { DATABASE, type Database } from '../store/database.js';
import { retryingDeadlocks } from '../store/retry-deadlock.js';
import { LOG, type Log } from '../telemetry/log.js';
import { TOLD, type ToldRow } from './invoice-view.js';
import type { HeldInvoice } from './reconcile.js';

/** How long a refresh's time waits at most to be written, with others'. */
const WRITE_AFTER_MS = 20;
/** Accounts of one statement. */
const WRITE_AT_ONCE = 500;

export interface HeldAccount {
  /** Undefined: it was never refreshed, though a file may have told of its invoices. */
  account: AccountRow | undefined;
  invoices: ToldRow[];
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
type Refreshed = Key & { at: Date };
type Row = AccountRow & { n: number; is_account: boolean; invoices: ToldRow[] | null };

// Account by account, in a plan that is kept: without the `offset` a plan may read whole tables for a few accounts, and
// without the `limit`, which takes nothing away, it is made anew each time: that costs as much as it takes to run.
// Its invoices come as one text: to read each of their columns by itself costs a host more.
const READ = `
  select g.n::int, a.biller_id is not null as is_account, a.partner_account_id, a.block_ach, a.block_card,
    a.block_reason, a.refreshed_at, i.invoices
  from (select * from unnest($1::text[], $2::text[]) with ordinality limit cardinality($1)) as g (biller_id, account_number, n)
  left join accounts a on a.biller_id = g.biller_id and a.account_number = g.account_number
  cross join lateral (
    select json_agg(i order by i.invoice_date, i.invoice_number) as invoices from (
      select ${TOLD.join(', ')} from invoices
      where biller_id = g.biller_id and account_number = g.account_number offset 0) i) i`;

// The commit waits for no disk: a time that a crash of the database takes away says no more than that the account was
// asked for earlier.
const REFRESHED = `
  update accounts a set refreshed_at = g.at
  from (select * from unnest($1::text[], $2::text[], $3::timestamptz[]) limit cardinality($1)) as g (biller_id, account_number, at)
  cross join (select set_config('synchronous_commit', 'off', true) offset 0) as unhurried
  where a.biller_id = g.biller_id and a.account_number = g.account_number
    and coalesce(a.refreshed_at < g.at, true)`;

@injectable()
export class AccountStore {
  private readonly reads: Batches<Key, HeldAccount>;
  private readonly times: Batches<Refreshed, void>;
  /** By account: when it was refreshed and nothing was new, until that is written. */
  private readonly unwritten = new Map<string, Refreshed>();
  private writing: Promise<void> | undefined;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(LOG) private readonly log: Log,
  ) {
    this.reads = new Batches((keys) => this.readAll(keys));
    this.times = new Batches(async (some) => some.map((one) => ({ value: this.keep(one) })));
  }

  /** Nothing is known of an account that is not held; its invoices are in the order of their dates. */
  read(billerId: string, accountNumber: string): Promise<HeldAccount> {
    return this.reads.add({ billerId, accountNumber });
  }

  /**
   * Says that the partner told at this time what is held already. It is written soon, and nobody waits for that; `read`
   * knows it at once. All that come in the same turn go on together, so that their answers go out together.
   */
  refreshed(billerId: string, accountNumber: string, at: Date): Promise<void> {
    return this.times.add({ billerId, accountNumber, at });
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    while (this.writing) await this.writing;
  }

  private async readAll(keys: readonly Key[]): Promise<Part<HeldAccount>[]> {
    const rows = await this.query<Row>('read-accounts', READ, [keys.map(billerOf), keys.map(accountOf)]);
    const parts: Part<HeldAccount>[] = [];
    for (const row of rows) {
      const account = row.is_account ? this.withLatestTime(row, keys[row.n - 1] as Key) : undefined;
      parts[row.n - 1] = { value: { account, invoices: row.invoices ?? [] } };
    }
    return parts;
  }

  private keep(one: Refreshed): void {
    this.unwritten.set(keyOf(one), one);
    this.writing ??= this.writeSoon();
  }

  private withLatestTime(row: AccountRow, key: Key): AccountRow {
    const at = this.unwritten.get(keyOf(key))?.at;
    return at && at > (row.refreshed_at ?? 0) ? { ...row, refreshed_at: at } : row;
  }

  private async writeSoon(): Promise<void> {
    await wait(WRITE_AFTER_MS);
    // In an order, so that two hosts' seldom wait for one another.
    const some = [...this.unwritten].slice(0, WRITE_AT_ONCE).sort(([a], [b]) => (a < b ? -1 : 1));
    const accounts = some.map(([, one]) => one);
    const values = [accounts.map(billerOf), accounts.map(accountOf), accounts.map(({ at }) => at)];
    try {
      await retryingDeadlocks(() => this.query('accounts-refreshed', REFRESHED, values));
    } catch (error) {
      this.log.warn({ err: error }, 'it could not be written when accounts were refreshed');
    }
    for (const [key, one] of some) if (this.unwritten.get(key) === one) this.unwritten.delete(key);
    this.writing = this.unwritten.size ? this.writeSoon() : undefined;
  }

  /** By name: planned once a connection. */
  private async query<Found extends object>(name: string, text: string, values: unknown[]): Promise<Found[]> {
    return (await this.database.pool.query<Found>({ name, text, values })).rows;
  }
}

const billerOf = ({ billerId }: Key): string => billerId;
const accountOf = ({ accountNumber }: Key): string => accountNumber;
const keyOf = ({ billerId, accountNumber }: Key): string => `${billerId}\n${accountNumber}`;

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
