/** A biller's files in the order in which they came: what the latest says is what holds. */
import { sql } from 'kysely';
import type pg from 'pg';
import { TAKE_TURNS } from '../store/file-turn.js';
import { refuseFile } from './control-totals.js';
import type { ImportRow } from './file-records.js';

/** Code of one that a later file was applied before: what it says of the same invoices is older. */
export const OVERTAKEN = 'overtaken';

/**
 * The next place, after all of the biller's that are taken, each of which others see by then: in turns, until it is committed. Else a
 * file could be applied while one before it is still being written down.
 */
export const nextPlace = (billerId: string) => sql<number>`(
  select nextval('invoice_file_places')
  from (select pg_advisory_xact_lock(hashtextextended(${billerId}, 3))::text as taken offset 0) turn where taken = '')`;

/** Of one that is handed over again: its own, unless it was told that it has lost it. */
export const PLACE_AGAIN = sql<number>`case when invoice_files.problem->>'code' = ${sql.lit(OVERTAKEN)}
  then excluded.place else invoice_files.place end`;

/** Nobody has had it in hand for so long. */
export const FORSAKEN_AFTER = '1 minute';

/** $1 biller, $2 place: those before it that are on their way, and were in somebody's hand within this time. */
export const EARLIER_ON_THEIR_WAY = `select import_id, file_name from invoice_files where biller_id = $1
  and state = 'running' and place < $2 and attended_at > now() - interval '${FORSAKEN_AFTER}' order by place`;

/** $1 import ids, which somebody has in hand. */
export const ATTEND = 'update invoice_files set attended_at = now() where import_id = any($1::uuid[])';

const LATER_APPLIED = `select file_name from invoice_files where biller_id = $1 and state = 'applied' and place > $2
  order by place desc limit 1`;

/** Waits until no file of the biller is being applied; none is until the transaction ends. @throws AdapterError `overtaken` */
export async function takeTurn({ biller_id, place }: ImportRow, client: pg.PoolClient): Promise<void> {
  await client.query(TAKE_TURNS, [biller_id]);
  const [later] = (await client.query(LATER_APPLIED, [biller_id, place])).rows;
  if (later)
    throw refuseFile(OVERTAKEN, `the file ${later.file_name}, which came later, was applied before this one could be`);
}
