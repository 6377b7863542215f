/** Refreshes one account: asks the partner, and keeps and tells what it says. */
import { AccountSnapshot, AdapterError, checkerOf, type RtdrProvider } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { adapterFailed } from '../adapters/adapter-failed.js';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers } from '../billers/billers.js';
import { NEVER } from '../egress/call-time.js';
import { recordingExchanges } from '../egress/exchange-record.js';
import { explainFailedRefresh, explainRefresh, type RefreshFacts } from '../explain/explain-refresh.js';
import { Problem } from '../problem.js';
import type { LookedUp as LookedUpBy } from '../shadow/compare.js';
import { Shadow } from '../shadow/shadow.js';
import { DATABASE, type Database } from '../store/database.js';
import { isStorable } from '../store/storable-text.js';
import { LOG, type Log } from '../telemetry/log.js';
import {
  type AccountRow,
  AccountStore,
  type HeldAccount,
  heldBlock,
  lookupOf,
  toHeldInvoice,
} from './account-store.js';
import { accountView, type RefreshedAccount } from './account-view.js';
import { invoiceView, type ToldRow } from './invoice-view.js';
import { KeepAccount, type Told } from './keep-account.js';
import { reconcile } from './reconcile.js';

const checkSnapshot = checkerOf(AccountSnapshot);

@injectable()
export class RefreshAccount {
  /** By account: the trips under way, the latest last. */
  private readonly underWay = new Map<string, Trip[]>();
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(AccountStore) private readonly store: AccountStore,
    @inject(KeepAccount) private readonly accounts: KeepAccount,
    @inject(Shadow) private readonly shadow: Shadow,
    @inject(LOG) private readonly log: Log,
  ) {}

  /**
   * Two refreshes of the same account at the same moment share one trip. One that is asked for later goes by itself: what it
   * asks for may have happened since.
   * @param explains says why everything is as it is, too; so does what it throws
   * @throws Problem 404 `account-not-found`, 409 `not-open-billing`, 502 `partner-…`
   */
  refresh(billerId: string, accountNumber: string, { explains = false } = {}): Promise<RefreshedAccount> {
    const key = JSON.stringify([billerId, accountNumber, explains]);
    const trips = this.underWay.get(key) ?? [];
    const latest = trips.at(-1);
    const now = performance.now();
    if (latest && (now - latest.since < SAME_MOMENT_MS || trips.length === TRIPS_AT_ONCE)) return latest.ends;
    const run = explains ? this.explained(billerId, accountNumber) : this.run(billerId, accountNumber);
    const ends = run.finally(() => {
      const others = (this.underWay.get(key) ?? []).filter((each) => each !== trip);
      if (others.length) this.underWay.set(key, others);
      else this.underWay.delete(key);
    });
    const trip = { ends, since: now };
    this.underWay.set(key, [...trips, trip]);
    return ends;
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

  /**
   * @param known what is learned on the way, for whoever explains it
   * @param times how often the partner is asked at the most, where others were told of the account meanwhile
   */
  private async run(
    billerId: string,
    accountNumber: string,
    known: LookedUp = {},
    times = ASKED_AT_MOST,
  ): Promise<RefreshedAccount> {
    const biller = await this.billers.get(billerId);
    if (!biller.openBilling)
      throw new Problem(
        409,
        'not-open-billing',
        `the biller ${billerId} is not open billing: it cannot use real-time look-ups`,
      );
    const provider = await this.scopes.contract(billerId, 'rtdr-provider').catch(refusing);
    const held = await this.store.read(billerId, accountNumber);
    Object.assign(known, { held, snapshot: undefined });
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
    const all = { biller, accountNumber, snapshot, at: this.database.clock.now() };
    const same = await this.nothingNew(all, held);
    if (same) return same;
    const kept = await this.accounts.keep(all, held, times === 1);
    if (kept !== 'overtaken') return kept;
    // Mostly the other was told the same.
    const sameNow = await this.nothingNew(all, await this.store.read(billerId, accountNumber));
    return sameNow ?? this.run(billerId, accountNumber, known, times - 1);
  }

  /**
   * Mostly the partner says what we hold: then only the time is written, and nobody waits for it. What another has written
   * meanwhile is newer than what was read here, and stays.
   */
  private async nothingNew(told: Told, { account, invoices }: HeldAccount): Promise<RefreshedAccount | undefined> {
    const { biller, accountNumber, snapshot, at } = told;
    if (!account || !tellsNothingNew(snapshot, account, invoices)) return undefined;
    await this.store.refreshed(biller.billerId, accountNumber, at);
    return {
      ...accountView(accountNumber, { ...account, refreshed_at: at }, invoices),
      ...{ changes: [], stale: false },
    };
  }

  /** What we hold is better than nothing, and is marked as stale; only "not found" is an answer. */
  private withoutPartner(error: unknown, accountNumber: string, { account, invoices }: HeldAccount): RefreshedAccount {
    if (!AdapterError.is(error)) throw adapterFailed(this.log, { err: error });
    if (error.kind === 'not-found')
      throw new Problem(404, 'account-not-found', `the partner does not know the account ${accountNumber}`);
    const code = PROBLEM_CODES[error.kind] ?? 'partner-unavailable';
    const problem = new Problem(502, code, error.message, { partnerMessages: error.partnerMessages });
    if (!account?.refreshed_at && invoices.length === 0) throw problem;
    return { ...accountView(accountNumber, account, invoices), changes: [], stale: true, problem: problem.toJSON() };
  }
}

/** One that can't be made says so as it is asked, when what is held is known. */
function refusing(error: unknown): RtdrProvider {
  if (!AdapterError.is(error)) throw error;
  return {
    lookUp: async () => {
      throw error;
    },
  };
}

/** A refresh under way. */
interface Trip {
  ends: Promise<RefreshedAccount>;
  /** By `performance.now()`. */
  since: number;
}

/** What a refresh learned, as far as it came. */
interface LookedUp {
  held?: HeldAccount;
  snapshot?: AccountSnapshot | undefined;
  error?: AdapterError;
}

/** Who reloads a page on and on, as its partner hangs, must not take all the calls that its biller may have at once. */
const TRIPS_AT_ONCE = 2;
const SAME_MOMENT_MS = 500;
/** An account that changes while many hosts ask for it is kept as one of them is told in the end. */
const ASKED_AT_MOST = 2;
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
