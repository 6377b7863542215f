/** Who did what to what, and why: written in the transaction that does it. */
import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

export interface AuditEntry {
  /** Who: the name of the token. */
  actor: string;
  /** Such as `delivery.retry`. */
  action: string;
  /** Id of what it was done to. */
  subject: string;
  reason?: string | undefined;
  details?: Record<string, unknown>;
}

export async function audit(
  db: Kysely<Tables>,
  { actor, action, subject, reason, details }: AuditEntry,
): Promise<void> {
  await db
    .insertInto('audit')
    .values({ actor, action, subject, reason: reason ?? null, details: JSON.stringify(details ?? {}) })
    .execute();
}

export async function auditOf(db: Kysely<Tables>, subject: string | undefined, limit: number) {
  return db
    .selectFrom('audit')
    .selectAll()
    .$if(subject !== undefined, (query) => query.where('subject', '=', subject as string))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
