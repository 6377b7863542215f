/** What we hold of accounts, without asking the partner: lists, one account, its history. */
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { Billers } from '../billers/billers.js';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import { cursorOf, placeOf } from './feed-cursor.js';
import { invoiceView } from './invoice-view.js';

const RECORD_TYPES = { created: 'N', updated: 'U', deactivated: 'D' } as const;

@injectable()
export class HeldAccounts {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
  ) {}

  /**
   * In the order of their numbers.
   * @param beginning what the number begins with
   * @param after the number to go on behind
   * @throws Problem 404 `biller-not-found`
   */
  async list(
    billerId: string,
    { beginning = '', after = '', limit }: { beginning?: string; after?: string; limit: number },
  ) {
    await this.billers.get(billerId);
    const rows = await this.database.db
      .selectFrom('accounts')
      .selectAll()
      .where('biller_id', '=', billerId)
      .where('account_number', '>', after)
      .$if(beginning !== '', (query) =>
        query.where('account_number', '>=', beginning).where(sql<boolean>`starts_with(account_number, ${beginning})`),
      )
      .orderBy('account_number')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      accountNumber: row.account_number,
      partnerAccountId: row.partner_account_id,
      paymentBlock: { ach: row.block_ach, card: row.block_card, reason: row.block_reason },
      refreshedAt: row.refreshed_at?.toISOString() ?? null,
    }));
  }

  /**
   * What happened to its invoices, newest first.
   * @param before cursor to go on behind
   * @throws Problem 400 `bad-cursor`, 404 `biller-not-found`
   */
  async history(billerId: string, accountNumber: string, limit: number, before?: string) {
    await this.billers.get(billerId);
    const place = before === undefined ? undefined : placeOf(before);
    if (before !== undefined && !place)
      throw new Problem(400, 'bad-cursor', 'the cursor is not one this list gave out');
    const rows = await this.database.db
      .selectFrom('changes')
      .selectAll()
      .where(sql<boolean>`hashtext(account_number) = hashtext(${accountNumber})`)
      .where('account_number', '=', accountNumber)
      .where('biller_id', '=', billerId)
      .$if(place !== undefined, (query) =>
        query.where(sql<boolean>`(xid, seq) < (${place?.xid}::xid8, ${place?.seq}::bigint)`),
      )
      .orderBy('xid', 'desc')
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      cursor: cursorOf(row),
      at: row.at.toISOString(),
      recordType: RECORD_TYPES[row.change],
      source: row.source,
      invoice: invoiceView(row),
    }));
  }
}
