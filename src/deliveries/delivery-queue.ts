/** pg-boss as the delivery queue: jobs enter it in the transaction that makes their reason. */
import { setTimeout as wait } from 'node:timers/promises';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ServiceIdentifier } from 'inversify';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { type Db, type FetchOptions, fromKysely, type Job, PgBoss } from 'pg-boss';
import { Batches } from '../store/batches.js';
import { connectionOf, type Database, KEPT_ALIVE, MOST_OF_QUEUE, SESSION } from '../store/database.js';
import type { Send } from '../store/pipelined-transaction.js';
import type { Tables } from '../store/tables.js';
import { type Log, sparingly } from '../telemetry/log.js';
import type { HeldBack } from './deliver.js';
import { InHand, type Room } from './in-hand.js';

const QUEUE = 'deliveries';
const FETCH_AT_ONCE = 50;
/** How long a host that found nothing waits until it looks again, unless a job of its own wakes it. */
const IDLE_MS = 200;
/** After a fetch that wasn't full, the next begins so many times its duration after it began. */
const FETCH_SHARE = 3;
/** But it doesn't wait longer than this: what took long for another reason must not make everything late. */
const LONGEST_PAUSE_MS = 1_000;
const TOUCH_EVERY_MS = 3_000;
/** A job under way for less was fetched, which is its first heartbeat, a moment ago: most are over before their second. */
const TOUCHED_FROM_MS = 1_500;
/** How long what is under way gets at the very end, to write down how it ended. */
const CONCLUDE_MS = 2_500;

/** A job whose worker died is handed to another after this long: the shortest that pg-boss knows. */
const HEARTBEAT_SECONDS = 10;
/**
 * A queue's statistics are always of another moment: where they say that little waits, all that waits would be read, and sorted,
 * for each fetch, instead of the first few by the index that is made for them. And no disk is waited for: jobs are made in
 * their reason's transaction, not here, and one that a crash of the database forgets was fetched or done is run once more.
 */
const CONNECTION = `-c enable_seqscan=off -c enable_bitmapscan=off -c synchronous_commit=off ${SESSION}`;
const SUPERVISION = { superviseIntervalSeconds: 5, monitorIntervalSeconds: 5 };

/** pg-boss keeps a group's limit by its tier: here a tier is the limit itself. */
const MOST_OF_A_BILLER = 100;
const limits = (most: number) => ({
  default: most,
  tiers: Object.fromEntries(
    Array.from({ length: MOST_OF_A_BILLER }, (_, index) => [String(index + 1), Math.min(index + 1, most)]),
  ),
});

export const DELIVERY_QUEUE: ServiceIdentifier<DeliveryQueue> = Symbol('delivery-queue');

interface JobData {
  deliveryId: string;
  /** Of whatever made the job, where that was traced. */
  traceparent?: string;
}
type Work = (deliveryId: string) => Promise<HeldBack | undefined>;
type FetchedJob = Job<JobData>;

/** A job to be made. */
export interface DeliveryJob {
  deliveryId: string;
  billerId: string;
  /** How many of the biller may be under way at once. */
  limit: number;
  startAfter?: Date;
  /** Of the trace that it is linked to; that of whoever enqueues it when left out. */
  carrier?: Record<string, string>;
}

