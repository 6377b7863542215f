/** The durable feed of what happened to invoices, in an order in which nothing can appear behind the reader. */
import { inject, injectable } from 'inversify';
import { type Selectable, sql } from 'kysely';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import { FIRST_OPEN_PLACE } from '../store/feed-places.js';
import type { ChangesTable } from '../store/tables.js';
import { BEGIN, cursorOf, type Place, placeOf } from './feed-cursor.js';
import { invoiceView } from './invoice-view.js';

/** Whoever reads the changes of a few billers looks through so many of all at a time, and for no longer than this. */
const [LOOKED_THROUGH, LOOK_MS] = [50_000, 500];

@injectable()
export class ChangeFeed {
  constructor(@inject(DATABASE) private readonly database: Database) {}

  /**
   * Rows are ordered by their transaction, and a transaction's rows are shown only when every older transaction has
   * ended: so a slow one can't put rows behind a cursor that has passed.
   * @param billers of these alone; null: of all. There may be more of them behind a `next`, however few are given.
   * @throws Problem 400 `bad-cursor`, 410 `cursor-expired` where changes behind it are kept no longer
   */
  async read(after: string | undefined, limit: number, billers: readonly string[] | null = null) {
    const from = placeOf(after ?? BEGIN);
    if (!from) throw new Problem(400, 'bad-cursor', 'the cursor is not one this feed gave out');
    if (after !== undefined && after !== BEGIN) await this.refuseTrimmed(from);
    const { rows, next } = billers ? await this.readOf(billers, from, limit) : await this.readAll(from, limit);
    return {
      changes: rows.map((row) => ({
        cursor: cursorOf(row),
        billerId: row.biller_id,
        accountNumber: row.account_number,
        invoiceNumber: row.invoice_number,
        change: row.change,
        source: row.source,
        at: row.at.toISOString(),
        invoice: invoiceView(row),
      })),
      next: cursorOf(next),
    };
  }

  private async readAll(from: Place, limit: number) {
    const rows = await this.behind(from, 'asc').selectAll().limit(limit).execute();
    return { rows, next: rows.at(-1) ?? from };
  }

  /** What others have changed since is passed once: where there is little of these, it would be all that there is. */
  private async readOf(billers: readonly string[], from: Place, limit: number) {
    const until = performance.now() + LOOK_MS;
    const rows: Selectable<ChangesTable>[] = [];
    for (let next = from; ; ) {
      const far = await this.behind(next, 'asc')
        .select(['xid', 'seq'])
        .offset(LOOKED_THROUGH)
        .limit(1)
        .executeTakeFirst();
      const end = far ?? (await this.behind(next, 'desc').select(['xid', 'seq']).limit(1).executeTakeFirst());
      if (!end) return { rows, next };
      const found = await this.behind(next, 'asc')
        .selectAll()
        .where(sql<boolean>`biller_id = any(${[...billers]}::text[])`)
        .where(sql<boolean>`(xid, seq) <= (${end.xid}::xid8, ${end.seq}::bigint)`)
        .limit(limit - rows.length)
        .execute();
      rows.push(...found);
      next = rows.length === limit ? (found.at(-1) as Place) : end;
      if (rows.length === limit || !far || performance.now() > until) return { rows, next };
    }
  }

  private behind({ xid, seq }: Place, order: 'asc' | 'desc') {
    return this.database.db
      .selectFrom('changes')
      .where(sql<boolean>`(xid, seq) > (${xid}::xid8, ${seq}::bigint)`)
      .where(sql<boolean>`xid < ${FIRST_OPEN_PLACE}`)
      .orderBy('xid', order)
      .orderBy('seq', order);
  }

  /** A reader must not take it that nothing happened in between. */
  private async refuseTrimmed({ xid, seq }: Place): Promise<void> {
    const gone = await this.database.db
      .selectFrom('trims')
      .select('up_to')
      .where('kind', '=', 'changes')
      .where(sql<boolean>`(xid, position) > (${xid}::xid8, ${seq}::bigint)`)
      .executeTakeFirst();
    if (gone)
      throw new Problem(
        410,
        'cursor-expired',
        `changes behind this cursor are kept no longer; begin at ${BEGIN}, and ask for what is held of the accounts`,
      );
  }
}
