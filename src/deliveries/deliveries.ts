/** Holds payments, returns and enrollments durably, and tells how they stand. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { EnrollmentKind } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers } from '../billers/billers.js';
import { Problem } from '../problem.js';
import { Batches, type Part } from '../store/batches.js';
import { DATABASE, type Database } from '../store/database.js';
import { PipelinedTransaction } from '../store/pipelined-transaction.js';
import type { DeliveryKind } from '../store/tables.js';
import { DELIVERY_QUEUE, type DeliveryJob, type DeliveryQueue, traceCarrier } from './delivery-queue.js';
import { isEnrollment } from './delivery-rules.js';
import type { Delivery } from './delivery-store.js';

const ACCEPT = `
  insert into deliveries (id, biller_id, kind, key, state, request, result, accepted_by)
  select g.id, g.biller_id, g.kind, g.key, 'queued', g.request::jsonb, '{}', g.by
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    as g (id, biller_id, kind, key, request, by)
  on conflict (biller_id, kind, key) do nothing returning *`;

/** Of a wish that takes an older one's place: it has its whole time before it. */
const WISHED_ANEW = {
  ...{ state: 'queued' as const, result: '{}', version: sql<number>`deliveries.version + 1` },
  ...{ next_attempt_at: null, created_at: sql<Date>`now()`, updated_at: sql<Date>`now()` },
};

