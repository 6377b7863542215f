import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { type SinonStub, stub } from 'sinon';
import type { BillerScopes } from '../../src/adapters/biller-scopes.js';
import type { Billers } from '../../src/billers/billers.js';
import { Reconciliations } from '../../src/reconciliation/reconciliations.js';
import type { Repairs } from '../../src/reconciliation/repairs.js';
import { AccountStore } from '../../src/rtdr/account-store.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { createLog } from '../../src/telemetry/log.js';
import { newDatabase } from '../host-fixture.js';

const WISHING = 20;

describe('the nightly reconciliation', function () {
  this.timeout(30_000);
  let database: Database;
  let asked: string[];
  let answer: () => void;
  let hosts: Reconciliations[];

  /** A host whose billers' partner answers when it is told to. */
  function host(): Reconciliations {
    const answered = new Promise<void>((done) => {
      answer = done;
    });
    const contract = async (billerId: string) => ({
      lookUp: async () => {
        asked.push(billerId);
        await answered;
        return { invoices: [] };
      },
    });
    const made = new Reconciliations(
      database,
      {} as Billers,
      { contract, expect: async () => undefined } as unknown as BillerScopes,
      new AccountStore(database, createLog('silent')),
      { repair: async () => new Set() } as unknown as Repairs,
      createLog('silent'),
    );
    hosts.push(made);
    return made;
  }
  const states = async () =>
    (await database.pool.query('select state, count(*)::int as n from reconciliations group by 1 order by 1')).rows;
  const problems = async () =>
    (await database.pool.query('select distinct problem from reconciliations')).rows.map(({ problem }) => problem);
  const until = async (fits: () => Promise<boolean>) => {
    while (!(await fits())) await wait(20);
  };

  beforeEach(async () => {
    database = await openDatabase(await newDatabase());
    await database.pool.query(
      `insert into billers select 'b' || n, 'b', 'g' || n, 'x', '{}',
         jsonb_strip_nulls(jsonb_build_object('reconcileNightly', case when n > 0 then 1 end,
           'shadowOf', case when n = 1 then '{"biller": "b2"}'::jsonb end)),
         true, 164 from generate_series(0, $1) n`,
      [WISHING + 1],
    );
    await database.pool.query(
      `insert into accounts (biller_id, account_number, block_ach, block_card, refreshed_at)
       select biller_id, 'a', false, false, now() from billers`,
    );
    asked = [];
    hosts = [];
  });
  afterEach(async () => {
    answer();
    for (const each of hosts) await each.stop();
    await database.close();
  });

  it('is of every biller that wishes it, its shadows excepted, of eight at a time, and once on all hosts', async () => {
    stub(database.clock, 'now').returns(new Date('2026-11-26T02:59:00Z'));
    host().start();
    await until(async () => asked.length === 8);
    await wait(200);
    expect(await states()).to.deep.equal([{ state: 'running', n: 8 }]);
    answer();
    await until(async () => (await states())[0]?.n === WISHING && (await states())[0]?.state === 'done');
    host().start();
    await wait(300);
    expect(await states()).to.deep.equal([{ state: 'done', n: WISHING }]);
    expect(asked).to.have.members(Array.from({ length: WISHING }, (_, index) => `b${index + 2}`));
  });

  it('begins at no other hour', async () => {
    for (const time of ['01:59', '06:00', '14:00']) {
      stub(database.clock, 'now').returns(new Date(`2026-11-26T${time}:00Z`));
      host().start();
      await wait(300);
      (database.clock.now as SinonStub).restore();
    }
    expect(await states()).to.deep.equal([]);
  });

  it('goes on at another host where one ends, and is begun no oftener than three times', async () => {
    stub(database.clock, 'now').returns(new Date('2026-11-26T05:00:00Z'));
    // More of each biller than are asked for at once, so that it isn't over with what is under way.
    await database.pool.query(`
      insert into accounts (biller_id, account_number, block_ach, block_card, refreshed_at)
        select biller_id, 'a' || n, false, false, now() from billers, generate_series(1, 4) n;
      update billers set options = jsonb_set(options, '{reconcileNightly}', '5') where options ? 'reconcileNightly'`);
    const ends = async () => {
      const one = host();
      one.start();
      const before = asked.length;
      await until(async () => asked.length === before + 8 * 4);
      const stopped = one.stop();
      answer();
      await stopped;
    };
    for (let tries = 1; tries <= 3; tries++) {
      await ends();
      expect(await states()).to.deep.equal([{ state: 'failed', n: 8 * tries }]);
    }
    expect(await problems()).to.deep.equal(['its host ended']);
    host().start();
    answer();
    await until(async () => (await states())[0]?.n === WISHING - 8);
    await wait(300);
    expect((await states())[0]).to.deep.equal({ state: 'done', n: WISHING - 8 });
  });

  it('is not kept from being by what a person has asked for, or by a night before', async () => {
    stub(database.clock, 'now').returns(new Date('2026-11-26T02:00:00Z'));
    await database.pool.query(
      `insert into reconciliations (biller_id, state, started_at, by_night)
       select biller_id, 'done', now() - (case when by_night then 21 else 1 end) * interval '1 hour', by_night
       from billers, unnest(array[true, false]) as by_night`,
    );
    const before = Number((await states())[0]?.n);
    host().start();
    answer();
    await until(async () => (await states())[0]?.n === before + WISHING);
  });
});
