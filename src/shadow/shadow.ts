/** Runs a second adapter beside a biller's own: compares, keeps what differs, and switches when a person wants it. */
import {
  type AccountLookup,
  type AccountSnapshot,
  AdapterError,
  type ContractTypes,
  type EnrollmentSink,
  type PaymentSink,
} from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers } from '../billers/billers.js';
import { PartnerHolds, refuseInDoubt } from '../deliveries/partner-holds.js';
import { keepingBack, type NotedCall, noting } from '../egress/noted-calls.js';
import { Problem } from '../problem.js';
import type { HeldInvoice } from '../rtdr/reconcile.js';
import { audit } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import { LOG, type Log } from '../telemetry/log.js';
import { compareLookUps, compareWrites, type Difference, type LookedUp } from './compare.js';
import { readShadow } from './shadow-option.js';

export type ShadowKind = 'look-up' | 'payment' | 'return' | 'paperless' | 'autopay';

const LOOK_UP_MS = 90_000;
/** A shadow that can't keep up is left out: the customer's answer waits for nothing. */
const MOST_BESIDE = 50;
const MOST_DIFFERENCES = 100;

export interface ShadowReport {
  /** Its id. */
  shadow: string;
  ready: boolean;
  /** Why it is, or is not. */
  says: string;
  wanted: { accounts: number; days: number };
  /** Of the days that are wanted. */
  seen: { runs: number; differing: number; accounts: number; since: string | null };
  fields: { kind: ShadowKind; field: string; runs: number; latest: { at: string; subject: string } & Difference }[];
  trend: { day: string; runs: number; differing: number }[];
}

/** What is written, of whom and by whom. */
interface Written<Name> {
  billerId: string;
  shadow: string;
  contract: Name;
  kind: ShadowKind;
  subject: string;
}

