/** The delivery engine: claims one delivery, attempts it, and concludes it in one transaction. */
import { randomUUID } from 'node:crypto';
import {
  AdapterError,
  type EnrollmentKind,
  type EnrollmentSink,
  type PaymentReceipt,
  type PaymentSink,
  PlainDate,
  type RepeatSafety,
  toPayment,
} from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import { type Exchange, recordingExchanges } from '../egress/exchange-record.js';
import {
  type ClaimDecision,
  type Conclusion,
  conclude,
  DOUBT_MS,
  decideClaim,
  type Failure,
  isEnrollment,
  isOfPartner,
  LEASE_MS,
  LOOK_AGAIN_MS,
  type Outcome,
  WORKER_LOST,
} from './delivery-rules.js';
import {
  type Attempt,
  type Delivery,
  type DeliveryPatch,
  type DeliveryProgress,
  type DeliveryStore,
  type DeliveryTransaction,
  type PartnerState,
  SOUND,
} from './delivery-store.js';
import type { Lease, Leases } from './leases.js';
import { failureOf, type Success, successOf } from './told.js';

const ATTEMPT_MS = 90_000;
const STOPPING = 'this host is stopping';
/** For how long a host that lacks a biller's adapter leaves its deliveries to those that have it. */
const ELSEWHERE_MS = 30_000;
/** How soon a return looks again whether its payment has settled. */
const RETURN_PAUSE_MS = 2_000;

/** What a biller's adapter and settings say; from the biller's scope. */
export interface DeliveryPartner {
  paymentSink(): Promise<PaymentSink>;
  enrollmentSink(): Promise<EnrollmentSink>;
  /** How long a delivery is tried. */
  maxAgeMs: number;
  /** This host lacks its adapter, and another has it. */
  isElsewhere?: boolean;
}

/** Everything of the world that the engine needs, so that a simulation can be another. */
export interface DeliveryWorld {
  store: DeliveryStore;
  partner(billerId: string): Promise<DeliveryPartner>;
  /** By the store's clock. */
  now(): Date;
  /** When the store was restored, if that was of late: what it has lost may be handed over once more. */
  restoredAt(): Date | undefined;
  /** @returns calls it off */
  after(ms: number, work: () => void): () => void;
  /** Between 0 and 1. */
  random(): number;
  /** Something an operator is told once. */
  tell(news: NonNullable<Conclusion['news']>, delivery: DeliveryProgress, conclusion: Conclusion): void;
  /** An adapter threw something else than an AdapterError. */
  failedUnexpectedly(error: unknown): AdapterError;
  /** The rules; a proof that the rules are needed breaks them. */
  rules?: { conclude: typeof conclude };
}

/** Why a job did nothing, for the queue to know what not to fetch for now. */
export interface HeldBack {
  billerId: string;
  /** Zero: nothing holds it back any more. */
  forMs: number;
}

/** What is told of an attempt. */
type Told = Pick<Attempt, 'code' | 'message'>;
type Parked = { parked: Delivery; patch: DeliveryPatch };
type Claim = { delivery: Delivery } & Extract<ClaimDecision, { next: 'attempt' }>;

export class Deliver {
  private stopping = false;

  constructor(
    private readonly world: DeliveryWorld,
    private readonly leases: Leases,
  ) {}

  /** Runs one job; a job whose delivery needs nothing ends without a word. */
  async deliver(deliveryId: string): Promise<HeldBack | undefined> {
    if (this.stopping) throw new Error(`${STOPPING}; the job is handed back`);
    const claim = await this.claim(deliveryId);
    if (!claim) return undefined;
    if ('forMs' in claim) return claim;
    const { kind, biller_id: billerId } = claim.delivery;
    trace.getActiveSpan()?.setAttributes({ 'ic.biller': billerId, 'ic.delivery.kind': kind });
    const started = performance.now();
    // One signal for the lease, the time and the end of this host: AbortSignal.any and .timeout outlive what they are for.
    const age = this.world.now().getTime() - this.fromClaim(claim.delivery, 0).getTime();
    const lease = this.leases.hold(claim.delivery.lease_token ?? '', Math.max(0, age));
    const callOff = this.world.after(ATTEMPT_MS, () => lease.giveUp('the attempt took too long'));
    if (this.stopping) lease.giveUp(STOPPING);
    try {
      const { repeatSafety, outcome, exchanges } = await this.attempt(claim.delivery, lease);
      const durationMs = Math.round(performance.now() - started);
      return await this.conclude(claim, repeatSafety, outcome, { exchanges, durationMs });
    } finally {
      callOff();
      lease.release();
    }
  }

  /** Breaks off what is under way; its outcome is then recorded as the adapter tells it. */
  stop(): void {
    this.stopping = true;
    this.leases.giveUpAll(STOPPING);
  }

