import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

describe('the way in', () => {
  let host: TestHost;
  const at = '/v1/billers/1663/payments';
  before(async () => {
    host = await TestHost.start({ wayInLimits: { headersMs: 300, bodyMs: 400, fileIdleMs: 400 } });
    await host.biller();
  });
  after(() => host.close());

  /** Writes parts with a pause between them. @returns what came back, and after how long the connection ended */
  async function slowly(parts: string[], pauseMs: number): Promise<{ text: string; ms: number }> {
    const { port } = new URL(host.host.url);
    const started = performance.now();
    const socket: Socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    const ended = new Promise<void>((done) => socket.once('close', () => done()));
    void (async () => {
      for (const part of parts) {
        if (socket.destroyed) return;
        socket.write(part);
        await wait(pauseMs);
      }
    })();
    await Promise.race([ended, wait(5_000)]);
    expect(socket.destroyed, 'the connection was ended').to.equal(true);
    return { text, ms: performance.now() - started };
  }
  const head = (path: string, type: string, length: number) =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${host.host.token}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`;

  it('cuts off whoever sends headers a byte at a time', async () => {
    const { text } = await slowly([...'GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: '.split(''), ...'x'.repeat(60)], 40);
    expect(text).to.match(/^(HTTP\/1.1 408|$)/);
  });
  it('cuts off whoever sends a body a byte at a time', async () => {
    const { text, ms } = await slowly([head(at, 'application/json', 1_000), ...' '.repeat(100)], 20);
    expect(text).to.not.include('202');
    expect(ms).to.be.lessThan(4_000);
  });
  it('cuts off a file that stands still, and takes one that only is slow', async () => {
    const path = '/v1/billers/1663/invoice-files?filename=1663_11232026.JSON';
    const { text } = await slowly([head(path, 'application/octet-stream', 1_000), '{'], 5_000);
    expect(text).to.not.include('202');
    const { port } = new URL(host.host.url);
    const socket = connect(Number(port), '127.0.0.1');
    const answer = new Promise<string>((done) => socket.once('data', (chunk) => done(String(chunk))));
    socket.write(head(path, 'application/octet-stream', 10));
    for (let sent = 0; sent < 10; sent++) {
      await wait(100); // longer together than it may stand still
      socket.write(' ');
    }
    expect(await answer).to.include(' 202 ');
    socket.destroy();
    expect(await host.query('select 1 from invoice_files')).to.have.length(1);
  });

  for (const [name, path, status, code] of [
    ['an unknown parameter', '/v1/deliveries?colour=red', 400, 'unknown-parameter'],
    ['a parameter given twice', '/v1/deliveries?q=a&q=b', 400, 'repeated-parameter'],
    ['a NUL in a path', '/v1/billers/16%0063', 422, 'invalid-request'],
    ['a NUL in a parameter', '/v1/deliveries?q=a%00b', 422, 'invalid-request'],
    ['a card number in a path', '/v1/billers/1663/accounts/4242424242424242', 422, 'card-number'],
    ['a card number in a parameter', '/v1/deliveries?q=4242%204242%204242%204242', 422, 'card-number'],
    ['half of an escape in a path', '/v1/billers/%E0%A4%A', 400, 'bad-request'],
  ] as const)
    it(`refuses ${name}`, async () => {
      const answer = await host.call('GET', path);
      expect([answer.status, answer.body.code]).to.deep.equal([status, code]);
    });
  it('a cursor may look like anything', async () => {
    const cursor = '4242424242424242.0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a';
    expect((await host.call('GET', `/v1/deliveries?after=${cursor}`)).status).to.equal(200);
  });

  for (const [name, body] of [
    ['NUL', '{"reason":"a\\u0000b"}'],
    ['half of a surrogate pair', '{"reason":"a\\ud800b"}'],
    ['a constructor key', '{"constructor":{"prototype":{}}}'],
    ['a constructor key of any kind', '{"a":{"constructor":"x"}}'],
    ['a card number as a name', '{"4242424242424242":1}'],
    ['more depth than anybody needs', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
  ] as const)
    it(`refuses a body with ${name}`, async () => {
      const type = { 'content-type': 'application/json' };
      const { status } = await host.call('POST', '/v1/billers/1663/pause', body, type);
      expect(status).to.be.oneOf([400, 422]);
    });

  it('every answer says how it may be used, and none tells where in the program something went wrong', async () => {
    for (const path of ['/', '/healthz', '/v1/billers', '/nowhere', '/v1/deliveries?limit=x']) {
      const { headers, body } = await host.call('GET', path);
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff');
      expect(headers.get('referrer-policy'), path).to.equal('no-referrer');
      expect(headers.get('x-frame-options'), path).to.equal('DENY');
      expect(headers.get('cache-control'), path).to.equal('no-store');
      expect(JSON.stringify(body)).to.not.match(/at .*\.js:\d+/);
    }
  });
  it('the console’s policy has neither unsafe-inline nor unsafe-eval', async () => {
    const policy = (await host.call('GET', '/')).headers.get('content-security-policy') ?? '';
    expect(policy).to.include("default-src 'none'").and.not.include('unsafe');
  });
});
