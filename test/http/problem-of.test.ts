import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { problemOf } from '../../src/http/problem-of.js';
import { Problem } from '../../src/problem.js';
import { openPool } from '../../src/store/database.js';

describe('an error, to whoever asked', () => {
  const told = (error: unknown) => {
    const problem = problemOf(error as never);
    return [problem.status, problem.code, problem.more.retryAfterSeconds];
  };
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => expect.fail(),
      (error) => error,
    );

  it('is a full disk, where it is one', async () => {
    expect(told(await failureOf(writeFile('/dev/full', 'x')))).to.deep.equal([507, 'disk-full', undefined]);
  });

  it('is a database that does not answer: neither failed nor done', async () => {
    const nowhere = openPool('postgres://nobody@127.0.0.1:9/none');
    const error = await failureOf(nowhere.pool.query('select 1'));
    await nowhere.close();
    expect(told(error)).to.deep.equal([503, 'database-unavailable', 1]);
  });

  it('says nothing of a fault of ours but that the log does', () => {
    expect(told(new TypeError('the secret is 42'))).to.deep.equal([500, 'internal-error', undefined]);
    expect(problemOf(new TypeError('the secret is 42') as never).message).not.to.contain('42');
  });

  it('is a problem as it is', () => {
    const problem = new Problem(409, 'taken', 'it is taken');
    expect(problemOf(problem as never)).to.equal(problem);
  });
});
