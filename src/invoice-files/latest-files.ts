/** When a biller's file was applied last, and whether the next one is overdue: nothing else tells of a file that doesn't come. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../store/tables.js';

/** Of the biller `b` and its `latest_files`, `l`; null where none is expected at any time. */
export const FILE_DUE_AT = sql<Date | null>`
  coalesce(l.applied_at, b.created_at) + make_interval(secs => (b.options->>'fileEveryHours')::float8 * 3600)`;

/** Of the biller $1: in the transaction that applies it. */
export const FILE_APPLIED = `
  insert into latest_files (biller_id, applied_at) values ($1, clock_timestamp())
  on conflict (biller_id) do update set applied_at = excluded.applied_at`;

/** The bytes of the file $2, which was applied, came once more; those of an older one say nothing of the next. */
export const FILE_CAME_AGAIN = `
  update latest_files set applied_at = clock_timestamp()
  where biller_id = $1 and $2 = (
    select import_id from invoice_files where biller_id = $1 and state = 'applied' order by created_at desc limit 1)`;

/** @param appliedAt of the latest one */
export const overdueText = (appliedAt: Date | null): string =>
  appliedAt ? `the latest file was applied at ${appliedAt.toISOString()}` : 'no file was applied so far';

/** @returns why a biller's file is overdue; undefined where it is not */
export async function overdueFile(db: Kysely<Tables>, billerId: string): Promise<string | undefined> {
  const { rows } = await sql<{ appliedAt: Date | null }>`
    select l.applied_at as "appliedAt" from billers b left join latest_files l on l.biller_id = b.biller_id
    where b.biller_id = ${billerId} and ${FILE_DUE_AT} < clock_timestamp()`.execute(db);
  return rows[0] && overdueText(rows[0].appliedAt);
}
