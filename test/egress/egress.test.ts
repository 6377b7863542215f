import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { inspect } from 'node:util';
import { AdapterError } from '@ic-host/contracts';
import { partnerFault } from '@ic-host/contracts/kit';
import { trace } from '@opentelemetry/api';
import axios, { AxiosError, type AxiosInstance, type AxiosResponse } from 'axios';
import { expect } from 'chai';
import type { DeliveryStore } from '../../src/deliveries/delivery-store.js';
import { Leases } from '../../src/deliveries/leases.js';
import { recordingExchanges } from '../../src/egress/exchange-record.js';
import { hostGuard, isPrivateAddress } from '../../src/egress/host-guard.js';
import { createWayOut } from '../../src/egress/partner-http.js';
import { redactorOf } from '../../src/egress/redaction.js';
import { DEFAULT_LIMITS, type WayOut } from '../../src/egress/way-out.js';

describe('how long a partner asks to be left alone', () => {
  const asked = (headers: Record<string, string>) =>
    partnerFault(
      new AxiosError('HTTP 503', undefined, undefined, null, { status: 503, headers } as AxiosResponse),
      ...(['op', 'write'] as const),
    ).retryAfterMs;
  const at = (ms: number) => new Date(ms).toUTCString();

  it('in seconds', () => expect(asked({ 'retry-after': '120' })).to.equal(120_000));
  it('until a time, by its own clock, however wrong ours is', () => {
    const theirs = Date.parse('2031-05-01T10:00:00Z');
    expect(asked({ 'retry-after': at(theirs + 90_000), date: at(theirs) })).to.equal(90_000);
    expect(asked({ 'retry-after': at(theirs - 90_000), date: at(theirs) })).to.equal(0);
  });
  it('until a time, by ours where it doesn’t say its own', () => {
    for (const more of [{}, { date: 'today' }] as Record<string, string>[])
      expect(asked({ 'retry-after': at(Date.now() + 3_600_000), ...more })).to.be.within(3_590_000, 3_600_000);
  });
  it('not at all, in what is neither', () =>
    expect([asked({}), asked({ 'retry-after': 'soon' })]).to.deep.equal([undefined, undefined]));
});

