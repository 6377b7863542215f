/** The delivery engine: claims one delivery, attempts it, and settles it in one transaction. */
import { randomUUID } from 'node:crypto';
import {
  AdapterError,
  ENROLLMENT_KINDS,
  type EnrollmentKind,
  Money,
  type Payment,
  type PaymentReceipt,
  PlainDate,
  type RepeatSafety,
} from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers } from '../billers/billers.js';
import { type Exchange, recordingExchanges } from '../egress/exchange-record.js';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import type { DeliveryState } from '../store/tables.js';
import { LOG, type Log } from '../telemetry/log.js';
import type { Delivery } from './deliveries.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from './delivery-queue.js';
import { LEASE_END, Leases } from './leases.js';
import { settle } from './settlement.js';

const ATTEMPT_MS = 90_000;
const DEFAULT_MAX_AGE_HOURS = 72;
/** How soon a return looks again whether its payment has settled. */
const RETURN_PAUSE_MS = 2_000;

interface Success {
  duplicate?: boolean;
  confirmationNumber?: string;
  payoffAmount?: string;
  partnerMessages: string[];
}

/** The payment of a return has not settled yet: not an attempt, only a wait. */
const WAIT = Symbol('wait');

interface Claim {
  delivery: Delivery;
  /** The worker before us died in its attempt: what it did at the partner is unknown. */
  predecessorLost: boolean;
}

@injectable()
export class Deliver {
  private readonly stopping = new AbortController();

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
    @inject(Leases) private readonly leases: Leases,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** Runs one job; a job whose delivery needs nothing ends without a word. */
  async deliver(deliveryId: string): Promise<void> {
    if (this.stopping.signal.aborted) throw new Error('this host is stopping; the job is handed back');
    const claim = await this.claim(deliveryId);
    if (!claim) return;
    const started = new Date();
    const lease = this.leases.hold(claim.delivery.lease_token ?? '');
    try {
      const { repeatSafety, outcome } = await this.attempt(claim, lease.signal);
      await this.settle(claim.delivery, started, repeatSafety, outcome);
    } finally {
      lease.release();
    }
  }

  /** Breaks off what is under way; its outcome is then recorded as the adapter tells it. */
  stop(): void {
    this.stopping.abort();
  }

  private async claim(id: string): Promise<Claim | undefined> {
    return this.database.db.transaction().execute(async (trx) => {
      const row = await trx.selectFrom('deliveries').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
      // One that is leased is at work, or its worker died: then the sweep of the leases sends it here again.
      if (row?.state !== 'queued' || row.lease_until) return undefined;
      const delivery = await trx
        .updateTable('deliveries')
        .set({ lease_token: randomUUID(), lease_until: LEASE_END })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return { delivery, predecessorLost: row.lease_token !== null };
    });
  }

  private async attempt({ delivery, predecessorLost }: Claim, leaseLost: AbortSignal) {
    const signal = AbortSignal.any([this.stopping.signal, leaseLost, AbortSignal.timeout(ATTEMPT_MS)]);
    let repeatSafety: RepeatSafety = 'idempotent';
    const outcome = await recordingExchanges<Success | typeof WAIT>(async () => {
      if ((ENROLLMENT_KINDS as readonly string[]).includes(delivery.kind)) return this.enroll(delivery, signal);
      const sink = await this.scopes.contract(delivery.biller_id, 'payment-sink');
      repeatSafety = sink.repeatSafety;
      if (predecessorLost && repeatSafety === 'unsafe')
        throw new AdapterError('unknown-outcome', 'the worker that attempted this was lost', { code: 'worker-lost' });
      if (delivery.kind === 'payment') {
        const payment = toPayment(delivery.request);
        const repeated = predecessorLost || delivery.attempts > 0;
        const found = repeated && repeatSafety === 'findable' ? await sink.find?.(payment, signal) : undefined;
        const receipt: PaymentReceipt = found ? { ...found, duplicate: true } : await sink.post(payment, signal);
        const { payoffAmount, ...rest } = receipt;
        return { ...rest, ...(payoffAmount ? { payoffAmount: payoffAmount.toString() } : {}) };
      }
      const paid = await this.database.db
        .selectFrom('deliveries')
        .selectAll()
        .where('biller_id', '=', delivery.biller_id)
        .where('kind', '=', 'payment')
        .where('key', '=', delivery.key)
        .executeTakeFirstOrThrow();
      if (paid.state === 'queued') return WAIT;
      const confirmationNumber = (paid.result as { confirmationNumber?: string }).confirmationNumber;
      if (paid.state !== 'delivered' || !confirmationNumber)
        throw new AdapterError(
          'unsupported',
          `the payment is ${paid.state} and has ${confirmationNumber ? 'a' : 'no'} confirmation number`,
        );
      const { code, returnedOn, disableAutoPay } = delivery.request as Record<string, string | boolean>;
      if (!sink.returnPayment) throw new AdapterError('unsupported', 'the adapter does not support returns');
      return sink.returnPayment(
        {
          payment: toPayment(paid.request),
          confirmationNumber,
          code: String(code),
          returnedOn: PlainDate.parse(String(returnedOn)),
          disableAutoPay: disableAutoPay === true,
        },
        signal,
      );
    });
    return { repeatSafety, outcome };
  }

