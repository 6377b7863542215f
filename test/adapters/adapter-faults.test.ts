import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { newDatabase, TestHost, temporaryFolder } from '../host-fixture.js';
import { spawnHost } from '../host-process.js';
import { CONTRACTS, writtenAdapter } from '../written-adapter.js';

/** Each way to fail where nobody waits for it. */
const ENTRY = `import { EventEmitter } from 'node:events';
import { adapterModule, PAYMENT_SINK, SETTINGS } from ${CONTRACTS};
void Promise.reject(new Error('as it was loaded'));
export default adapterModule(({ bind }) => { bind(PAYMENT_SINK).toDynamicValue((context) => {
  const key = context.get(SETTINGS).require('key');
  setTimeout(() => { throw new Error('as it was made'); }, 10);
  return {
    repeatSafety: 'unsafe',
    async post() {
      void (async () => { await null; throw new Error('a promise, with ' + key); })();
      setTimeout(() => { throw 'a timer'; }, 10);
      const events = new EventEmitter();
      setTimeout(() => events.emit('error', new Error('an event')), 10);
      return { duplicate: false, partnerMessages: [] };
    },
  };
}); });`;
const MANIFEST = {
  contracts: [{ name: 'payment-sink', version: '1' }],
  settings: [{ key: 'key', title: 'Key', type: 'text', required: true, secret: true }],
};

describe('an adapter that leaves behind what fails', function () {
  this.timeout(60_000);

  it('ends no host: it is told, without a secret, and the payment is delivered once', async () => {
    const env = { IC_HOST_DATABASE_URL: await newDatabase(), IC_HOST_API_TOKEN: 't', IC_HOST_LOG_LEVEL: 'error' };
    const host = await spawnHost(temporaryFolder(), env, '--manifest', writtenAdapter(ENTRY, MANIFEST));
    let log = '';
    host.child.stderr?.on('data', (chunk) => {
      log += chunk;
    });
    const call = async (method: string, path: string, body?: object) => {
      const headers = { authorization: 'Bearer t', 'content-type': 'application/json', prefer: 'wait=10' };
      const answer = await fetch(`${host.url}/v1${path}`, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    await call('PUT', '/billers/1', { name: 'b', guid: 'g', adapter: 'acme', settings: { key: 'kept-secret' } });
    const payment = {
      ...{ transactionId: 't', accountNumber: 'a', invoiceNumber: 'i', amount: '1.00', paymentDate: '2026-11-24' },
      ...{ method: 'Visa', source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
    };
    expect(await call('POST', '/billers/1/payments', payment)).to.include({ state: 'delivered' });
    await wait(500);
    expect((await call('GET', '/billers/1/payments/t')).attempts).to.have.length(1);
    const told = log
      .split('\n')
      .filter((line) => line.includes('left something behind'))
      .map((line) => JSON.parse(line));
    const of = { adapterId: 'acme', billerId: '1' };
    for (const [message, by] of [
      ['as it was made', of],
      ['a promise, with ********', of],
      ['a timer', of],
      ['an event', of],
    ] as const) {
      const [line] = told.filter(({ err }) => err.message === message);
      expect(line, `${message} in ${log}`).to.include(by);
    }
    expect(log).to.not.include('kept-secret');
    host.child.kill('SIGTERM');
    expect(await host.exited).to.equal(0);
  });

  it('but what fails outside of an adapter ends the process, which says why, and nothing else that hangs on it', async () => {
    const error = `Object.assign(new Error('of its own',{cause:new Error('the reason')}),{config:{data:['kept','secret'].join('-')}})`;
    const fails = `process.on('SIGUSR2',()=>Promise.reject(${error}))`;
    const env = { IC_HOST_DATABASE_URL: await newDatabase(), IC_HOST_API_TOKEN: 't', IC_HOST_LOG_LEVEL: 'fatal' };
    const host = await spawnHost(temporaryFolder(), {
      ...env,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fails)}`,
    });
    let said = '';
    host.child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    host.child.kill('SIGUSR2');
    expect(await host.exited).to.equal(1);
    expect(said)
      .to.include('of its own')
      .and.to.match(/cause.*the reason/);
    expect(said).to.not.include('kept-secret');
  });
});

/** None of whose contracts can be made before it is ready. */
const LATE = `import { adapterModule, DOCUMENT_PROVIDER, PAYMENT_SINK, RTDR_PROVIDER, SETTINGS } from ${CONTRACTS};
export default adapterModule(({ bind }) => {
  const bindLate = (token, implementation) => bind(token).toDynamicValue(async (context) => {
    const key = context.get(SETTINGS).require('key');
    await null;
    if (!globalThis.adapterIsReady) throw new Error('not ready, with ' + key);
    return implementation;
  }).inSingletonScope();
  bindLate(RTDR_PROVIDER, { async lookUp() { return { invoices: [], complete: true }; } });
  bindLate(DOCUMENT_PROVIDER, { async fetch() { throw new TypeError('undefined is not a function'); } });
  bindLate(PAYMENT_SINK, { repeatSafety: 'unsafe', async post() { return { duplicate: false, partnerMessages: [] }; } });
});`;

describe('an adapter that can’t be made', () => {
  let host: TestHost;
  before(async () => {
    const contracts = ['rtdr-provider', 'document-provider', 'payment-sink'].map((name) => ({ name, version: '1' }));
    host = await TestHost.start({ manifest: writtenAdapter(LATE, { ...MANIFEST, contracts }) });
    const settings = { key: 'kept-secret' };
    await host.call('PUT', '/v1/billers/1', { name: 'b', guid: 'g', adapter: 'acme', settings });
  });
  after(() => host.close());
  const refresh = () => host.call('POST', '/v1/billers/1/accounts/a/refresh');

  it('is its fault, told without a secret, to whoever asks through it', async () => {
    for (const { status, body } of [await refresh(), await host.call('GET', '/v1/billers/1/invoices/i/document')]) {
      expect({ status, ...body }).to.include({ status: 502, code: 'partner-misconfigured' });
      expect(body.detail).to.equal("the adapter can't be made: not ready, with ********");
    }
    const { body } = await host.call('POST', '/v1/billers/1/accounts/a/refresh?explain=true');
    expect(JSON.stringify(body.explanation)).to.include("can't be made").and.to.not.include('kept-secret');
    const checked = await host.call('POST', '/v1/billers/1/check');
    expect(JSON.stringify(checked.body)).to.include("can't be made").and.to.not.include('kept-secret');
  });
  it('takes a payment all the same, which waits and is not in doubt, and is made anew until it can be', async () => {
    expect((await host.call('POST', '/v1/billers/1/payments', host.payment('t'))).status).to.equal(202);
    const { attempts } = await host.until('/v1/billers/1/payments/t', (body) => body.attempts.length > 0);
    expect(attempts[0]).to.include({ outcome: 'misconfigured', code: 'adapter-failed' });
    expect(JSON.stringify(attempts)).to.not.include('kept-secret');
    Object.assign(globalThis, { adapterIsReady: true });
    await host.call('POST', '/v1/billers/1/release');
    expect(await host.settled('/v1/billers/1/payments/t')).to.include({ state: 'delivered' });
    expect((await refresh()).body).to.include({ stale: false });
  });

  it('and one that throws what is no error of an adapter is told as failed', async () => {
    const { status, body } = await host.call('GET', '/v1/billers/1/invoices/i/document');
    expect({ status, ...body }).to.include({ status: 502, code: 'adapter-failed' });
  });
});
