/** Holds payments, returns and enrollments durably, and tells how they stand. */
import { isDeepStrictEqual } from 'node:util';
import type { EnrollmentKind } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { type Selectable, sql, type Transaction } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers } from '../billers/billers.js';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import type { DeliveriesTable, DeliveryKind, DeliveryState, Tables } from '../store/tables.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from './delivery-queue.js';

export type Delivery = Selectable<DeliveriesTable>;

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
    return this.database.db.transaction().execute(async (trx) => {
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
            created_at: new Date(), // a new wish has its whole time before it
            updated_at: new Date(),
          }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      await this.queue.enqueue(trx, row.id, billerId);
      return row;
    });
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
    const name = kind === 'paperless' || kind === 'autopay' ? 'enrollment' : kind;
    if (!row) throw new Problem(404, `${name}-not-found`, `no ${kind} ${key} is held for the biller ${billerId}`);
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

  /** Sends a parked, rejected or cancelled delivery on its way again. @throws Problem 404, 409 `not-retryable` */
  retry(id: string): Promise<Delivery> {
    return this.change(id, ['parked', 'rejected', 'cancelled'], 'not-retryable', async (trx, row) => {
      await this.queue.enqueue(trx, id, row.biller_id);
      // Its age counts from now on, and it is a new wish for whatever attempt is still under way.
      return { state: 'queued', created_at: new Date(), version: row.version + 1, next_attempt_at: null };
    });
  }

  /** Gives a waiting or parked delivery up. One that is being attempted can't be: its outcome isn't known yet. */
  cancel(id: string): Promise<Delivery> {
    return this.change(id, ['queued', 'parked'], 'not-cancellable', async (_, row) => {
      if (row.lease_until && row.lease_until > new Date())
        throw new Problem(409, 'not-cancellable', 'an attempt is under way; its outcome must be known first');
      return { state: 'cancelled' };
    });
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
      const { request: _, result: __, ...set } = await decide(trx, row);
      return trx
        .updateTable('deliveries')
        .set({ ...set, updated_at: new Date() })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
    });
  }

  private async accept(billerId: string, kind: DeliveryKind, key: string, content: object) {
    const request = JSON.stringify(content);
    return this.database.db.transaction().execute(async (trx) => {
      const made = await trx
        .insertInto('deliveries')
        .values({ biller_id: billerId, kind, key, state: 'queued', request, result: '{}' })
        .onConflict((conflict) => conflict.columns(['biller_id', 'kind', 'key']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (made) {
        await this.queue.enqueue(trx, made.id, billerId);
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
  }
}
