/**
 * Refreshes one account: asks the partner, reconciles, stores and tells, in one transaction; while a file of its biller is applied,
 * it is told at once and stored later.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { AccountSnapshot, AdapterError, checkerOf } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { CompiledQuery, sql, type Transaction } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { type BillerConfig, Billers } from '../billers/billers.js';
import { NEVER } from '../egress/call-time.js';
import { recordingExchanges } from '../egress/exchange-record.js';
import { explainFailedRefresh, explainRefresh, type RefreshFacts } from '../explain/explain-refresh.js';
import type { Explanation } from '../explain/explanation.js';
import { Problem } from '../problem.js';
import type { LookedUp as LookedUpBy } from '../shadow/compare.js';
import { Shadow } from '../shadow/shadow.js';
import { DATABASE, type Database } from '../store/database.js';
import { IS_NOBODYS_TURN } from '../store/file-turn.js';
import { retryingDeadlocks } from '../store/retry-deadlock.js';
import { isStorable } from '../store/storable-text.js';
import type { Tables } from '../store/tables.js';
import { LOG, type Log } from '../telemetry/log.js';
import {
  type AccountRow,
  AccountStore,
  type HeldAccount,
  heldBlock,
  lookupOf,
  toHeldInvoice,
} from './account-store.js';
import { invoiceView, TOLD, type ToldRow, toldOf } from './invoice-view.js';
import { reconcile } from './reconcile.js';

const checkSnapshot = checkerOf(AccountSnapshot);

export interface RefreshedAccount {
  accountNumber: string;
  partnerAccountId: string | null;
  paymentBlock: { ach: boolean; card: boolean; reason: string | null };
  changes: { recordType: 'N' | 'U' | 'D'; invoiceNumber: string }[];
  invoices: Record<string, unknown>[];
  /** True: the partner could not be asked, this is what we held. */
  stale: boolean;
  refreshedAt: string | null;
  problem?: Record<string, unknown>;
  /** Where it was asked for. */
  explanation?: Explanation;
}

