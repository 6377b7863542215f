/**
 * Keeps what a partner told of an account: reconciled, stored and put into the feed, in one transaction. While a file of its
 * biller is applied, it is kept later. What was told before something newer that is kept already is not.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { AccountSnapshot } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { CompiledQuery, sql, type Transaction } from 'kysely';
import type { BillerConfig } from '../billers/billers.js';
import { DATABASE, type Database } from '../store/database.js';
import { IS_NOBODYS_TURN } from '../store/file-turn.js';
import { retryingDeadlocks } from '../store/retry-deadlock.js';
import type { Tables } from '../store/tables.js';
import { LOG, type Log } from '../telemetry/log.js';
import { type AccountRow, type HeldAccount, toHeldInvoice } from './account-store.js';
import { accountView, type RefreshedAccount } from './account-view.js';
import { TOLD, type ToldRow, toldOf } from './invoice-view.js';
import { reconcile } from './reconcile.js';

/** What a partner said of an account. */
export interface Told {
  biller: BillerConfig;
  accountNumber: string;
  snapshot: AccountSnapshot;
  /** When it was said. */
  at: Date;
}

/** How often it is tried to keep what could not be kept at once. */
const KEEP_EVERY_MS = 1_000;
const UNKEPT_AT_MOST = 10_000;
const NOTHING_KNOWN = { partner_account_id: null, block_ach: false, block_card: false, block_reason: null };

@injectable()
export class KeepAccount {
  /** By account: the latest of what was told while a file of its biller was applied. */
  private readonly unkept = new Map<string, Told>();
  private keeping: Promise<void> | undefined;
  private readonly closing = new AbortController();

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(LOG) private readonly log: Log,
  ) {}

  /**
   * @param before what was held when the partner was asked
   * @param isLast what another has been told meanwhile counts for nothing
   * @returns the account as it is now; while a file of its biller is applied, as it will be; `overtaken` where another was
   * told something meanwhile: nobody knows which of the two is newer, since a host may have stood still
   */
  async keep(told: Told, before: HeldAccount, isLast: boolean): Promise<RefreshedAccount | 'overtaken'> {
    const kept = await this.keepNow(told, isLast ? 'infinity' : (before.account?.refreshed_at ?? null));
    if (kept !== 'busy') return kept;
    this.keepLater(told);
    return refreshedView(told, { ...NOTHING_KNOWN, ...before.account, ...knownOf(told) }, before.invoices);
  }

  /** Tries once more to keep what could not be kept. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.keeping;
  }

  /** What the partner has told, until the file is applied that stands in its way. */
  private keepLater(told: Told): void {
    const key = JSON.stringify([told.biller.billerId, told.accountNumber]);
    if (this.unkept.size >= UNKEPT_AT_MOST && !this.unkept.has(key)) return; // the next refresh tells it again
    this.unkept.set(key, told);
    this.keeping ??= this.keepSoon().finally(() => {
      this.keeping = undefined;
    });
  }

  private async keepSoon(): Promise<void> {
    const { signal } = this.closing;
    while (this.unkept.size && !signal.aborted) {
      await wait(KEEP_EVERY_MS, undefined, { ref: false, signal }).catch(() => undefined);
      const busy = new Set<string>();
      for (const [key, told] of this.unkept) {
        const { billerId } = told.biller;
        if (busy.has(billerId)) continue;
        const kept = await this.keepNow(told, told.at).catch((error) => {
          this.log.warn({ err: error }, 'what a refresh has told could not be kept');
        });
        if (kept === 'busy') busy.add(billerId);
        else if (this.unkept.get(key) === told) this.unkept.delete(key);
      }
    }
  }

  /**
   * @param unlessSince where another refresh was kept later than this, what it wrote stays
   * @returns `busy` when a file of the biller is being applied, `overtaken` when another refresh was kept: nothing is written then
   */
  private keepNow(told: Told, unlessSince: Date | 'infinity' | null): Promise<RefreshedAccount | 'busy' | 'overtaken'> {
    const { biller, accountNumber, at } = told;
    const { billerId } = biller;
    const write = async (trx: Transaction<Tables>): Promise<RefreshedAccount | 'busy' | 'overtaken'> => {
      const turn = await trx.executeQuery<{ free: boolean }>(CompiledQuery.raw(IS_NOBODYS_TURN, [billerId]));
      if (!turn.rows[0]?.free) return 'busy';
      const known = knownOf(told);
      const isFirst = sql<boolean>`accounts.refreshed_at is null or accounts.refreshed_at <= ${unlessSince}::timestamptz`;
      // The account's row is the lock under which two hosts' refreshes of it take turns.
      const account = await trx
        .insertInto('accounts')
        .values({ biller_id: billerId, account_number: accountNumber, block_ach: false, block_card: false, ...known })
        .onConflict((conflict) => conflict.columns(['biller_id', 'account_number']).doUpdateSet(known).where(isFirst))
        .returningAll()
        .executeTakeFirst();
      if (!account) return 'overtaken';
      const held = await trx
        .selectFrom('invoices')
        .select(TOLD)
        .where('biller_id', '=', billerId)
        .where('account_number', '=', accountNumber)
        .execute();
      const news = changedBy(told, held);
      const { changes, changed } = news;
      if (changed.length) {
        await trx
          .insertInto('invoices')
          .values(changed.map((row) => ({ ...toldOf(row), biller_id: billerId, details: '{}', updated_at: at })))
          .onConflict((conflict) =>
            // Also one that stood in another account until now: then all that is told of it is new.
            conflict.columns(['biller_id', 'invoice_number']).doUpdateSet((eb) => ({
              ...Object.fromEntries(TOLD.map((column) => [column, eb.ref(`excluded.${column}`)])),
              updated_at: eb.ref('excluded.updated_at'),
            })),
          )
          .execute();
        const words = { N: 'created', U: 'updated', D: 'deactivated' } as const;
        await trx
          .insertInto('changes')
          .values(
            changed.map((row, index) => ({
              biller_id: billerId,
              ...toldOf(row),
              change: words[changes[index]?.recordType ?? 'U'],
              source: 'refresh' as const,
            })),
          )
          .execute();
      }
      return refreshedView(told, account, held, news);
    };
    return retryingDeadlocks(() => this.database.db.transaction().execute(write));
  }
}

