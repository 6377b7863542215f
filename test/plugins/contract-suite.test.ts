import type { Check, CheckResult, ContractConfig } from '@ic-host/contracts/suite';
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

describe('the contract suite on britecore, of the legacy generation', function () {
  this.timeout(100_000);
  it('holds there, too, in all that this generation can do', async () => {
    const adapter = loaded.get('britecore');
    if (!adapter) throw new Error('britecore is not loaded');
    const own = await contractConfigOf(adapter);
    const legacy: ContractConfig = {
      ...{ ...own, byInvoice: true },
      start: async (options) => {
        const partner = await own.start(options);
        return { ...partner, biller: { ...partner.biller, options: { generation: 'legacy' } } };
      },
    };
    // The manifest claims what the other generation can: of this one nobody can be asked what is enrolled.
    const choose = ({ slow, contract, id }: Check) => !slow && `${contract}/${id}` !== 'enrollment-sink/read-back';
    const results = await verifyAdapter(adapter, legacy, { choose, fixtures: [], atOnce: 16 });
    const failed = results.filter(({ state }) => state === 'failed');
    expect(failed.map(({ check, message }) => `${check.contract}/${check.id}: ${message}`)).to.deep.equal([]);
    expect(results.filter(({ state }) => state === 'passed').length).to.be.above(100);
  });
});
