import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { type Database, openPool } from '../../src/store/database.js';
import { PipelinedTransaction } from '../../src/store/pipelined-transaction.js';
import { newDatabase } from '../host-fixture.js';

describe('a pipelined transaction', () => {
  let database: Database;
  type Work<T> = (transaction: PipelinedTransaction) => Promise<T>;
  const run = <T>(work: Work<T>): Promise<T> => PipelinedTransaction.run(database.pipelined, work);
  const add = ({ send }: PipelinedTransaction, n: number) => send('insert into kept values ($1)', [n]);
  const kept = async () => (await database.pool.query('select n from kept order by n')).rows.map(({ n }) => n);
  const failure = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('it did not fail');
  };

  before(async () => {
    database = openPool(await newDatabase());
    await database.pool.query('create table kept (n integer primary key check (n > 0))');
  });
  after(() => database.close());
  beforeEach(() => database.pool.query('delete from kept'));

  it('commits what its work sent, whether it waited for it or not', async () => {
    const given = await run(async (transaction) => {
      await add(transaction, 1);
      void add(transaction, 2);
      return 'given';
    });
    expect(given).to.equal('given');
    expect(await kept()).to.deep.equal([1, 2]);
  });

  it('is one trip where its work waits for nothing', async () => {
    const happened: string[] = [];
    await run(async (transaction) => {
      void add(transaction, 1).then(() => happened.push('first answered'));
      await transaction.sendBy(async (send) => {
        const answer = send('insert into kept values (2)');
        happened.push('second sent');
        await answer;
        happened.push('second answered');
      });
      happened.push('work ended');
    });
    expect(happened).to.deep.equal(['second sent', 'work ended', 'first answered', 'second answered']);
  });

  it('waits with its commit for what another sends later', async () => {
    await run(async (transaction) =>
      transaction.sendBy(async (send) => {
        await wait(20);
        await send('insert into kept select 1 where transaction_timestamp() < statement_timestamp()');
      }),
    );
    expect(await kept()).to.deep.equal([1]);
  });

  const failures: Record<string, Work<unknown>> = {
    'the first statement fails': async (transaction) => {
      void add(transaction, -1);
      void add(transaction, 2);
    },
    'the last statement fails': async (transaction) => {
      void add(transaction, 1);
      void add(transaction, -2);
    },
    'a statement fails that is waited for': async (transaction) => {
      await add(transaction, 1);
      await add(transaction, -2);
    },
    'its work fails since a statement did': async (transaction) => {
      void add(transaction, -1);
      await add(transaction, 2).catch(() => {
        throw new Error('what follows from it');
      });
    },
    'what another sends fails': async (transaction) => {
      void add(transaction, 1);
      await transaction.sendBy((send) => send('insert into kept values (-2)'));
    },
  };
  for (const [name, work] of Object.entries(failures))
    it(`commits nothing where ${name}, and says what failed first`, async () => {
      expect(await failure(run(work))).to.match(/check constraint/);
      expect(await kept()).to.deep.equal([]);
      await run((transaction) => add(transaction, 3));
      expect(await kept()).to.deep.equal([3]);
    });

  it('commits nothing where its work fails, or another before it sends', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('never sent');
    };
    for (const end of [fails, (transaction: PipelinedTransaction) => transaction.sendBy(fails)]) {
      const work = run(async (transaction) => {
        void add(transaction, 1);
        await end(transaction);
      });
      expect(await failure(work)).to.equal('never sent');
    }
    expect(await kept()).to.deep.equal([]);
  });

  it('sends nothing any more once it has ended: its connection may be another’s', async () => {
    for (const end of ['committed', 'failed']) {
      let ended: PipelinedTransaction | undefined;
      await run(async (transaction) => {
        ended = transaction;
        if (end === 'failed') throw new Error(end);
      }).catch(() => undefined);
      const late = ended?.sendBy(async (send) => send('insert into kept values (1)')) as Promise<void>;
      await late.catch(() => undefined);
      expect(await failure(add(ended as PipelinedTransaction, 2))).to.equal('the transaction has ended');
    }
    expect(await kept()).to.deep.equal([]);
  });

  it('fails where the connection breaks, and the next has another', async () => {
    const broken = run(async (transaction) => {
      void add(transaction, 1);
      void transaction.send('select pg_terminate_backend(pg_backend_pid())');
    });
    await failure(broken);
    expect(await kept()).to.deep.equal([]);
    await run((transaction) => add(transaction, 1));
    expect(await kept()).to.deep.equal([1]);
  });
});
