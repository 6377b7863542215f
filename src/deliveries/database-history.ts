/**
 * Notices that the database is not the one that went on from what was last done: it was restored from a backup, or a replica
 * took its place that may not have had it all. What waits in it, for a worker or for a person, may have been delivered since,
 * and nobody knows; so each such payment and return is in doubt, as after an attempt of unknown outcome, before any is attempted.
 */
import { inject, injectable } from 'inversify';
import { type Kysely, sql } from 'kysely';
import { audit } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import { isAhead, moveOn } from '../store/feed-places.js';
import { retryingDeadlocks } from '../store/retry-deadlock.js';
import type { Tables } from '../store/tables.js';
import { LOG, type Log } from '../telemetry/log.js';
import { DOUBT_MS } from './delivery-rules.js';

/** Goes up when a replica is made primary, and when a backup is recovered up to some time. */
const TIMELINE = "('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int";
/** A dump that is read into another cluster has its rows, and not its identity. */
const NOW = `(select system_identifier::text as system, ${TIMELINE} as timeline, pg_postmaster_start_time() as started_at
  from pg_control_system()) as now`;
/** What a database that isn't quite PostgreSQL, or doesn't let us ask, answers. */
const CANT_BE_ASKED = new Set(['42501', '42883', '0A000']);

/** For so long after a restore what it has lost may be handed over once more. */
const HANDED_OVER_FOR = '7 days';
const RESTORED_AT = `max(restored_at) filter (where restored_at > clock_timestamp() - interval '${HANDED_OVER_FOR}')`;
/** Whether the history is the known one, and when it last was not, in one row; quick, since each batch of claims asks. */
const QUESTION = `select coalesce(bool_or(timeline = ${TIMELINE} and started_at = pg_postmaster_start_time()), false) as known,
    ${RESTORED_AT} as restored_at from database_history`;

@injectable()
export class DatabaseHistory {
  private canBeAsked = true;
  /** When the database was restored, if that was within the week, as the latest claim knows. */
  restoredAt: Date | undefined;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** Undefined where nothing can be known of it. */
  get question(): string | undefined {
    return this.canBeAsked ? QUESTION : undefined;
  }

  /** When the database was restored, if that was within the week, as it says now. */
  async restoredLately(db: Kysely<Tables>): Promise<Date | undefined> {
    const { rows } = await sql<{ at: Date | null }>`select ${sql.raw(RESTORED_AT)} as at from database_history`.execute(
      db,
    );
    return rows[0]?.at ?? undefined;
  }

  /** @returns whether it is the known history */
  heard({ known, restored_at: restoredAt }: { known?: boolean; restored_at?: Date | null } = {}): boolean {
    this.restoredAt = restoredAt ?? undefined;
    return known === true;
  }

  /**
   * Compares the history with the known one, and doubts what waits where they differ.
   * @param restored they do, as whoever restored it says: a copy of its files has the same history
   */
  async settle({ restored = false } = {}): Promise<void> {
    try {
      const news = await retryingDeadlocks(() => this.compare(restored));
      if (news) this.log.warn(news, 'the database was restored, or is a replica of before: see the audit');
    } catch (error) {
      if (!CANT_BE_ASKED.has((error as { code?: string }).code ?? '')) throw error;
      this.canBeAsked = false;
      this.log.warn({ err: error }, 'this database does not tell its history: that it was restored must be said');
    }
  }

  /** @returns what was doubted, and why; undefined: it is the known one */
  private compare(restored: boolean): Promise<object | undefined> {
    return this.database.db.transaction().execute(async (trx) => {
      const now = sql.raw(NOW);
      await sql`insert into database_history (system, timeline, started_at) select now.* from ${now}
        on conflict do nothing`.execute(trx);
      // Two hosts that notice it do this in turns, and the second finds it done.
      const { rows } = await sql<{ before: string; after: string }>`
        select concat_ws('/', h.system, h.timeline) as before, concat_ws('/', now.system, now.timeline) as after
        from database_history h, ${now} for update of h`.execute(trx);
      const { before, after } = rows[0] as (typeof rows)[0];
      let news: object | undefined;
      if (restored || before !== after) {
        const { numAffectedRows } = await sql`
          update deliveries d set doubtful_until = clock_timestamp() + ${DOUBT_MS} * interval '1 millisecond'
          from undelivered u
          where u.delivery_id = d.id and u.state in ('queued', 'parked') and d.kind in ('payment', 'return')`.execute(
          trx,
        );
        // Its queue may not have been restored, and with it what an enrollment is to be set once more by, to be certain.
        await sql`
          update deliveries set state = 'queued', next_attempt_at = doubtful_until, doubtful_until = null
          where state = 'delivered' and doubtful_until is not null and kind in ('paperless', 'autopay')`.execute(trx);
        const details = { before, after, doubted: Number(numAffectedRows ?? 0) };
        await audit(trx, { actor: 'host', action: 'database.restored', subject: 'database', details });
        news = details;
      }
      if (news || (await isAhead(trx))) await moveOn(trx);
      await sql`update database_history h set system = now.system, timeline = now.timeline, started_at = now.started_at,
          restored_at = case when ${news !== undefined} then clock_timestamp() else restored_at end
        from ${now}`.execute(trx);
      return news;
    });
  }
}
