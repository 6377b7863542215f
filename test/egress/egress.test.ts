import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { AdapterError } from '@ic-host/contracts';
import { partnerFault } from '@ic-host/contracts/kit';
import { trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { recordingExchanges } from '../../src/egress/exchange-record.js';
import { hostGuard, isPrivateAddress } from '../../src/egress/host-guard.js';
import { createWayOut, DEFAULT_LIMITS, type WayOut } from '../../src/egress/partner-http.js';
import { redactorOf } from '../../src/egress/redaction.js';

describe('redaction by value', () => {
  const secret = 'as"d\\fé;\'/k+';
  const redact = redactorOf([secret]);
  for (const [form, text] of [
    ['as it is', secret],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ a: secret }))],
    ['in a URL', encodeURIComponent(secret)],
    ['in base64', Buffer.from(secret).toString('base64')],
  ] as const)
    it(`masks it ${form}`, () =>
      expect(redact(`x ${text} y`))
        .to.include('********')
        .and.not.include('fé')
        .and.not.include('f%C3'));
});

describe('the host guard', () => {
  const guard = hostGuard(['api.example.com', '*.partner.example'], false);
  for (const url of ['https://api.example.com/x', 'https://a.partner.example'])
    it(`lets ${url} pass`, () => expect(() => guard.check(new URL(url))).to.not.throw());
  for (const url of [
    'http://api.example.com',
    'https://example.com',
    'https://partner.example',
    'https://api.example.com.evil.example',
    'https://u:p@api.example.com',
    'https://evilpartner.example',
  ])
    it(`refuses ${url}`, () =>
      expect(() => guard.check(new URL(url)))
        .to.throw()
        .with.property('code', 'egress-refused'));
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:10.0.0.1',
    'fe80::1',
    '0.0.0.0',
    'fd00::1',
  ])
    it(`knows ${address} as private`, () => expect(isPrivateAddress(address)).to.equal(true));
  it('knows a public address', () =>
    expect([isPrivateAddress('93.184.216.34'), isPrivateAddress('2606:2800::1')]).to.deep.equal([false, false]));
});

describe('the way out', () => {
  let wayOut: WayOut;
  let calls = 0;
  let status = 200;
  const server = createServer((request, response) => {
    calls++;
    if (request.url === '/redirect')
      return void response.writeHead(302, { location: 'http://elsewhere.example/' }).end();
    if (request.url === '/hang') return;
    if (request.url === '/large') return void response.end('x'.repeat(50_000));
    response.writeHead(status, { 'x-y': 'z' }).end('{"a":1}');
  });
  let url: string;
  const call = (path: string, effect: 'read' | 'write', more = {}) =>
    wayOut.http.post(`${url}${path}`, { k: 'secret' }, { partnerCall: { operation: 'op', effect }, ...more });

  before(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    wayOut = createWayOut({
      ...{ billerId: 'b', adapterId: 'a', hosts: ['127.0.0.1'], allowPrivate: true, redact: redactorOf(['secret']) },
      limits: { ...DEFAULT_LIMITS, maxResponseBytes: 10_000, requestsPerSecond: 1000 },
      pace: async () => undefined,
      tracer: trace.getTracer('test'),
    });
  });
  beforeEach(() => {
    calls = 0;
    status = 200;
  });
  after(async () => {
    await wayOut.close();
    server.close();
    server.closeAllConnections();
  });

  it('answers as axios does', async () => {
    const answer = await call('/', 'read');
    expect(answer.data).to.deep.equal({ a: 1 });
    expect(answer.headers['x-y']).to.equal('z');
  });
  it('repeats a read, never a write', async () => {
    status = 503;
    await call('/', 'read').catch(() => undefined);
    expect(calls).to.equal(3);
    calls = 0;
    await call('/', 'write').catch(() => undefined);
    expect(calls).to.equal(1);
  });
  const kindOf = async (promise: Promise<unknown>, effect: 'read' | 'write') =>
    promise.then(
      () => 'none',
      (error) => {
        const fault = partnerFault(error, 'op', effect);
        expect(inspect(fault, { depth: 9 })).to.not.include('secret');
        return fault.kind;
      },
    );
  it('records an answer, the key masked; one that is a secret of its own it does not record', async () => {
    const record = async (confidential: boolean) => {
      const partnerCall = { operation: 'op', effect: 'read', confidential } as const;
      const { exchanges } = await recordingExchanges(() => call('/', 'read', { partnerCall }));
      return exchanges[0];
    };
    expect(await record(false)).to.include({ request: '{"k":"********"}', response: '{"a":1}' });
    expect(await record(true)).to.include({ request: '{"k":"********"}', response: '(confidential)' });
  });
  it('follows no redirect', async () =>
    expect(await kindOf(call('/redirect', 'write'), 'write')).to.equal('misconfigured'));
  it('holds no connection for a stream that nobody gets', async () => {
    for (let times = 0; times < 2 * DEFAULT_LIMITS.concurrency; times++)
      await call('/redirect', 'write', { responseType: 'stream', timeout: 2_000 }).catch((error) =>
        expect(error.response?.status).to.equal(302),
      );
  });
  it('a time-out of a write is an unknown outcome', async () =>
    expect(await kindOf(call('/hang', 'write', { timeout: 100 }), 'write')).to.equal('unknown-outcome'));
  it('a time-out of a read is not', async () =>
    expect(await kindOf(call('/hang', 'read', { timeout: 100 }), 'read')).to.equal('unavailable'));
  it('an aborted call ends at once', async () => {
    const started = performance.now();
    expect(await kindOf(call('/hang', 'write', { signal: AbortSignal.timeout(20) }), 'write')).to.equal(
      'unknown-outcome',
    );
    expect(performance.now() - started).to.be.below(2000);
  });
  it('bounds what it reads', async () => expect(await kindOf(call('/large', 'read'), 'read')).to.equal('malformed'));
  it('a refused connection happened nowhere', async () =>
    expect(await kindOf(wayOut.http.post('http://127.0.0.1:9/', {}), 'write')).to.equal('unavailable'));
  it('goes nowhere else', async () =>
    expect(await kindOf(wayOut.http.post('http://127.0.0.2:9/', {}), 'write')).to.equal('misconfigured'));
  it('adapter errors pass as they are', () =>
    expect(partnerFault(new AdapterError('rejected', 'no'), 'op', 'write').kind).to.equal('rejected'));
});
