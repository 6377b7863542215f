import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { ChangeFeed } from '../../src/rtdr/change-feed.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { newDatabase } from '../host-fixture.js';

describe('the change feed of a few billers among many', function () {
  this.timeout(60_000);
  let database: Database;
  let feed: ChangeFeed;
  /** Cursor of the latest change. */
  let last: string;
  const changed = (billerId: string, count: number) =>
    database.pool.query(
      `insert into changes (biller_id, account_number, invoice_number, change, source, invoice_date, invoice_due_date,
         total_amount_due, balance_due, invoice_type_id, status)
       select $1, 'a', $1 || n, 'created', 'refresh', '2026-01-01', '2026-02-01', 1, 1, 164, 'active'
       from generate_series(1, $2) n`,
      [billerId, count],
    );
  /** Read from cursor to cursor, until all that others have changed is passed. */
  const readTo = async (end: string, limit: number, billers: string[]) => {
    const invoices: string[] = [];
    for (let cursor = '0.0'; cursor !== end; ) {
      const { changes, next } = await feed.read(cursor, limit, billers);
      invoices.push(...changes.map(({ invoiceNumber }) => invoiceNumber));
      if (next === cursor) await wait(20); // what other databases of the cluster have under way holds the feed back
      cursor = next;
    }
    return invoices;
  };

  before(async () => {
    database = await openDatabase(await newDatabase());
    feed = new ChangeFeed(database);
    await changed('few', 3);
    await changed('many', 120_000);
    await changed('few', 2);
    const { rows } = await database.pool.query('select xid, seq from changes order by xid desc, seq desc limit 1');
    last = `${rows[0].xid}.${rows[0].seq}`;
  });
  after(() => database.close());

  it('is whole and in order, whatever lies between', async () => {
    for (const limit of [1, 2, 1000])
      expect(await readTo(last, limit, ['few']), `${limit} at a time`).to.deep.equal([
        ...['few1', 'few2', 'few3', 'few1', 'few2'],
      ]);
  });

  it('goes on behind what is not theirs, so that it is passed once', async () => {
    expect(await readTo(last, 10, ['none'])).to.deep.equal([]);
    expect(await feed.read(last, 10, ['none'])).to.deep.equal({ changes: [], next: last });
  });
});
