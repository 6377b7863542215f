import { expect } from 'chai';
import pg from 'pg';
import { openPool } from '../../src/store/database.js';
import { isDatabaseGone } from '../../src/store/database-gone.js';
import { newDatabase } from '../host-fixture.js';
import { SilentProxy } from './silent-proxy.js';

describe('a statement that failed', () => {
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => expect.fail('it did not fail'),
      (error) => error,
    );
  let url: string;
  before(async () => {
    url = await newDatabase();
  });

  const gone: Record<string, (client: pg.Client) => Promise<unknown>> = {
    'its session was ended': (client) => client.query('select pg_terminate_backend(pg_backend_pid())'),
    'its connection broke': async (client) => {
      const waits = client.query('select pg_sleep(5)');
      setTimeout(() => (client as unknown as { connection: pg.Connection }).connection.stream.destroy(), 50);
      await waits;
    },
    'its session was ended before': async (client) => {
      await client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
      await client.query('select 1');
    },
    'it is a replica now': (client) => client.query('begin read only; create table made (n integer)'),
    'its transaction waited too long for its host': async (client) => {
      await client.query("set idle_in_transaction_session_timeout = '50ms'; begin");
      await new Promise((done) => setTimeout(done, 200));
      await client.query('select 1');
    },
  };
  for (const [name, work] of Object.entries(gone))
    it(`since ${name}: the database is gone`, async () => {
      const client = new pg.Client(url);
      client.on('error', () => undefined);
      await client.connect();
      expect(isDatabaseGone(await failureOf(work(client)))).to.equal(true);
    });

  it('since nothing listens there: the database is gone', async () => {
    const proxy = await SilentProxy.start(url);
    const database = openPool(proxy.url);
    proxy.close();
    expect(isDatabaseGone(await failureOf(database.pool.query('select 1')))).to.equal(true);
    await database.close();
  });

  it('since it lets us in no more: the database is gone', async () => {
    const client = new pg.Client(url);
    await client.connect();
    await client.query('create role shut_out nologin');
    const asAnother = new URL(url);
    asAnother.username = 'shut_out';
    const elsewhere = new URL(url);
    elsewhere.pathname = '/gone';
    for (const { href } of [asAnother, elsewhere]) {
      const database = openPool(href);
      expect(isDatabaseGone(await failureOf(database.pool.query('select 1'))), href).to.equal(true);
      await database.close();
    }
    await client.query('drop role shut_out');
    await client.end();
  });

  it('for a fault of its own: the database is there', async () => {
    const database = openPool(url);
    for (const text of ['select nothing', "select 'x'::integer", 'select 1/0'])
      expect(isDatabaseGone(await failureOf(database.pool.query(text))), text).to.equal(false);
    expect(isDatabaseGone(new TypeError('x is not a function'))).to.equal(false);
    expect(isDatabaseGone(undefined)).to.equal(false);
    await database.close();
  });
});
