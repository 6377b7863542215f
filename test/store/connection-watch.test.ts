import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { ConnectionWatch, type DatabaseNews } from '../../src/store/connection-watch.js';
import { type Database, openPool } from '../../src/store/database.js';
import { newDatabase, TestHost } from '../host-fixture.js';
import { SilentProxy } from './silent-proxy.js';

const TIMES = { everyMs: 50, answerMs: 200 };

describe('a database that goes away without a word', () => {
  let databaseUrl: string;
  let proxy: SilentProxy;
  before(async () => {
    databaseUrl = await newDatabase();
  });
  beforeEach(async () => {
    proxy = await SilentProxy.start(databaseUrl);
  });
  afterEach(() => proxy.close());

  describe('is noticed', () => {
    let watch: ConnectionWatch;
    let database: Database;
    let closed: number[];
    let answered: boolean[];
    const tell = ({ answers, closed: count }: DatabaseNews) => {
      answered.push(answers);
      if (count) closed.push(count);
    };
    const ask = (what = '1', pool = database.pool) => pool.query(`select ${what} as n`).then(({ rows }) => rows[0].n);
    const outcome = (work: Promise<unknown>) =>
      Promise.race([
        work.then(
          () => 'answered',
          () => 'told',
        ),
        wait(2_000, 'still waiting'),
      ]);

    beforeEach(async () => {
      closed = [];
      answered = [];
      watch = new ConnectionWatch(proxy.url, tell, TIMES);
      database = openPool(proxy.url, { stream: watch.stream });
      watch.start();
      await wait(200); // it has asked once
      await Promise.all([ask(), ask(), ask('1', database.pipelined)]);
    });
    afterEach(async () => {
      await watch.close();
      proxy.close();
      await database.close();
    });

    it('tells those who wait, and lets the next go on', async () => {
      proxy.silence();
      expect(await outcome(ask())).to.equal('told');
      expect(closed).to.deep.equal([3]);
      await wait(0); // the pools hear of each
      expect(await Promise.all([ask(), ask('2'), ask('3', database.pipelined)])).to.deep.equal([1, 2, 3]);
    });

    it('leaves a long statement alone', async () => {
      const long = ask('pg_sleep(1)::text');
      expect(await outcome(long)).to.equal('answered');
      expect(closed).to.deep.equal([]);
    });

    it('leaves alone what still hears something where its own connection alone is silent', async () => {
      proxy.silence({ ofTheFirst: 1 });
      while (closed.length === 0) expect(await ask()).to.equal(1);
      expect(closed).to.deep.equal([2]); // nobody waits for those
    });

    it('closes nothing while there is no other to go on with', async () => {
      proxy.silence({ ofNewOnes: true });
      const frozen = ask();
      await wait(1_000);
      expect(closed).to.deep.equal([]);
      expect(answered, 'said once').to.deep.equal([false]);
      proxy.speak();
      expect(await outcome(frozen)).to.equal('answered');
      await wait(500);
      expect(answered).to.deep.equal([false, true]);
    });

    it('closes those to a database that only reads, once another writes', async () => {
      const name = new URL(databaseUrl).pathname.slice(1);
      await database.pool.query(`alter database ${name} set default_transaction_read_only = on`); // from the next session on
      try {
        await watch.close();
        await database.close();
        watch = new ConnectionWatch(proxy.url, tell, TIMES);
        database = openPool(proxy.url, { stream: watch.stream });
        watch.start();
        expect(await ask("current_setting('transaction_read_only')")).to.equal('on');
        await wait(500);
        expect([closed, answered], 'there is nothing better').to.deep.equal([[], []]);
      } finally {
        const admin = new pg.Client(databaseUrl);
        await admin.connect();
        await admin.query('set default_transaction_read_only = off');
        await admin.query(`alter database ${name} reset default_transaction_read_only`);
        await admin.end();
      }
      await wait(500);
      expect(closed).to.deep.equal([1]);
      expect(await ask("current_setting('transaction_read_only')")).to.equal('off');
    });

    it('closes nothing where connections have broken by themselves', async () => {
      await database.pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      await wait(1_000);
      expect([closed, answered]).to.deep.equal([[], []]);
      expect(await ask()).to.equal(1);
    });
  });

  it('is told what to do with a host that does the same', async () => {
    const database = openPool(databaseUrl);
    const settings = `select name, setting from pg_settings
      where name in ('idle_in_transaction_session_timeout', 'tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count')`;
    for (const pool of [database.pool, database.pipelined]) {
      const { rows } = await pool.query(settings);
      expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).to.deep.equal({
        ...{ idle_in_transaction_session_timeout: '30000' },
        ...{ tcp_keepalives_idle: '10', tcp_keepalives_interval: '5', tcp_keepalives_count: '4' },
      });
    }
    await database.close();
  });

  it('does not stop a host: it says that it is not ready, and goes on by itself', async function () {
    this.timeout(60_000);
    const host = await TestHost.start({ databaseUrl: proxy.url });
    await host.biller();
    const pay = (id: string) => host.call('POST', '/v1/billers/1663/payments', host.payment(id));
    await pay('before');
    await host.settled('/v1/billers/1663/payments/before');
    await wait(1_000); // it has asked once
    proxy.silence();
    expect((await host.call('GET', '/readyz')).body.checks).to.include({ database: false, queue: false });
    // As a portal does: no answer, then again with the same id.
    const answers: unknown[] = [];
    for (;;) {
      const { status, body, headers } = await pay('after');
      if (status === 202) break;
      answers.push([status, body.code, headers.get('retry-after')]);
      await wait(100);
    }
    expect(answers).to.deep.equal([[503, 'database-unavailable', '1']]);
    expect(await host.settled('/v1/billers/1663/payments/after')).to.include({ state: 'delivered' });
    await host.close();
  });
});
