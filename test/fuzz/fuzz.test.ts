import { invoiceFile } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import fc from 'fast-check';
import { compare, fuzz, outcomeOf } from './fuzz.js';
import { readByReference } from './reference-reader.js';

describe('spoilt invoice files (the short form of npm run fuzz)', function () {
  this.timeout(120_000);

  it('5,000 of them: applied as the reference reads them, or refused with a code', async () => {
    const { applied, refused } = await fuzz(5_000);
    expect(applied).to.be.above(1_000);
    expect(Object.keys(refused)).to.include.members([
      'not-json',
      'truncated',
      'trailing-text',
      'not-utf8',
      'too-large',
    ]);
  });

  it('cut off at any byte, none is read as if it were whole', async () => {
    const bytes = Buffer.from([...invoiceFile({ invoices: 2, billerGuid: 'guid' })].join('').trimEnd());
    for (let length = 0; length < bytes.length; length++)
      expect((await outcomeOf(bytes.subarray(0, length), () => 1 << 20)).code, `${length} bytes`).to.be.oneOf([
        'truncated',
        'not-json',
      ]);
  });

  it('any names, texts, numbers and chunks: the quick way reads what the plain one does', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const amount = fc.oneof(
      fc.integer({ min: -99_999, max: 99_999 }).map((cents) => (cents / 100).toFixed(2)),
      fc.constantFrom('0', '-0', '007', '1.5', '9999999999999.99', '1.005', '1e3', ''),
      fc.double(),
      text,
    );
    const invoice = fc.record(
      {
        ...{ RecordType: fc.constantFrom('N', 'R', 'D'), InvoiceFormatGuid: text, InvoiceNumber: text },
        InvoiceDate: fc.constantFrom('02/29/2028', '02/29/2026', '12/31/9999', '1/1/2026', ''),
        ...{ InvoiceDueDate: fc.constant('12/01/2026'), TotalAmountDue: amount, PastDue: amount },
        InvoiceTypeID: fc.oneof(fc.integer(), fc.constantFrom('164', '-1', 164)),
        ...{ AllowPartialPayments: fc.oneof(fc.boolean(), fc.constant(null)), Custom1: text, Unknown: fc.jsonValue() },
        ...{ AccountNumber: text, CustomerName: text, City: fc.option(text), Zip: fc.oneof(text, fc.nat()) },
      },
      { requiredKeys: ['RecordType', 'InvoiceDueDate'] },
    );
    return fc.assert(
      fc.asyncProperty(
        fc.array(invoice, { maxLength: 4 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 60 }),
        async (invoices, grouped, size) => {
          const header = {
            BillerGUID: 'g',
            FileCreationDate: '11/23/2026',
            InvoiceCount: 1,
            TotalInvoiceAmount: '1.00',
          };
          const records = grouped ? invoices.map((item) => ({ InvoiceHeader: item, CustomerRecord: item })) : invoices;
          const bytes = Buffer.from(JSON.stringify({ FileHeader: header, Invoices: records }));
          expect(compare(await outcomeOf(bytes, () => size), readByReference(bytes))).to.equal(undefined);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