@injectable()
export class Deliveries {
  private readonly accepts: Batches<Accept, Accepted>;
  /** Whoever waits for a payment looks again and again: all who do so at the same time ask together. */
  private readonly looks: Batches<Identity, Delivery | undefined>;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
  ) {
    this.accepts = new Batches((wishes) => this.acceptAll(wishes));
    this.looks = new Batches(async (wanted) => {
      const held = await this.held(wanted);
      return wanted.map((one) => ({ value: held.get(identityOf(one)) }));
    });
  }

  /**
   * @returns the delivery, and whether it is new; it is committed when this resolves
   * @throws Problem 409 `transaction-conflict` when the transaction id is held with another content
   */
  async acceptPayment(
    billerId: string,
    payment: { transactionId: string },
    by: string,
  ): Promise<{ delivery: Delivery; created: boolean }> {
    await this.scopes.expect(billerId, 'payment-sink');
    return this.accept(billerId, 'payment', payment.transactionId, payment, by);
  }

  /** @throws Problem 404 `payment-not-found`, 501 `contract-not-supported`, 409 `transaction-conflict` */
  async acceptReturn(billerId: string, transactionId: string, returned: { disableAutoPay?: boolean }, by: string) {
    const payment = await this.get(billerId, 'payment', transactionId);
    if (!this.scopes.hasCapability(await this.billers.get(billerId), 'payment-sink', 'returns'))
      throw new Problem(501, 'contract-not-supported', 'the adapter of this biller does not support returns');
    const accepted = await this.accept(billerId, 'return', transactionId, returned, by);
    if (returned.disableAutoPay) await this.endAutopay(payment, accepted.delivery, by);
    return accepted;
  }

  /** A wish for autopay that still waits would switch on what a later return is to end: that is the later word. */
  private async endAutopay({ biller_id: billerId, request }: Delivery, { created_at }: Delivery, by: string) {
    const { concurrency: limit } = await this.scopes.limits(billerId);
    await this.database.db.transaction().execute(async (trx) => {
      const wish = await trx
        .updateTable('deliveries')
        .set({ ...WISHED_ANEW, request: JSON.stringify({ enabled: false }), accepted_by: by })
        .where('biller_id', '=', billerId)
        .where('kind', '=', 'autopay')
        .where('key', '=', String(request.accountNumber))
        .where('state', 'in', ['queued', 'parked'])
        .where(sql<boolean>`(request->>'enabled')::boolean`)
        .where('created_at', '<=', created_at)
        .returning('id as deliveryId')
        .executeTakeFirst();
      if (wish) await this.queue.enqueue(trx, [{ ...wish, billerId, limit }]);
    });
    this.queue.poke();
  }

  /** Desired state: a new wish replaces the older one, whether or not it was delivered. */
  async setEnrollment(
    billerId: string,
    kind: EnrollmentKind,
    accountNumber: string,
    { enabled, by }: { enabled: boolean; by: string },
  ): Promise<Delivery> {
    await this.scopes.expect(billerId, 'enrollment-sink');
    const { concurrency: limit } = await this.scopes.limits(billerId);
    const row = await this.database.db.transaction().execute(async (trx) => {
      const request = JSON.stringify({ enabled });
      const row = await trx
        .insertInto('deliveries')
        .values({
          biller_id: billerId,
          kind,
          key: accountNumber,
          state: 'queued',
          request,
          result: '{}',
          accepted_by: by,
        })
        .onConflict((conflict) =>
          conflict.columns(['biller_id', 'kind', 'key']).doUpdateSet({
            ...WISHED_ANEW,
            request,
            accepted_by: by,
          }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      await this.queue.enqueue(trx, [{ deliveryId: row.id, billerId, limit }]);
      return row;
    });
    this.queue.poke();
    return row;
  }

  /** @throws Problem 404 */
  async get(billerId: string, kind: DeliveryKind, key: string): Promise<Delivery> {
    await this.billers.get(billerId);
    const row = await this.looks.add({ billerId, kind, key });
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

  /** @returns a payment's return, a return's payment */
  async counterpart({ biller_id: billerId, kind, key }: Delivery): Promise<Delivery | undefined> {
    return isEnrollment(kind)
      ? undefined
      : this.looks.add({ billerId, kind: kind === 'payment' ? 'return' : 'payment', key });
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

  private async accept(billerId: string, kind: DeliveryKind, key: string, content: object, by: string) {
    const request = JSON.stringify(content);
    const { concurrency: limit } = await this.scopes.limits(billerId);
    const { delivery, created } = await this.accepts.add({
      ...{ billerId, kind, key, request, by, limit, carrier: traceCarrier() },
    });
    if (!created && !isDeepStrictEqual(delivery.request, JSON.parse(request)))
      throw new Problem(409, 'transaction-conflict', `the transaction ${key} is held with another content`);
    return { delivery, created };
  }

  private async held(wanted: readonly Identity[]): Promise<Map<string, Delivery>> {
    const rows = await this.database.db
      .selectFrom('deliveries')
      .selectAll()
      .where((eb) =>
        eb(
          eb.refTuple('biller_id', 'kind', 'key'),
          'in',
          wanted.map(({ billerId, kind, key }) => eb.tuple(billerId, kind, key)),
        ),
      )
      .execute();
    return new Map(rows.map((row) => [identityOf(toIdentity(row)), row]));
  }

  /** What is handed over at the same time is committed together. */
  private async acceptAll(wishes: readonly Accept[]): Promise<Part<Accepted>[]> {
    // In one order, so that hosts that are handed the same ones don't wait for each other in a circle.
    const sorted = [...Map.groupBy(wishes, identityOf)].sort(([a], [b]) => (a < b ? -1 : 1));
    // Handed over twice in one batch: the first makes it.
    const unique = sorted.map(([, [first]]) => ({ ...(first as Accept), deliveryId: randomUUID() }));
    const fields = (['deliveryId', 'billerId', 'kind', 'key', 'request', 'by'] as const).map((field) =>
      unique.map((wish) => wish[field]),
    );
    // One trip: nothing is waited for before the commit.
    const { made } = await PipelinedTransaction.run(this.database.pipelined, async (transaction) => {
      const made = transaction.send(ACCEPT, fields);
      // That of one that is held already finds no delivery, and is gone.
      await transaction.sendBy((send) => this.queue.enqueueBy(send, unique));
      return { made }; // not the promise alone, which would be waited for
    });
    const accepted = new Map<string, Accepted>(
      ((await made).rows as Delivery[]).map((row) => [identityOf(toIdentity(row)), { delivery: row, created: true }]),
    );
    const others = unique.filter((wish) => !accepted.has(identityOf(wish)));
    if (others.length)
      for (const [id, delivery] of await this.held(others)) accepted.set(id, { delivery, created: false });
    if (accepted.size) this.queue.poke();
    const told = new Set<string>();
    return wishes.map((wish) => {
      const id = identityOf(wish);
      const one = accepted.get(id);
      if (!one) return { error: new Error(`the delivery ${id} was neither made nor found`) };
      const created = one.created && !told.has(id);
      told.add(id);
      return { value: { ...one, created } };
    });
  }
}

/** What is handed over, to be made a delivery unless it is one. */
interface Accept extends Omit<DeliveryJob, 'deliveryId'> {
  kind: DeliveryKind;
  key: string;
  request: string;
  by: string;
}
interface Accepted {
  delivery: Delivery;
  created: boolean;
}
type Identity = Pick<Accept, 'billerId' | 'kind' | 'key'>;
const identityOf = ({ billerId, kind, key }: Identity): string => JSON.stringify([billerId, kind, key]);
const toIdentity = ({ biller_id, kind, key }: Delivery): Identity => ({ billerId: biller_id, kind, key });
