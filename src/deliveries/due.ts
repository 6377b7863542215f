/** What is due, and whether anybody works on it. */
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../store/tables.js';

/** However many wait, only so many are looked at, those that were accepted first: it is asked with each reading of the metrics. */
const LOOKED_AT = 10_000;

/** Deliveries that are due and not held back, of those accepted first; and for how long the oldest has been. */
export async function dueDeliveries(db: Kysely<Tables>): Promise<{ n: number; oldestSeconds: number | null }> {
  const { rows } = await sql<{ n: number; oldestSeconds: number | null }>`
    select count(*) as n, extract(epoch from clock_timestamp() - min(due_at))::float8 as "oldestSeconds" from (
      select coalesce(next_attempt_at, updated_at) as due_at from (
        select delivery_id from undelivered u where state = 'queued' and not exists (
          select from partner_states p where p.biller_id = u.biller_id and p.blocked_since is not null)
        order by created_at limit ${sql.lit(LOOKED_AT)}) first
      join deliveries on id = first.delivery_id where lease_until is null) waiting
    where due_at < clock_timestamp()`.execute(db);
  return rows[0] ?? { n: 0, oldestSeconds: null };
}
