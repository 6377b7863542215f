import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { ChangeFeed } from '../../src/rtdr/change-feed.js';
import { openDatabase } from '../../src/store/database.js';
import { Retention, type RetentionDays } from '../../src/store/retention.js';
import { createLog } from '../../src/telemetry/log.js';
import { newDatabase } from '../host-fixture.js';

const NONE: RetentionDays = { exchanges: 0, changes: 0, deliveries: 0 };

describe('what grows is trimmed when it was kept long enough', function () {
  this.timeout(60_000);

  async function given() {
    const database = await openDatabase(await newDatabase());
    const query = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;
    await query(`insert into billers values ('b', 'b', 'b', 'x', '{}', '{}', true, 164, null)`);
    const trimming = (days: Partial<RetentionDays>) =>
      new Retention(database, { ...NONE, ...days }, createLog('silent'));
    return { database, query, trimming };
  }
  const payments = `
    insert into deliveries (biller_id, kind, key, state, request, created_at)
    select 'b', 'payment', $1 || n, $2, '{}', now() - $3 * interval '1 day' from generate_series(1, $4) n`;

  it('what was said to partners goes, the attempt stays; nothing is looked at twice', async () => {
    const { database, query, trimming } = await given();
    await query(payments, ['old', 'delivered', 100, 700]);
    await query(payments, ['new', 'delivered', 10, 5]);
    await query(
      `insert into delivery_attempts (delivery_id, at, duration_ms, outcome, exchanges)
       select id, created_at, 5, 'delivered', '[{"operation":"o"}]' from deliveries`,
    );
    expect((await trimming({ exchanges: 90 }).trim())?.exchanges).to.equal(700);
    const rows = await query(
      `select exchanges = '[]' as empty, count(*)::int as n from delivery_attempts group by 1 order by 2`,
    );
    expect(rows).to.deep.equal([
      { empty: false, n: 5 },
      { empty: true, n: 700 },
    ]);
    expect((await trimming({ exchanges: 90 }).trim())?.exchanges).to.equal(0);
    expect((await trimming({ exchanges: 5 }).trim())?.exchanges).to.equal(5);
    await database.close();
  });

  it('changes go, and a cursor from before them is refused', async () => {
    const { database, query, trimming } = await given();
    const change = `
      insert into changes (biller_id, account_number, invoice_number, change, source, invoice_date, invoice_due_date,
        total_amount_due, balance_due, invoice_type_id, status, at)
      select 'b', 'a', $1 || n, 'created', 'refresh', '2026-01-01', '2026-02-01', 1, 1, 164, 'active',
        now() - $2 * interval '1 day' from generate_series(1, $3) n`;
    await query(change, ['old', 400, 1200]);
    await query(change, ['new', 1, 3]);
    const feed = new ChangeFeed(database);
    // What other databases of the cluster have under way holds the feed back.
    const some = async (cursor?: string) => {
      for (;;) {
        const read = await feed.read(cursor, 10);
        if (read.changes.length) return read;
        await wait(20);
      }
    };
    const first = await some();
    expect((await trimming({ changes: 365 }).trim())?.changes).to.equal(1200);
    const kept = await some('0.0');
    expect(kept.changes.map(({ invoiceNumber }) => invoiceNumber)).to.deep.equal(['new1', 'new2', 'new3']);
    const late = await feed.read(first.next, 10).catch((error: { status: number; code: string }) => error);
    expect(late).to.include({ status: 410, code: 'cursor-expired' });
    expect((await feed.read(kept.next, 10)).changes).to.deep.equal([]);
    await database.close();
  });

  it('settled deliveries go where the operator wants it; what needs a person stays', async () => {
    const { database, query, trimming } = await given();
    await query(payments, ['old', 'delivered', 800, 600]);
    await query(payments, ['parked', 'parked', 800, 2]);
    await query(payments, ['queued', 'queued', 800, 1]);
    await query(payments, ['new', 'delivered', 100, 4]);
    expect((await trimming({}).trim())?.deliveries).to.equal(0);
    // Its return is young, or waits for a person: both are kept.
    await query(`insert into deliveries (biller_id, kind, key, state, request, created_at) values
      ('b', 'return', 'old7', 'delivered', '{}', now()), ('b', 'return', 'old8', 'parked', '{}', now() - interval '790 days')`);
    expect((await trimming({ deliveries: 730 }).trim())?.deliveries).to.equal(598);
    const [{ n } = { n: 0 }] = await query('select count(*)::int as n from deliveries');
    expect(n).to.equal(11);
    await database.close();
  });

  it('only one host is at it', async () => {
    const { database, trimming } = await given();
    const client = await database.pool.connect();
    await client.query('select pg_advisory_lock(7243019512233401)');
    expect(await trimming({ changes: 1 }).trim()).to.equal(undefined);
    client.release(true);
    await database.close();
  });
});
