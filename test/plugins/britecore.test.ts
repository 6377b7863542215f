import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { paymentBlockOf } from '@ic-host/adapter-britecore/payment-block';
import { readDate, readMoney } from '@ic-host/adapter-britecore/wire-values';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

describe("BriteCore's payment block", () => {
  const tag = { name: 'Poor Payment History', value: true };
  const pending = { policy_status: 'Active, Cancellation Pending' };
  for (const [name, policy, blocked] of [
    ['tag and pending cancellation', { system_tags: [tag], active_revision: pending }, true],
    ['a list of statuses', { system_tags: [tag], active_revision: { policy_status: ['Cancellation Pending'] } }, true],
    ['the tag alone', { system_tags: [tag], active_revision: { policy_status: 'Active' } }, false],
    ['the status alone', { system_tags: [], active_revision: pending }, false],
    ['value as text', { system_tags: [{ ...tag, value: 'true' }], active_revision: pending }, false],
    [
      'name and value on two tags',
      { system_tags: [{ name: tag.name }, { value: true }], active_revision: pending },
      false,
    ],
    ['no status', { system_tags: [tag], active_revision: {} }, false],
    ['no revision', { system_tags: [tag] }, false],
    ['no tags', { active_revision: pending }, false],
  ] as const)
    it(`${name}: ${blocked ? 'blocked' : 'not blocked'}`, () => {
      const { because: _, ...block } = paymentBlockOf(policy, 'policies/retrieve_policy');
      expect([block.ach, block.card, block.reason !== null]).to.deep.equal([blocked, blocked, blocked]);
    });
});

describe("BriteCore's values", () => {
  for (const [value, text] of [
    [115.0, '115.00'],
    ['115.00', '115.00'],
    ['', '0.00'],
    [0.1, '0.10'],
    [-3.1, '-3.10'],
  ] as const)
    it(`reads the amount ${JSON.stringify(value)}`, () =>
      expect(String(readMoney(value, 'op', 'balance'))).to.equal(text));
  it('calls a third decimal malformed', () =>
    expect(() => readMoney(1.005, 'op', 'balance'))
      .to.throw()
      .with.property('kind', 'malformed'));
  it('reads both forms of dates', () =>
    expect([`${readDate('05/31/2025', 'op', 'd')}`, `${readDate('2025-05-31', 'op', 'd')}`]).to.deep.equal([
      '2025-05-31',
      '2025-05-31',
    ]));
});

describe("BriteCore's documents and settings", () => {
  let host: TestHost;
  let answer: RequestListener;
  let asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  const fetchDocument = () => host.call('GET', '/v1/billers/1663/invoices/i1/document');
  const PDF = `%PDF-1.4 ${'x'.repeat(200_000)}`;
  const json =
    (value: unknown): RequestListener =>
    (_, response) => {
      const text = JSON.stringify(value);
      response.setHeader('content-type', 'application/json');
      for (let at = 0; at < text.length; at += 999) response.write(text.slice(at, at + 999)); // never at a multiple of four
      response.end();
    };

  before(async () => {
    host = await TestHost.start();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await host.biller('1663', { settings: { '8': url, '10': 'k', '20': `${url}/custom/retrieve_invoice_document` } });
  });
  beforeEach(() => {
    asked = [];
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await host.close();
  });

  const base64 = Buffer.from(PDF).toString('base64');
  for (const [name, value] of [
    ['data', { success: true, messages: [], data: base64 }],
    ['data.document', { success: true, messages: [], data: { name: 'x.pdf', document: base64 } }],
    ['data.content, beside a file’s name', { success: true, data: { file: 'x.pdf', content: base64 } }],
    ['data.pdf, success last', { data: { pdf: base64 }, messages: [], success: true }],
  ] as const)
    it(`unpacks base64 in ${name}`, async () => {
      answer = json(value);
      const { status, body, headers } = await fetchDocument();
      expect([status, headers.get('content-type')]).to.deep.equal([200, 'application/pdf']);
      expect(body === PDF).to.equal(true);
    });

  it('uses a full-URL setting as it is', async () => {
    answer = json({ success: true, data: base64 });
    await fetchDocument();
    expect(asked).to.deep.equal(['/custom/retrieve_invoice_document']);
  });

  it('takes a payment for taken whose payoff amount makes no sense', async () => {
    answer = json({
      success: true,
      messages: ['ok'],
      data: { isDuplicate: false, payoffAmount: 'n/a', confirmationNumber: 'c1' },
    });
    await host.call('POST', '/v1/billers/1663/payments', host.payment('odd-payoff'));
    const { attempts, ...paid } = await host.settled('/v1/billers/1663/payments/odd-payoff');
    expect(paid).to.include({ state: 'delivered', confirmationNumber: 'c1', payoffAmount: null });
    expect(attempts).to.have.length(1);
  });

  it('does not take a full page for the last one where it is not told how many there are', async () => {
    const item = (id: number) => ({ id: `i${id}`, balance: '1.00', data: { details: { paidInFull: 1 } } });
    const refresh = async (count: number) => {
      const invoices = Array.from({ length: count }, (_, index) => item(index));
      answer = (request, response) => {
        const data = request.url?.endsWith('retrieve_policy') ? { id: 'p' } : { invoices };
        json({ success: true, messages: [], data })(request, response);
      };
      return host.call('POST', `/v1/billers/1663/accounts/a${count}/refresh`);
    };
    expect((await refresh(49)).status).to.equal(200);
    const full = await refresh(50);
    expect([full.status, full.body.code]).to.deep.equal([502, 'partner-malformed']);
  });

  for (const [name, value, status, code] of [
    ['a partner that says no', { success: false, messages: 'no document', data: {} }, 404, 'document-not-found'],
    [
      'one that says no with an empty text',
      { success: false, data: '', messages: ['none'] },
      404,
      'document-not-found',
    ],
    [
      'base64 that is no PDF',
      { success: true, data: Buffer.from('hello there').toString('base64') },
      502,
      'partner-malformed',
    ],
    ['an empty envelope', { success: true, data: {} }, 502, 'partner-malformed'],
  ] as const)
    it(`${name}: ${status} ${code}`, async () => {
      answer = json(value);
      const got = await fetchDocument();
      expect([got.status, got.body.code]).to.deep.equal([status, code]);
    });

  it('does not take a body for a PDF because it says so', async () => {
    answer = (_, response) => response.setHeader('content-type', 'application/pdf').end('<html>');
    expect((await fetchDocument()).body.code).to.equal('partner-malformed');
  });

  it('hangs up on the partner when the caller hangs up', async () => {
    let hungUp: () => void = () => undefined;
    const gone = new Promise<void>((done) => {
      hungUp = done;
    });
    let arrived: () => void = () => undefined;
    const asking = new Promise<void>((done) => {
      arrived = done;
    });
    answer = (_, response) => {
      response.once('close', hungUp);
      arrived();
    };
    const caller = new AbortController();
    const url = `${host.host.url}/v1/billers/1663/invoices/i1/document`;
    const call = fetch(url, { headers: { authorization: `Bearer ${host.host.token}` }, signal: caller.signal });
    call.catch(() => undefined);
    await asking;
    caller.abort();
    await gone;
  });
});
