import { expect } from 'chai';
import { Client } from 'undici';
import { TestHost } from '../host-fixture.js';

const TRYTON = { baseUrl: 'https://tryton.example.com/company/', user: 'portal', password: 'p' };

describe('bad input', () => {
  let host: TestHost;
  const at = '/v1/billers/1663/payments';
  before(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  after(() => host.close());

  for (const [name, change, field, code] of [
    ['an amount of -1', { amount: '-1' }, 'amount', 'not-positive'],
    ['an amount of 0', { amount: '0.00' }, 'amount', 'not-positive'],
    ['an amount of 1.005', { amount: '1.005' }, 'amount', 'not-an-amount'],
    ['an amount of 1e3', { amount: '1e3' }, 'amount', 'not-an-amount'],
    ['an amount as a number', { amount: 15 }, 'amount', 'not-an-amount'],
    ['a day that is none', { paymentDate: '2026-02-30' }, 'paymentDate', 'not-a-date'],
    ['an unknown field', { colour: 'red' }, 'colour', 'unknown-field'],
    ['an account called ..', { accountNumber: '..' }, 'accountNumber', 'wrong-value'],
    ['an invoice called .', { invoiceNumber: '.' }, 'invoiceNumber', 'wrong-value'],
    ['no account', { accountNumber: '' }, 'accountNumber', 'missing'],
    ['a missing field', { payerName: undefined }, 'payerName', 'missing'],
    ['an unknown method', { method: 'Cash' }, 'method', 'wrong-value'],
    ['five digits', { maskedNumber: '12345' }, 'maskedNumber', 'wrong-value'],
    ['a card number', { payerName: 'Jo 4242 4242 4242 4242' }, 'payerName', 'card-number'],
    ['a card number as mask', { maskedNumber: '4242424242424242' }, 'maskedNumber', 'card-number'],
  ] as const)
    it(`${name}: 422, nothing stored`, async () => {
      const { status, body, headers } = await host.call('POST', at, host.payment('bad', change));
      expect(status).to.equal(422);
      expect(headers.get('content-type')).to.include('application/problem+json');
      expect(body.errors[0]).to.include({ field, code });
    });

  for (const [name, status, code, ask] of [
    [
      'malformed JSON',
      400,
      'malformed-json',
      () => host.call('POST', at, '{"a":', { 'content-type': 'application/json' }),
    ],
    [
      'a __proto__ key',
      400,
      'malformed-json',
      () => host.call('POST', at, '{"__proto__":{}}', { 'content-type': 'application/json' }),
    ],
    [
      'another content type',
      415,
      'unsupported-media-type',
      () => host.call('POST', at, 'x', { 'content-type': 'text/plain' }),
    ],
    ['a list as body', 422, 'invalid-request', () => host.call('POST', at, [])],
    ['a body of 10 MB', 413, 'body-too-large', () => host.call('POST', at, { payerName: 'x'.repeat(10_000_000) })],
    [
      'an unknown biller',
      404,
      'biller-not-found',
      () => host.call('POST', '/v1/billers/none/payments', host.payment('x')),
    ],
    ['an unknown payment', 404, 'payment-not-found', () => host.call('GET', `${at}/none`)],
    ['an unknown path', 404, 'not-found', () => host.call('GET', '/v1/none')],
    ['an unknown adapter', 422, 'adapter-unknown', () => host.biller('x', { adapter: 'none' })],
    [
      'an unknown setting',
      422,
      'invalid-settings',
      () => host.biller('x', { settings: { '8': 'http://x', '10': 'k', '99': 'y' } }),
    ],
    ['a missing setting', 422, 'invalid-settings', () => host.biller('x', { settings: {} })],
    ['an unknown option', 422, 'invalid-options', () => host.biller('x', { options: { third: 1 } })],
    ['an option that every object has', 422, 'invalid-request', () => host.biller('x', { options: { toString: 1 } })],
    ['a time no timer knows', 422, 'invalid-options', () => host.biller('x', { options: { timeoutMs: 3e9 } })],
    ['half a call at once', 422, 'invalid-options', () => host.biller('x', { options: { concurrency: 2.5 } })],
    ['more than all', 422, 'invalid-options', () => host.biller('x', { options: { recordPercent: 101 } })],
    ['a choice that is none', 422, 'invalid-options', () => host.biller('x', { options: { generation: 'third' } })],
    [
      'an option of another type',
      ...([422, 'invalid-options'] as const),
      () => host.biller('x', { adapter: 'tryton', options: { paymentMethod: { name: 'Portal' } }, settings: TRYTON }),
    ],
    ['a bad cursor', 400, 'bad-cursor', () => host.call('GET', '/v1/changes?after=x')],
    ['a cursor beyond all', 400, 'bad-cursor', () => host.call('GET', '/v1/changes?after=99999999999999999999.1')],
    ['one behind all', 400, 'bad-cursor', () => host.call('GET', '/v1/changes?after=1.9999999999999999999')],
    [
      'a cursor of a history beyond all',
      400,
      'bad-cursor',
      () => host.call('GET', '/v1/billers/1663/accounts/a/history?before=18446744073709551616.1'),
    ],
    ['a time before all times', 400, 'bad-from', () => host.call('GET', '/v1/deliveries?from=-271821-04-20T00:00:00Z')],
    ['no token', 401, 'unauthorized', () => host.call('GET', '/v1/billers', undefined, { authorization: '' })],
    [
      'a wrong token',
      401,
      'unauthorized',
      () => host.call('GET', '/v1/billers', undefined, { authorization: 'Bearer x' }),
    ],
    ['a file without a name', 400, 'filename-missing', () => host.call('POST', '/v1/billers/1663/invoice-files', '{}')],
  ] as [string, number, string, () => ReturnType<TestHost['call']>][])
    it(`${name}: ${status} ${code}`, async () => {
      const got = await ask();
      expect([got.status, got.body.code]).to.deep.equal([status, code]);
      expect(got.headers.get('content-type')).to.include('application/problem+json');
    });

  it('takes no name in an address that makes it another one', async () => {
    const { url, token } = host.host;
    const client = new Client(url); // sends a path as it is
    for (const name of ['%2e%2e', '%2e', '..']) {
      const path = `/v1/billers/1663/accounts/${name}/refresh`;
      const { body } = await client.request({ method: 'POST', path, headers: { authorization: `Bearer ${token}` } });
      expect(await body.json()).to.include({ status: 400, code: 'dot-segment' });
    }
    await client.close();
  });

  it('left nothing behind', async () => {
    expect(await host.query('select * from deliveries')).to.deep.equal([]);
    expect(await host.query("select * from billers where biller_id <> '1663'")).to.deep.equal([]);
  });

  it('gives a biller back without its secrets, and keeps them on a change that repeats the mask', async () => {
    const { body } = await host.call('GET', '/v1/billers/1663');
    expect(body.settings['10']).to.equal('********');
    expect(body.settings['8']).to.equal(host.sandbox.url);
    const { warnings: _, billerId: __, ...again } = body;
    expect((await host.call('PUT', '/v1/billers/1663', again)).status).to.equal(200);
    expect((await host.call('POST', '/v1/billers/1663/accounts/FM4000264061/refresh')).body.stale).to.equal(false);
    expect(JSON.stringify(await host.query('select * from billers'))).to.not.include("asdfghjkl;'");
  });

  it('takes a secret from the environment, unstored', async () => {
    process.env.IC_TEST_KEY = "asdfghjkl;'";
    await host.biller('env', { settings: { ...host.sandbox.biller.settings, '10': { env: 'IC_TEST_KEY' } } });
    expect((await host.call('POST', '/v1/billers/env/accounts/FM4000264061/refresh')).status).to.equal(200);
  });

  it('is open to probes', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json'])
      expect((await host.call('GET', path, undefined, { authorization: '' })).status).to.equal(200);
    const { body } = await host.call('GET', '/openapi.json');
    expect(body.components.schemas.PaymentBody.properties.amount.type).to.equal('string');
    expect(Object.keys(body.paths)).to.include('/v1/billers/{billerId}/payments');
  });

  it('refuses a private partner address unless it is switched on', async () => {
    const strict = await TestHost.start({ allowPrivateEgress: false });
    try {
      for (const url of [
        'https://127.0.0.1',
        'https://localhost',
        'https://10.1.2.3',
        'https://[::1]',
        'https://0x7f.1',
        'http://example.com',
      ])
        expect((await strict.biller('x', { settings: { '8': url, '10': 'k' } })).body.code, url).to.equal(
          'invalid-settings',
        );
    } finally {
      await strict.close();
    }
  });
});
