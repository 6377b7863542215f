/** Holds payments, returns and enrollments durably, and tells how they stand. */
import { isDeepStrictEqual } from 'node:util';
import type { EnrollmentKind } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { type Kysely, sql, type Transaction } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers } from '../billers/billers.js';
import { Problem } from '../problem.js';
import { audit } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import type { DeliveryKind, DeliveryState, Tables } from '../store/tables.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from './delivery-queue.js';
import { isEnrollment } from './delivery-rules.js';
import type { Delivery, PartnerState } from './delivery-store.js';

/** How a person who knows better ends a delivery. */
export interface HandSettlement {
  state: 'delivered' | 'rejected';
  reason: string;
  /** The partner's number, where the person found the payment there. */
  confirmationNumber?: string;
}

const RELEASE_AT_ONCE = 1_000;

@injectable()
export class Deliveries {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
  ) {}

  /**
   * @returns the delivery, and whether it is new; it is committed when this resolves
   * @throws Problem 409 `transaction-conflict` when the transaction id is held with another content
   */
  async acceptPayment(
    billerId: string,
    payment: { transactionId: string },
  ): Promise<{ delivery: Delivery; created: boolean }> {
    await this.scopes.contract(billerId, 'payment-sink');
    return this.accept(billerId, 'payment', payment.transactionId, payment);
  }

  /** @throws Problem 404 `payment-not-found`, 501 `contract-not-supported`, 409 `transaction-conflict` */
  async acceptReturn(billerId: string, transactionId: string, returned: object) {
    await this.get(billerId, 'payment', transactionId);
    if (!this.scopes.hasCapability(await this.billers.get(billerId), 'payment-sink', 'returns'))
      throw new Problem(501, 'contract-not-supported', 'the adapter of this biller does not support returns');
    return this.accept(billerId, 'return', transactionId, returned);
  }

  /** Desired state: a new wish replaces the older one, whether or not it was delivered. */
  async setEnrollment(
    billerId: string,
    kind: EnrollmentKind,
    accountNumber: string,
    enabled: boolean,
  ): Promise<Delivery> {
    await this.scopes.contract(billerId, 'enrollment-sink');
    const limit = await this.limit(billerId);
    const row = await this.database.db.transaction().execute(async (trx) => {
      const request = JSON.stringify({ enabled });
      const row = await trx
        .insertInto('deliveries')
        .values({ biller_id: billerId, kind, key: accountNumber, state: 'queued', request, result: '{}' })
        .onConflict((conflict) =>
          conflict.columns(['biller_id', 'kind', 'key']).doUpdateSet({
            state: 'queued',
            request,
            result: '{}',
            version: sql`deliveries.version + 1`,
            next_attempt_at: null,
            created_at: new Date(), // a new wish has its whole time before it
            updated_at: new Date(),
          }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      await this.queue.enqueue(trx, row.id, billerId, limit);
      return row;
    });
    this.queue.poke();
    return row;
  }

  /** @throws Problem 404 */
  async get(billerId: string, kind: DeliveryKind, key: string): Promise<Delivery> {
    await this.billers.get(billerId);
    const row = await this.database.db
      .selectFrom('deliveries')
      .selectAll()
      .where('biller_id', '=', billerId)
      .where('kind', '=', kind)
      .where('key', '=', key)
      .executeTakeFirst();
    const name = isEnrollment(kind) ? 'enrollment' : kind;
    if (!row) throw new Problem(404, `${name}-not-found`, `no ${kind} ${key} is held for the biller ${billerId}`);
    return row;
  }

  /** @throws Problem 404 */
  async byId(id: string): Promise<Delivery> {
    const row = await this.database.db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new Problem(404, 'delivery-not-found', `no delivery ${id}`);
    return row;
  }

  async attempts(deliveryId: string) {
    const rows = await this.database.db
      .selectFrom('delivery_attempts')
      .selectAll()
      .where('delivery_id', '=', deliveryId)
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      at: row.at.toISOString(),
      durationMs: row.duration_ms,
      outcome: row.outcome,
      code: row.code,
      message: row.message,
      exchanges: row.exchanges,
    }));
  }

  list(state: DeliveryState | undefined, billerId: string | undefined, limit: number): Promise<Delivery[]> {
    return this.database.db
      .selectFrom('deliveries')
      .selectAll()
      .$if(state !== undefined, (query) => query.where('state', '=', state as DeliveryState))
      .$if(billerId !== undefined, (query) => query.where('biller_id', '=', billerId as string))
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  /**
   * Sends a parked, rejected or cancelled delivery on its way again.
   * @throws Problem 404, 409 `not-retryable`
   */
  async retry(id: string, actor: string, reason?: string): Promise<Delivery> {
    const row = await this.change(id, ['parked', 'rejected', 'cancelled'], 'not-retryable', async (trx, held) => {
      await this.queue.enqueue(trx, id, held.biller_id, await this.limit(held.biller_id, trx));
      await audit(trx, { actor, action: 'delivery.retry', subject: id, reason, details: { from: held.state } });
      // Its age counts from now on, and it is a new wish for whatever attempt is still under way. What an earlier
      // attempt may have done is the business of the person who sends it again.
      return {
        ...{ state: 'queued', created_at: new Date(), version: held.version + 1 },
        ...{ next_attempt_at: null, doubtful_until: null },
      };
    });
    this.queue.poke();
    return row;
  }

  /**
   * Gives a waiting or parked delivery up.
   * @throws Problem 404, 409 `not-cancellable`, or `outcome-unknown` where money may have been moved already
   */
  cancel(id: string, actor: string, reason?: string): Promise<Delivery> {
    return this.change(id, ['queued', 'parked'], 'not-cancellable', async (trx, row) => {
      refuseUnderWay(row);
      if (row.doubtful_until && !isEnrollment(row.kind))
        throw new Problem(
          409,
          'outcome-unknown',
          'the partner may have it; look there, then settle it by hand or retry it',
        );
      await audit(trx, { actor, action: 'delivery.cancel', subject: id, reason, details: { from: row.state } });
      return { state: 'cancelled', next_attempt_at: null };
    });
  }

  /**
   * Ends a delivery as a person who looked at the partner says.
   * @throws Problem 404, 409 `not-settleable`
   */
  settleByHand(id: string, actor: string, { state, reason, confirmationNumber }: HandSettlement): Promise<Delivery> {
    return this.change(id, ['queued', 'parked', 'cancelled', 'rejected'], 'not-settleable', async (trx, row) => {
      refuseUnderWay(row);
      const result = {
        ...(row.result as object),
        ...{ reason, settledBy: actor, duplicate: false, partnerMessages: [] },
        ...(confirmationNumber ? { confirmationNumber } : {}),
      };
      const details = { from: row.state, to: state, confirmationNumber };
      await audit(trx, { actor, action: 'delivery.settle', subject: id, reason, details });
      return { state, result, version: row.version + 1, next_attempt_at: null, doubtful_until: null };
    });
  }

  /** Why a biller's deliveries wait, and since when; undefined when they don't. */
  async heldBack(billerId: string): Promise<PartnerState | undefined> {
    return this.database.db
      .selectFrom('partner_states')
      .selectAll()
      .where('biller_id', '=', billerId)
      .where('blocked_since', 'is not', null)
      .executeTakeFirst();
  }

  /** Tries a biller that is held back again, now: its settings changed, or a person says so. */
  async release(billerId: string): Promise<void> {
    const limit = await this.limit(billerId);
    await this.database.db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('partner_states')
        .set({ blocked_until: sql`clock_timestamp()` })
        .where('biller_id', '=', billerId)
        .where('blocked_since', 'is not', null)
        .executeTakeFirst();
      if (!numUpdatedRows) return;
      // Their own jobs come when the block would have ended; a second job of a delivery does nothing.
      const waiting = await trx
        .selectFrom('deliveries')
        .select('id')
        .where('biller_id', '=', billerId)
        .where('state', '=', 'queued')
        .where('lease_until', 'is', null)
        .where('next_attempt_at', 'is', null)
        .orderBy('created_at')
        .limit(RELEASE_AT_ONCE)
        .execute();
      for (const { id } of waiting) await this.queue.enqueue(trx, id, billerId, limit);
    });
    this.queue.release(billerId);
  }

  private async limit(billerId: string, db?: Kysely<Tables>): Promise<number> {
    return (await this.scopes.limits(billerId, db)).concurrency;
  }

  private change(
    id: string,
    from: DeliveryState[],
    code: string,
    decide: (trx: Transaction<Tables>, row: Delivery) => Promise<Partial<Delivery>>,
  ): Promise<Delivery> {
    return this.database.db.transaction().execute(async (trx) => {
      const row = await trx.selectFrom('deliveries').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
      if (!row) throw new Problem(404, 'delivery-not-found', `no delivery ${id}`);
      if (!from.includes(row.state)) throw new Problem(409, code, `the delivery is ${row.state}`);
      const { request: _, result, ...set } = await decide(trx, row);
      return trx
        .updateTable('deliveries')
        .set({ ...set, ...(result ? { result: JSON.stringify(result) } : {}), updated_at: new Date() })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
    });
  }

  private async accept(billerId: string, kind: DeliveryKind, key: string, content: object) {
    const request = JSON.stringify(content);
    const limit = await this.limit(billerId);
    const accepted = await this.database.db.transaction().execute(async (trx) => {
      const made = await trx
        .insertInto('deliveries')
        .values({ biller_id: billerId, kind, key, state: 'queued', request, result: '{}' })
        .onConflict((conflict) => conflict.columns(['biller_id', 'kind', 'key']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (made) {
        await this.queue.enqueue(trx, made.id, billerId, limit);
        return { delivery: made, created: true };
      }
      const held = await trx
        .selectFrom('deliveries')
        .selectAll()
        .where('biller_id', '=', billerId)
        .where('kind', '=', kind)
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      if (!isDeepStrictEqual(held.request, JSON.parse(request)))
        throw new Problem(409, 'transaction-conflict', `the transaction ${key} is held with another content`);
      return { delivery: held, created: false };
    });
    if (accepted.created) this.queue.poke();
    return accepted;
  }
}

/** An attempt's outcome must be known before a person may decide over it. */
function refuseUnderWay(row: Delivery): void {
  if (row.lease_until && row.lease_until > new Date())
    throw new Problem(409, 'under-way', 'an attempt is under way; its outcome must be known first');
}