  private async enroll(delivery: Delivery, signal: AbortSignal): Promise<Success> {
    const sink = await this.scopes.contract(delivery.biller_id, 'enrollment-sink');
    const kind = delivery.kind as EnrollmentKind;
    const enrollment = { accountNumber: delivery.key, enabled: delivery.request.enabled === true };
    const done =
      kind === 'paperless' ? await sink.setPaperless(enrollment, signal) : await sink.setAutopay(enrollment, signal);
    const held = await sink.readBack?.(kind, delivery.key, signal);
    if (held !== undefined && held !== enrollment.enabled)
      throw new AdapterError(
        'unavailable',
        `the partner says that ${kind} is ${held ? 'on' : 'off'} after it was set`,
        {
          code: 'read-back-differs',
        },
      );
    return done;
  }

  private async settle(
    claimed: Delivery,
    started: Date,
    repeatSafety: RepeatSafety,
    outcome: { exchanges: Exchange[] } & ({ value: Success | typeof WAIT } | { error: unknown }),
  ): Promise<void> {
    const now = new Date();
    await this.database.db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('deliveries')
        .selectAll()
        .where('id', '=', claimed.id)
        .forUpdate()
        .executeTakeFirstOrThrow();
      const release = { lease_token: null, lease_until: null, updated_at: now };
      const fenced = row.lease_token !== claimed.lease_token;
      if ('value' in outcome && outcome.value === WAIT) {
        if (fenced) return;
        const again = new Date(now.getTime() + RETURN_PAUSE_MS);
        await trx
          .updateTable('deliveries')
          .set({ ...release, next_attempt_at: again })
          .where('id', '=', row.id)
          .execute();
        return this.queue.enqueue(trx, row.id, row.biller_id, again);
      }
      const failure = 'error' in outcome ? this.failureOf(outcome.error) : undefined;
      await trx
        .insertInto('delivery_attempts')
        .values({
          delivery_id: row.id,
          at: started,
          duration_ms: now.getTime() - started.getTime(),
          outcome: failure ? failure.kind : 'delivered',
          code: failure?.code ?? null,
          message: failure?.message ?? null,
          exchanges: JSON.stringify(outcome.exchanges),
        })
        .execute();
      const superseded = row.version !== claimed.version;
      if (fenced || superseded || row.state !== 'queued') {
        // This attempt was for an older wish, or outlived its lease: whatever it did at the partner, the newest wish
        // goes out once more after it, so that it is the last.
        const isEnrollment = row.kind === 'paperless' || row.kind === 'autopay';
        if (!fenced) await trx.updateTable('deliveries').set(release).where('id', '=', row.id).execute();
        if (row.state === 'queued' && !fenced) return this.queue.enqueue(trx, row.id, row.biller_id);
        if (!fenced || !isEnrollment || row.state === 'cancelled') return;
        await trx
          .updateTable('deliveries')
          .set({ state: 'queued', version: row.version + 1, updated_at: now })
          .where('id', '=', row.id)
          .execute();
        return this.queue.enqueue(trx, row.id, row.biller_id);
      }
      const finish = async (state: DeliveryState, result: object): Promise<void> => {
        await trx
          .updateTable('deliveries')
          .set({ ...release, state, result: JSON.stringify(result), attempts: row.attempts + 1, next_attempt_at: null })
          .where('id', '=', row.id)
          .execute();
      };
      if (!failure) return finish('delivered', (outcome as { value: Success }).value);
      const { maxAgeMs, equalAnswers } = await this.history(trx, row, failure);
      const settlement = settle(
        failure,
        {
          delivery: row.kind,
          repeatSafety,
          attempts: row.attempts + 1,
          ageMs: now.getTime() - row.created_at.getTime(),
          maxAgeMs,
          equalAnswers,
        },
        Math.random,
      );
      const told = { partnerMessages: failure.partnerMessages, code: failure.code, detail: failure.message };
      if (settlement.next === 'rejected') return finish('rejected', told);
      if (settlement.next === 'parked') return finish('parked', { ...told, reason: settlement.reason });
      const again = new Date(now.getTime() + settlement.inMs);
      await trx
        .updateTable('deliveries')
        .set({ ...release, attempts: row.attempts + 1, next_attempt_at: again, result: JSON.stringify(told) })
        .where('id', '=', row.id)
        .execute();
      return this.queue.enqueue(trx, row.id, row.biller_id, again);
    });
  }

  private async history(trx: Database['db'], row: Delivery, failure: AdapterError) {
    const hours = (await this.billers.get(row.biller_id)).options.maxDeliveryAgeHours ?? DEFAULT_MAX_AGE_HOURS;
    // Only an answer of the partner's own can be "the same answer"; an outage repeats itself and still ends.
    const answers = failure.kind === 'malformed' || /^http-/.test(failure.code);
    const latest = answers
      ? await trx
          .selectFrom('delivery_attempts')
          .select(['code', 'message'])
          .where('delivery_id', '=', row.id)
          .orderBy('id', 'desc')
          .limit(10)
          .execute()
      : [];
    const differs = latest.findIndex((item) => item.code !== failure.code || item.message !== failure.message);
    const counts = failure.kind === 'unknown-outcome' || failure.kind === 'malformed';
    return { maxAgeMs: Number(hours) * 3_600_000, equalAnswers: counts ? (differs < 0 ? latest.length : differs) : 0 };
  }

  private failureOf(error: unknown): AdapterError {
    if (AdapterError.is(error)) return error;
    if (error instanceof Problem) return new AdapterError('misconfigured', error.message, { code: error.code });
    this.log.error({ err: error }, 'an adapter threw something else than an AdapterError');
    return new AdapterError('unknown-outcome', 'the adapter failed unexpectedly', { code: 'adapter-failed' });
  }
}

function toPayment(request: Record<string, unknown>): Payment {
  return {
    ...(request as unknown as Payment),
    amount: Money.parse(String(request.amount)),
    paymentDate: PlainDate.parse(String(request.paymentDate)),
  };
}
