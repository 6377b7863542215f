import type { Check, CheckResult } from '@ic-host/contracts/suite';
import { CHECKS } from '@ic-host/contracts/suite';
import { expect } from 'chai';
import { loadAdapters } from '../../src/adapters/adapter-registry.js';
import { contractConfigOf } from '../../src/verify/contract-config.js';
import { verifyAdapter } from '../../src/verify/verify-adapter.js';

const { loaded } = await loadAdapters('adapter.manifest.json');

const SLOW_AT_A_SERVER = /page|many|shrinking|growing|fault|two-billers|time-|abort|secrets|settings/;
/** At a real server, what moves money. The slow checks, and the whole suite there, run in .ci/run by `ic-host verify`. */
const AT_A_SERVER = new Set(['payment-sink']);

for (const [id, adapter] of loaded)
  describe(`the contract suite on ${id}`, function () {
    this.timeout(200_000);
    let results: CheckResult[];
    before(async function () {
      const config = await contractConfigOf(adapter);
      const missing = config.missing?.();
      if (missing) {
        if (process.env.CI) throw new Error(missing);
        console.log(`    skipped: ${missing}`);
        this.skip();
      }
      const choose = config.missing
        ? ({ contract, id, slow }: Check) => AT_A_SERVER.has(contract) && !slow && !SLOW_AT_A_SERVER.test(id)
        : ({ slow }: Check) => !slow;
      results = await verifyAdapter(adapter, config, { choose });
    });
    for (const { name } of adapter.manifest.contracts)
      describe(name, () => {
        for (const check of CHECKS[name])
          it(check.title, function () {
            const result = results.find(({ check: { contract, id } }) => contract === name && id === check.id);
            if (!result || result.state === 'skipped') this.skip();
            expect(result.state, result.message).to.equal('passed');
          });
      });
  });
