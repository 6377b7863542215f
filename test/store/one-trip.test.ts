import { expect } from 'chai';
import { type Database, openPool } from '../../src/store/database.js';
import { inOneTrip, type Send } from '../../src/store/one-trip.js';
import { newDatabase } from '../host-fixture.js';

describe('a transaction in one trip', () => {
  let database: Database;
  const add = (n: number) => async (send: Send) =>
    (await send('insert into kept values ($1) returning n', [n])).rows[0].n;
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

  it('commits all of it, and gives what each statement gave', async () => {
    expect(await inOneTrip(database.pipelined, add(1), add(2))).to.deep.equal([1, 2]);
    expect(await kept()).to.deep.equal([1, 2]);
  });

  it('waits for no statement before the next is sent', async () => {
    const sent: string[] = [];
    const first = async (send: Send) => {
      await send('insert into kept values (1)');
      sent.push('first answered');
    };
    const second = async (send: Send) => {
      const answer = send('insert into kept values (2)');
      sent.push('second sent');
      await answer;
    };
    await inOneTrip(database.pipelined, first, second);
    expect(sent).to.deep.equal(['second sent', 'first answered']);
  });

  for (const [name, statements] of Object.entries({
    first: [add(-1), add(2)],
    last: [add(1), add(-2)],
  }))
    it(`commits nothing where the ${name} statement fails, and says why`, async () => {
      expect(await failure(inOneTrip(database.pipelined, ...statements))).to.match(/check constraint/);
      expect(await kept()).to.deep.equal([]);
      expect(await inOneTrip(database.pipelined, add(3))).to.deep.equal([3]);
    });

  it('commits nothing where one fails before it is sent', async () => {
    const unsent = async (): Promise<never> => {
      throw new Error('never sent');
    };
    expect(await failure(inOneTrip(database.pipelined, add(1), unsent))).to.equal('never sent');
    expect(await failure(inOneTrip(database.pipelined, unsent, add(1)))).to.equal('never sent');
    expect(await kept()).to.deep.equal([]);
  });

  it('fails where the connection breaks, and the next has another', async () => {
    const broken = (send: Send) => send('select pg_terminate_backend(pg_backend_pid())');
    await failure(inOneTrip(database.pipelined, add(1), broken));
    expect(await kept()).to.deep.equal([]);
    expect(await inOneTrip(database.pipelined, add(1))).to.deep.equal([1]);
  });
});
