/** Ways to name an address that must not be reached, from the public lists of server-side request forgery. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AdapterError } from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { hostGuard, isPrivateAddress } from '../../src/egress/host-guard.js';
import { createWayOut } from '../../src/egress/partner-http.js';
import { redactorOf } from '../../src/egress/redaction.js';
import { DEFAULT_LIMITS } from '../../src/egress/way-out.js';
import { TestHost } from '../host-fixture.js';

/** What a setting may hold that leads inside. */
const INSIDE = [
  ...['127.0.0.1', '127.1', '127.0.1', '127.255.255.254', '2130706433', '0x7f000001', '0x7f.1', '0x7f.0x0.0x0.0x1'],
  ...['017700000001', '0177.0.0.1', '0177.0.0.01', '127.0.0.1.', '0', '0.0.0.0', '0x0', '00000000000', '0.0.0.0.'],
  ...['10.0.0.1', '012.0.0.1', '167772161', '172.16.0.1', '172.31.255.255', '2886729729', '192.168.0.1', '3232235521'],
  ...['0xc0a80001', '169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518'],
  ...['100.64.0.1', '198.18.0.1', '192.0.0.192', '224.0.0.1', '255.255.255.255', '192.0.2.1', '203.0.113.9'],
  ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]'],
  ...['[::127.0.0.1]', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[64:ff9b::7f00:1]', '[64:ff9b:1::1]'],
  ...['[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fe80::1]', '[fec0::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]'],
  ...[
    'localhost',
    'LOCALHOST',
    'a.localhost',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    '①②⑦.⓪.⓪.①',
    '１２７.０.０.１',
    '127。0。0。1',
    '127．0．0．1',
  ],
  ...['127｡0｡0｡1', '127.0.0.1:80', '127%2e0%2e0%2e1', '%31%32%37.0.0.1', '169.254.169.254:443'],
];
/** URLs that look as if they led to the partner. */
const LOOKALIKES = [
  ...[
    'https://partner.example@evil.example/',
    'https://user:pw@partner.example/',
    'https://partner.example:pw@evil.example',
  ],
  ...[
    'https://partner.example#@evil.example/',
    'https://evil.example\\@partner.example/',
    'https://evil.example?partner.example',
  ],
  ...[
    'https://partner.example.evil.example/',
    'https://evilpartner.example/',
    'https://partner.example%2eevil.example/',
  ],
  ...['https://partner.example./', 'http://partner.example/', 'ftp://partner.example/', 'file:///etc/passwd'],
  ...[
    'gopher://partner.example/',
    'data:text/plain,x',
    'https://partner。example.evil.example/',
    'https://pаrtner.example/',
  ],
];

describe('the way out leads to the partner alone', () => {
  let host: TestHost;
  before(async () => {
    host = await TestHost.start({ allowPrivateEgress: false });
  });
  after(() => host.close());

  for (const address of INSIDE)
    it(`a setting that leads to ${address} is refused`, async () => {
      const { billerId: _, ...biller } = host.sandbox.biller;
      const settings = { ...biller.settings, 8: `https://${address}/` };
      const { status, body } = await host.call('PUT', '/v1/billers/1', { ...biller, adapter: 'britecore', settings });
      expect(status).to.equal(422);
      expect(body.errors[0].code).to.equal('url-refused');
      // And again where it would be connected to, had it come past the setting.
      if (!URL.canParse(`https://${address}/`)) return;
      const url = new URL(`https://${address}/`);
      const name = url.hostname.replace(/^\[|\]$/g, '');
      const guard = hostGuard(() => [name], false);
      let refusal: unknown;
      try {
        guard.check(url);
        await new Promise((done, fail) =>
          guard.lookup['https:'](name, { all: true }, (error, found) => (error ? fail(error) : done(found))),
        );
      } catch (error) {
        refusal = error;
      }
      expect(refusal, 'at the connection').to.be.instanceOf(Error);
    });

  for (const text of LOOKALIKES)
    it(`${text} is not the partner`, () => {
      const guard = hostGuard(() => ['partner.example'], false);
      const lands = () => {
        const url = new URL(text);
        guard.check(url);
        return url.hostname;
      };
      // A fragment or a query names no host.
      if (/^https:\/\/(partner\.example)#/.test(text)) expect(lands()).to.equal('partner.example');
      else expect(lands).to.throw();
    });

  it('a name that is public when it is checked and private when it is connected to is refused (rebinding)', async () => {
    // `localhost` stands for the name: what it resolves to is seen at the connection alone.
    const server = createServer((_request, response) => response.end('inside')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const wayOut = createWayOut({
      ...{ billerId: 'b', adapterId: 'a', hosts: () => ['localhost'], allowPrivate: false, redact: redactorOf([]) },
      ...{ limits: DEFAULT_LIMITS, pace: async () => undefined, tracer: trace.getTracer('test') },
    });
    const error = await wayOut.http.get(`https://localhost:${port}/`).catch((caught) => caught);
    expect(AdapterError.is(error) && error.code).to.equal('egress-refused');
    await wayOut.close();
    server.close();
  });

  it('plain HTTP goes to private addresses alone, and only where they are allowed', () => {
    expect(() => hostGuard(() => ['127.0.0.1'], true).check(new URL('http://127.0.0.1/'))).to.not.throw();
    expect(() => hostGuard(() => ['93.184.216.34'], true).check(new URL('http://93.184.216.34/'))).to.throw(/https/);
    expect(() => hostGuard(() => ['127.0.0.1'], false).check(new URL('http://127.0.0.1/'))).to.throw();
  });

  for (const address of ['93.184.216.34', '8.8.8.8', '1.1.1.1', '2606:2800:220:1::1', '2a00:1450::1'])
    it(`${address} is public`, () => expect(isPrivateAddress(address)).to.equal(false));
});
