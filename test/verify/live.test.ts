import { startSandbox } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import { loadAdapters } from '../../src/adapters/adapter-registry.js';
import { liveConfig } from '../../src/verify/live-config.js';
import { verifyAdapter } from '../../src/verify/verify-adapter.js';

describe("the contract suite on a partner that can't be filled, with an engineer's own settings", function () {
  this.timeout(60_000);
  it('runs what only reads, writes nothing, and says of the rest why it is not checked', async () => {
    const sandbox = await startSandbox();
    const partner = { settings: sandbox.biller.settings, known: sandbox.example };
    const adapter = (await loadAdapters('adapter.manifest.json')).get('britecore');
    const results = await verifyAdapter(adapter, liveConfig(partner, undefined), {
      ...{ allowWrites: false, atOnce: 8 },
      choose: ({ slow }) => !slow,
    });
    const failed = results.filter(({ state }) => state === 'failed');
    expect(failed.map(({ check, message }) => `${check.contract}/${check.id}: ${message}`)).to.deep.equal([]);
    expect(results.filter(({ state }) => state === 'passed').length).to.be.above(25);
    for (const { check, state, message } of results)
      if (check.writes)
        expect([state, message]).to.deep.equal([
          'skipped',
          'it writes, and writing is not allowed here: --allow-writes',
        ]);
    expect(sandbox.book.ledger).to.deep.equal([]);
    await sandbox.close();
  });
});
