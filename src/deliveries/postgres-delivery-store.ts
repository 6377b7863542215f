/** The delivery engine's store on PostgreSQL; jobs enter the queue in the same transaction. */
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Batches } from '../store/batches.js';
import { DATABASE, type Database } from '../store/database.js';
import { PipelinedTransaction } from '../store/pipelined-transaction.js';
import { DatabaseHistory } from './database-history.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from './delivery-queue.js';
import { LEASE_MS } from './delivery-rules.js';
import type { Delivery, DeliveryStep, DeliveryStore, DeliveryTransaction } from './delivery-store.js';
import { SharedTransaction } from './shared-transaction.js';

/** When a lease that is renewed now ends, by the database's clock. */
const LEASE_END = sql<Date>`clock_timestamp() + ${sql.lit(`${LEASE_MS} milliseconds`)}::interval`;

class UnknownHistory extends Error {}

type Work = (transaction: DeliveryTransaction) => Promise<unknown>;

@injectable()
export class PostgresDeliveryStore implements DeliveryStore {
  /** Claims take turns for their partners' states, conclusions mostly don't: apart, they don't wait for one another. */
  private readonly works: Record<DeliveryStep, Batches<Work, unknown>>;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(DatabaseHistory) private readonly history: DatabaseHistory,
  ) {
    const together = (run: (works: readonly Work[]) => Promise<unknown[]>) =>
      new Batches<Work, unknown>(async (works) => (await run(works)).map((value) => ({ value })));
    this.works = {
      claim: together((works) => this.claim(works)),
      conclude: together((works) => this.inTransaction(works)),
    };
  }

  transact<T>(step: DeliveryStep, work: (transaction: DeliveryTransaction) => Promise<T>): Promise<T> {
    return this.works[step].add(work) as Promise<T>;
  }

  async transactAlone<T>(work: (transaction: DeliveryTransaction) => Promise<T>): Promise<T> {
    return (await this.inTransaction([work]))[0] as T;
  }

  /** Nothing is attempted that the database may have been told of before it was restored. */
  private async claim<T>(works: readonly ((transaction: DeliveryTransaction) => Promise<T>)[]): Promise<T[]> {
    const { question } = this.history;
    try {
      return await this.inTransaction(works, question);
    } catch (error) {
      if (!(error instanceof UnknownHistory)) throw error;
      await this.history.settle();
      return this.inTransaction(works, this.history.question);
    }
  }

  private inTransaction<T>(
    works: readonly ((transaction: DeliveryTransaction) => Promise<T>)[],
    ifKnown?: string,
  ): Promise<T[]> {
    const limitOf = async (billerId: string) => (await this.scopes.limits(billerId)).concurrency;
    return PipelinedTransaction.run(this.database.pipelined, async (transaction) => {
      const answer = ifKnown ? transaction.send(ifKnown) : undefined;
      const values = await new SharedTransaction(transaction, {
        ...{ db: this.database.db, queue: this.queue, limitOf },
      }).run(works);
      if (answer && !this.history.heard((await answer).rows[0])) throw new UnknownHistory();
      return values;
    });
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
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('deliveries as held')
          .select('held.id')
          .where('held.id', 'in', eb.selectFrom('leased_deliveries').select('delivery_id'))
          .where('held.lease_token', '=', sql<string>`any(${[...tokens]}::uuid[])`)
          .orderBy('held.id') // as all lock them that lock more than one
          .forUpdate(),
      )
      .where('lease_until', 'is not', null)
      .returning('lease_token')
      .execute();
    return rows.flatMap(({ lease_token }) => lease_token ?? []);
  }
}
