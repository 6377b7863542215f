import { CHECKS } from '@ic-host/contracts/suite';
import { expect } from 'chai';
import { MUTANTS, runMutant, runRight } from './run-mutants.js';

describe('the contract suite catches wrong adapters', function () {
  this.timeout(150_000);

  it('has at least twelve checks a contract, each saying its rule and where to look', () => {
    for (const [contract, checks] of Object.entries(CHECKS)) {
      expect(checks.length, contract).to.be.at.least(12);
      expect(new Set(checks.map(({ id }) => id)).size, `${contract}: ids differ`).to.equal(checks.length);
      for (const check of checks)
        for (const text of [check.title, check.rule, check.look]) expect(text.length).to.be.above(5);
    }
  });

  // Without the slow checks, which CI runs on it.
  it('passes the right one', async () => {
    const wrong = (await runRight(true)).filter(({ state }) => state === 'failed');
    expect(wrong.map(({ check, message }) => `${check.contract}/${check.id}: ${message}`)).to.deep.equal([]);
  });

  // Every eighth one; `npm run test:mutants`, which CI runs, tries them all.
  for (const mutant of MUTANTS.filter((_, index) => index % 8 === 0))
    it(`${mutant.contract}: ${mutant.mistake}`, async () => {
      const { by } = await runMutant(mutant);
      expect(by?.check.id, 'the check that caught it').to.be.oneOf([...mutant.caughtBy]);
    });
});
