import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { openPool } from '../../src/store/database.js';
import { waitForRoom } from '../../src/store/patient-pool.js';
import { newEmptyDatabase, TestHost } from '../host-fixture.js';

describe('a server that takes few connections', function () {
  this.timeout(60_000);
  let admin: pg.Client;
  let role: string;
  let url: string;

  beforeEach(async () => {
    const database = new URL(await newEmptyDatabase());
    admin = new pg.Client(database.href);
    await admin.connect();
    role = `few_${database.pathname.slice(1, 20)}`;
    await admin.query(`create role ${role} login password 'few' connection limit 3`);
    await admin.query(`alter database ${database.pathname.slice(1)} owner to ${role}`);
    database.username = role;
    database.password = 'few';
    url = database.href;
  });
  afterEach(() => admin.end());

  it('is waited for, by statements, connections and transactions', async () => {
    let refused = 0;
    const { pool, pipelined, db, close } = openPool(url, { refused: () => refused++ });
    const told = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        if (index % 3 === 0) return (await pool.query('select pg_sleep(0.02), 1 as n')).rows[0].n;
        if (index % 3 === 1)
          return db
            .transaction()
            .execute(async (trx) => (await trx.selectNoFrom((eb) => eb.lit(1).as('n')).executeTakeFirstOrThrow()).n);
        const client = await pipelined.connect();
        const { rows } = await client.query('select pg_sleep(0.02), 1 as n');
        client.release();
        return rows[0].n;
      }),
    );
    expect(told).to.deep.equal(Array(30).fill(1));
    expect(refused).to.be.above(0);
    await close();
  });

  it('has as many as before when it takes more, and is given up when it takes none for too long', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 5 });
    waitForRoom(pool, 300, () => undefined, 200);
    const three = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
    const fourth = pool.connect();
    await wait(100);
    expect(pool.options.max).to.equal(3);
    await admin.query(`alter role ${role} connection limit 20`);
    three[0]?.release();
    const all = [await fourth];
    await wait(300);
    expect(pool.options.max).to.equal(5);
    all.push(await pool.connect(), await pool.connect());
    for (const client of [...three.slice(1), ...all]) client?.release(true);
    await admin.query(`alter role ${role} connection limit 0`);
    const failed = await pool.query('select 1').catch((error) => error.code);
    expect(failed).to.equal('53300');
    await pool.end();
  });

  it('is told of by the doctor, with what to do', async () => {
    await admin.query(`alter role ${role} connection limit 30`);
    const host = await TestHost.start({ databaseUrl: url });
    const { body } = await host.call('GET', '/v1/doctor');
    const found = body.checks.find(({ what }: { what: string }) => what === 'connections');
    expect(found).to.include({ state: 'failed', code: 'connections-scarce' });
    expect(found.detail).to.match(/^The database takes 30 connections, .* each host opens up to 37/);
    await host.close();
  });
});
