import { createServer } from 'node:http';
import { invoiceFile } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

const CARD = '4242424242424242';

describe('card numbers in what partners send', () => {
  let host: TestHost;
  before(async () => {
    host = await TestHost.start();
    await host.biller('1663', { options: { maxSetAsidePercent: 50 } });
  });
  after(() => host.close());

  it('a record that holds one is set aside, with its place in the file; the others are applied; nothing keeps it', async () => {
    const text = [...invoiceFile({ invoices: 20, billerGuid: host.sandbox.biller.guid })].join('');
    const names = [...text.matchAll(/"CustomerName": ?"([^"]*)"/g)];
    const at = names[6]?.index ?? 0;
    const spoilt = `${text.slice(0, at)}"CustomerName":"Jo 4242 4242-4242 4242"${text.slice(at + (names[6]?.[0].length ?? 0))}`;
    const path = '/v1/billers/1663/invoice-files';
    const { importId } = (await host.call('POST', `${path}?filename=1663_11232026.JSON`, spoilt)).body;
    const done = await host.settled(`${path}/${importId}`);
    expect(done).to.include({ state: 'applied', records: 20, created: 19, setAside: 1 });
    const [record] = (await host.call('GET', `${path}/${importId}/set-aside`)).body.records;
    expect(record).to.include({ recordNumber: 7, field: 'customerName', code: 'card-number' });
    const text2 = Buffer.from(spoilt).subarray(record.byteOffset).toString();
    expect(text2.indexOf('4242 4242')).to.be.within(0, 1_500);
    expect(text2.startsWith('{')).to.equal(true);
    for (const table of ['invoices', 'changes', 'set_aside_records', 'accounts', 'audit'])
      expect(JSON.stringify(await host.query(`select * from ${table}`)), table).to.not.include('4242 4242');
  });

  it('what a partner says is recorded and shown with the last four digits alone', async () => {
    const answer = JSON.stringify({ success: false, messages: [`card ${CARD} is unknown`], data: {} });
    const partner = createServer((_request, response) => response.end(answer)).listen(0, '127.0.0.1');
    await new Promise((done) => partner.once('listening', done));
    const url = `http://127.0.0.1:${(partner.address() as { port: number }).port}`;
    await host.biller('2', { settings: { ...host.sandbox.biller.settings, 11: url } });
    await host.call('POST', '/v1/billers/2/payments', host.payment('masked'));
    const paid = await host.settled('/v1/billers/2/payments/masked');
    expect(JSON.stringify(paid)).to.include('************4242').and.not.include(CARD);
    for (const table of ['deliveries', 'delivery_attempts'])
      expect(JSON.stringify(await host.query(`select * from ${table}`)), table).to.not.include(CARD);
    partner.close();
    partner.closeAllConnections();
  });
});
