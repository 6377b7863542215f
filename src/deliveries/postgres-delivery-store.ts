/** The delivery engine's store on PostgreSQL; jobs enter the queue in the same transaction. */
import { inject, injectable } from 'inversify';
import { sql, type Transaction } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { DATABASE, type Database } from '../store/database.js';
import type { Tables } from '../store/tables.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from './delivery-queue.js';
import { LEASE_MS } from './delivery-rules.js';
import type { Delivery, DeliveryStore, DeliveryTransaction, PartnerState } from './delivery-store.js';

const SWEEP_AT_MOST = 500;
const NOW = sql<Date>`clock_timestamp()`;
/** When a lease that is renewed now ends, by the database's clock. */
const LEASE_END = sql<Date>`clock_timestamp() + ${sql.lit(`${LEASE_MS} milliseconds`)}::interval`;

@injectable()
export class PostgresDeliveryStore implements DeliveryStore {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
  ) {}

  transact<T>(work: (transaction: DeliveryTransaction) => Promise<T>): Promise<T> {
    return this.database.db.transaction().execute((trx) => work(this.within(trx)));
  }

  paymentOf(returned: Delivery): Promise<Delivery | undefined> {
    return this.database.db
      .selectFrom('deliveries')
      .selectAll()
      .where('biller_id', '=', returned.biller_id)
      .where('kind', '=', 'payment')
      .where('key', '=', returned.key)
      .executeTakeFirst();
  }

  async renew(tokens: readonly string[]): Promise<string[]> {
    const rows = await this.database.db
      .updateTable('deliveries')
      .set({ lease_until: LEASE_END })
      .where('lease_token', 'in', tokens)
      .where('lease_until', 'is not', null)
      .returning('lease_token')
      .execute();
    return rows.flatMap(({ lease_token }) => lease_token ?? []);
  }

  private within(trx: Transaction<Tables>): DeliveryTransaction {
    const lock = async (id: string) => {
      const row = await trx
        .selectFrom('deliveries')
        .selectAll()
        .select(NOW.as('now'))
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (!row) return undefined;
      const { now, ...delivery } = row;
      return { delivery, now };
    };
    const limitOf = async (billerId: string) => (await this.scopes.limits(billerId, trx)).concurrency;
    const partnerOf = (billerId: string) =>
      trx.selectFrom('partner_states').selectAll().where('biller_id', '=', billerId);
    const lockPartner = async (billerId: string): Promise<PartnerState> => {
      const state = await partnerOf(billerId).forUpdate().executeTakeFirst();
      if (state) return state;
      await trx
        .insertInto('partner_states')
        .values({ biller_id: billerId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return partnerOf(billerId).forUpdate().executeTakeFirstOrThrow();
    };
    return {
      lock,
      partner: async (billerId) => (await partnerOf(billerId).executeTakeFirst()) ?? lockPartner(billerId),
      lockPartner,
      lockForClaim: async (id) => {
        const locked = await lock(id);
        if (!locked) return undefined;
        const partner = await lockPartner(locked.delivery.biller_id);
        const { leased } = await trx
          .selectFrom('deliveries')
          .select(({ fn }) => fn.countAll<number>().as('leased'))
          .where('biller_id', '=', locked.delivery.biller_id)
          .where('lease_until', 'is not', null)
          .executeTakeFirstOrThrow();
        return { ...locked, partner, leased, limit: await limitOf(locked.delivery.biller_id) };
      },
      latestAttempts: (deliveryId) =>
        trx
          .selectFrom('delivery_attempts')
          .select(['code', 'message'])
          .where('delivery_id', '=', deliveryId)
          .orderBy('id', 'desc')
          .limit(10)
          .execute(),
      save: async (id, { result, ...patch }) => {
        await trx
          .updateTable('deliveries')
          .set({ ...patch, ...(result ? { result: JSON.stringify(result) } : {}), updated_at: NOW })
          .where('id', '=', id)
          .execute();
      },
      savePartner: async (billerId, patch) => {
        await trx.updateTable('partner_states').set(patch).where('biller_id', '=', billerId).execute();
      },
      record: async (attempt) => {
        await trx
          .insertInto('delivery_attempts')
          .values({ ...attempt, exchanges: JSON.stringify(attempt.exchanges) })
          .execute();
      },
      enqueue: async ({ id, biller_id }, startAfter) =>
        this.queue.enqueue(trx, id, biller_id, await limitOf(biller_id), startAfter),
      endedLeases: async () => {
        const rows = await trx
          .selectFrom('deliveries')
          .selectAll()
          .select(NOW.as('now'))
          .where('lease_until', '<', NOW)
          .limit(SWEEP_AT_MOST)
          .forUpdate()
          .skipLocked()
          .execute();
        return rows.map(({ now, ...delivery }) => ({ delivery, now }));
      },
    };
  }
}
