import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox } from '@ic-host/adapter-britecore/sandbox';
import type { CheckResult } from '@ic-host/contracts/suite';
import { expect } from 'chai';
import { type LoadedAdapter, loadAdapter, loadAdapters } from '../../../src/adapters/adapter-registry.js';
import { AdapterBench } from '../../../src/verify/adapter-bench.js';
import { contractConfigOf, fixturesOf } from '../../../src/verify/contract-config.js';
import { verifyAdapter } from '../../../src/verify/verify-adapter.js';
import { temporaryFolder } from '../../host-fixture.js';

const FOLDER = 'test/adapters/declarative/britecore';
const CONTRACTS = new Set(['rtdr-provider', 'enrollment-sink']);
const load = (folder: string) => loadAdapter({ source: folder }, process.cwd());

// biome-ignore lint/suspicious/noExplicitAny: each test changes another part of it
type Declared = Record<string, any>;

describe('an adapter without code', function () {
  this.timeout(120_000);

  it('passes the checks that the one with code passes, each of them', async () => {
    const coded = (await loadAdapters('adapter.manifest.json')).get('britecore');
    const declared = (await load(`./${FOLDER}`)) as LoadedAdapter;
    expect(declared).not.to.have.property('faults');
    const config = await contractConfigOf(coded);
    // The declared one speaks the one generation.
    const fixtures = fixturesOf(coded).filter(({ biller }) => biller.options.generation === 'modified');
    expect(fixtures.length).to.be.above(10);
    const run = async (adapter: LoadedAdapter) =>
      (
        await verifyAdapter(adapter, config, {
          fixtures, // those of the coded one, on both
          ...{ atOnce: 16, choose: ({ contract, slow }) => CONTRACTS.has(contract) && !slow },
        })
      ).map(({ check, state, message }: CheckResult) => ({ check: `${check.contract}/${check.id}`, state, message }));
    const [own, other] = [await run(coded), await run(declared)];
    expect(other.filter(({ state }) => state === 'failed')).to.deep.equal([]);
    const states = (results: typeof own) => results.map(({ check, state }) => `${check} ${state}`).sort();
    expect(states(other)).to.deep.equal(states(own));
    expect(other.filter(({ state }) => state === 'passed').length).to.be.above(60);
  });

  /** The declaration, changed. */
  const changedFolder = async (change: (declared: Declared) => void) => {
    const folder = join(temporaryFolder(), 'declared');
    mkdirSync(folder);
    cpSync(FOLDER, folder, { recursive: true });
    const file = join(folder, 'calls.json');
    const declared = JSON.parse(readFileSync(file, 'utf8'));
    change(declared);
    writeFileSync(file, JSON.stringify(declared));
    return folder;
  };
  const changed = async (change: (declared: Declared) => void) => {
    const result = await load(await changedFolder(change));
    return 'faults' in result ? result.faults.map(({ path, message }) => `${path} ${message}`) : [];
  };

  it('says what is wrong with a declaration, and where', async () => {
    const of = async (change: (declared: Declared) => void) => (await changed(change)).join('\n');
    expect(await of((it) => (it.calls.policy.method = 'FETCH'))).to.match(
      /^\/calls\/policy\/method method must be one of/,
    );
    expect(await of((it) => (it.calls.policy.url = "$require('a"))).to.match(/^\/calls\/policy .*at \d+/);
    expect(await of((it) => (it.lookUp.steps[0].call = 'none'))).to.contain('/lookUp/steps/0/call names the call none');
    expect(await of((it) => (it.lookUp.steps[1].as = it.lookUp.steps[0].as))).to.contain('/lookUp/steps/1/as');
    expect(await of((it) => (it.lookUp.steps[0].as = 'request'))).to.contain('/lookUp/steps/0/as request is another');
    expect(await of((it) => (it.enrollments.setAutopay = 'none'))).to.contain(
      '/enrollments/setAutopay names the call none',
    );
    expect(await of((it) => (it.more = 1))).to.contain('/more');
    expect(await of((it) => delete it.lookUp)).to.contain('rtdr-provider is claimed');
  });

  it('makes the calls together that speak of no other’s answer', async () => {
    const folder = await changedFolder((it) => {
      it.lookUp.steps.splice(1, 0, { as: 'again', call: 'policy' });
    });
    const adapter = (await load(folder)) as LoadedAdapter;
    const sandbox = await startSandbox({ key: 'key' });
    const bench = await AdapterBench.start(adapter, { allowPrivate: true });
    try {
      const scope = await bench.open(sandbox.biller);
      let seen = 0;
      const both = new Promise<void>((done) => scope.wire.before(async () => (++seen < 2 ? both : done())));
      const { accountNumber } = sandbox.example;
      const found = await scope
        .get('rtdr-provider')
        .lookUp({ accountNumber, heldInvoiceNumbers: [] }, AbortSignal.timeout(5_000));
      expect(found.invoices.length).to.be.above(0);
      expect(scope.wire.calls.map(({ operation }) => operation)).to.deep.equal([
        ...['policies/retrieve_policy', 'policies/retrieve_policy', 'accounting/get_invoices'],
      ]);
      await scope.close();
    } finally {
      await bench.close();
      await sandbox.close();
    }
  });

  it('does not say that nothing is known where the partner’s answer makes no sense', async () => {
    const folder = await changedFolder((it) => (it.enrollments.readBack.autopay.enabled = 'data.moved'));
    const sandbox = await startSandbox({ key: 'key' });
    const bench = await AdapterBench.start((await load(folder)) as LoadedAdapter, { allowPrivate: true });
    try {
      const sink = (await bench.open(sandbox.biller)).get('enrollment-sink');
      const { accountNumber } = sandbox.example;
      const told = await sink
        .readBack?.('autopay', accountNumber, AbortSignal.timeout(5_000))
        .catch(({ code }) => code);
      expect(told).to.equal('malformed-enabled');
      expect(await sink.readBack?.('paperless', accountNumber, AbortSignal.timeout(5_000))).to.equal(undefined);
    } finally {
      await bench.close();
      await sandbox.close();
    }
  });

  it('is told by the suite where its mapping is wrong', async () => {
    const folder = join(temporaryFolder(), 'declared');
    cpSync(FOLDER, folder, { recursive: true });
    const file = join(folder, 'calls.json');
    // The amounts are swapped with nothing: a page is read once, and floats are cut.
    const text = readFileSync(file, 'utf8').replace('data.total_pages :', '1 :');
    writeFileSync(file, text);
    const coded = (await loadAdapters('adapter.manifest.json')).get('britecore');
    const results = await verifyAdapter((await load(folder)) as LoadedAdapter, await contractConfigOf(coded), {
      ...{ atOnce: 8, choose: ({ contract, id }) => contract === 'rtdr-provider' && id.includes('page') },
    });
    expect(results.some(({ state }) => state === 'failed')).to.equal(true);
  });
});
