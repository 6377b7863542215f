/** How many deliveries wait, and for how long: counted when the metrics are read. */
import { metrics } from '@opentelemetry/api';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { DATABASE, type Database } from '../store/database.js';
import { LOG, type Log } from '../telemetry/log.js';

@injectable()
export class DeliveryGauges {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** @returns ends it */
  start(): () => void {
    const meter = metrics.getMeter('ic-host');
    const gauge = (name: string, description: string, unit?: string) =>
      meter.createObservableGauge(`ic_host.${name}`, { description, ...(unit ? { unit } : {}) });
    const waiting = gauge('deliveries.waiting', 'Deliveries that are queued or parked');
    const oldest = gauge('deliveries.oldest', 'Age of the oldest delivery that is due and not held back', 's');
    const paused = gauge('billers.held_back', 'Billers whose deliveries wait, by cause');
    const read = async (result: { observe: (...observed: never[]) => void }): Promise<void> => {
      // biome-ignore lint/suspicious/noExplicitAny: the instruments' type says less than it takes
      const observe = result.observe.bind(result) as any;
      try {
        const counts = await this.counts();
        observe(waiting, counts.queued, { state: 'queued' });
        observe(waiting, counts.parked, { state: 'parked' });
        observe(oldest, counts.oldest ?? 0);
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
      oldest: number | null;
      paused: Record<string, number> | null;
    }>`
      select count(*) filter (where u.state = 'queued') as queued, count(*) filter (where u.state = 'parked') as parked,
        (extract(epoch from clock_timestamp() - min(coalesce(next_attempt_at, updated_at)) filter (
          where u.state = 'queued' and lease_until is null and coalesce(next_attempt_at, updated_at) < clock_timestamp()
            and not exists (select 1 from partner_states p where p.biller_id = d.biller_id and p.blocked_since is not null)
        )))::float8 as oldest,
        (select jsonb_object_agg(cause, n) from
          (select cause, count(*) as n from partner_states where blocked_since is not null group by cause) c) as paused
      from undelivered u join deliveries d on d.id = u.delivery_id where u.state in ('queued', 'parked')
    `.execute(this.database.db);
    return rows[0] ?? { queued: 0, parked: 0, oldest: null, paused: null };
  }
}
