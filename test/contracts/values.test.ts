import { AccountSnapshot, AdapterManifest, checkerOf, InvoiceRecord, Money, PlainDate } from '@ic-host/contracts';
import { expect } from 'chai';

describe('money', () => {
  for (const [text, cents] of [
    ['115', 11500],
    ['115.0', 11500],
    ['115.00', 11500],
    ['-3.10', -310],
    ['0.05', 5],
    ['-0.00', 0],
    ['9999999999999.99', 999999999999999],
  ] as const)
    it(`reads ${text}`, () => expect(Money.parse(text).cents).to.equal(cents));

  for (const text of ['1e3', '1.005', '1,000.00', 'NaN', '', ' 1', '1.', '.5', '+1', '10000000000000000', '0x10'])
    it(`refuses ${JSON.stringify(text)}`, () => expect(() => Money.parse(text)).to.throw(RangeError));

  it('adds without a float', () => expect(Money.parse('0.10').plus(Money.parse('0.20')).toString()).to.equal('0.30'));
  it('refuses a number that carries float noise', () =>
    expect(() => Money.fromJsonNumber(0.1 + 0.2)).to.throw(RangeError));
  it('knows its like, from another copy of the package, too', () => {
    expect(Money.parse('1.00').equals(Money.ofCents(100))).to.equal(true);
    expect(Money.parse('1.00').equals(Money.ofCents(101))).to.equal(false);
    expect([-1, 0, 1].map((cents) => Money.ofCents(cents).isPositive)).to.deep.equal([false, false, true]);
    expect([Money.ZERO, { cents: 1 }, null, '1.00', undefined].map(Money.is)).to.deep.equal([
      ...[true, false, false, false, false],
    ]);
  });
  it('prints two decimals always', () => expect(String(Money.ofCents(-5))).to.equal('-0.05'));
});

describe('plain dates', () => {
  it('knows leap days', () => expect(String(PlainDate.parseUs('02/29/2028'))).to.equal('2028-02-29'));
  it('are the days there are, and no other', () => {
    const exists = (text: string) => {
      const [year, month, day] = text.split('-').map(Number) as [number, number, number];
      return PlainDate.exists(year, month, day);
    };
    const days = ['0001-01-01', '9999-12-31', '2000-02-29', '1900-02-28', '2026-04-30', '2026-01-31', '2026-02-28'];
    const none = ['0000-12-31', '10000-01-01', '1900-02-29', '2026-04-31', '2026-12-32', '2026-01-00', '2026-13-01'];
    expect(days.filter((text) => !exists(text))).to.deep.equal([]);
    expect(none.filter(exists)).to.deep.equal([]);
    expect(days.map((text) => String(PlainDate.parse(text)))).to.deep.equal(days);
    expect(() => PlainDate.parse('2026-1-2')).to.throw(RangeError);
  });
  it('know their like', () => {
    const day = PlainDate.of(2026, 12, 1);
    expect([day.equals(PlainDate.parseUs('12/01/2026')), day.equals(PlainDate.of(2026, 12, 2))]).to.deep.equal([
      ...[true, false],
    ]);
    expect([day, { year: 2026 }, null, '2026-12-01', undefined].map(PlainDate.is)).to.deep.equal([
      ...[true, false, false, false, false],
    ]);
  });
  for (const text of ['02/30/2026', '02/29/2026', '13/01/2026', '00/10/2026', '1/2/2026', '2026-01-02'])
    it(`refuses ${text}`, () => expect(() => PlainDate.parseUs(text)).to.throw(RangeError));
});

describe('a check compiled from a boundary type', () => {
  const check = checkerOf(InvoiceRecord);
  const record = (): InvoiceRecord => ({
    ...{ recordType: 'R', invoiceNumber: 'i', accountNumber: 'a', invoiceFormatGuid: 'g', invoiceTypeId: 164 },
    ...{ partnerAccountId: 'p', customerName: 'c', totalAmountDue: Money.ZERO },
    ...{ invoiceDate: PlainDate.of(2026, 1, 1), invoiceDueDate: PlainDate.of(2026, 1, 1) },
  });

  it('passes what is right', () => expect(check(record())).to.equal(undefined));
  it('names a missing field', () => {
    const { customerName: _, ...rest } = record();
    expect(check(rest as InvoiceRecord)).to.include({ field: 'customerName', code: 'missing' });
  });
  it('tells a float from money', () =>
    expect(check({ ...record(), totalAmountDue: 1.5 as unknown as Money })).to.include({ field: 'totalAmountDue' }));
  it('holds lengths', () =>
    expect(check({ ...record(), zip: 'x'.repeat(21) })).to.include({ field: 'zip', code: 'too-long' }));
  it('holds what a part of it must be, and a list', () => {
    const snapshot = (paymentBlock: unknown) => ({ invoices: [], complete: true, paymentBlock }) as never;
    const of = checkerOf(AccountSnapshot);
    for (const good of [undefined, { ach: true, card: false, reason: null }, { ach: false, card: true, reason: 'why' }])
      expect(of(snapshot(good))).to.equal(undefined);
    expect(of(snapshot({ ach: 'yes', card: false, reason: null }))).to.include({
      field: 'paymentBlock.ach',
      code: 'wrong-type',
    });
    expect(of(snapshot({ ach: true, reason: null }))).to.include({ field: 'paymentBlock.card', code: 'missing' });
    expect(of(snapshot('none'))).to.include({ field: 'paymentBlock', code: 'wrong-type' });
  });
  it('refuses what the type does not name, where it is closed, also in a part', () => {
    const manifest = {
      id: 'a',
      name: 'A',
      version: '1',
      hostApi: '^1.0.0',
      entry: './a.js',
      contracts: [],
      settings: [],
      egress: [],
    };
    const of = (given: object, closed: boolean) =>
      checkerOf(AdapterManifest, { closed })({ ...manifest, ...given } as never);
    expect(of({ limits: { concurrency: 2 } }, true)).to.equal(undefined);
    expect(of({ limits: { concurency: 2 } }, true)).to.include({ field: 'limits.concurency', code: 'unknown-field' });
    expect(of({ more: 1 }, true)).to.include({ field: 'more', code: 'unknown-field' });
    expect(of({ more: 1, limits: { concurency: 2 } }, false)).to.equal(undefined);
  });
});