  private async claim(id: string): Promise<Claim | HeldBack | undefined> {
    const claimed = await this.world.store.transact('claim', (transaction) => this.claimIn(transaction, id));
    if (!claimed || !('parked' in claimed)) return claimed;
    this.world.tell('parked', claimed.parked, { patch: claimed.patch });
    return undefined;
  }

  private async claimIn(transaction: DeliveryTransaction, id: string): Promise<Claim | HeldBack | Parked | undefined> {
    const held = await transaction.lockForClaim(id);
    if (!held) return undefined;
    const { delivery, now, ...standing } = held;
    const isLost = ({ code }: Told): boolean => code === WORKER_LOST.code;
    const lostInARow = delivery.lease_token ? inARow(await transaction.latestAttempts(id), isLost) : 0;
    const decision = decideClaim(delivery, { ...standing, now, token: randomUUID(), lostInARow });
    if (decision.next === 'nothing') return undefined;
    if (decision.next === 'later') {
      await transaction.enqueue(delivery, decision.at);
      return decision.because === 'early' ? undefined : { billerId: delivery.biller_id, forMs: +decision.at - +now };
    }
    await transaction.save(id, decision.patch);
    const { code, detail: message } = WORKER_LOST;
    if (decision.next === 'park' || decision.predecessorLost)
      await transaction.record({
        ...{ delivery_id: id, at: now, duration_ms: 0, outcome: 'unknown-outcome', code, message, exchanges: [] },
      });
    if (decision.next === 'park') return { parked: delivery, patch: decision.patch };
    if (decision.partner) await transaction.savePartner(delivery.biller_id, decision.partner);
    return { ...decision, delivery: { ...delivery, ...decision.patch, result: delivery.result } as Delivery };
  }

  private async attempt(delivery: Delivery, lease: Lease) {
    let repeatSafety: RepeatSafety = 'idempotent';
    const { exchanges, ...ended } = await recordingExchanges<Outcome<Success>>(async () => {
      const partner = await this.world.partner(delivery.biller_id);
      if (partner.isElsewhere) return { waitUntil: this.fromClaim(delivery, 0) };
      if (isEnrollment(delivery.kind))
        return { success: await this.enroll(await partner.enrollmentSink(), delivery, lease) };
      const sink = await partner.paymentSink();
      // A return can't be looked for: where a payment could be, a return is as at a sink that is not safe.
      const isReturn = delivery.kind === 'return';
      repeatSafety = isReturn && sink.repeatSafety === 'findable' ? 'unsafe' : sink.repeatSafety;
      if (delivery.doubtful_until && repeatSafety === 'unsafe')
        throw new AdapterError('unknown-outcome', 'an earlier attempt may have reached the partner', {
          code: 'earlier-attempt-unknown',
        });
      return delivery.kind === 'payment' ? this.pay(sink, delivery, lease) : this.returnPayment(sink, delivery, lease);
    });
    const outcome = 'error' in ended ? { failure: this.failureOf(ended.error) } : ended.value;
    return { repeatSafety, outcome, exchanges };
  }

  private async pay(sink: PaymentSink, delivery: Delivery, lease: Lease): Promise<Outcome<Success>> {
    const payment = toPayment(delivery.request);
    const restoredAt = this.world.restoredAt();
    const doubtfulUntil = delivery.doubtful_until ?? (restoredAt && new Date(restoredAt.getTime() + DOUBT_MS));
    let found: PaymentReceipt | undefined;
    if (doubtfulUntil && sink.repeatSafety === 'findable') {
      // What the partner is still working on can't be found yet, and would then be there twice.
      if (doubtfulUntil > this.fromClaim(delivery, 0)) return { waitUntil: doubtfulUntil };
      found = await sink.find?.(payment, lease.signal);
    }
    return { success: successOf(found ? { ...found, duplicate: true } : await sink.post(payment, lease.toSend())) };
  }

  private async returnPayment(sink: PaymentSink, delivery: Delivery, lease: Lease): Promise<Outcome<Success>> {
    const paid = await this.world.store.paymentOf(delivery);
    if (!paid || paid.state === 'queued') return { waitUntil: this.fromClaim(delivery, RETURN_PAUSE_MS) };
    const { confirmationNumber } = paid.result as { confirmationNumber?: string };
    if (paid.state !== 'delivered' || !confirmationNumber)
      throw new AdapterError(
        'unsupported',
        `the payment is ${paid.state} and has ${confirmationNumber ? 'a' : 'no'} confirmation number`,
        { code: 'payment-not-returnable' },
      );
    if (!sink.returnPayment) throw new AdapterError('unsupported', 'the adapter does not support returns');
    const { code, returnedOn, disableAutoPay } = delivery.request as Record<string, string | boolean>;
    const success = await sink.returnPayment(
      {
        payment: toPayment(paid.request),
        confirmationNumber,
        code: String(code),
        returnedOn: PlainDate.parse(String(returnedOn)),
        disableAutoPay: disableAutoPay === true,
      },
      lease.toSend(),
    );
    return { success: successOf(success ?? {}) };
  }

