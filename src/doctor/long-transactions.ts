/**
 * Whether a transaction has been open for so long that what is deleted meanwhile, by the hundred thousand of jobs and leases, can't
 * be cleared away: each look for the next delivery then goes through it.
 */
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../store/tables.js';
import { failed, type Outcome, ok } from './checked.js';

/** The file of a large biller is imported in less. */
const MOST_OPEN_S = 1_800;

export async function checkLongTransactions(db: Kysely<Tables>, mostSeconds = MOST_OPEN_S): Promise<Outcome> {
  const { rows } = await sql<{ seconds: number; who: string }>`
    select extract(epoch from clock_timestamp() - xact_start)::float8 as seconds,
      concat('process ', pid, ' (', concat_ws(', ', nullif(application_name, ''), 'database ' || datname, state), ')') as who
    from pg_stat_activity
    where pid <> pg_backend_pid() and backend_type = 'client backend' and xact_start is not null
      and (backend_xid is not null or (backend_xmin is not null and datname = current_database()))
    order by xact_start limit 1`.execute(db);
  const oldest = rows[0];
  if (!oldest || oldest.seconds <= mostSeconds) return ok('No transaction has been open for long.');
  return failed(
    'transaction-open-long',
    `A transaction has been open for ${Math.round(oldest.seconds / 60)} minutes: ${oldest.who}. What is deleted meanwhile can’t be cleared away, and deliveries become slower.`,
    'End it (pg_terminate_backend); take dumps, and long queries, from a replica.',
  );
}
