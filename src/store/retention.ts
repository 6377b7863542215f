/** Trims what grows for ever, a few rows at a time, so that nobody waits for it: what was said to partners, changes, deliveries. */
import { setTimeout as wait } from 'node:timers/promises';
import { inject, injectable, type ServiceIdentifier } from 'inversify';
import { sql } from 'kysely';
import { every } from '../every.js';
import { LOG, type Log } from '../telemetry/log.js';
import { DATABASE, type Database } from './database.js';

/** In days; 0 keeps them for ever. */
export interface RetentionDays {
  /** What was sent to partners and what they answered. That an attempt was made, and how it ended, stays. */
  exchanges: number;
  /** Of the change feed. A cursor from before is then refused. */
  changes: number;
  /** Settled ones. A transaction id that comes again after that is a payment of its own. */
  deliveries: number;
}
export const RETENTION: ServiceIdentifier<RetentionDays> = Symbol('retention');
export const DEFAULT_RETENTION: RetentionDays = { exchanges: 90, changes: 365, deliveries: 0 };

const AT_ONCE = 500;
const PAUSE_MS = 50;
const EVERY_MS = 3_600_000;
/** Held by the one host that trims. */
const LOCK = 7_243_019_512_233_401n;

type Kind = keyof RetentionDays;

/** Of a delivery, in the order of their times. */
interface Place {
  at: string;
  id: string;
}
const FIRST_PLACE: Place = { at: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

@injectable()
export class Retention {
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(RETENTION) private readonly days: RetentionDays,
    @inject(LOG) private readonly log: Log,
  ) {}

  start(): void {
    this.loop = this.trimForEver();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** @returns how many rows of each kind; undefined where another host is at it */
  async trim(): Promise<Record<Kind, number> | undefined> {
    const client = await this.database.pool.connect();
    try {
      const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [LOCK]);
      if (!rows[0]?.got) return undefined;
      try {
        for (const table of ['shadow_runs', 'recordings'] as const)
          await this.all(this.days.exchanges, (before) => this.deleteFrom(table, before));
        return {
          exchanges: await this.all(this.days.exchanges, (before) => this.emptyExchanges(before)),
          changes: await this.all(this.days.changes, (before) => this.deleteChanges(before)),
          deliveries: await this.trimDeliveries(),
        };
      } finally {
        await client.query('select pg_advisory_unlock($1)', [LOCK]);
      }
    } finally {
      client.release();
    }
  }

  private trimForEver(): Promise<void> {
    return every(EVERY_MS, this.stopping.signal, () =>
      this.trim()
        .then((trimmed) => {
          if (trimmed && Object.values(trimmed).some(Boolean))
            this.log.info(trimmed, 'what was kept long enough is trimmed');
        })
        .catch((error: unknown) => this.log.error({ err: error }, 'what was kept long enough could not be trimmed')),
    );
  }

  private async all(days: number, some: (before: Date) => Promise<number>): Promise<number> {
    if (days <= 0) return 0;
    const before = new Date(+this.database.clock.now() - days * 86_400_000);
    let total = 0;
    for (;;) {
      const count = await some(before);
      total += count;
      if (count < AT_ONCE || this.stopping.signal.aborted) return total;
      await wait(PAUSE_MS);
    }
  }

  /** From where the last time ended: what is empty already is not looked at again. */
  private async emptyExchanges(before: Date): Promise<number> {
    return this.database.db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: number; at: Date }>`
        select id, at from delivery_attempts
        where at < ${before} and (at, id) > (
          select coalesce(max(up_to), '-infinity'), coalesce(max(position), 0) from trims where kind = 'exchanges')
        order by at, id limit ${AT_ONCE}`.execute(trx);
      const last = rows.at(-1);
      if (!last) return 0;
      const ids = rows.map(({ id }) => id);
      await sql`update delivery_attempts set exchanges = '[]' where id = any(${ids}::bigint[]) and exchanges <> '[]'`.execute(
        trx,
      );
      await sql`
        insert into trims (kind, up_to, position) select 'exchanges', at, id from delivery_attempts where id = ${last.id}
        on conflict (kind) do update set up_to = excluded.up_to, position = excluded.position`.execute(trx);
      return rows.length;
    });
  }

  /** The feed's own order is nearly that of time: the oldest are looked at, and those that are old enough go. */
  private async deleteChanges(before: Date): Promise<number> {
    return this.database.db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ xid: string; seq: number }>`
        with oldest as (select xid, seq, at from changes order by xid, seq limit ${AT_ONCE}),
        gone as (
          delete from changes c using oldest o where c.xid = o.xid and c.seq = o.seq and o.at < ${before}
          returning c.xid, c.seq)
        select xid::text, seq from gone order by gone.xid desc, seq desc`.execute(trx);
      const last = rows[0];
      if (last)
        await sql`
          insert into trims (kind, up_to, xid, position) values ('changes', ${before}, ${last.xid}::xid8, ${last.seq})
          on conflict (kind) do update set up_to = excluded.up_to, xid = excluded.xid, position = excluded.position`.execute(
          trx,
        );
      return rows.length;
    });
  }

  /** With what was said to partners: they tell of their answers. */
  private async deleteFrom(table: 'shadow_runs' | 'recordings', before: Date): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where id in (
        select id from (select id, at from ${sql.table(table)} order by id limit ${AT_ONCE}) oldest where at < ${before})`.execute(
      this.database.db,
    );
    return Number(numAffectedRows ?? 0);
  }

  /** Through all that is old, once: what stays, as enrollments do, is not looked at again for each few that go. */
  private async trimDeliveries(): Promise<number> {
    let from = FIRST_PLACE;
    return this.all(this.days.deliveries, async (before) => {
      const gone = await this.deleteDeliveries(before, from);
      from = gone.at(-1) ?? from;
      return gone.length;
    });
  }

  /** @returns those that are gone, of those behind a place */
  private deleteDeliveries(before: Date, from: Place): Promise<Place[]> {
    return this.database.db.transaction().execute(async (trx) => {
      // A payment whose return is kept is kept with it: its return can't be delivered without it.
      const { rows } = await sql<Place>`
        select d.created_at::text as at, d.id from deliveries d
        where d.created_at < ${before} and (d.created_at, d.id) > (${from.at}::timestamptz, ${from.id}::uuid)
          and d.state in ('delivered', 'rejected', 'cancelled') and d.lease_until is null
          and d.kind in ('payment', 'return')
          and not exists (select from deliveries r where r.biller_id = d.biller_id and r.kind = 'return'
            and r.key = d.key and (r.created_at >= ${before} or r.state in ('queued', 'parked')))
        order by d.created_at, d.id limit ${AT_ONCE} for update skip locked`.execute(trx);
      const ids = rows.map(({ id }) => id);
      await sql`delete from delivery_attempts where delivery_id = any(${ids}::uuid[])`.execute(trx);
      await sql`delete from deliveries where id = any(${ids}::uuid[])`.execute(trx);
      return rows;
    });
  }
}