const knownOf = ({ snapshot: { partnerAccountId, paymentBlock: block }, at }: Told) => ({
  ...(partnerAccountId ? { partner_account_id: partnerAccountId } : {}),
  ...(block ? { block_ach: block.ach, block_card: block.card, block_reason: block.reason } : {}),
  refreshed_at: at,
});

/** What is new of an account by what was held, and the invoices that it changes, as they are then. */
function changedBy({ biller, accountNumber, snapshot }: Told, held: readonly ToldRow[]) {
  const changes = reconcile(held.map(toHeldInvoice), snapshot);
  const before = new Map(held.map((row) => [row.invoice_number, row]));
  const changed = changes.map((change): ToldRow => {
    const ours = before.get(change.invoiceNumber);
    if (change.recordType === 'D') return { ...(ours as ToldRow), status: 'deactivated' };
    const { found } = change;
    const amounts = {
      total_amount_due: found.totalAmountDue?.cents ?? 0,
      balance_due: found.balanceDue?.cents ?? 0,
      status: 'active' as const,
    };
    if (ours) return { ...ours, ...amounts };
    return {
      invoice_number: change.invoiceNumber,
      account_number: accountNumber,
      invoice_date: String(found.invoiceDate),
      invoice_due_date: String(found.invoiceDueDate),
      auto_pay_collection_date: found.autoPayCollectionDate?.toString() ?? null,
      invoice_type_id: found.invoiceTypeId ?? biller.invoiceTypeId,
      ...amounts,
    };
  });
  return { changes, changed };
}

function refreshedView(
  told: Told,
  account: AccountRow,
  held: readonly ToldRow[],
  { changes, changed } = changedBy(told, held),
): RefreshedAccount {
  const rows = new Map([...held, ...changed].map((row) => [row.invoice_number, row]));
  return {
    ...accountView(told.accountNumber, account, [...rows.values()]),
    changes: changes.map(({ recordType, invoiceNumber }) => ({ recordType, invoiceNumber })),
    stale: false,
  };
}
