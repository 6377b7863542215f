import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

/** What JSON may hold and PostgreSQL's texts may not. */
const ODD = 'a\\u0000b\\ud800c';

describe('a partner whose answers hold what no database takes', () => {
  let host: TestHost;
  let partner: Server;
  let refuse = false;
  const at = '/v1/billers/1663/payments';

  before(async () => {
    host = await TestHost.start();
    // The stand-in, with a message more in each answer.
    partner = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const answer = await fetch(host.sandbox.url + request.url, {
        ...{ method: request.method ?? '', body, headers: { 'content-type': 'application/json' } },
      });
      const text = refuse ? `{"success":false,"messages":["${ODD}"],"data":{}}` : await answer.text();
      response.end(
        text
          .replace('"messages":[', `"messages":["${ODD}",`)
          .replace('"messages":["a\\u0000b\\ud800c",]', `"messages":["${ODD}"]`),
      );
    });
    partner.listen(0, '127.0.0.1');
    await once(partner, 'listening');
    const url = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`;
    const { settings } = host.sandbox.biller as { settings: Record<string, string> };
    const there = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, value.replace(host.sandbox.url, url)]),
    );
    await host.biller('1663', { settings: there });
  });
  after(async () => {
    await host.close();
    partner.close();
  });

  it('delivers a payment once', async () => {
    await host.call('POST', at, host.payment('odd'));
    expect(await host.settled(`${at}/odd`)).to.include({ state: 'delivered' });
    expect(host.sandbox.book.ledger).to.have.length(1);
  });

  it('is told of a refusal', async () => {
    refuse = true;
    await host.call('POST', at, host.payment('refused'));
    expect(await host.settled(`${at}/refused`)).to.include({ state: 'rejected' });
    refuse = false;
  });

  it('answers a look-up', async () => {
    const { status, body } = await host.call(
      'POST',
      `/v1/billers/1663/accounts/${host.sandbox.example.accountNumber}/refresh`,
    );
    expect([status, body.detail]).to.deep.equal([200, undefined]);
  });

  it('imports a file of another partner', async () => {
    const settings = { baseUrl: 'https://tryton.example.com/company/', user: 'portal', password: 'p' };
    await host.biller('t1', { adapter: 'tryton', guid: 'g', settings });
    const lines = Array.from({ length: 300 }, (_, index) => `N,t-${index},A1,7,Jo,2026-11-01,2026-12-01,1.00,164,f`);
    lines[5] = 'N,t-\0,A1,7,Jo,2026-11-01,2026-12-01,1.00,164,f';
    lines[6] = 'N,t-6,A1,7,Jo\0,2026-11-01,2026-12-01,1.00,164,f';
    const head =
      'RecordType,InvoiceNumber,AccountNumber,PartyId,CustomerName,InvoiceDate,DueDate,TotalAmountDue,InvoiceTypeId,Format';
    const text = ['HEADER,g,2026-11-23,300,300.00', head, ...lines, 'END', ''].join('\n');
    const path = '/v1/billers/t1/invoice-files';
    const taken = await host.call('POST', `${path}?filename=t1-20261123.csv`, text, { 'content-type': 'text/csv' });
    expect(await host.settled(`${path}/${taken.body.importId}`)).to.include({ state: 'applied', setAside: 2 });
  });
});
