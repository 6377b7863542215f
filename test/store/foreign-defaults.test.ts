import { expect } from 'chai';
import pg from 'pg';
import { openPool } from '../../src/store/database.js';
import { newEmptyDatabase, TestHost } from '../host-fixture.js';

const DEFAULTS = [
  ...["datestyle = 'SQL, DMY'", "timezone = 'Asia/Kolkata'", 'standard_conforming_strings = off'],
  ...["default_transaction_isolation = 'serializable'", "statement_timeout = '100ms'", "lock_timeout = '50ms'"],
  "intervalstyle = 'iso_8601'",
];

const asked = async (connectionString: string, ...statements: string[]): Promise<void> => {
  const client = new pg.Client(connectionString);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
};

describe('a database that is somebody’s own', () => {
  it('may have defaults of its own: a host goes by what it says itself', async () => {
    const databaseUrl = await newEmptyDatabase();
    const name = new URL(databaseUrl).pathname.slice(1);
    await asked(databaseUrl, ...DEFAULTS.map((setting) => `alter database ${name} set ${setting}`));
    const host = await TestHost.start({ databaseUrl });
    await host.biller();
    const account = `/v1/billers/1663/accounts/${host.sandbox.example.accountNumber}`;
    const refreshed = (await host.call('POST', `${account}/refresh`)).body;
    expect(Date.now() - Date.parse(refreshed.refreshedAt)).to.be.within(0, 60_000);
    expect((await host.call('POST', `${account}/refresh`)).body.changes).to.deep.equal([]);
    const ids = Array.from({ length: 30 }, (_, index) => `own-${index}`);
    await Promise.all(ids.map((id) => host.call('POST', '/v1/billers/1663/payments', host.payment(id))));
    for (const id of ids)
      expect(await host.settled(`/v1/billers/1663/payments/${id}`)).to.include({ state: 'delivered' });
    expect(host.sandbox.book.ledger).to.have.length(ids.length);
    await host.close();
  });

  it('may be named with settings of its own, which hold beside those that a host goes by', async () => {
    const url = new URL(await newEmptyDatabase());
    await asked(url.href, 'create schema own');
    url.searchParams.set('options', '-c search_path=own -c datestyle=SQL,DMY -c statement_timeout=100ms');
    const host = await TestHost.start({ databaseUrl: url.href });
    await host.biller();
    await host.call('POST', '/v1/billers/1663/payments', host.payment('own'));
    expect(await host.settled('/v1/billers/1663/payments/own')).to.include({ state: 'delivered' });
    expect(await host.query('select state from own.deliveries')).to.deep.equal([{ state: 'delivered' }]);
    await host.close();
    const { pool, close } = openPool(url.href);
    const { rows } = await pool.query(
      "select current_setting('statement_timeout') as timeout, '2026-11-27'::date::text as day",
    );
    expect(rows).to.deep.equal([{ timeout: '0', day: '2026-11-27' }]);
    await close();
  });

  it('must be in UTF-8, and says so', async () => {
    const url = new URL(await newEmptyDatabase());
    url.pathname += '_latin';
    const name = url.pathname.slice(1);
    const admin = new URL(url);
    admin.pathname = '/postgres';
    await asked(admin.href, `create database ${name} template template0 encoding 'LATIN1' locale 'C'`);
    const failed = await TestHost.start({ databaseUrl: url.href }).catch((error: Error) => error.message);
    expect(failed).to.include('it is in LATIN1; make one in UTF8');
  });

  it('must take writes: a replica does not, and that is said', async () => {
    const databaseUrl = await newEmptyDatabase();
    await (await TestHost.start({ databaseUrl })).close();
    const name = new URL(databaseUrl).pathname.slice(1);
    await asked(databaseUrl, `alter database ${name} set default_transaction_read_only = on`);
    const failed = await TestHost.start({ databaseUrl }).catch((error: Error) => error.message);
    expect(failed).to.include('it takes no writes: it is a replica');
  });
});
