/** The durable feed of what happened to invoices, in an order in which nothing can appear behind the reader. */
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import { FIRST_OPEN_PLACE } from '../store/feed-places.js';
import { invoiceView } from './invoice-view.js';

/** Before the oldest that is kept. */
const BEGIN = '0.0';

@injectable()
export class ChangeFeed {
  constructor(@inject(DATABASE) private readonly database: Database) {}

  /**
   * Rows are ordered by their transaction, and a transaction's rows are shown only when every older transaction has
   * ended: so a slow one can't put rows behind a cursor that has passed.
   * @param billers of these alone; null: of all
   * @throws Problem 400 `bad-cursor`, 410 `cursor-expired` where changes behind it are kept no longer
   */
  async read(after: string | undefined, limit: number, billers: readonly string[] | null = null) {
    const match = /^(\d{1,20})\.(\d{1,19})$/.exec(after ?? BEGIN);
    if (!match) throw new Problem(400, 'bad-cursor', 'the cursor is not one this feed gave out');
    if (after !== undefined && after !== BEGIN) await this.refuseTrimmed(match[1] as string, match[2] as string);
    const rows = await this.database.db
      .selectFrom('changes')
      .selectAll()
      .where(sql<boolean>`(xid, seq) > (${match[1]}::xid8, ${match[2]}::bigint)`)
      .where(sql<boolean>`xid < ${FIRST_OPEN_PLACE}`)
      .$if(billers !== null, (query) => query.where('biller_id', 'in', billers as string[]))
      .orderBy('xid')
      .orderBy('seq')
      .limit(limit)
      .execute();
    const last = rows.at(-1);
    return {
      changes: rows.map((row) => ({
        cursor: `${row.xid}.${row.seq}`,
        billerId: row.biller_id,
        accountNumber: row.account_number,
        invoiceNumber: row.invoice_number,
        change: row.change,
        source: row.source,
        at: row.at.toISOString(),
        invoice: invoiceView(row),
      })),
      next: last ? `${last.xid}.${last.seq}` : (after ?? BEGIN),
    };
  }

  /** A reader must not take it that nothing happened in between. */
  private async refuseTrimmed(xid: string, seq: string): Promise<void> {
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
