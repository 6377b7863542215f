import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { Migrator } from 'kysely/migration';
import { type Database, openDatabase, openPool } from '../../src/store/database.js';
import { migrations } from '../../src/store/migrations.js';
import { DELIVERY_STATES } from '../../src/store/tables.js';
import { newDatabase } from '../host-fixture.js';
import { ADRIFT } from './adrift.js';

const queryOf =
  ({ pool }: Database) =>
  async (text: string, values: unknown[] = []) =>
    (await pool.query(text, values)).rows;

describe('the small tables of deliveries', () => {
  it('say what the deliveries say, whatever is done to them by however many at once', async () => {
    const database = await openDatabase(await newDatabase());
    const query = queryOf(database);
    for (const biller of ['a', 'b'])
      await query(`insert into billers values ($1, 'b', 'b', 'x', '{}', '{}', true, 164, null)`, [biller]);
    const some = 'id in (select id from deliveries order by random() limit $1)';
    const lease = `now() + interval '1 minute'`;
    let made = 0;
    const wishes = [
      () => [
        `insert into deliveries (biller_id, kind, key, state, request)
         select $1, 'payment', $2 || n, $3, '{}' from generate_series(1, 5) n`,
        ['a', 'b'][made % 2],
        `key${made++}-`,
        DELIVERY_STATES[made % DELIVERY_STATES.length],
      ],
      () => [`update deliveries set state = $2 where ${some}`, 4, DELIVERY_STATES[made++ % DELIVERY_STATES.length]],
      () => [`update deliveries set state = 'delivered', lease_until = null where ${some}`, 3],
      () => [`update deliveries set lease_until = ${lease} where ${some}`, 3],
      () => [`update deliveries set state = 'queued', created_at = now() where ${some}`, 2],
      () => [`delete from deliveries where ${some}`, 2],
    ];
    for (let round = 0; round < 20; round++) {
      const works = wishes.map((wish) => wish());
      await Promise.all(
        works.map(([text, ...values]) =>
          query(text as string, values).catch((error) => {
            // They lock in no order here.
            if (error.code !== '40P01') throw error;
          }),
        ),
      );
      expect(await query(ADRIFT), `round ${round}`).to.deep.equal([]);
    }
    const [{ n }] = (await query('select count(*)::int as n from undelivered')) as [{ n: number }];
    expect(n).to.be.above(10);
    await database.close();
  });

  it('are looked up row by row, whatever they held when a connection made its plans', async () => {
    const database = await openDatabase(await newDatabase());
    const query = queryOf(database);
    await query(`insert into billers values ('b', 'b', 'b', 'x', '{}', '{}', true, 164, null)`);
    const make = (count: number) =>
      query(
        `insert into deliveries (biller_id, kind, key, state, request)
         select 'b', 'payment', gen_random_uuid(), 'queued', '{}' from generate_series(1, $1) returning id`,
        [count],
      );
    const long = await database.pool.connect();
    const [LEASED, DELIVERED, DELETED] = [
      `update deliveries set lease_until = now() + interval '1 minute' where id = any ($1::uuid[])`,
      `update deliveries set lease_until = null, state = 'delivered' where id = any ($1::uuid[])`,
      `delete from deliveries where id = any ($1::uuid[])`,
    ];
    const only = await make(1);
    await query('vacuum undelivered');
    for (const each of [LEASED, DELIVERED, DELETED]) await long.query(each, [only.map(({ id }) => id)]);
    await query('vacuum undelivered, leased_deliveries');
    for (const each of [LEASED, DELIVERED, DELETED]) await long.query(each, [(await make(1)).map(({ id }) => id)]);
    const many = (await make(3_000)).map(({ id }) => id);
    await query(LEASED, [many.slice(1_000)]);
    const some = many.slice(0, 50);
    await long.query('begin');
    for (const each of [LEASED, DELIVERED]) await long.query(each, [some]);
    await long.query(DELETED, [many.slice(50, 100)]);
    const { rows } = await long.query(
      `select sum(seq_tup_read + idx_tup_fetch)::int as read from pg_stat_xact_user_tables
       where relname in ('undelivered', 'leased_deliveries')`,
    );
    await long.query('rollback');
    long.release();
    await database.close();
    expect(rows[0].read).to.be.below(1_000);
  });

  it('are made of what a database of an earlier version holds', async () => {
    const database = openPool(await newDatabase());
    const query = queryOf(database);
    const migrator = new Migrator({ db: database.db, provider: migrations });
    await migrator.migrateTo('010-recordings');
    await query(`insert into billers values ('b', 'b', 'b', 'x', '{}', '{}', true, 164, null)`);
    for (const state of DELIVERY_STATES)
      await query(
        `insert into deliveries (biller_id, kind, key, state, request)
         select 'b', 'payment', $1 || n, $1, '{}' from generate_series(1, 3) n`,
        [state],
      );
    await query(`update deliveries set lease_until = now() + interval '1 minute' where key = 'queued1'`);
    // A host of that version is at work meanwhile.
    const other = await database.pool.connect();
    await other.query('begin');
    await other.query(
      `insert into deliveries (biller_id, kind, key, state, request) values ('b', 'payment', 'late', 'queued', '{}')`,
    );
    const migrated = migrator.migrateToLatest();
    await wait(300);
    await other.query('commit');
    other.release();
    const { error } = await migrated;
    expect(error).to.equal(undefined);
    expect(await query(ADRIFT)).to.deep.equal([]);
    expect(await query('select count(*)::int as n from undelivered')).to.deep.equal([{ n: 13 }]);
    expect(await query('select count(*)::int as n from leased_deliveries')).to.deep.equal([{ n: 1 }]);
    await database.close();
  });
});
