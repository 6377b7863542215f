import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

const TRYTON = { baseUrl: 'https://tryton.example.com/company/', user: 'portal', password: 'p' };
const COLUMNS =
  'RecordType,InvoiceNumber,AccountNumber,PartyId,CustomerName,InvoiceDate,DueDate,TotalAmountDue,InvoiceTypeId,Format';

/** JSON may hold NUL and half of a character; PostgreSQL's texts may not. */
describe('a partner that says what nobody can keep', () => {
  let host: TestHost;
  let partner: Server;
  /** What becomes of the stand-in's answers. */
  let changed = (answer: string): string => answer;
  const at = '/v1/billers/1663/payments';
  const refused = (message: string) => () => `{"success":false,"messages":["${message}"],"data":{}}`;
  const told = (message: string) => (answer: string) =>
    JSON.stringify({ ...JSON.parse(answer), messages: [] }).replace('"messages":[]', `"messages":["${message}"]`);

  before(async () => {
    host = await TestHost.start();
    partner = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const answer = await fetch(host.sandbox.url + request.url, {
        ...{ method: 'POST', body, headers: { 'content-type': 'application/json' } },
      });
      response.end(changed(await answer.text()));
    });
    partner.listen(0, '127.0.0.1');
    await once(partner, 'listening');
    const url = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`;
    const settings = JSON.parse(JSON.stringify(host.sandbox.biller.settings).replaceAll(host.sandbox.url, url));
    await host.biller('1663', { settings });
  });
  afterEach(() => {
    changed = (answer) => answer;
  });
  after(async () => {
    await host.close();
    partner.close();
  });

  for (const [name, message, kept] of [
    ['half of a character', 'thanks \\ud83d', 'thanks \ufffd'],
    ['NUL', 'a\\u0000b', 'a\ufffdb'],
    ['a message of five megabytes', 'x'.repeat(5_000_000), `${'x'.repeat(4_000)}…`],
  ] as const) {
    it(`${name}: what it took is delivered, once`, async () => {
      changed = told(message);
      await host.call('POST', at, host.payment(name));
      expect(await host.settled(`${at}/${name}`)).to.deep.include({ state: 'delivered', partnerMessages: [kept] });
      expect(host.sandbox.book.ledger.filter(({ transactionId }) => transactionId === name)).to.have.length(1);
    });

    it(`${name}: what it refused is rejected`, async () => {
      changed = refused(message);
      await host.call('POST', at, host.payment(`${name}, refused`));
      const body = await host.settled(`${at}/${name}, refused`);
      expect(body).to.deep.include({ state: 'rejected', partnerMessages: [kept] });
    });
  }

  it('a look-up whose invoice is named by no text makes no sense', async () => {
    const { accountNumber, invoiceNumber } = host.sandbox.example;
    changed = (answer) => answer.replaceAll(`"${invoiceNumber}"`, `"${invoiceNumber}\\u0000"`);
    const path = `/v1/billers/1663/accounts/${accountNumber}/refresh`;
    const { status, body } = await host.call('POST', path);
    expect([status, body.code]).to.deep.equal([502, 'partner-malformed']);
    changed = told('\\ud83d');
    expect((await host.call('POST', path)).status).to.equal(200);
  });

  it('a file of another partner: its records are set aside, the others are applied', async () => {
    await host.biller('t1', { adapter: 'tryton', guid: 'g', settings: TRYTON });
    const lines = Array.from({ length: 300 }, (_, index) => `N,t-${index},A1,7,Jo,2026-11-01,2026-12-01,1.00,164,f`);
    lines[5] = 'N,t-\0,A1,7,Jo,2026-11-01,2026-12-01,1.00,164,f';
    lines[6] = 'N,t-6,A1,7,Jo\0,2026-11-01,2026-12-01,1.00,164,f';
    const text = ['HEADER,g,2026-11-23,300,300.00', COLUMNS, ...lines, 'END', ''].join('\n');
    const path = '/v1/billers/t1/invoice-files';
    const taken = await host.call('POST', `${path}?filename=t1-20261123.csv`, text, { 'content-type': 'text/csv' });
    expect(await host.settled(`${path}/${taken.body.importId}`)).to.include({ state: 'applied', setAside: 2 });
  });
});