  private async enroll(sink: EnrollmentSink, delivery: Delivery, lease: Lease): Promise<Success> {
    const kind = delivery.kind as EnrollmentKind;
    const enrollment = { accountNumber: delivery.key, enabled: delivery.request.enabled === true };
    const done =
      kind === 'paperless'
        ? await sink.setPaperless(enrollment, lease.toSend())
        : await sink.setAutopay(enrollment, lease.toSend());
    const held = await sink.readBack?.(kind, delivery.key, lease.signal);
    if (held !== undefined && held !== enrollment.enabled)
      throw new AdapterError(
        'unavailable',
        `the partner says that ${kind} is ${held ? 'on' : 'off'} after it was set`,
        {
          code: 'read-back-differs',
        },
      );
    return successOf(done ?? {});
  }

  private async conclude(
    claim: Claim,
    repeatSafety: RepeatSafety,
    outcome: Outcome<Success>,
    { exchanges, durationMs }: { exchanges: readonly Exchange[]; durationMs: number },
  ): Promise<HeldBack | undefined> {
    const { id, biller_id: billerId } = claim.delivery;
    // A biller that is gone or broken has no age of its own; what is held for it is not given up for that.
    const { maxAgeMs, isElsewhere } = await this.world
      .partner(billerId)
      .catch(() => ({ maxAgeMs: Number.POSITIVE_INFINITY, isElsewhere: false }));
    const { row, conclusion, forMs } = await this.world.store.transact('conclude', async (transaction) => {
      const failure = 'failure' in outcome ? outcome.failure : undefined;
      const mayChange = failure !== undefined && isOfPartner(failure, this.stopping);
      const locked = await transaction.lockForConclusion(id, billerId, mayChange);
      if (!locked) return {};
      const { delivery: row, now, partner = { ...SOUND, biller_id: billerId } } = locked;
      const context = {
        ...{ repeatSafety, maxAgeMs, now, probe: claim.probe, brokenOff: this.stopping, random: this.world.random },
        equalAnswers: failure && isAnswer(failure) ? equalAnswers(failure, await transaction.latestAttempts(id)) : 0,
      };
      const decide = (partner: PartnerState) =>
        (this.world.rules?.conclude ?? conclude)(row, claim.delivery, outcome, { ...context, partner });
      let conclusion = decide(partner);
      // Most change nothing about the partner, and then don't take turns for it.
      if (conclusion.partner) conclusion = decide(await transaction.lockPartner(billerId));
      if (!('waitUntil' in outcome))
        await transaction.record({
          ...{ delivery_id: id, at: new Date(now.getTime() - durationMs), duration_ms: durationMs, exchanges },
          outcome: failure ? failure.kind : 'delivered',
          code: failure?.code ?? null,
          message: failure?.message ?? null,
        });
      if (conclusion.patch) await transaction.save(id, conclusion.patch);
      if (conclusion.partner) await transaction.savePartner(billerId, conclusion.partner);
      if (conclusion.enqueueAt) await transaction.enqueue(row, conclusion.enqueueAt);
      const until = conclusion.partner?.blocked_until;
      const forMs = until === undefined ? undefined : Math.min(LOOK_AGAIN_MS, Math.max(0, +(until ?? now) - +now));
      return { row, conclusion, forMs };
    });
    if (row && conclusion?.news) this.world.tell(conclusion.news, row, conclusion);
    if (isElsewhere) return { billerId, forMs: ELSEWHERE_MS };
    return forMs === undefined ? undefined : { billerId, forMs };
  }

  /** A time so long after the claim, by the store's clock. */
  private fromClaim(delivery: Delivery, ms: number): Date {
    return new Date((delivery.lease_until?.getTime() ?? 0) - LEASE_MS + ms);
  }

  private failureOf(error: unknown): AdapterError {
    return AdapterError.is(error) ? failureOf(error) : this.world.failedUnexpectedly(error);
  }
}

/** How many of the latest attempts, from the newest on, are of a kind. */
function inARow(latest: readonly Told[], isOfKind: (attempt: Told) => boolean): number {
  const other = latest.findIndex((attempt) => !isOfKind(attempt));
  return other < 0 ? latest.length : other;
}

/** An outage repeats itself and still ends; only an answer can be "the same answer". */
const isAnswer = ({ kind, code }: Failure): boolean =>
  kind === 'malformed' || (kind === 'unknown-outcome' && /^http-/.test(code));

/** How often in a row, this time included, the partner itself gave this answer to what it may have done. */
const equalAnswers = (failure: Failure, latest: readonly Told[]): number =>
  1 + inARow(latest, ({ code, message }) => code === failure.code && message === failure.message);