@injectable()
export class RefreshAccount {
  private readonly underWay = new Map<string, Promise<RefreshedAccount>>();
  /** By account: the latest of what was told while a file of its biller was applied. */
  private readonly unkept = new Map<string, Told>();
  private keeping: Promise<void> | undefined;
  private readonly closing = new AbortController();

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(AccountStore) private readonly store: AccountStore,
    @inject(Shadow) private readonly shadow: Shadow,
    @inject(LOG) private readonly log: Log,
  ) {}

  /**
   * Two refreshes of the same account at the same moment share one trip.
   * @param explains says why everything is as it is, too; so does what it throws
   * @throws Problem 404 `account-not-found`, 409 `not-open-billing`, 502 `partner-…`
   */
  refresh(billerId: string, accountNumber: string, { explains = false } = {}): Promise<RefreshedAccount> {
    const key = JSON.stringify([billerId, accountNumber, explains]);
    const shared = this.underWay.get(key);
    if (shared) return shared;
    const run = explains ? this.explained(billerId, accountNumber) : this.run(billerId, accountNumber);
    const trip = run.finally(() => this.underWay.delete(key));
    this.underWay.set(key, trip);
    return trip;
  }

  async invoices(billerId: string, accountNumber: string): Promise<Record<string, unknown>[]> {
    await this.billers.get(billerId);
    return (await this.store.read(billerId, accountNumber)).invoices.map(invoiceView);
  }

  /**
   * What we hold, without asking the partner; as it was at the latest refresh or import.
   * @throws Problem 404 `biller-not-found`, `account-not-held`
   */
  async held(billerId: string, accountNumber: string): Promise<RefreshedAccount> {
    await this.billers.get(billerId);
    const { account, invoices } = await this.store.read(billerId, accountNumber);
    if (!account && invoices.length === 0)
      throw new Problem(
        404,
        'account-not-held',
        `nothing is held of the account ${accountNumber}; a refresh asks for it`,
      );
    return { ...accountView(accountNumber, account, invoices), changes: [], stale: true };
  }

  /** Tries once more to keep what could not be kept. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.keeping;
  }

  private async explained(billerId: string, accountNumber: string): Promise<RefreshedAccount> {
    const askedAt = this.database.clock.now();
    const started = performance.now();
    const known: LookedUp = {};
    const { exchanges, ...ended } = await recordingExchanges(() => this.run(billerId, accountNumber, known), {
      bytes: EXPLAINED_BYTES,
    });
    // What is no answer of the partner is explained by its own message.
    if ('error' in ended && !(ended.error instanceof Problem && known.held && known.error)) throw ended.error;
    const redact = await this.scopes.redact(billerId);
    const { account, invoices: before } = known.held as HeldAccount;
    const now = 'value' in ended ? ended.value : accountView(accountNumber, account, before);
    const facts = {
      ...{ accountNumber, askedAt, tookMs: performance.now() - started, exchanges, redact },
      ...{ heldBefore: before.map(toHeldInvoice), refreshedAt: account?.refreshed_at?.toISOString() ?? null },
      ...{ paymentBlock: now.paymentBlock, invoices: now.invoices as unknown as RefreshFacts['invoices'] },
    };
    const explanation = known.snapshot
      ? explainRefresh(facts, known.snapshot)
      : explainFailedRefresh(facts, known.error as AdapterError);
    if ('value' in ended) return { ...ended.value, explanation };
    const { status, code, message, more } = ended.error as Problem;
    throw new Problem(status, code, message, { ...more, explanation });
  }

  /** @param known what is learned on the way, for whoever explains it */
  private async run(billerId: string, accountNumber: string, known: LookedUp = {}): Promise<RefreshedAccount> {
    const biller = await this.billers.get(billerId);
    if (!biller.openBilling)
      throw new Problem(
        409,
        'not-open-billing',
        `the biller ${billerId} is not open billing: it cannot use real-time look-ups`,
      );
    const provider = await this.scopes.contract(billerId, 'rtdr-provider');
    const held = await this.store.read(billerId, accountNumber);
    known.held = held;
    const { account } = held;
    const lookup = lookupOf(accountNumber, held);
    const compare = await this.shadow.lookUp(billerId, lookup);
    const told = (first: LookedUpBy): void => compare?.(first, held.invoices.map(toHeldInvoice), heldBlock(account));
    let snapshot: AccountSnapshot;
    try {
      snapshot = await provider.lookUp(lookup, NEVER);
      checkAnswer(snapshot);
      told({ snapshot });
      known.snapshot = snapshot;
    } catch (error) {
      if (AdapterError.is(error)) known.error = error;
      told({ error: AdapterError.is(error) ? error.kind : 'misconfigured' });
      return this.withoutPartner(error, accountNumber, held);
    }
    // Mostly the partner says what we hold: then only the time is written, and nobody waits for it. What another has
    // written meanwhile is newer than what was read here, and stays.
    if (account && tellsNothingNew(snapshot, account, held.invoices)) {
      const at = this.database.clock.now();
      await this.store.refreshed(billerId, accountNumber, at);
      return {
        ...accountView(accountNumber, { ...account, refreshed_at: at }, held.invoices),
        ...{ changes: [], stale: false },
      };
    }
    const answer = { biller, accountNumber, snapshot, at: this.database.clock.now() };
    const kept = await this.keep(answer);
    if (typeof kept === 'object') return kept;
    this.keepLater(answer);
    return refreshedView(answer, { ...NOTHING_KNOWN, ...account, ...knownOf(answer) }, held.invoices);
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
        const kept = await this.keep(told, { isLate: true }).catch((error) => {
          this.log.warn({ err: error }, 'what a refresh has told could not be kept');
        });
        if (kept === 'busy') busy.add(billerId);
        else if (this.unkept.get(key) === told) this.unkept.delete(key);
      }
    }
  }

  /**
   * @param isLate others may have been told since: what they wrote stays
   * @returns `busy` when a file of the biller is being applied, `overtaken` when a later refresh was kept: nothing is written then
   */
  private keep(told: Told, { isLate = false } = {}): Promise<RefreshedAccount | 'busy' | 'overtaken'> {
    const { biller, accountNumber, at } = told;
    const { billerId } = biller;
    const write = async (trx: Transaction<Tables>): Promise<RefreshedAccount | 'busy' | 'overtaken'> => {
      const turn = await trx.executeQuery<{ free: boolean }>(CompiledQuery.raw(IS_NOBODYS_TURN, [billerId]));
      if (!turn.rows[0]?.free) return 'busy';
      const known = knownOf(told);
      const isFirst = sql<boolean>`${!isLate} or coalesce(accounts.refreshed_at < ${at}, true)`;
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
            conflict.columns(['biller_id', 'invoice_number']).doUpdateSet((eb) => ({
              account_number: eb.ref('excluded.account_number'),
              total_amount_due: eb.ref('excluded.total_amount_due'),
              balance_due: eb.ref('excluded.balance_due'),
              status: eb.ref('excluded.status'),
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

  /** What we hold is better than nothing, and is marked as stale; only "not found" is an answer. */
  private withoutPartner(error: unknown, accountNumber: string, { account, invoices }: HeldAccount): RefreshedAccount {
    if (!AdapterError.is(error)) {
      this.log.error({ err: error }, 'an adapter threw something else than an AdapterError');
      throw new Problem(502, 'adapter-failed', 'the adapter failed unexpectedly');
    }
    if (error.kind === 'not-found')
      throw new Problem(404, 'account-not-found', `the partner does not know the account ${accountNumber}`);
    const code = PROBLEM_CODES[error.kind] ?? 'partner-unavailable';
    const problem = new Problem(502, code, error.message, { partnerMessages: error.partnerMessages });
    if (!account?.refreshed_at && invoices.length === 0) throw problem;
    return { ...accountView(accountNumber, account, invoices), changes: [], stale: true, problem: problem.toJSON() };
  }
}

/** What a refresh learned, as far as it came. */
interface LookedUp {
  held?: HeldAccount;
  snapshot?: AccountSnapshot;
  error?: AdapterError;
}

/** What a partner said of an account. */
interface Told {
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

/** Of each exchange. */
const EXPLAINED_BYTES = 16_384;

const PROBLEM_CODES: Partial<Record<AdapterError['kind'], string>> = {
  malformed: 'partner-malformed',
  misconfigured: 'partner-misconfigured',
  rejected: 'partner-rejected',
  unsupported: 'not-supported',
};

function checkAnswer(snapshot: AccountSnapshot): void {
  const fault = checkSnapshot(snapshot);
  const lacking = snapshot.invoices?.find?.((item) => item.eligible && !(item.totalAmountDue && item.balanceDue));
  if (fault) throw new AdapterError('malformed', `the adapter's answer is wrong: ${fault.field} ${fault.message}`);
  // What is named by it would be another's, or nobody's, as it is written.
  const { partnerAccountId = '', invoices } = snapshot;
  if (!isStorable(partnerAccountId) || invoices.some(({ invoiceNumber }) => !isStorable(invoiceNumber)))
    throw new AdapterError('malformed', "the adapter's answer names an invoice or account by what is no text");
  if (lacking) throw new AdapterError('malformed', `the adapter's answer has no amounts for ${lacking.invoiceNumber}`);
}

function tellsNothingNew(snapshot: AccountSnapshot, account: AccountRow, invoices: ToldRow[]): boolean {
  const { partnerAccountId, paymentBlock: block } = snapshot;
  if (partnerAccountId && partnerAccountId !== account.partner_account_id) return false;
  if (
    block &&
    !(block.ach === account.block_ach && block.card === account.block_card && block.reason === account.block_reason)
  )
    return false;
  return reconcile(invoices.map(toHeldInvoice), snapshot).length === 0;
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

const accountView = (accountNumber: string, account: AccountRow | undefined, invoices: ToldRow[]) => ({
  accountNumber,
  partnerAccountId: account?.partner_account_id ?? null,
  paymentBlock: {
    ...heldBlock(account),
    reason: account?.block_reason ?? null,
  },
  invoices: invoices.map(invoiceView),
  refreshedAt: account?.refreshed_at?.toISOString() ?? null,
});