describe('the host guard', () => {
  const guard = hostGuard(() => ['api.example.com', '*.partner.example'], false);
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
    if (request.url === '/early') response.writeEarlyHints({ link: '</x>; rel=preload' });
    if (request.url?.startsWith('/echo')) {
      const { accept, 'content-type': type, 'x-own': own, 'x-all': all } = request.headers;
      const { method, url } = request;
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      return void request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        response.end(JSON.stringify({ method, url, accept, type, own, all, body }));
      });
    }
    if (request.url === '/large') return void response.end('x'.repeat(50_000));
    response.writeHead(status, { 'x-y': 'z' }).end('{"a":1}');
  });
  let url: string;
  const learned: string[] = [];
  const call = (path: string, effect: 'read' | 'write', more = {}) =>
    wayOut.http.post(`${url}${path}`, { k: 'secret' }, { partnerCall: { operation: 'op', effect }, ...more });

  before(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    wayOut = createWayOut({
      ...{
        billerId: 'b',
        adapterId: 'a',
        hosts: () => ['127.0.0.1'],
        allowPrivate: true,
        redact: redactorOf(['secret']),
      },
      learn: (answer) => void learned.push(answer),
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
  describe('sends what axios sends', () => {
    class Wrapped {
      toJSON = () => ({ wrapped: true });
    }
    const own = { 'X-Own': 'é' };
    const cases: Record<string, (http: AxiosInstance, echo: string) => Promise<{ data: unknown }>> = {
      'an object': (http, echo) => http.post(echo, { a: { b: [1, { c: null }] }, d: undefined, e: new Date(0) }),
      'a list': (http, echo) => http.put(echo, [1, 'ü', { a: 1 }]),
      'a text': (http, echo) => http.post(echo, 'plain'),
      'a text that is JSON': (http, echo) =>
        http.post(echo, '{"a":1}', { headers: { 'Content-Type': 'application/json' } }),
      'an object that makes its own JSON': (http, echo) => http.patch(echo, new Wrapped()),
      'an object without a prototype': (http, echo) => http.post(echo, Object.assign(Object.create(null), { a: 1 })),
      'a form': (http, echo) => http.post(echo, new URLSearchParams({ a: '1 2', b: 'ü' })),
      'an object as a form': (http, echo) =>
        http.post(echo, { a: '1 2' }, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      nothing: (http, echo) => http.post(echo),
      null: (http, echo) => http.post(echo, null),
      'headers and parameters': (http, echo) =>
        http.get(`${echo}?a=1`, { headers: own, params: { b: ['x y', 2], c: undefined } }),
      'what it accepts': (http, echo) => http.get(echo, { headers: { Accept: 'application/pdf' } }),
      'what a transformation makes': (http, echo) =>
        http.post(
          echo,
          { a: 1 },
          { transformRequest: [(data) => `<${data.a}>`], headers: { 'content-type': 'text/x' } },
        ),
      'by request': (http, echo) => http.request({ url: echo, method: 'DELETE', data: { a: 1 }, headers: own }),
      'by itself': (http, echo) => http(echo, { method: 'PUT', data: { a: 1 } }),
      'by its address': (http, echo) => http(`${echo}?a=1`),
      'by an instance of its own': (http, echo) => http.create({ headers: own, params: { a: 1 } }).post(echo, { b: 2 }),
      'headers of every call': async (http, echo) => {
        http.defaults.headers.common['X-All'] = 'all';
        const answers = [await http.get(echo), await http.post(echo, { a: 1 }), await http.get(echo, { headers: own })];
        delete http.defaults.headers.common['X-All'];
        return { data: [...answers, await http.get(echo)].map(({ data }) => data) };
      },
    };
    for (const [name, send] of Object.entries(cases))
      it(name, async () => {
        const stock = axios.create();
        expect((await send(wayOut.http, `${url}/echo`)).data).to.deep.equal((await send(stock, `${url}/echo`)).data);
      });

    it('and takes its answers as axios does', async () => {
      for (const responseType of [undefined, 'json', 'text', 'arraybuffer'] as const) {
        const more = responseType ? { responseType } : {};
        const [ours, theirs] = [await wayOut.http.get(`${url}/`, more), await axios.get(`${url}/`, more)];
        expect(ours.data, responseType).to.deep.equal(theirs.data);
      }
      const { data, status: told } = await wayOut.http.get(`${url}/redirect`, {
        validateStatus: (code) => code === 302,
      });
      expect([data, told]).to.deep.equal(['', 302]);
    });
  });

  it('says that nothing was sent where its time ends before there is a connection', async () => {
    const mute = createTcpServer();
    await new Promise<void>((done) => mute.listen(0, '127.0.0.1', done));
    const { port } = mute.address() as AddressInfo;
    const started = performance.now();
    const error = await wayOut.http.post(`https://127.0.0.1:${port}/`, {}, { timeout: 100 }).catch((thrown) => thrown);
    expect([error.code, partnerFault(error, 'op', 'write').kind]).to.deep.equal(['IC_NOT_SENT', 'unavailable']);
    expect(performance.now() - started).to.be.below(2000);
    mute.close();
  });

  it('waits for the answer behind one that only says that it will come', async () =>
    expect((await call('/early', 'write')).data).to.deep.equal({ a: 1 }));

  describe('a partner that hangs', () => {
    const CALLS = 30;
    let hanging: WayOut;
    let received: number;
    const partner = createServer(() => void received++);
    const all = (more: object = {}) =>
      Promise.all(
        Array.from({ length: CALLS }, () =>
          hanging.http
            .post(`http://127.0.0.1:${(partner.address() as AddressInfo).port}/`, {}, { timeout: 300, ...more })
            .catch((error) => {
              const { kind, code } = partnerFault(error, 'op', 'write');
              expect(kind, code).to.equal(
                axios.isCancel(error) || code === 'etimedout' ? 'unknown-outcome' : 'unavailable',
              );
              return code;
            }),
        ),
      );
    const counted = (codes: unknown[]) =>
      Object.fromEntries([...Map.groupBy(codes, String)].map(([code, of]) => [code, of.length]));

    before(async () => {
      await new Promise<void>((done) => partner.listen(0, '127.0.0.1', done));
    });
    beforeEach(() => {
      received = 0;
      hanging = createWayOut({
        ...{ billerId: 'b', adapterId: 'a', hosts: () => ['127.0.0.1'], allowPrivate: true, redact: redactorOf([]) },
        ...{
          limits: { ...DEFAULT_LIMITS, concurrency: 2 },
          pace: async () => undefined,
          tracer: trace.getTracer('test'),
        },
      });
    });
    afterEach(() => hanging.close());
    after(() => {
      partner.close();
      partner.closeAllConnections();
    });

    it('lets no call wait for its turn for longer than for its answer, and what has waited is not sent', async () => {
      const started = performance.now();
      const codes = counted(await all());
      expect(performance.now() - started).to.be.below(CALLS * 300 * 0.3);
      // Two at once; the next two begin as the others' time is over.
      expect(codes['no-turn']).to.be.at.least(CALLS - 4);
      expect(received).to.be.at.most(4);
    });

    it('lets those go whose caller has given up, before their turn, too', async () => {
      const caller = new AbortController();
      const answers = all({ signal: caller.signal, timeout: 30_000 });
      setTimeout(() => caller.abort(), 100);
      const started = performance.now();
      expect(counted(await answers)).to.deep.equal({ 'err-canceled': 2, 'no-turn': CALLS - 2 });
      expect(performance.now() - started).to.be.below(5_000);
      expect(received).to.equal(2);
    });

    it('sends none of those that waited when it has failed too often', async () => {
      for (let round = 0; round < 10; round++)
        await Promise.all(
          [hanging, hanging].map(({ http }) =>
            http
              .post(`http://127.0.0.1:${(partner.address() as AddressInfo).port}/`, {}, { timeout: 20 })
              .catch(() => undefined),
          ),
        );
      received = 0;
      expect(counted(await all())).to.deep.equal({ 'partner-failing': CALLS });
      expect(received).to.equal(0);
    });
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
    learned.length = 0;
    expect(await record(false)).to.include({ request: '{"k":"********"}', response: '{"a":1}' });
    expect(learned).to.deep.equal([]);
    expect(await record(true)).to.include({ request: '{"k":"********"}', response: '(confidential)' });
    expect(learned, 'to be masked from then on').to.deep.equal(['{"a":1}']);
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
  it('asks whoever calls before it sends: a host that was frozen has heard of nothing else', async () => {
    let now = 0;
    const { signal } = new Leases({} as DeliveryStore, () => now).hold('token', 0);
    expect((await call('/', 'write', { signal })).status).to.equal(200);
    now = 60_000;
    expect(await kindOf(call('/', 'write', { signal }), 'write')).to.equal('unavailable');
    expect(calls).to.equal(1);
  });
  it('bounds what it reads', async () => expect(await kindOf(call('/large', 'read'), 'read')).to.equal('malformed'));
  it('a refused connection happened nowhere', async () =>
    expect(await kindOf(wayOut.http.post('http://127.0.0.1:9/', {}), 'write')).to.equal('unavailable'));
  it('goes nowhere else', async () =>
    expect(await kindOf(wayOut.http.post('http://127.0.0.2:9/', {}), 'write')).to.equal('misconfigured'));
  it('takes no name that makes an address another one', async () => {
    for (const name of ['.', '..', '%2e%2E', '.%2e', '\\..'])
      for (const path of [`/accounts/${name}`, `/accounts/${name}/invoices?page=1`])
        expect(await kindOf(call(path, 'read'), 'read')).to.equal('unsupported');
    expect(calls).to.equal(0);
    for (const path of ['/accounts/..a', '/accounts/...', '/accounts/.a/', '/accounts?path=/a/../b'])
      expect((await call(path, 'read')).status).to.equal(200);
  });
  it('adapter errors pass as they are', () =>
    expect(partnerFault(new AdapterError('rejected', 'no'), 'op', 'write').kind).to.equal('rejected'));
});
