/** Who did what to what, and why: written in the transaction that does it, and never changed (the database refuses). */
import type { Kysely, Selectable } from 'kysely';
import type { AuditTable, Tables } from './tables.js';

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

const view = (row: Selectable<AuditTable>) => ({ ...row, at: row.at.toISOString() });
export type AuditView = ReturnType<typeof view>;

const AT_ONCE = 1_000;

/** Reads the audit. */
export class AuditTrail {
  constructor(private readonly db: Kysely<Tables>) {}

  /** Newest first. @param before the id to go on behind */
  async latest({
    subject,
    before,
    limit,
  }: {
    subject?: string | undefined;
    before?: number | undefined;
    limit: number;
  }): Promise<AuditView[]> {
    const rows = await this.db
      .selectFrom('audit')
      .selectAll()
      .$if(subject !== undefined, (query) => query.where('subject', '=', subject as string))
      .$if(before !== undefined, (query) => query.where('id', '<', before as number))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(view);
  }

  /** Oldest first, some at a time. */
  async *all({ from, to }: { from?: Date | undefined; to?: Date | undefined }): AsyncGenerator<AuditView[]> {
    for (let after = 0; ; ) {
      const rows = await this.db
        .selectFrom('audit')
        .selectAll()
        .where('id', '>', after)
        .$if(from !== undefined, (query) => query.where('at', '>=', from as Date))
        .$if(to !== undefined, (query) => query.where('at', '<', to as Date))
        .orderBy('id')
        .limit(AT_ONCE)
        .execute();
      const last = rows.at(-1);
      if (!last) return;
      yield rows.map(view);
      after = last.id;
    }
  }
}
