/** Asks partners for a sample of accounts, or all, and keeps in what they differ from what is held; mends what is safe. */
import { type AccountSnapshot, AdapterError, type EnrollmentKind, Money } from '@ic-host/contracts';
import { bulkhead } from 'cockatiel';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers } from '../billers/billers.js';
import { isReturned } from '../deliveries/returned.js';
import { every } from '../every.js';
import { Problem } from '../problem.js';
import { AccountStore, heldBlock, lookupOf, toHeldInvoice } from '../rtdr/account-store.js';
import { DATABASE, type Database } from '../store/database.js';
import type { DeliveryState } from '../store/tables.js';
import { LOG, type Log } from '../telemetry/log.js';
import { enrollmentFinding, type Finding, findingsOf, type PaymentFacts } from './findings.js';
import { Repairs } from './repairs.js';

/** Accounts of one biller that are asked for at once. */
const AT_ONCE = 4;
/** Billers of a night at once. */
const BILLERS_AT_ONCE = 8;
const CALL_MS = 90_000;
/** Payments that are looked at: younger than this. */
const PAYMENT_DAYS = 45;
/** From when on those of a night begin, and until when what a host that ended has left of them. */
const [NIGHT_UTC, MORNING_UTC] = [2, 6];
/** Of one biller in a night, where its host ends each time. */
const TRIES = 3;
const HOST_ENDED = 'its host ended';
const LOOK_EVERY_MS = 60_000;

const FINDING = sql`kind, cause, account_number as "accountNumber", subject, ours, theirs, repaired`;

export interface ReconciliationWish {
  /** How many accounts, at random, and at least all of which something was lost; null: all. */
  accounts: number | null;
  /** Whether what can be mended safely is: see {@link Repairs}. */
  repair: boolean;
}

export interface ReconciliationView {
  id: string;
  billerId: string;
  state: 'running' | 'done' | 'failed';
  startedAt: string;
  finishedAt: string | null;
  wanted: number | null;
  /** Accounts asked for; of these, ones that the partner could not tell of. */
  accounts: number;
  unanswered: number;
  findings: number;
  repaired: number;
  /** Of the findings, what is lost there and was not sent again: a person must see to it. */
  lost: number;
  problem: string | null;
}
export type FindingView = Finding & { repaired: boolean };

interface Row {
  id: string;
  biller_id: string;
  state: ReconciliationView['state'];
  started_at: Date;
  finished_at: Date | null;
  wanted: number | null;
  accounts: number;
  unanswered: number;
  findings: number;
  repaired: number;
  lost: number;
  problem: string | null;
}

@injectable()
export class Reconciliations {
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(AccountStore) private readonly store: AccountStore,
    @inject(Repairs) private readonly repairs: Repairs,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** Begins one each night for every biller with the option `reconcileNightly`: so many accounts. */
  start(): void {
    this.loop = every(LOOK_EVERY_MS, this.stopping.signal, async () => {
      const hour = this.database.clock.now().getUTCHours();
      if (hour < NIGHT_UTC || hour >= MORNING_UTC) return;
      await this.runNightly().catch((error: unknown) =>
        this.log.error({ err: error }, 'the nightly reconciliation could not begin'),
      );
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.loop, ...this.underWay]);
  }

  /** Of a few billers at a time: those of thousands would leave no room for the night's payments. */
  private async runNightly(): Promise<void> {
    const turns = bulkhead(BILLERS_AT_ONCE, Number.POSITIVE_INFINITY);
    const { rows: wishes } = await sql<{ billerId: string; accounts: number }>`
      select biller_id as "billerId", (options->>'reconcileNightly')::int as accounts from billers
      where (options->>'reconcileNightly')::int > 0 and not options ? 'shadowOf'`.execute(this.database.db);
    await Promise.all(
      wishes.map(({ billerId, accounts }) =>
        turns.execute(async () => {
          if (this.stopping.signal.aborted) return;
          const wish = { accounts, repair: true };
          // One host begins it, once a night. What fails of one biller is none of the others' business.
          const row = await this.made(billerId, wish, true).catch((error: unknown) => {
            if (!(error instanceof Problem))
              this.log.error({ err: error, billerId }, 'a reconciliation could not begin');
          });
          if (row) await this.run(row, wish.repair);
        }),
      ),
    );
  }

