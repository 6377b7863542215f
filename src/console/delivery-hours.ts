/** What came of delivery attempts, hour by hour and biller by biller; an hour that is over is counted once. */
import { bulkhead } from 'cockatiel';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { DATABASE, type Database } from '../store/database.js';

const HOUR_MS = 3_600_000;
/** An attempt is written when it ends, and belongs to the hour it began in. */
const SETTLED_AFTER_MS = 5 * 60_000;
const COUNTED_FOR_MS = 2_000;
/** Or, where there is much to count, for so many times as long as it took. */
const COUNTED_FOR_TIMES = 4;
/** Hours counted at once: those of a day would have all connections for as long. */
const AT_ONCE = 2;

/** Attempts of one hour; of one biller, or of all where there is no biller. */
export interface Counted {
  billerId: string | null;
  delivered: number;
  /** The partner said no. */
  rejected: number;
  /** All else: to be tried again, or parked. */
  failed: number;
  /** Of the delivered ones, in milliseconds; null where there is none. */
  p50Ms: number | null;
  p95Ms: number | null;
}

export type CountedHour = Omit<Counted, 'billerId'> & {
  /** Its beginning. */
  at: string;
};

type Sum = Pick<Counted, 'delivered' | 'rejected' | 'failed'>;
const sumOf = (rows: readonly Counted[]): Sum => {
  const sum = { delivered: 0, rejected: 0, failed: 0 };
  for (const row of rows) for (const key of ['delivered', 'rejected', 'failed'] as const) sum[key] += row[key];
  return sum;
};
const NONE = { delivered: 0, rejected: 0, failed: 0, p50Ms: null, p95Ms: null };

@injectable()
export class DeliveryHours {
  private readonly turns = bulkhead(AT_ONCE, Number.POSITIVE_INFINITY);
  private readonly counted = new Map<number, { rows: Promise<Counted[]>; until: number }>();

  constructor(@inject(DATABASE) private readonly database: Database) {}

  /**
   * The latest 24 hours, the current one included, oldest first.
   * @param billers of these; null: of all. Of several, the times of the hour are left out: they can't be added up.
   */
  async latest(billers: readonly string[] | null): Promise<CountedHour[]> {
    const hours = await this.all();
    return hours.map(({ at, rows }) => {
      const found = rows.filter(({ billerId }) =>
        billers === null ? billerId === null : billers.includes(billerId ?? ''),
      );
      if (found.length > 1) return { at, ...sumOf(found), p50Ms: null, p95Ms: null };
      const { billerId: _, ...row } = found[0] ?? { billerId: null, ...NONE };
      return { at, ...row };
    });
  }

  /** Attempts of each biller over the latest 24 hours. */
  async totals(): Promise<Map<string, Sum>> {
    const rows = (await this.all()).flatMap((hour) => hour.rows);
    const byBiller = Map.groupBy(rows, ({ billerId }) => billerId);
    return new Map([...byBiller].flatMap(([billerId, of]) => (billerId === null ? [] : [[billerId, sumOf(of)]])));
  }

  private async all(): Promise<{ at: string; rows: Counted[] }[]> {
    const current = Math.floor(+this.database.clock.now() / HOUR_MS) * HOUR_MS;
    for (const hour of this.counted.keys()) if (hour < current - 24 * HOUR_MS) this.counted.delete(hour);
    return Promise.all(
      Array.from({ length: 24 }, (_, index) => current - (23 - index) * HOUR_MS).map(async (hour) => ({
        at: new Date(hour).toISOString(),
        rows: await this.hour(hour),
      })),
    );
  }

  private hour(hour: number): Promise<Counted[]> {
    const now = +this.database.clock.now();
    const held = this.counted.get(hour);
    if (held && held.until > now) return held.rows;
    const isOver = now > hour + HOUR_MS + SETTLED_AFTER_MS;
    const counted = { until: Number.POSITIVE_INFINITY, rows: this.turns.execute(() => this.count(hour)) };
    this.counted.set(hour, counted);
    counted.rows.then(
      () => {
        const took = +this.database.clock.now() - now;
        if (!isOver) counted.until = now + took + Math.max(COUNTED_FOR_MS, COUNTED_FOR_TIMES * took);
      },
      () => this.counted.delete(hour),
    );
    return counted.rows;
  }

  private async count(hour: number): Promise<Counted[]> {
    const { rows } = await sql<Counted>`
      select d.biller_id as "billerId",
        count(*) filter (where a.outcome = 'delivered') as delivered,
        count(*) filter (where a.outcome in ('rejected', 'not-found')) as rejected,
        count(*) filter (where a.outcome not in ('delivered', 'rejected', 'not-found')) as failed,
        percentile_disc(0.5) within group (order by a.duration_ms) filter (where a.outcome = 'delivered') as "p50Ms",
        percentile_disc(0.95) within group (order by a.duration_ms) filter (where a.outcome = 'delivered') as "p95Ms"
      from delivery_attempts a join deliveries d on d.id = a.delivery_id
      where a.at >= ${new Date(hour)} and a.at < ${new Date(hour + HOUR_MS)}
      group by rollup (d.biller_id)
      having count(*) > 0
    `.execute(this.database.db);
    return rows;
  }
}
