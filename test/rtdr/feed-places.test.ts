import { expect } from 'chai';
import { DatabaseHistory } from '../../src/deliveries/database-history.js';
import { TestHost } from '../host-fixture.js';

describe('the change feed after a restore', () => {
  let host: TestHost;
  const insert = (invoice: string) =>
    host.query(
      `insert into changes (biller_id, account_number, invoice_number, change, source, invoice_date, invoice_due_date,
         total_amount_due, balance_due, invoice_type_id, status)
       values ('1663', 'A', $1, 'created', 'refresh', '2026-11-01', '2026-12-01', 1, 1, 164, 'active')`,
      [invoice],
    );
  const read = async (after = '0.0'): Promise<{ told: string[]; next: string }> => {
    const { changes, next } = (await host.call('GET', `/v1/changes?after=${after}&limit=1000`)).body;
    return { told: changes.map(({ invoiceNumber }: { invoiceNumber: string }) => invoiceNumber), next };
  };
  /** The feed waits for whatever transaction is open on the server: another test's, too. */
  const shows = (after: string, invoice: string) =>
    host.until(
      `/v1/changes?after=${after}&limit=1000`,
      ({ changes }) => changes.some(({ invoiceNumber }: { invoiceNumber: string }) => invoiceNumber === invoice),
      60,
    );
  const settle = () => host.host.container.get<DatabaseHistory>(DatabaseHistory).settle();

  beforeEach(async () => {
    host = await TestHost.start();
    await host.biller();
    for (const invoice of ['a', 'b']) await insert(invoice);
    await host.feedHolds(2);
  });
  afterEach(() => host.close());

  for (const [name, isKnown] of [
    ['whose history is another', true],
    ['that never had one', false],
  ] as const)
    it(`into a server ${name} shows what was restored, and what is new after it`, async () => {
      const before = (await read()).next;
      // As a dump from a server that had come further, read into one that is new.
      await host.query('update changes set xid = (xid::text::bigint + 5000000)::text::xid8');
      const there = before.replace(/^\d+/, (xid) => String(Number(xid) + 5_000_000));
      await host.query(isKnown ? "update database_history set system = 'another'" : 'delete from database_history');
      expect((await read()).told, 'beyond all that this server has come to').to.deep.equal([]);
      await settle();
      expect((await read()).told).to.deep.equal(['a', 'b']);
      // A reader that had come further than the dump, too.
      for (const cursor of [there, there.replace(/^\d+/, (xid) => String(Number(xid) + 100_000))]) {
        await insert(`after ${cursor}`);
        await shows(cursor, `after ${cursor}`);
      }
      expect((await read()).told.slice(0, 3)).to.deep.equal(['a', 'b', `after ${there}`]);
      // And again, into a third.
      const { next } = await read();
      await host.query("update database_history set system = 'a third'");
      await settle();
      await insert('last');
      expect((await shows(next, 'last')).changes).to.have.length(1);
    });

  it('is as before where the history is the known one', async () => {
    const { next } = await read();
    await settle();
    await insert('c');
    expect((await shows(next, 'c')).changes).to.have.length(1);
    expect(await host.query('select feed_offset from database_history')).to.deep.equal([{ feed_offset: '0' }]);
  });

  it('is said to be held back by whose transaction is open', async () => {
    await host.query("update changes set at = now() - interval '1 hour'");
    await host.query('update changes set xid = (xid::text::bigint + 5000000)::text::xid8');
    const { checks } = (await host.call('GET', '/v1/doctor')).body;
    expect(checks.find(({ what }: { what: string }) => what === 'change feed')).to.include({
      ...{ state: 'failed', code: 'feed-held-back' },
    });
  });
});
