/** TLS, proxies and packed answers, over real sockets. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { AdapterError } from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import type { AxiosError } from 'axios';
import { expect } from 'chai';
import { ProxyAgent } from 'undici';
import { ProxiedConnections } from '../../src/egress/connections.js';
import { createWayOut } from '../../src/egress/partner-http.js';
import { redactorOf } from '../../src/egress/redaction.js';
import type { TlsIdentity } from '../../src/egress/tls-identity.js';
import { DEFAULT_LIMITS, type WayOut, type WayOutOptions } from '../../src/egress/way-out.js';
import { temporaryFolder } from '../host-fixture.js';

describe('the way out over TLS', () => {
  const folder = temporaryFolder();
  const file = (name: string) => join(folder, name);
  const pem = (name: string) => readFileSync(file(name), 'utf8');
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  let server: Server;
  let url: string;
  const wayOuts: WayOut[] = [];

  const wayOut = (tls?: () => TlsIdentity, more: Partial<WayOutOptions> = {}): WayOut => {
    const made = createWayOut({
      ...{ billerId: 'b', adapterId: 'a', hosts: () => ['127.0.0.1'], allowPrivate: true, redact: redactorOf([]) },
      ...{ limits: { ...DEFAULT_LIMITS, maxResponseBytes: 100_000 }, pace: async () => undefined },
      ...{ tracer: trace.getTracer('test'), tls, ...more },
    });
    wayOuts.push(made);
    return made;
  };
  const reason = (error: AxiosError) => (error.cause as { code?: string } | undefined)?.code ?? error.code;

  before(async () => {
    for (const name of ['server', 'client'])
      openssl(
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
        ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
        ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
      );
    server = createServer(
      {
        ...{ key: pem('server.key'), cert: pem('server.crt'), ca: pem('client.crt') },
        ...{ requestCert: true, rejectUnauthorized: false },
      },
      (request, response) => {
        const { authorized } = request.socket as TLSSocket;
        response.end(
          JSON.stringify({ authorized, name: (request.socket as TLSSocket).getPeerCertificate()?.subject?.CN }),
        );
      },
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(async () => {
    for (const made of wayOuts) await made.close();
    server.close();
    server.closeAllConnections();
  });

  it('trusts no certificate that isn’t signed by whom it trusts, whatever the environment says', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const error = await wayOut()
        .http.get(url)
        .catch((caught) => caught);
      expect(reason(error)).to.equal('DEPTH_ZERO_SELF_SIGNED_CERT');
      expect(error.code).to.equal('IC_NOT_SENT');
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });
  it('trusts a biller’s own CA, and shows its certificate', async () => {
    const bare = await wayOut(() => ({ ca: pem('server.crt') })).http.get(url);
    expect(bare.data).to.include({ authorized: false });
    const identity = () => ({ ca: pem('server.crt'), cert: pem('client.crt'), key: pem('client.key') });
    expect((await wayOut(identity).http.get(url)).data).to.deep.equal({ authorized: true, name: 'client' });
  });
  it('says so where a certificate is not where it should be', async () => {
    const gone = () => {
      throw new AdapterError('misconfigured', 'tls.key is not there', { code: 'secret-source-gone' });
    };
    const error = await wayOut(gone)
      .http.get(url)
      .catch((caught) => caught);
    expect(AdapterError.is(error) && error.code).to.equal('secret-source-gone');
  });

  it('uses no proxy of the environment', async () => {
    let proxied = 0;
    const proxy = createPlainServer((_request, response) => {
      proxied++;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const target = createPlainServer((_request, response) => response.end('{"direct":true}')).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const at = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY']) process.env[name] = at;
    try {
      const { data } = await wayOut().http.get(`http://127.0.0.1:${(target.address() as AddressInfo).port}/`);
      expect(data).to.deep.equal({ direct: true });
      expect(proxied).to.equal(0);
    } finally {
      for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY'])
        delete process.env[name];
      proxy.close();
      target.close();
      target.closeAllConnections();
    }
  });

  it('goes through the proxy that is configured, and verifies the partner behind it all the same', async () => {
    const asked: string[] = [];
    const proxy = createPlainServer();
    proxy.on('connect', (request, near) => {
      asked.push(request.url ?? '');
      const far = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        near.write('HTTP/1.1 200 OK\r\n\r\n');
        far.pipe(near).pipe(far);
      });
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const at = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const known = wayOut(() => ({ ca: pem('server.crt') }), { proxy: at });
    expect((await known.http.get(url)).data).to.include({ authorized: false });
    expect(asked).to.deep.equal([new URL(url).host]);
    expect(await wayOut(undefined, { proxy: at }).http.get(url).catch(reason)).to.equal('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect((await known.http.get('https://elsewhere.example/').catch((error) => error)).code).to.equal(
      'egress-refused',
    );
    // One that isn't there yet is what a call is told, and not whoever makes the way out.
    let isThere = false;
    const later = wayOut(
      () => {
        if (!isThere) throw new AdapterError('misconfigured', 'no such file');
        return { ca: pem('server.crt') };
      },
      { proxy: at },
    );
    const refused = await later.http.get(url).catch((error) => error);
    expect(AdapterError.is(refused) && refused.kind).to.equal('misconfigured');
    isThere = true;
    expect((await later.http.get(url)).data).to.include({ authorized: false });
    asked.length = 1;
    // A certificate that is another now is shown from then on.
    let name = 'server';
    const renewed = new ProxiedConnections(
      (identity) => new ProxyAgent({ uri: at, connections: 1, requestTls: identity ?? {} }),
      () => ({ ca: pem('server.crt'), cert: pem(`${name}.crt`), key: pem(`${name}.key`) }),
      0,
    );
    const shown = async () => {
      const answer = await renewed.request({ origin: new URL(url).origin, path: '/', method: 'GET' });
      return ((await answer.body.json()) as { name: string }).name;
    };
    asked.length = 0;
    expect([await shown(), await shown()]).to.deep.equal(['server', 'server']);
    expect(asked, 'one connection').to.have.length(1);
    name = 'none';
    expect(await shown()).to.equal('server');
    name = 'client';
    expect(await shown()).to.equal('client');
    await renewed.destroy();
    proxy.close();
    proxy.closeAllConnections();
  });

  describe('packed answers', () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    const answers: Record<string, [encoding: string, body: Buffer]> = {
      '/gzip': ['gzip', gzipSync('{"a":1}')],
      '/deflate': ['deflate', deflateSync('{"a":1}')],
      '/br': ['br', brotliCompressSync('{"a":1}')],
      '/bomb': ['gzip', bomb],
      '/broken': ['gzip', Buffer.from('this is no gzip')],
      '/unknown': ['lzma', Buffer.from('x')],
    };
    const partner = createPlainServer((request, response) => {
      const [encoding, body] = answers[request.url ?? ''] ?? ['identity', Buffer.from('{}')];
      response.writeHead(200, { 'content-encoding': encoding, 'content-type': 'application/json' }).end(body);
    });
    let at: string;
    before(async () => {
      partner.listen(0, '127.0.0.1');
      await once(partner, 'listening');
      at = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`;
    });
    after(() => {
      partner.close();
      partner.closeAllConnections();
    });
    for (const path of ['/gzip', '/deflate', '/br'])
      it(`are unpacked: ${path}`, async () =>
        expect((await wayOut().http.get(at + path)).data).to.deep.equal({ a: 1 }));
    it('are bounded by what they unpack to', async () => {
      expect(bomb.length).to.be.lessThan(300_000);
      const before = process.memoryUsage().rss;
      const error = await wayOut()
        .http.get(`${at}/bomb`)
        .catch((caught) => caught);
      expect(AdapterError.is(error) && error.code).to.equal('answer-too-large');
      expect(process.memoryUsage().rss - before).to.be.lessThan(100_000_000);
    });
    it('are refused where they are broken or packed in a way nobody asked for', async () => {
      expect(
        reason(
          await wayOut()
            .http.get(`${at}/broken`)
            .catch((caught) => caught),
        ),
      ).to.equal('Z_DATA_ERROR');
      const error = await wayOut()
        .http.get(`${at}/unknown`)
        .catch((caught) => caught);
      expect(AdapterError.is(error) && error.code).to.equal('answer-encoding');
    });
  });
});
