import type { Check, CheckResult } from '@ic-host/contracts/suite';
import { CHECKS, recordedCheck } from '@ic-host/contracts/suite';
import { expect } from 'chai';
import { loadAdapters } from '../../src/adapters/adapter-registry.js';
import { contractConfigOf, fixturesOf } from '../../src/verify/contract-config.js';
import { verifyAdapter } from '../../src/verify/verify-adapter.js';

const { loaded } = await loadAdapters('adapter.manifest.json');

for (const [id, adapter] of loaded)
  describe(`the contract suite on ${id}`, function () {
    this.timeout(200_000);
    let results: CheckResult[];
    before(async function () {
      const config = await contractConfigOf(adapter);
      // The slow checks, and the whole suite at a real server, run in .ci/run: by `ic-host verify`.
      if (config.missing) {
        console.log(`    skipped: the suite at a real server: npx ic-host verify plugins/${id}`);
        this.skip();
      }
      const choose = ({ slow }: Check) => !slow;
      results = await verifyAdapter(adapter, config, { choose });
    });
    for (const { name } of adapter.manifest.contracts)
      describe(name, () => {
        const recorded = fixturesOf(adapter).map(recordedCheck);
        for (const check of [...CHECKS[name], ...recorded.filter(({ contract }) => contract === name)])
          it(check.title, function () {
            const result = results.find(({ check: { contract, id } }) => contract === name && id === check.id);
            if (!result || result.state === 'skipped') this.skip();
            expect(result.state, result.message).to.equal('passed');
          });
      });
  });