  /**
   * Runs in the background.
   * @throws Problem 404 `biller-not-found`, 409 `reconciliation-under-way`, 501 `contract-not-supported`
   */
  async begin(billerId: string, wish: ReconciliationWish): Promise<ReconciliationView> {
    const row = await this.made(billerId, wish);
    const work = this.run(row, wish.repair).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
    return view(row);
  }

  /** @param byNight only where none of this night has begun that came to an end, or will */
  private async made(billerId: string, { accounts }: ReconciliationWish, byNight = false): Promise<Row> {
    await this.scopes.expect(billerId, 'rtdr-provider');
    return this.database.db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('reconciliation'), hashtext(${billerId}))`.execute(trx);
      // One that no host has gone on with for ten minutes was its host's end.
      await sql`update reconciliations set state = 'failed', finished_at = now(), problem = ${HOST_ENDED}
        where biller_id = ${billerId} and state = 'running' and touched_at < now() - interval '10 minutes'`.execute(
        trx,
      );
      const { rows: others } = await sql<{ refuse: boolean }>`
        select count(*) filter (where state = 'running') > 0 or (${byNight} and
          (count(*) filter (where problem is distinct from ${HOST_ENDED}) > 0 or count(*) >= ${TRIES})) as refuse
        from reconciliations
        where biller_id = ${billerId} and (state = 'running' or (by_night and started_at > now() - interval '20 hours'))`.execute(
        trx,
      );
      if (others[0]?.refuse)
        throw new Problem(409, 'reconciliation-under-way', `the biller ${billerId} is being reconciled`);
      const { rows } = await sql<Row>`insert into reconciliations (biller_id, wanted, by_night)
        values (${billerId}, ${accounts}, ${byNight}) returning *`.execute(trx);
      return rows[0] as Row;
    });
  }

  private async run(row: Row, repair: boolean): Promise<void> {
    const { id, biller_id: billerId } = row;
    try {
      const lost = await this.lostBefore(row);
      const waiting = await this.chosen(row, [...lost.keys()]);
      const worker = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          if (this.stopping.signal.aborted) throw new Error('the host is stopping');
          if (!(await this.one(id, billerId, next, repair)))
            await this.keep(id, lost.get(next) ?? [], { unanswered: true });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      await this.end(id, 'done', null);
    } catch (error) {
      const isOver = this.stopping.signal.aborted;
      if (!isOver) this.log.error({ err: error, billerId }, 'a reconciliation failed');
      const problem = isOver ? HOST_ENDED : 'it could not be ended; the log says why';
      await this.end(id, 'failed', problem).catch(() => undefined);
    }
  }

  /** By account: what was lost, and not sent again, as far as the latest run that came to its end knows, and those since. */
  private async lostBefore({ id, biller_id: billerId }: Row): Promise<Map<string, FindingView[]>> {
    const { rows } = await sql<FindingView>`
      select distinct ${FINDING} from reconciliation_findings
      where cause = 'lost' and not repaired and run_id in (
        select r.id from reconciliations r where r.biller_id = ${billerId} and r.id <> ${id} and r.started_at >= (
          select max(started_at) from reconciliations where biller_id = ${billerId} and state = 'done'))`.execute(
      this.database.db,
    );
    return Map.groupBy(rows, ({ accountNumber }) => accountNumber);
  }

  /** At random, so that each night's are others; but all of which something was lost, until it isn't any more. */
  private async chosen({ biller_id, wanted }: Row, lost: readonly string[]): Promise<string[]> {
    const order = wanted === null ? sql`account_number` : sql`account_number = any(${lost}) desc, random()`;
    const { rows } = await sql<{ account_number: string }>`
      select account_number from accounts where biller_id = ${biller_id} and refreshed_at is not null
      order by ${order} limit ${wanted === null ? null : Math.max(wanted, lost.length)}`.execute(this.database.db);
    return rows.map(({ account_number }) => account_number);
  }

  /** @returns false when the partner could not tell of it */
  private async one(id: string, billerId: string, accountNumber: string, repair: boolean): Promise<boolean> {
    const held = await this.store.read(billerId, accountNumber);
    let snapshot: AccountSnapshot | null = null;
    try {
      const provider = await this.scopes.contract(billerId, 'rtdr-provider');
      snapshot = await provider.lookUp(
        lookupOf(accountNumber, held),
        AbortSignal.any([this.stopping.signal, AbortSignal.timeout(CALL_MS)]),
      );
    } catch (error) {
      if (!(AdapterError.is(error) && error.kind === 'not-found')) return false;
    }
    const facts = {
      accountNumber,
      block: heldBlock(held.account),
      invoices: held.invoices.map(toHeldInvoice),
      payments: await this.payments(billerId, accountNumber),
    };
    const findings = [
      ...findingsOf(facts, snapshot, this.database.clock.now()),
      ...(snapshot ? await this.enrollments(billerId, accountNumber) : []),
    ];
    const mended = repair ? await this.repairs.repair(billerId, accountNumber, findings) : new Set<Finding>();
    await this.keep(
      id,
      findings.map((finding) => ({ ...finding, repaired: mended.has(finding) })),
    );
    return true;
  }

  private async payments(billerId: string, accountNumber: string): Promise<PaymentFacts[]> {
    const { rows } = await sql<{
      key: string;
      invoice_number: string;
      amount: string;
      state: DeliveryState;
      created_at: Date;
      updated_at: Date;
      balance_before: number | null;
      is_returned: boolean;
    }>`
      select d.key, d.request->>'invoiceNumber' as invoice_number, d.request->>'amount' as amount, d.state, d.created_at,
        d.updated_at, (
          select c.balance_due from changes c
          where hashtext(c.account_number) = hashtext(${accountNumber}) and c.account_number = ${accountNumber}
            and c.biller_id = d.biller_id and c.invoice_number = d.request->>'invoiceNumber' and c.at <= d.updated_at
          order by c.xid desc, c.seq desc limit 1) as balance_before,
        ${isReturned('d')} as is_returned
      from deliveries d
      where d.request->>'accountNumber' = ${accountNumber} and d.biller_id = ${billerId} and d.kind = 'payment'
        and d.created_at > now() - ${PAYMENT_DAYS} * interval '1 day'
        -- What was seen of the invoice after the payment is what the refresh itself compares.
        and not exists (
          select from changes c where hashtext(c.account_number) = hashtext(${accountNumber})
            and c.account_number = ${accountNumber} and c.biller_id = d.biller_id
            and c.invoice_number = d.request->>'invoiceNumber' and c.at > d.updated_at and d.state = 'delivered')
      order by d.created_at`.execute(this.database.db);
    return rows.map((row) => ({
      ...{ transactionId: row.key, invoiceNumber: row.invoice_number, amount: Money.parse(row.amount).cents },
      ...{ state: row.state, acceptedAt: row.created_at, at: row.updated_at },
      balanceBefore: row.balance_before ?? undefined,
      isReturned: row.is_returned,
    }));
  }

  private async enrollments(billerId: string, accountNumber: string): Promise<Finding[]> {
    const { rows } = await sql<{ kind: EnrollmentKind; wished: boolean; state: 'delivered' | 'parked' }>`
      select d.kind, (d.request->>'enabled')::boolean as wished, d.state from deliveries d
      where d.biller_id = ${billerId} and d.kind in ('paperless', 'autopay') and d.key = ${accountNumber}
        and (d.state = 'parked' or (d.state = 'delivered' and d.doubtful_until is null))
        -- A return that is to end autopay is a later word than the wish for it.
        and not (d.kind = 'autopay' and (d.request->>'enabled')::boolean and exists (
          select from deliveries p join deliveries r on r.biller_id = p.biller_id and r.kind = 'return' and r.key = p.key
          where p.request->>'accountNumber' = ${accountNumber} and p.biller_id = ${billerId} and p.kind = 'payment'
            and (r.request->>'disableAutoPay')::boolean and r.created_at > d.created_at))`.execute(this.database.db);
    if (rows.length === 0) return [];
    // One that can't be asked tells of none, as one that does not answer.
    const sink = await this.scopes.contract(billerId, 'enrollment-sink').catch(() => undefined);
    const findings: Finding[] = [];
    for (const { kind, ...wish } of rows) {
      const there = await sink?.readBack?.(kind, accountNumber, AbortSignal.timeout(CALL_MS)).catch(() => undefined);
      const finding = enrollmentFinding({ accountNumber, kind, ...wish }, there);
      if (finding) findings.push(finding);
    }
    return findings;
  }

  /** @param unanswered the findings are those of before */
  private async keep(id: string, findings: FindingView[], { unanswered = false } = {}): Promise<void> {
    const repaired = findings.filter((finding) => finding.repaired).length;
    const lost = findings.filter((finding) => finding.cause === 'lost' && !finding.repaired).length;
    await this.database.db.transaction().execute(async (trx) => {
      for (const { kind, cause, accountNumber, subject, ours, theirs, repaired } of findings)
        await sql`insert into reconciliation_findings (run_id, kind, cause, account_number, subject, ours, theirs, repaired)
          values (${id}, ${kind}, ${cause}, ${accountNumber}, ${subject}, ${ours}, ${theirs}, ${repaired})`.execute(
          trx,
        );
      await sql`update reconciliations set accounts = accounts + 1, unanswered = unanswered + ${Number(unanswered)},
        findings = findings + ${findings.length}, repaired = repaired + ${repaired}, lost = lost + ${lost},
        touched_at = now() where id = ${id}`.execute(trx);
    });
  }

  private async end(id: string, state: 'done' | 'failed', problem: string | null): Promise<void> {
    await sql`update reconciliations set state = ${state}, finished_at = now(), problem = ${problem}
      where id = ${id}`.execute(this.database.db);
  }

  /** Newest first. @throws Problem 404 `biller-not-found` */
  async list(billerId: string, limit: number): Promise<ReconciliationView[]> {
    await this.billers.get(billerId);
    const { rows } = await sql<Row>`select * from reconciliations where biller_id = ${billerId}
      order by started_at desc limit ${limit}`.execute(this.database.db);
    return rows.map(view);
  }

  /** @throws Problem 404 `reconciliation-not-found` */
  async get(billerId: string, id: string): Promise<ReconciliationView> {
    const { rows } = /^[0-9a-f-]{36}$/.test(id)
      ? await sql<Row>`select * from reconciliations where id = ${id} and biller_id = ${billerId}`.execute(
          this.database.db,
        )
      : { rows: [] };
    if (!rows[0])
      throw new Problem(404, 'reconciliation-not-found', `no reconciliation ${id} of the biller ${billerId}`);
    return view(rows[0]);
  }

  async findings(id: string, limit: number): Promise<FindingView[]> {
    const { rows } = await sql<FindingView>`
      select ${FINDING} from reconciliation_findings where run_id = ${id} order by cause desc, kind, account_number limit ${limit}`.execute(
      this.database.db,
    );
    return rows;
  }
}

const view = (row: Row): ReconciliationView => ({
  ...{ id: row.id, billerId: row.biller_id, state: row.state, wanted: row.wanted, problem: row.problem },
  ...{ startedAt: row.started_at.toISOString(), finishedAt: row.finished_at?.toISOString() ?? null },
  ...{ accounts: row.accounts, unanswered: row.unanswered, findings: row.findings },
  ...{ repaired: row.repaired, lost: row.lost },
});
