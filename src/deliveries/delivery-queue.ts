/** pg-boss as the delivery queue: jobs enter it in the transaction that makes their reason. */
import type { ServiceIdentifier } from 'inversify';
import type { Transaction } from 'kysely';
import { fromKysely, PgBoss } from 'pg-boss';
import type { Tables } from '../store/tables.js';
import type { Log } from '../telemetry/log.js';

const QUEUE = 'deliveries';
/** Jobs worked on at once by one host, and of one biller: one slow partner leaves room for the others. */
const WORKERS = 24;
const WORKERS_PER_BILLER = 8;

/** A job whose worker died is handed to another after this long: the shortest that pg-boss knows. */
const HEARTBEAT_SECONDS = 10;
const SUPERVISION = { superviseIntervalSeconds: 5, monitorIntervalSeconds: 5 };

export const DELIVERY_QUEUE: ServiceIdentifier<DeliveryQueue> = Symbol('delivery-queue');

export class DeliveryQueue {
  private constructor(private readonly boss: PgBoss) {}

  static async open(connectionString: string, log: Log): Promise<DeliveryQueue> {
    const boss = new PgBoss({ connectionString, max: 8, schema: 'pgboss', useListenNotify: true, ...SUPERVISION });
    boss.on('error', (error) => log.error({ err: error }, 'the delivery queue failed'));
    await boss.start();
    // A job is only a reminder: the delivery's own row says what is to be done, so a crashed job is simply run again.
    const options = {
      notify: true,
      retryLimit: 1_000_000,
      retryDelay: 1,
      expireInSeconds: 180,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      retentionSeconds: 60 * 86_400,
      deleteAfterSeconds: 3_600,
    };
    await boss.createQueue(QUEUE, { ...options });
    return new DeliveryQueue(boss);
  }

  /** Part of the transaction given: no row without its job, no job without its row. */
  async enqueue(trx: Transaction<Tables>, deliveryId: string, billerId: string, startAfter?: Date): Promise<void> {
    await this.boss.send(
      QUEUE,
      { deliveryId },
      {
        db: fromKysely(trx),
        group: { id: billerId },
        ...(startAfter ? { startAfter } : {}),
      },
    );
  }

  async work(deliver: (deliveryId: string) => Promise<void>): Promise<void> {
    await this.boss.work<{ deliveryId: string }>(
      QUEUE,
      {
        localConcurrency: WORKERS,
        localGroupConcurrency: WORKERS_PER_BILLER,
        pollingIntervalSeconds: 0.5,
        notifyPollingIntervalSeconds: 1,
      },
      async ([job]) => {
        if (job) await deliver(job.data.deliveryId);
      },
    );
  }

  async isReady(): Promise<boolean> {
    return this.boss.isInstalled();
  }

  async close(): Promise<void> {
    await this.boss.stop({ graceful: true, timeout: 8_000 });
  }
}
