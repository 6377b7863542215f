/**
 * Places in the change feed: a change's is its transaction's number and an offset, since another cluster, or a history that
 * was taken up at an earlier time, counts its transactions anew. With each the offset goes up by more than any feed has come
 * since the copy was made, so that new changes come after all that anybody has read, whatever was lost in between.
 */
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Tables } from './tables.js';

const GAP = 2 ** 32;

/** The place before which nothing new can appear: that of the oldest transaction that still runs. */
export const FIRST_OPEN_PLACE: RawBuilder<string> = sql`(
  select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + coalesce((select feed_offset from database_history), 0))::text::xid8)`;

/** Whether changes stand at places that this cluster has not come to: they are another's. */
export async function isAhead(trx: Transaction<Tables>): Promise<boolean> {
  const { rows } = await sql<{ ahead: boolean }>`
    select exists (select from changes where xid >= (
      pg_snapshot_xmax(pg_current_snapshot())::text::bigint + feed_offset)::text::xid8) as ahead from database_history`.execute(
    trx,
  );
  return rows[0]?.ahead === true;
}

/** From the next change on. The history's row is there, and locked. */
export async function moveOn(trx: Transaction<Tables>): Promise<void> {
  const { rows } = await sql<{ offset: string }>`
    update database_history set feed_offset = ${sql.lit(GAP)} + greatest(
      pg_current_xact_id()::text::bigint + feed_offset,
      coalesce((select xid::text::bigint from changes order by xid desc, seq desc limit 1), 0))
    returning feed_offset::text as offset`.execute(trx);
  // In the column's default, so that a row that is written costs no look-up of it.
  await sql`alter table changes alter column xid set default (
    (pg_current_xact_id()::text::bigint + ${sql.raw(String(BigInt(rows[0]?.offset ?? 0)))})::text::xid8)`.execute(trx);
}
