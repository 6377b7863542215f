import { expect } from 'chai';
import { Batches } from '../../src/store/batches.js';

describe('what many ask for at the same time', () => {
  /** Ends each batch when it is told to. */
  function given({ fails = (_: readonly number[]): boolean => false, most = 100 } = {}) {
    const batches: number[][] = [];
    const ends: (() => void)[] = [];
    const all = new Batches<number, string>(
      async (items) => {
        batches.push([...items]);
        await new Promise<void>((end) => ends.push(end));
        if (fails(items)) throw new Error(`of ${items}`);
        return items.map((item) => (item < 0 ? { error: new Error(`no ${item}`) } : { value: `done ${item}` }));
      },
      { most },
    );
    const turn = () => new Promise((done) => setImmediate(done));
    const endAll = async () => {
      for (let left = 20; left; left--) {
        ends.shift()?.();
        await turn();
      }
    };
    return { all, batches, turn, endAll };
  }

  it('is one batch, and what comes meanwhile the next', async () => {
    const { all, batches, turn, endAll } = given();
    const first = [all.add(1), all.add(2)];
    await turn();
    const later = [all.add(3), all.add(4)];
    await turn();
    expect(batches).to.deep.equal([[1, 2]]);
    await endAll();
    expect(batches).to.deep.equal([
      [1, 2],
      [3, 4],
    ]);
    expect(await Promise.all([...first, ...later])).to.deep.equal(['done 1', 'done 2', 'done 3', 'done 4']);
  });

  it('is no larger than it may be', async () => {
    const { all, batches, endAll } = given({ most: 2 });
    const asked = [1, 2, 3].map((item) => all.add(item));
    await endAll();
    expect(batches).to.deep.equal([[1, 2], [3]]);
    await Promise.all(asked);
  });

  it('fails part by part', async () => {
    const { all, endAll } = given();
    const asked = Promise.allSettled([all.add(1), all.add(-2)]);
    await endAll();
    expect((await asked).map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message))).to.deep.equal([
      ...['done 1', 'no -2'],
    ]);
  });

  it('leaves nobody without an answer, whatever becomes of his part', async () => {
    const some = new Batches<number, string>(async () => [{ value: 'done' }]);
    const asked = await Promise.allSettled([some.add(1), some.add(2)]);
    expect(asked.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected']);
  });

  it('is done one by one where the whole fails, so that none fails for another’s fault', async () => {
    const { all, batches, endAll } = given({ fails: (items) => items.includes(2) });
    const asked = Promise.allSettled([all.add(1), all.add(2), all.add(3)]);
    await endAll();
    expect(batches).to.deep.equal([[1, 2, 3], [1], [2], [3]]);
    expect((await asked).map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message))).to.deep.equal([
      ...['done 1', 'of 2', 'done 3'],
    ]);
  });
});