@injectable()
export class Shadow {
  private beside = 0;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(PartnerHolds) private readonly holds: PartnerHolds,
    @inject(LOG) private readonly log: Log,
  ) {}

  /**
   * Asks the shadow, too, where there is one; never throws, and nobody waits for it.
   * @returns takes the answer that counts, when it is there
   */
  async lookUp(billerId: string, lookup: AccountLookup) {
    const shadow = await this.billers.shadowOf(billerId);
    if (shadow === undefined || this.beside >= MOST_BESIDE) return undefined;
    this.beside++;
    const second = this.answerOf(shadow, lookup).finally(() => this.beside--);
    return (first: LookedUp, held: readonly HeldInvoice[], block: { ach: boolean; card: boolean }): void => {
      second
        .then((answer) =>
          this.keep(billerId, 'look-up', lookup.accountNumber, compareLookUps(held, block, first, answer)),
        )
        .catch((error: unknown) => this.log.error({ err: error, billerId }, 'a shadow could not be compared'));
    };
  }

  private async answerOf(shadow: string, lookup: AccountLookup): Promise<LookedUp> {
    try {
      const provider = await this.scopes.shadowContract(shadow, 'rtdr-provider');
      return { snapshot: (await provider.lookUp(lookup, AbortSignal.timeout(LOOK_UP_MS))) as AccountSnapshot };
    } catch (error) {
      return { error: AdapterError.is(error) ? error.kind : 'misconfigured' };
    }
  }

  /** The sink that counts; what it is given is built by the shadow's, too, where there is one, and not sent. */
  async paymentSink(billerId: string, own: PaymentSink): Promise<PaymentSink> {
    const shadow = await this.billers.shadowOf(billerId);
    if (shadow === undefined) return own;
    const of = { billerId, shadow, contract: 'payment-sink' as const };
    const { find, returnPayment } = own;
    return {
      repeatSafety: own.repeatSafety,
      post: (payment, signal) =>
        this.written({ ...of, kind: 'payment', subject: payment.transactionId }, own, (sink) =>
          sink.post(payment, signal),
        ),
      ...(find ? { find: find.bind(own) } : {}),
      ...(returnPayment
        ? {
            returnPayment: (returned, signal) =>
              this.written({ ...of, kind: 'return', subject: returned.payment.transactionId }, own, async (sink) => {
                if (!sink.returnPayment) throw new AdapterError('unsupported', 'no returns');
                return sink.returnPayment(returned, signal);
              }),
          }
        : {}),
    };
  }

  /** As {@link paymentSink}. */
  async enrollmentSink(billerId: string, own: EnrollmentSink): Promise<EnrollmentSink> {
    const shadow = await this.billers.shadowOf(billerId);
    if (shadow === undefined) return own;
    const of = { billerId, shadow, contract: 'enrollment-sink' as const };
    const { readBack } = own;
    return {
      setPaperless: (wish, signal) =>
        this.written({ ...of, kind: 'paperless', subject: wish.accountNumber }, own, (sink) =>
          sink.setPaperless(wish, signal),
        ),
      setAutopay: (wish, signal) =>
        this.written({ ...of, kind: 'autopay', subject: wish.accountNumber }, own, (sink) =>
          sink.setAutopay(wish, signal),
        ),
      ...(readBack ? { readBack: readBack.bind(own) } : {}),
    };
  }

  /** Does what counts; what the shadow would send is then compared with what was sent, and nobody waits for it. */
  private async written<Name extends 'payment-sink' | 'enrollment-sink', T>(
    of: Written<Name>,
    own: ContractTypes[Name],
    work: (sink: ContractTypes[Name]) => Promise<T>,
  ): Promise<T> {
    const { value, calls } = await noting(() => work(own));
    this.compareWritten(of, calls, work).catch((error: unknown) =>
      this.log.error({ err: error, billerId: of.billerId }, 'a shadow could not be compared'),
    );
    return value;
  }

  private async compareWritten<Name extends 'payment-sink' | 'enrollment-sink'>(
    { billerId, shadow, contract, kind, subject }: Written<Name>,
    sent: readonly NotedCall[],
    work: (sink: ContractTypes[Name]) => Promise<unknown>,
  ): Promise<void> {
    const [one, other] = await Promise.all([this.billers.get(billerId), this.billers.get(shadow)]);
    const { calls, error } = await keepingBack(async () => work(await this.scopes.shadowContract(shadow, contract)));
    const why = AdapterError.is(error)
      ? error.kind
      : ((error as { code?: string } | undefined)?.code ?? 'nothing to send');
    // It comes as far as its first call that is not answered.
    const first = { calls: sent.slice(0, calls.length), refused: null };
    const second = { calls, refused: calls.length ? null : why };
    await this.keep(billerId, kind, subject, compareWrites(first, second, one.adapter === other.adapter));
  }

  private async keep(billerId: string, kind: ShadowKind, subject: string, differences: Difference[]): Promise<void> {
    const kept = JSON.stringify(differences.slice(0, MOST_DIFFERENCES));
    await sql`insert into shadow_runs (biller_id, kind, subject, differing, differences)
      values (${billerId}, ${kind}, ${subject}, ${differences.length > 0}, ${kept})`.execute(this.database.db);
  }

  /** @throws Problem 404 `no-shadow` */
  async report(billerId: string): Promise<ShadowReport> {
    const { shadow, wanted } = await this.optionOf(billerId);
    const { db } = this.database;
    const days = sql`now() - ${wanted.days} * interval '1 day'`;
    // What was compared with another configuration says nothing of this one.
    const since = sql`greatest((select max(updated_at) from billers where biller_id in (${billerId}, ${shadow})), ${days})`;
    const [seen, fields, trend] = await Promise.all([
      sql<{ runs: number; differing: number; accounts: number; since: Date | null; first: Date | null }>`
        select count(*)::int as runs, (count(*) filter (where differing))::int as differing,
          (count(distinct subject) filter (where kind = 'look-up'))::int as accounts, min(at) as since,
          (select min(at) from shadow_runs where biller_id = ${billerId}
            and at >= (select max(updated_at) from billers where biller_id in (${billerId}, ${shadow}))) as first
        from shadow_runs where biller_id = ${billerId} and at >= ${since}`.execute(db),
      sql<{ kind: ShadowKind; field: string; runs: number; at: Date; subject: string; latest: Difference }>`
        select kind, d->>'field' as field, count(distinct id)::int as runs, max(at) as at,
          (array_agg(subject order by id desc))[1] as subject, (array_agg(d order by id desc))[1] as latest
        from shadow_runs, jsonb_array_elements(differences) d
        where biller_id = ${billerId} and at >= ${since} and differing group by 1, 2 order by runs desc limit 50`.execute(
        db,
      ),
      sql<{ day: string; runs: number; differing: number }>`
        select to_char(at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as runs,
          (count(*) filter (where differing))::int as differing
        from shadow_runs where biller_id = ${billerId} and at >= now() - interval '30 days' group by 1 order by 1`.execute(
        db,
      ),
    ]);
    const { first, ...found } = seen.rows[0] ?? { runs: 0, differing: 0, accounts: 0, since: null, first: null };
    const lasted = first !== null && first.getTime() <= +this.database.clock.now() - wanted.days * 86_400_000;
    const ready = found.differing === 0 && found.accounts >= wanted.accounts && lasted;
    const says = ready
      ? `${found.accounts} accounts over ${wanted.days} days differed in nothing: ready to switch.`
      : found.differing
        ? `${found.differing} of ${found.runs} comparisons differ.`
        : `Nothing differs so far: ${found.accounts} of ${wanted.accounts} accounts, ${lasted ? 'long enough' : `not yet ${wanted.days} days`}.`;
    return {
      ...{ shadow, ready, says, wanted, trend: trend.rows },
      seen: { ...found, since: found.since?.toISOString() ?? null },
      fields: fields.rows.map(({ kind, field, runs, at, subject, latest }) => ({
        ...{ kind, field, runs, latest: { ...latest, at: at.toISOString(), subject } },
      })),
    };
  }

  /**
   * The shadow's adapter, settings and options become the biller's, and the other way round: switching back is the same.
   * @throws Problem 404 `no-shadow`, 409 `deliveries-under-way` or `deliveries-in-doubt`
   */
  async switch(billerId: string, actor: string, reason?: string): Promise<void> {
    const { shadow } = await this.optionOf(billerId);
    const why = { code: 'switching', detail: 'its shadow takes over' };
    this.billers.forget(billerId, shadow); // what counts is how they are now
    const { known } = await this.holds
      .sendElsewhere(billerId, why, async (trx, inDoubt) => {
        const [one, other] = [await this.billers.get(billerId, trx), await this.billers.get(shadow, trx)];
        if (one.adapter !== other.adapter) refuseInDoubt(inDoubt);
        await this.billers.exchange(trx, billerId, shadow);
        const details = { from: one.adapter, to: other.adapter, shadow };
        await audit(trx, { actor, action: 'biller.switch', subject: billerId, reason, details });
      })
      .finally(() => this.billers.forget(billerId, shadow));
    await known;
  }

  private async optionOf(billerId: string) {
    await this.billers.get(billerId);
    const shadow = await this.billers.shadowOf(billerId, true);
    if (shadow === undefined)
      throw new Problem(
        404,
        'no-shadow',
        `the biller ${billerId} has no shadow; a biller with the option shadowOf is one`,
      );
    const { accounts, days } = readShadow((await this.billers.get(shadow)).options.shadowOf);
    return { shadow, wanted: { accounts, days } };
  }
}
