/** How many deliveries wait, and for how long: counted when the metrics are read. */
import { metrics } from '@opentelemetry/api';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { DATABASE, type Database } from '../store/database.js';
import { observedGauge } from '../telemetry/gauge.js';
import { LOG, type Log } from '../telemetry/log.js';
import { dueDeliveries } from './due.js';

@injectable()
export class DeliveryGauges {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** @returns ends it */
  start(): () => void {
    const meter = metrics.getMeter('ic-host');
    const waiting = observedGauge('deliveries.waiting', 'Deliveries that are queued or parked');
    const oldest = observedGauge('deliveries.oldest', 'Age of the oldest delivery that is due and not held back', 's');
    const paused = observedGauge('billers.held_back', 'Billers whose deliveries wait, by cause');
    const read = async (result: { observe: (...observed: never[]) => void }): Promise<void> => {
      // biome-ignore lint/suspicious/noExplicitAny: the instruments' type says less than it takes
      const observe = result.observe.bind(result) as any;
      try {
        const [counts, { oldestSeconds }] = await Promise.all([this.counts(), dueDeliveries(this.database.db)]);
        observe(waiting, counts.queued, { state: 'queued' });
        observe(waiting, counts.parked, { state: 'parked' });
        observe(oldest, oldestSeconds ?? 0);
        for (const cause of ['misconfigured', 'failing', 'by-hand']) {
          const n = counts.paused?.[cause] ?? 0;
          observe(paused, n, { cause });
        }
      } catch (error) {
        this.log.warn({ err: error }, 'what waits could not be counted');
      }
    };
    meter.addBatchObservableCallback(read as never, [waiting, oldest, paused]);
    return () => meter.removeBatchObservableCallback(read as never, [waiting, oldest, paused]);
  }

  private async counts() {
    const { rows } = await sql<{
      queued: number;
      parked: number;
      paused: Record<string, number> | null;
    }>`
      select count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'parked') as parked,
        (select jsonb_object_agg(cause, n) from
          (select cause, count(*) as n from partner_states where blocked_since is not null group by cause) c) as paused
      from undelivered where state in ('queued', 'parked')
    `.execute(this.database.db);
    return rows[0] ?? { queued: 0, parked: 0, paused: null };
  }
}
