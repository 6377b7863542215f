import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
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
});
