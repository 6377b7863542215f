import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { newDatabase, TestHost, temporaryFolder } from '../host-fixture.js';
import { spawnHost } from '../host-process.js';
import { CONTRACTS, writtenAdapter } from '../written-adapter.js';

/** What it does is in the file that it is to read. */
const ENTRY = `
import { adapterModule, AdapterError, INVOICE_FILE_PARSER, Money, PlainDate } from ${CONTRACTS};
const parse = async function* ({ bytes }) {
  let text = '';
  for await (const chunk of bytes) text += Buffer.from(chunk).toString();
  if (text === 'ends its host') process.kill(process.pid, 'SIGKILL');
  if (text === 'slow') await new Promise((done) => setTimeout(done, 500));
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
  let manifest: string;
  const at = '/v1/billers/b/invoice-files';
  const send = async (text: string) => {
    const taken = await host.call('POST', `${at}?filename=f`, text, { 'content-type': 'text/plain' });
    expect(taken.status).to.equal(202);
    return host.until(`${at}/${taken.body.importId}`, ({ state }) => state !== 'running', 30);
  };

  before(async () => {
    manifest = writtenAdapter(ENTRY, { contracts: [{ name: 'invoice-file-parser', version: '1' }] });
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
    const lost = 'select times_lost from invoice_files where import_id = $1';
    expect(await host.query(lost, [importId]), 'it ended nothing').to.deep.equal([{ times_lost: 0 }]);
  });

  it('ends its host: its file is given up in the end, and no other', async () => {
    const dataDir = temporaryFolder();
    const env = { IC_HOST_DATABASE_URL: await newDatabase(), IC_HOST_API_TOKEN: 't', IC_HOST_LOG_LEVEL: 'silent' };
    const start = () => spawnHost(dataDir, env, '--manifest', manifest);
    const client = new pg.Client(env.IC_HOST_DATABASE_URL);
    await client.connect();
    const files = async () =>
      (await client.query<Record<string, string>>('select biller_id, state, problem from invoice_files order by 1'))
        .rows;
    let running = await start();
    const call = (method: string, path: string, body: string, type: string) => {
      const headers = { authorization: 'Bearer t', 'content-type': type };
      return fetch(`${running.url}/v1/billers/${path}`, { method, headers, body });
    };
    // The last ends it as it is taken; the others are being read by then.
    const texts = { b1: 'slow', b3: 'slow', b2: 'ends its host' };
    for (const [billerId, text] of Object.entries(texts)) {
      const biller = { name: 'b', guid: 'g', adapter: 'acme', settings: {} };
      await call('PUT', billerId, JSON.stringify(biller), 'application/json');
      await call('POST', `${billerId}/invoice-files?filename=f`, text, 'text/plain').catch(() => undefined);
    }
    try {
      let starts = 1;
      const isOver = async () => {
        while ((await files()).some(({ state }) => state === 'running')) await wait(50);
        return 'over';
      };
      const over = isOver();
      while ((await Promise.race([running.exited, over])) !== 'over' && starts < 12) {
        starts++;
        running = await start();
      }
      const [first, second, third] = await files();
      expect([first?.state, third?.state]).to.deep.equal(['applied', 'applied']);
      expect(second?.problem).to.include({ code: 'import-failed' });
      expect(starts).to.equal(6);
    } finally {
      running.child.kill('SIGTERM');
      await running.exited;
      await client.end();
    }
  });
});
