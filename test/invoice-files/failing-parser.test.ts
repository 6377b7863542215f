import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';
import { CONTRACTS, writtenAdapter } from '../written-adapter.js';

/** What it does is in the file that it is to read. */
const ENTRY = `
import { adapterModule, AdapterError, INVOICE_FILE_PARSER, Money, PlainDate } from ${CONTRACTS};
const parse = async function* ({ bytes }) {
  let text = '';
  for await (const chunk of bytes) text += Buffer.from(chunk).toString();
  if (text === 'throws') throw new TypeError('undefined is not a function');
  if (text === 'away') throw new AdapterError('unavailable', 'not now');
  const day = PlainDate.parse('2026-11-23');
  const one = Money.parse('1.00');
  const record = {
    recordType: 'N', invoiceNumber: 'n-' + text, accountNumber: 'A', partnerAccountId: 'P', invoiceFormatGuid: 'f', customerName: 'Jo',
    invoiceDate: text === 'dateless' ? undefined : day, invoiceDueDate: day, totalAmountDue: one, invoiceTypeId: 164,
  };
  yield { type: 'header', header: { billerGuid: 'g', fileCreationDate: day, invoiceCount: 1, totalInvoiceAmount: one } };
  yield { type: 'batch', records: [record], setAside: [], bytesRead: 1 };
  yield { type: 'totals', totals: { records: 1, totalCents: 100n, unknownFields: 0 } };
};
export default adapterModule(({ bind }) => { bind(INVOICE_FILE_PARSER).toConstantValue({ parse }); });`;

describe('an invoice file parser that fails', function () {
  this.timeout(60_000);
  let host: TestHost;
  const at = '/v1/billers/b/invoice-files';
  const send = async (text: string) => {
    const taken = await host.call('POST', `${at}?filename=f`, text, { 'content-type': 'text/plain' });
    expect(taken.status).to.equal(202);
    return host.until(`${at}/${taken.body.importId}`, ({ state }) => state !== 'running', 30);
  };

  before(async () => {
    const manifest = writtenAdapter(ENTRY, { contracts: [{ name: 'invoice-file-parser', version: '1' }] });
    host = await TestHost.start({ manifest });
    await host.call('PUT', '/v1/billers/b', { name: 'b', guid: 'g', adapter: 'acme', settings: {} });
  });
  after(() => host.close());

  it('throws: its file is refused, not tried for ever, and may be handed over again', async () => {
    const first = await send('throws');
    expect([first.state, first.problem.code]).to.deep.equal(['refused', 'import-failed']);
    expect(first.problem.detail).to.include('undefined is not a function');
    expect(await send('throws')).to.deep.include({ importId: first.importId, state: 'refused' });
  });

  it('makes a record that is none: it is set aside', async () => {
    const { importId, problem } = await send('dateless');
    expect(problem.code).to.equal('too-many-set-aside');
    const [record] = (await host.call('GET', `${at}/${importId}/set-aside`)).body.records;
    expect(record).to.deep.include({ field: 'invoiceDate', code: 'missing', invoiceNumber: 'n-dateless' });
  });

  it('away for a moment: its file waits to be taken up again', async () => {
    const { importId } = (await host.call('POST', `${at}?filename=f`, 'away', { 'content-type': 'text/plain' })).body;
    const { body } = await host.call('GET', `${at}/${importId}`);
    await wait(500);
    expect([body.state, (await host.call('GET', `${at}/${importId}`)).body.state]).to.deep.equal([
      'running',
      'running',
    ]);
  });
});