export function traceCarrier(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** Ids of the deliveries that a job is for which is not over, as a query. */
export const DELIVERIES_WITH_JOBS: RawBuilder<unknown> = sql`
  select (data->>'deliveryId')::uuid from pgboss.job where name = ${sql.lit(QUEUE)} and state < 'completed'`;

export class DeliveryQueue {
  private readonly inHand = new InHand<FetchedJob>();
  /** Billers of which nothing is fetched before the time given, by `performance.now()`. */
  private readonly heldBack = new Map<string, number>();
  private readonly stopping = new AbortController();
  private readonly jobFailed: (error: unknown) => void;
  /** What is done is no one's reminder any more: kept as `completed`, each would be written to every index once more. */
  private readonly completions = new Batches<FetchedJob, void>(async (jobs) => {
    await this.oneAfterAnother(() => this.boss.deleteJob(QUEUE, [...jobs]));
    return jobs.map(() => ({ value: undefined }));
  });
  private lastStatement: Promise<unknown> = Promise.resolve();
  private wake: () => void = () => undefined;
  private loop: Promise<void> | undefined;
  private closed: Promise<void> | undefined;

  private constructor(
    private readonly boss: PgBoss,
    private readonly log: Log,
  ) {
    // Without a database all that are in hand fail at once.
    this.jobFailed = sparingly(log, 'a delivery job failed; it is run again');
  }

  static async open({ connectionString, stream }: Database, log: Log): Promise<DeliveryQueue> {
    const session = connectionOf(connectionString, CONNECTION);
    const connection = { ...session, stream, max: MOST_OF_QUEUE, ...KEPT_ALIVE };
    const boss = new PgBoss({ ...connection, schema: 'pgboss', ...SUPERVISION });
    boss.on('error', sparingly(log, 'the delivery queue failed'));
    await boss.start();
    // A job is only a reminder: the delivery's own row says what is to be done, so a crashed job is simply run again.
    const queue = {
      retryLimit: 1_000_000,
      retryDelay: 1,
      expireInSeconds: 180,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      retentionSeconds: 60 * 86_400,
      deleteAfterSeconds: 3_600,
    };
    await boss.createQueue(QUEUE, queue);
    return new DeliveryQueue(boss, log);
  }

  /** Part of the transaction given: no row without its job, no job without its row. */
  async enqueue(trx: Transaction<Tables>, jobs: readonly DeliveryJob[]): Promise<void> {
    await this.insert(fromKysely(trx), jobs);
  }

  /** The same, of a pipelined transaction. */
  async enqueueBy(send: Send, jobs: readonly DeliveryJob[]): Promise<void> {
    await this.insert({ executeSql: send }, jobs);
  }

  private async insert(db: Db, jobs: readonly DeliveryJob[]): Promise<void> {
    const inserts = jobs.map(({ deliveryId, billerId, limit, startAfter, carrier = traceCarrier() }) => ({
      data: { deliveryId, ...carrier },
      group: { id: billerId, tier: String(Math.min(limit, MOST_OF_A_BILLER)) },
      ...(startAfter ? { startAfter } : {}),
    }));
    await this.boss.insert(QUEUE, inserts, { db });
  }

  /** Says that a job of this host was committed. */
  poke(): void {
    this.wake();
  }

  /** @param deliver runs a delivery; it may say that nothing more of its biller is to be fetched for a while */
  work(deliver: Work): void {
    this.loop = Promise.all([this.fetchAll(deliver), this.touchAll()]).then(() => undefined);
  }

  /** Lifts what is known here of a biller being held back. */
  release(billerId: string): void {
    this.heldBack.delete(billerId);
    this.poke();
  }

  async isReady(): Promise<boolean> {
    return this.boss.isInstalled();
  }

  /** Fetches no more; what is under way may end by itself, for so long. */
  async drain(ms: number): Promise<void> {
    this.stopping.abort();
    this.poke();
    await Promise.race([Promise.all([this.loop, this.inHand.ended()]), wait(ms, undefined, { ref: false })]);
  }

  /** What is still under way now is another host's. */
  close(): Promise<void> {
    this.closed ??= this.drain(CONCLUDE_MS).then(() => this.boss.stop({ graceful: false }));
    return this.closed;
  }

  private async fetchAll(deliver: Work): Promise<void> {
    const failed = sparingly(this.log, 'deliveries can’t be fetched; it is tried on and on');
    while (!this.stopping.signal.aborted) {
      const woken = new Promise<void>((done) => {
        this.wake = done;
      });
      // Each that ends would else be replaced by a fetch of its own, which costs as much as one of many.
      const room = this.inHand.room();
      if (room.places < FETCH_AT_ONCE) {
        const later = setTimeout(() => this.poke(), room.nextMs);
        await woken;
        clearTimeout(later);
        continue;
      }
      let fetched = 0;
      const asked = performance.now();
      try {
        const jobs = await this.fetch(room);
        fetched = jobs.length;
        for (const job of jobs) this.run(job, deliver);
      } catch (error) {
        failed(error);
      }
      if (fetched === FETCH_AT_ONCE) continue;
      const took = performance.now() - asked;
      await Promise.race([woken, wait(IDLE_MS, undefined, { ref: false })]);
      // Looking through a long queue for the few whose biller has room is dear: no more than a third of the time, and
      // what ends meanwhile is replaced together.
      const pause = Math.min(asked + FETCH_SHARE * took - performance.now(), LONGEST_PAUSE_MS);
      await wait(Math.max(0, pause), undefined, { ref: false });
    }
  }

  private fetch({ silent, ofEach }: Room): Promise<FetchedJob[]> {
    const now = performance.now();
    for (const [billerId, until] of this.heldBack) if (until <= now) this.heldBack.delete(billerId);
    const ignoreGroups = [...this.heldBack.keys(), ...silent];
    // What pg-boss gives its own workers' fetches; its public type leaves it out.
    const options: FetchOptions & { ignoreGroups?: string[] } = {
      batchSize: FETCH_AT_ONCE,
      groupConcurrency: limits(Math.min(ofEach, MOST_OF_A_BILLER)),
      ...(ignoreGroups.length ? { ignoreGroups } : {}),
    };
    return this.boss.fetch<JobData>(QUEUE, options);
  }

  private run(job: FetchedJob, deliver: Work): void {
    const work = async (): Promise<void> => {
      try {
        const heldBack = await traced(job.data, () => deliver(job.data.deliveryId));
        if (heldBack) this.heldBack.set(heldBack.billerId, performance.now() + heldBack.forMs);
        await this.completions.add(job);
      } catch (error) {
        if (!this.stopping.signal.aborted) this.jobFailed(error);
        await this.boss.fail(QUEUE, job).catch(() => undefined); // its heartbeat ends by itself
      } finally {
        this.inHand.delete(job);
        this.poke();
      }
    };
    this.inHand.add(job, work());
  }

  private async touchAll(): Promise<void> {
    const failed = sparingly(this.log, 'the jobs under way could not be kept');
    while (!this.stopping.signal.aborted) {
      await wait(TOUCH_EVERY_MS, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
      await this.oneAfterAnother(async () => {
        const jobs = this.inHand.longerThan(TOUCHED_FROM_MS);
        if (jobs.length) await this.boss.touch(QUEUE, jobs);
      }).catch(failed);
    }
  }

  /**
   * Of many jobs under way at a time: pg-boss locks their rows in whatever order their plan goes, so that two such statements
   * wait for one another, all that is done with them, until PostgreSQL breaks one off a second later.
   */
  private oneAfterAnother<T>(statement: () => Promise<T>): Promise<T> {
    const answer = this.lastStatement.then(statement);
    this.lastStatement = answer.catch(() => undefined);
    return answer;
  }
}

/** A trace of its own, linked to the request that made the job: what is waited for between them is no one's time. */
function traced<T>(data: JobData, work: () => Promise<T>): Promise<T> {
  const made = trace.getSpanContext(propagation.extract(context.active(), data));
  const options = {
    ...{ kind: SpanKind.CONSUMER, root: true, attributes: { 'ic.delivery': data.deliveryId } },
    ...(made ? { links: [{ context: made }] } : {}),
  };
  return trace.getTracer('ic-host').startActiveSpan('delivery', options, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
