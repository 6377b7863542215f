import { Money, type PartnerInvoice, PlainDate } from '@ic-host/contracts';
import { expect } from 'chai';
import { type HeldInvoice, reconcile } from '../../src/rtdr/reconcile.js';

const day = PlainDate.of(2026, 5, 1);
const found = (invoiceNumber: string, cents: number, more: Partial<PartnerInvoice> = {}): PartnerInvoice => ({
  ...{ invoiceNumber, eligible: true, invoiceDate: day, invoiceDueDate: day },
  ...{ totalAmountDue: Money.ofCents(cents), balanceDue: Money.ofCents(cents) },
  ...more,
});
const held = (invoiceNumber: string, cents: number, status: HeldInvoice['status'] = 'active'): HeldInvoice => ({
  ...{ invoiceNumber, status, totalAmountDue: cents, balanceDue: cents },
});
const types = (ours: HeldInvoice[], invoices: PartnerInvoice[], complete = true) =>
  reconcile(ours, { invoices, complete }).map(({ recordType, invoiceNumber }) => `${recordType} ${invoiceNumber}`);

describe('reconcile', () => {
  it('creates what is unknown, even fully paid', () => expect(types([], [found('a', 0)])).to.deep.equal(['N a']));
  it('updates where an amount differs', () => expect(types([held('a', 1)], [found('a', 2)])).to.deep.equal(['U a']));
  it('says nothing where nothing differs', () => expect(types([held('a', 1)], [found('a', 1)])).to.deep.equal([]));
  it('deactivates what is nowhere in a complete answer', () =>
    expect(types([held('a', 1)], [])).to.deep.equal(['D a']));
  it('deactivates nothing after an incomplete answer', () =>
    expect(types([held('a', 1)], [], false)).to.deep.equal([]));
  it('deactivates nothing after an answer that names one twice', () =>
    expect(types([held('a', 1), held('b', 1)], [found('b', 1), found('b', 1)])).to.deep.equal([]));
  it('does nothing with one that is there but not eligible', () =>
    expect(
      types([held('a', 1)], [found('a', 2, { eligible: false }), found('b', 1, { eligible: false })]),
    ).to.deep.equal([]));
  it('brings a deactivated one back', () =>
    expect(types([held('a', 1, 'deactivated')], [found('a', 1)])).to.deep.equal(['U a']));
  it('does not deactivate twice', () => expect(types([held('a', 1, 'deactivated')], [])).to.deep.equal([]));
  it('cannot create from an answer without dates', () =>
    expect(types([], [found('a', 1, { invoiceDate: undefined as never })])).to.deep.equal([]));
});
