import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import type { DeliveryTransaction } from '../../src/deliveries/delivery-store.js';
import { SharedTransaction } from '../../src/deliveries/shared-transaction.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { PipelinedTransaction, type Send } from '../../src/store/pipelined-transaction.js';
import { newDatabase } from '../host-fixture.js';

describe('a transaction of many works', () => {
  let database: Database;
  /** It looks at its jobs for a while before it sends them. */
  const queue = {
    enqueueBy: async (send: Send) => {
      await wait(20);
      // Of a statement that is a transaction of its own, both times are one.
      await send('insert into made_jobs select 1 where transaction_timestamp() < statement_timestamp()');
    },
  };
  const run = (...works: Parameters<SharedTransaction['run']>[0]) =>
    PipelinedTransaction.run(database.pipelined, (transaction) =>
      new SharedTransaction(transaction, { db: database.db, queue, limitOf: async () => 1 }).run(works),
    );
  const jobs = async () => (await database.pool.query('select from made_jobs')).rowCount;
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: Error) => error.message,
    );
  const delivery = { id: randomUUID(), biller_id: 'any' };

  before(async () => {
    database = await openDatabase(await newDatabase());
    await database.pool.query('create table made_jobs (n integer)');
  });
  after(() => database.close());
  beforeEach(() => database.pool.query('delete from made_jobs'));

  it('commits a job with what made it, however long the queue looks at it', async () => {
    await run(async (transaction) => {
      await transaction.enqueue(delivery);
      await transaction.latestAttempts(delivery.id); // before it, what is to be written is sent
    });
    expect(await jobs()).to.equal(1);
  });

  it('makes no job where another work fails', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('of one work');
    };
    const makesJob = run(async (transaction) => {
      await transaction.enqueue(delivery);
      await transaction.latestAttempts(delivery.id);
    }, fails);
    expect(await failure(makesJob)).to.equal('of one work');
    expect(await jobs()).to.equal(0);
  });

  it('says what failed first, not what failed for it', async () => {
    const message = await failure(
      run(async (transaction) => {
        await transaction.save('no uuid', { state: 'delivered' });
        await transaction.latestAttempts(delivery.id);
      }),
    );
    expect(message).to.match(/invalid input syntax for type uuid/);
    expect(await run(async (transaction) => transaction.latestAttempts(delivery.id))).to.deep.equal([[]]);
  });

  describe('partners', () => {
    const billers = Array.from({ length: 8 }, (_, index) => `b${index}`);
    let ids: string[];
    const failing = (index: number) => async (transaction: DeliveryTransaction) => {
      const billerId = billers[index] ?? '';
      await transaction.lockForConclusion(ids[index] ?? '', billerId, true);
      const { failures } = await transaction.lockPartner(billerId);
      await transaction.savePartner(billerId, { failures: failures + 1 });
    };
    const claiming = (index: number) => async (transaction: DeliveryTransaction) => {
      await transaction.lockForClaim(ids[index] ?? '');
    };
    const failures = async () =>
      (await database.pool.query('select biller_id, failures from partner_states order by biller_id')).rows;

    before(async () => {
      for (const billerId of billers)
        await database.pool.query(`insert into billers values ($1, 'b', 'b', 'x', '{}', '{}', true, 164, null)`, [
          billerId,
        ]);
      await database.pool.query('insert into partner_states (biller_id) select biller_id from billers');
      const { rows } = await database.pool.query(
        `insert into deliveries (biller_id, kind, key, state, request)
         select biller_id, 'payment', 'k', 'queued', '{}' from billers returning id, biller_id`,
      );
      ids = billers.map((billerId) => rows.find(({ biller_id }) => biller_id === billerId)?.id);
    });
    beforeEach(() => database.pool.query('update partner_states set failures = 0'));

    it('are locked after their deliveries, in one order, whichever of them works ask for that begin together', async () => {
      const [ROUNDS, ATTEMPTS] = [10, 2];
      const some = billers.map((_, index) => index);
      const orders = [some, some.toReversed()];
      for (let round = 0; round < ROUNDS; round++)
        await Promise.all(
          orders.flatMap((order) => [
            run(...order.flatMap((index) => Array(ATTEMPTS).fill(failing(index)))),
            run(...order.map(claiming)),
          ]),
        );
      const each = ROUNDS * ATTEMPTS * orders.length;
      expect(await failures()).to.deep.equal(billers.map((biller_id) => ({ biller_id, failures: each })));
    });

    it('are locked where they are not sound or may be changed, and no others', async () => {
      const [sound, ailing, changing] = billers as [string, string, string];
      await database.pool.query('update partner_states set failures = 1 where biller_id = $1', [ailing]);
      const free = async () =>
        (await database.pool.query('select biller_id from partner_states for update skip locked')).rows.length;
      const asked = (transaction: DeliveryTransaction) =>
        [sound, ailing, changing].map((billerId, index) =>
          transaction.lockForConclusion(ids[index] ?? '', billerId, billerId === changing),
        );
      await run(async (transaction) => {
        const locked = await Promise.all(asked(transaction));
        expect(locked.map((one) => one?.partner?.failures)).to.deep.equal([undefined, 1, 0]);
        expect(await free()).to.equal(billers.length - 2);
      });
    });
  });
});
