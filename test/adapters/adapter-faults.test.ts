import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { newDatabase, temporaryFolder } from '../host-fixture.js';
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
