import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import type pg from 'pg';
import { useFakeTimers } from 'sinon';
import { DatabaseClock } from '../../src/store/database-clock.js';

describe('the database’s clock, from here', () => {
  /** A database whose clock is so far off ours, and that takes so long to answer, half of it before it looks at its clock. */
  function given() {
    const database = { offMs: 0, slowMs: 0 };
    const right = Date.now() - performance.now();
    const query = async () => {
      await wait(database.slowMs / 2);
      const ms = right + performance.now() + database.offMs;
      await wait(database.slowMs / 2);
      return { rows: [{ ms }] };
    };
    const clock = new DatabaseClock({ query } as unknown as pg.Pool);
    return { database, clock, offBy: () => +clock.now() - (right + performance.now() + database.offMs) };
  }

  it('is right to what an answer takes, whatever this machine says, and goes on by itself', async () => {
    const { database, clock, offBy } = given();
    database.offMs = 90_000;
    await clock.start();
    const fake = useFakeTimers({ now: 0, toFake: ['Date'] });
    await wait(50);
    expect(offBy()).to.be.within(-20, 20);
    fake.restore();
    expect(clock.skewMs).to.be.within(-90_100, -89_900);
    await clock.stop();
  });

  it('an answer that took long changes nothing that may be right', async () => {
    const { database, clock, offBy } = given();
    await clock.start();
    await clock.stop();
    database.slowMs = 400;
    await clock.start();
    expect(offBy()).to.be.within(-20, 20);
    await clock.stop();
  });

  it('is learned anew when the database’s own is set', async () => {
    const { database, clock, offBy } = given();
    await clock.start();
    database.offMs = -HOUR_MS;
    expect(offBy()).to.be.above(HOUR_MS - 1_000);
    await clock.start();
    expect(offBy()).to.be.within(-20, 20);
    await clock.stop();
  });

  it('goes on by what is known while the database doesn’t answer', async () => {
    const { database, clock, offBy } = given();
    database.offMs = HOUR_MS;
    await clock.start();
    await clock.stop();
    const deaf = clock as unknown as { pool: { query: () => Promise<never> } };
    deaf.pool.query = () => Promise.reject(new Error('no answer'));
    const failed = await clock.start().catch((error: Error) => error.message);
    expect(failed).to.equal('no answer');
    expect(offBy()).to.be.within(-20, 20);
  });
});

const HOUR_MS = 3_600_000;
