import { expect } from 'chai';
import { firstBroken, MUTANTS, simulate } from './simulate.js';

describe('simulated histories (the short form of npm run simulate)', function () {
  this.timeout(180_000);
  it('4,000 seeds: nothing lost, nothing twice, nothing stuck, the last wish last', async () => {
    const history = await firstBroken(4_000);
    expect(history && `seed ${history.seed}: ${history.broken}`).to.equal(undefined);
  });
  it('replays a seed exactly', async () => {
    expect(await simulate(42)).to.deep.equal(await simulate(42));
  });
  for (const mutant of MUTANTS)
    it(`finds ${mutant} within 1,000 seeds, and again by its seed`, async () => {
      const history = await firstBroken(1_000, mutant);
      expect(history?.broken).to.be.a('string');
      expect(await simulate(history?.seed ?? 0, mutant)).to.deep.equal(history);
    });
});
