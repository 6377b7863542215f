import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { TestHost, temporaryFolder } from '../host-fixture.js';

const CONTRACTS = pathToFileURL(resolve('contracts/dist/src/index.js')).href;
/** What it does is in the file that it is to read. */
const ENTRY = `
import { adapterModule, AdapterError, INVOICE_FILE_PARSER, Money, PlainDate } from ${JSON.stringify(CONTRACTS)};
let away = 1;
const parse = async function* ({ bytes }) {
  let text = '';
  for await (const chunk of bytes) text += Buffer.from(chunk).toString();
  if (text === 'throws') throw new TypeError('undefined is not a function');
  if (text === 'away' && away-- > 0) throw new AdapterError('unavailable', 'not now');
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
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'failing'));
    const write = (name: string, text: string | object) =>
      writeFileSync(join(folder, name), typeof text === 'string' ? text : JSON.stringify(text));
    write('failing/package.json', { type: 'module' });
    write('failing/entry.js', ENTRY);
    write('failing/adapter.manifest.json', {
      ...{ id: 'failing', name: 'Failing', version: '1.0.0', hostApi: '^1.0.0', entry: './entry.js', settings: [] },
      ...{ egress: [], contracts: [{ name: 'invoice-file-parser', version: '1' }] },
    });
    write('adapters.json', { hostApi: '1', adapters: ['./failing'] });
    host = await TestHost.start({ manifest: join(folder, 'adapters.json') });
    await host.call('PUT', '/v1/billers/b', { name: 'b', guid: 'g', adapter: 'failing', settings: {} });
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

  it('away for a moment: its file is taken up again', async () =>
    expect(await send('away')).to.include({ state: 'applied', created: 1 }));
});
