import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';
import { fuzzApi } from './fuzz-api.js';

const REQUESTS = Number(process.env.IC_HOST_FUZZ_REQUESTS ?? 2_000);
const SEED = Number(process.env.IC_HOST_FUZZ_SEED ?? 7);
const MOST_GROWTH_MB = 60;

describe(`the API under ${REQUESTS} requests made from its own description`, function () {
  this.timeout(0);
  let host: TestHost;
  before(async () => {
    host = await TestHost.start({ attemptLimits: { failuresPerMinute: 1e9, requestsPerSecond: 1e6 } });
    await host.biller();
  });
  after(() => host.close());

  it('answers each as it is described, none with a fault of its own, and keeps nothing of them', async () => {
    const secrets = [host.host.token, host.sandbox.biller.settings['10'] ?? ''];
    const figures = await fuzzApi(host, { requests: REQUESTS, seed: SEED, secrets });
    console.log(`      ${JSON.stringify(figures)}`);
    expect(figures.requests).to.be.at.least(REQUESTS);
    // It did not only refuse.
    expect(figures.byStatus[200]).to.be.greaterThan(100);
    expect(figures.grewMb).to.be.lessThan(MOST_GROWTH_MB);
  });
});
