/** Leases on deliveries: renewed while an attempt runs, and swept when their worker died, so that work goes on soon. */
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { DATABASE, type Database } from '../store/database.js';
import { LOG, type Log } from '../telemetry/log.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from './delivery-queue.js';

const LEASE_SECONDS = 15;
const RENEW_EVERY_MS = 4_000;
/** Without a renewal for this long, an attempt is given up before its lease ends and another worker may begin. */
const GIVE_UP_MS = 10_000;
const SWEEP_AT_MOST = 500;

/** When a lease that is taken or renewed now ends; by the database's clock, the only one all hosts share. */
export const LEASE_END = sql<Date>`now() + ${sql.lit(`${LEASE_SECONDS} seconds`)}::interval`;

interface Held {
  lost: AbortController;
  renewedAt: number;
}

@injectable()
export class Leases {
  private readonly held = new Map<string, Held>();
  private timer: NodeJS.Timeout | undefined;
  private beat: Promise<void> = Promise.resolve();

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** Keeps a lease until it is released; the signal tells that it was lost and the attempt must end. */
  hold(token: string): { signal: AbortSignal; release: () => void } {
    const lost = new AbortController();
    this.held.set(token, { lost, renewedAt: performance.now() });
    return { signal: lost.signal, release: () => this.held.delete(token) };
  }

  start(): void {
    const next = (): void => {
      this.timer = setTimeout(() => {
        this.beat = this.renew()
          .then(() => this.sweep())
          .catch((error) => this.log.error({ err: error }, 'leases could not be renewed'))
          .finally(() => {
            if (this.timer) next();
          });
      }, RENEW_EVERY_MS);
    };
    next();
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.beat;
  }

  private async renew(): Promise<void> {
    const asked = performance.now();
    const tokens = [...this.held.keys()];
    if (tokens.length === 0) return;
    try {
      const rows = await this.database.db
        .updateTable('deliveries')
        .set({ lease_until: LEASE_END })
        .where('lease_token', 'in', tokens)
        .where('lease_until', 'is not', null)
        .returning('lease_token')
        .execute();
      for (const { lease_token } of rows) {
        const held = this.held.get(lease_token ?? '');
        if (held) held.renewedAt = asked;
      }
    } finally {
      // A worker that lost its database, or slept past its lease, stops delivering.
      for (const { lost, renewedAt } of this.held.values())
        if (performance.now() - renewedAt > GIVE_UP_MS) lost.abort(new Error('the lease was lost'));
    }
  }

  /** Sends deliveries whose worker died on their way again. Their token stays: it says that an attempt was begun. */
  private async sweep(): Promise<void> {
    await this.database.db.transaction().execute(async (trx) => {
      const ended = trx
        .selectFrom('deliveries')
        .select('id')
        .where('lease_until', '<', sql<Date>`now()`)
        .limit(SWEEP_AT_MOST)
        .forUpdate()
        .skipLocked();
      const rows = await trx
        .updateTable('deliveries')
        .set({ lease_until: null })
        .where('id', 'in', ended)
        .returning(['id', 'biller_id', 'state'])
        .execute();
      for (const { id, biller_id, state } of rows) if (state === 'queued') await this.queue.enqueue(trx, id, biller_id);
    });
  }
}
