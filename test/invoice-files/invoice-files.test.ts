import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { BillerScopes } from '../../src/adapters/biller-scopes.js';
import { checkInvoiceFile } from '../../src/invoice-files/check-invoice-file.js';
import { TestHost, temporaryFolder } from '../host-fixture.js';

type Invoice = Record<string, Record<string, unknown>>;
interface File {
  FileHeader: Record<string, unknown>;
  Invoices: Invoice[];
}

describe('invoice files', () => {
  let host: TestHost;
  const at = '/v1/billers/1663/invoice-files';

  const file = (count: number, change: (file: File) => void = () => undefined): File => {
    const made: File = {
      FileHeader: {
        BillerGUID: host.sandbox.biller.guid,
        FileCreationDate: '11/23/2026',
        InvoiceCount: count,
        TotalInvoiceAmount: `${count}.25`,
      },
      Invoices: Array.from({ length: count }, (_, index) => ({
        InvoiceHeader: {
          ...{ RecordType: 'R', InvoiceFormatGuid: 'format', InvoiceNumber: `f-${index}`, InvoiceDate: '11/01/2026' },
          ...{
            InvoiceDueDate: '12/01/2026',
            TotalAmountDue: index ? '1.00' : '1.25',
            InvoiceTypeID: 164,
            Custom1: 'acc',
          },
        },
        CustomerRecord: { AccountNumber: 'F1', CustomerName: 'Zoë "Q" \\ \t Exämple' },
      })),
    };
    change(made);
    return made;
  };
  const send = async (body: File | string, name = '1663_11232026.JSON', to = at) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const taken = await host.call('POST', `${to}?filename=${name}`, text, { 'content-type': 'application/json' });
    expect(taken.status).to.equal(202);
    return host.settled(`${to}/${taken.body.importId}`);
  };
  const held = async () => (await host.query('select count(*)::int as n from invoices'))[0]?.n;

  before(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  after(() => host.close());
  // Dropped when the import has said its end, not before.
  afterEach(async () => {
    const staged = () => host.query("select 1 from pg_class where relname = 'staged'");
    for (const end = Date.now() + 5_000; (await staged()).length && Date.now() < end; ) await wait(20);
    expect(await staged()).to.deep.equal([]);
  });

  it('applies a file whole, and the change feed tells it', async () => {
    const done = await send(file(3));
    expect(done).to.include({
      state: 'applied',
      records: 3,
      created: 3,
      updated: 0,
      unchanged: 0,
      setAside: 0,
      totalAmount: '3.25',
    });
    const { body } = await host.call('GET', '/v1/billers/1663/accounts/F1/invoices');
    expect(body.invoices.find((invoice: { invoiceNumber: string }) => invoice.invoiceNumber === 'f-0')).to.deep.equal({
      ...{ invoiceNumber: 'f-0', accountNumber: 'F1', invoiceDate: '2026-11-01', invoiceDueDate: '2026-12-01' },
      ...{
        autoPayCollectionDate: null,
        totalAmountDue: '1.25',
        balanceDue: '1.25',
        invoiceTypeId: 164,
        status: 'active',
      },
    });
    await host.feedHolds(3);
    const feed = (await host.call('GET', '/v1/changes')).body.changes;
    expect(
      feed.map((change: { invoice: { totalAmountDue: string } }) => change.invoice.totalAmountDue).sort(),
    ).to.deep.equal(['1.00', '1.00', '1.25']);
    const [row] = await host.query("select details->>'customerName' as name from invoices limit 1");
    expect(row?.name).to.equal('Zoë "Q" \\ \t Exämple');
  });

  it('a first file meets an invoice that a refresh makes meanwhile: each is there once, and told once', async () => {
    await host.biller('1664', { guid: host.sandbox.biller.guid });
    const other = new pg.Client(host.databaseUrl);
    await other.connect();
    await other.query('begin');
    await other.query(
      `insert into invoices (biller_id, invoice_number, account_number, invoice_date, invoice_due_date, total_amount_due,
         balance_due, invoice_type_id, status) values ('1664', 'f-7', 'F1', '2026-11-01', '2026-12-01', 1, 1, 164, 'active')`,
    );
    const path = '/v1/billers/1664/invoice-files';
    const text = JSON.stringify(file(60));
    const { importId } = (await host.call('POST', `${path}?filename=1664_11232026.JSON`, text)).body;
    await new Promise((done) => setTimeout(done, 300));
    expect((await host.call('GET', `${path}/${importId}`)).body.state, 'it waits').to.equal('running');
    await other.query('commit');
    await other.end();
    const done = await host.settled(`${path}/${importId}`);
    expect(done).to.include({ state: 'applied', records: 60, created: 59, updated: 1, unchanged: 0 });
    const told = await host.query("select invoice_number from changes where biller_id = '1664'");
    expect(new Set(told.map((row) => row.invoice_number)).size).to.equal(60);
    expect(told).to.have.length(60);
    expect(
      await host.query("select 1 from accounts where biller_id = '1664' and partner_account_id = 'acc'"),
    ).to.have.length(1);
  });

  it('answers the same bytes with the first import', async () => {
    const [first, again] = [await send(file(3)), await send(file(3))];
    expect(again.importId).to.equal(first.importId);
  });

  it('updates with a later file, and counts what did not change', async () => {
    const later = file(4, (made) => {
      made.Invoices[1] = {
        ...made.Invoices[1],
        InvoiceHeader: { ...made.Invoices[1]?.InvoiceHeader, TotalAmountDue: 7.5 },
      };
      made.FileHeader.TotalInvoiceAmount = 10.75;
    });
    expect(await send(later)).to.include({ state: 'applied', created: 1, updated: 1, unchanged: 2 });
  });

  it('reads the flat layout, and a byte order mark', async () => {
    const { FileHeader, Invoices } = file(2);
    const flat = {
      ...FileHeader,
      Invoices: Invoices.map((i) => ({ ...i.InvoiceHeader, ...i.CustomerRecord, Nonsense: 1 })),
    };
    expect(await send(`\uFEFF${JSON.stringify(flat)}`)).to.include({ state: 'applied', records: 2 });
  });

  it('sets a wrong record aside, and applies the rest', async () => {
    const made = file(400, ({ Invoices }) => {
      Object.assign(Invoices[5]?.InvoiceHeader ?? {}, { InvoiceDate: '02/30/2026' });
      Object.assign(Invoices[6]?.InvoiceHeader ?? {}, { RecordType: 'D' });
      Object.assign(Invoices[7]?.InvoiceHeader ?? {}, { InvoiceTypeID: 3_000_000_000 }); // more than four bytes hold
    });
    const text = JSON.stringify(made);
    const done = await send(text);
    expect(done).to.include({ state: 'applied', records: 400, setAside: 3 });
    const asideAt = `${at}/${done.importId}/set-aside`;
    const { body } = await host.call('GET', asideAt);
    for (const after of ['x', '999999999999999']) {
      const refused = await host.call('GET', `${asideAt}?after=${after}`);
      expect([refused.status, refused.body.code]).to.deep.equal([400, 'bad-after']);
    }
    expect(body.records[0]).to.deep.equal({
      ...{ recordNumber: 6, invoiceNumber: 'f-5', field: 'InvoiceDate', code: 'not-a-date' },
      byteOffset: Buffer.from(text.slice(0, text.indexOf('f-5"'))).lastIndexOf('{"InvoiceHeader"'),
      message: 'InvoiceDate must be a real calendar date, MM/DD/YYYY',
    });
    expect(body.records[1]).to.include({ recordNumber: 7, field: 'RecordType', code: 'not-allowed' });
    expect(body.records[2]).to.include({ recordNumber: 8, field: 'InvoiceTypeID', code: 'wrong-type' });
  });

  it('sets aside a record that holds what no database takes, and applies the rest', async () => {
    const odd = ['f-\0', 'Zo\ud800', 'C\0'];
    const made = file(400, ({ Invoices }) => {
      Object.assign(Invoices[5]?.InvoiceHeader ?? {}, { InvoiceNumber: odd[0] });
      Object.assign(Invoices[6]?.CustomerRecord ?? {}, { CustomerName: odd[1] });
      Object.assign(Invoices[7]?.CustomerRecord ?? {}, { AccountNumber: odd[2] });
    });
    expect(await send(made)).to.include({ state: 'applied', records: 400, setAside: 3 });
  });

  const replaced = (from: string, to: string) => () => JSON.stringify(file(3)).replace(from, to);
  for (const [name, code, make, fileName] of [
    ['a name that does not fit', 'file-name', () => file(11), 'invoices.JSON'],
    ['a name with no such day', 'file-name', () => file(12), '1663_02302026.JSON'],
    ['a name of another biller', 'file-name', () => file(13), '9999_11232026.JSON'],
    ['text that is not JSON', 'not-json', replaced('"InvoiceHeader"', 'InvoiceHeader')],
    ['a missing comma', 'not-json', replaced('},{"InvoiceHeader"', '} {"InvoiceHeader"')],
    ['a trailing comma', 'not-json', replaced('}}]}', '}},]}')],
    ['text behind the end', 'trailing-text', () => `${JSON.stringify(file(3))} {}`],
    ['a missing header field', 'header-missing', replaced('"InvoiceCount":3,', '')],
    ['a header amount with an exponent', 'header-wrong', replaced('"3.25"', '"3e2"')],
    [
      "another biller's GUID",
      'biller-guid',
      () => file(3, (made) => Object.assign(made.FileHeader, { BillerGUID: 'x' })),
    ],
    [
      'a wrong count',
      'invoice-count-differs',
      () => file(3, (made) => Object.assign(made.FileHeader, { InvoiceCount: 4 })),
    ],
    ['a wrong sum', 'total-amount-differs', replaced('"3.25"', '"3.26"')],
    ['an invoice that stands twice', 'invoice-number-twice', replaced('f-2', 'f-1')],
    ['too many wrong records', 'too-many-set-aside', replaced('"InvoiceTypeID":164', '"InvoiceTypeID":"x"')],
    [
      'an amount written with an exponent',
      'total-amount-differs',
      replaced('"TotalAmountDue":"1.00"', '"TotalAmountDue":1e0'),
    ],
    [
      'an amount no double can hold',
      'total-amount-differs',
      replaced('"TotalAmountDue":"1.00"', '"TotalAmountDue":1.000000000000000001'),
    ],
  ] as [string, string, () => File | string, string?][])
    it(`refuses ${name}, whole`, async () => {
      const before = await held();
      const done = await send(make(), fileName);
      expect(done.state).to.equal('refused');
      expect(done.problem.code).to.equal(code);
      expect(await held()).to.equal(before);
    });

  for (const [name, wrong] of [
    ['one of them is set aside', [5]],
    ['both are set aside', [5, 6]],
  ] as const)
    it(`refuses an invoice that stands twice where ${name}, in a first file, in another, and without a host`, async () => {
      const made = (guid: string) =>
        JSON.stringify(
          file(400, ({ FileHeader, Invoices }) => {
            Object.assign(FileHeader, { BillerGUID: guid });
            Object.assign(Invoices[6]?.InvoiceHeader ?? {}, { InvoiceNumber: 'f-5' });
            for (const index of wrong)
              Object.assign(Invoices[index]?.InvoiceHeader ?? {}, { InvoiceDate: '02/30/2026' });
          }),
        );
      const first = `first-${wrong.length}`;
      await host.biller(first, { guid: first });
      const ends = [
        await send(made(host.sandbox.biller.guid)),
        await send(made(first), `${first}_11232026.JSON`, `/v1/billers/${first}/invoice-files`),
      ];
      for (const { state, problem } of ends)
        expect([state, problem?.code]).to.deep.equal(['refused', 'invoice-number-twice']);
      const path = join(temporaryFolder(), '1663_11232026.JSON');
      writeFileSync(path, made(host.sandbox.biller.guid));
      const parser = await host.host.container.get(BillerScopes).contract('1663', 'invoice-file-parser');
      const { problem } = await checkInvoiceFile(path, parser, { shown: 0 });
      expect(problem?.code).to.equal('invoice-number-twice');
    });

  it('refuses a file cut off at any byte', async () => {
    const text = JSON.stringify(file(1));
    for (let at = 1; at < text.length; at += 37)
      expect((await send(text.slice(0, at))).problem.code).to.be.oneOf(['truncated', 'not-json']);
  });

  it('the files of a morning, one of each biller, more than the database has connections for', async () => {
    const guids = Array.from({ length: 30 }, (_, index) => `morning-${index}`);
    await Promise.all(guids.map((guid) => host.biller(guid, { guid })));
    const imports = await Promise.all(
      guids.map(async (guid) => {
        const content = file(500, ({ FileHeader }) => Object.assign(FileHeader, { BillerGUID: guid }));
        const path = `/v1/billers/${guid}/invoice-files`;
        const { body } = await host.call('POST', `${path}?filename=${guid}_11232026.JSON`, JSON.stringify(content), {
          'content-type': 'application/json',
        });
        return host.until(`${path}/${body.importId}`, ({ state }) => state !== 'running', 60);
      }),
    );
    expect(imports.map(({ state }) => state)).to.deep.equal(Array(30).fill('applied'));
  }).timeout(90_000);

  it('reads a large file in many chunks', async () => {
    expect(await send(file(20_000))).to.include({ state: 'applied', records: 20_000 });
  });
});
