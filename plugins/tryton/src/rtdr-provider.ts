/** RtdrProvider on Tryton: the party whose code is the account number, and its customer invoices. */
import {
  type AccountLookup,
  type AccountSnapshot,
  AdapterError,
  type AdapterSettings,
  type PartnerInvoice,
  type PlainDate,
  type RtdrProvider,
  SETTINGS,
} from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { type Fields, TrytonClient } from './tryton-client.js';
import { dateOf, idOf, moneyOf, relatedOf, textOf } from './tryton-values.js';

const LINE = 'lines_to_pay';

@injectable()
export class TrytonRtdr implements RtdrProvider {
  constructor(
    @inject(TrytonClient) private readonly client: TrytonClient,
    @inject(SETTINGS) private readonly settings: AdapterSettings,
  ) {}

  async lookUp({ accountNumber }: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    // Both are asked at once. A cancelled invoice is not among them: missing, it is deactivated.
    const [[party], invoices] = await Promise.all([
      this.client.read('party.party', [['code', '=', accountNumber]], ['categories.name'], signal),
      this.client.read(
        'account.invoice',
        [
          ['party.code', '=', accountNumber],
          ['type', '=', 'out'],
          ['state', 'in', ['posted', 'paid']],
        ],
        ['number', 'invoice_date', 'amount_to_pay', `${LINE}.maturity_date`, `${LINE}.reconciliation`],
        signal,
      ),
    ]);
    if (!party) throw new AdapterError('not-found', 'Tryton has no party of that code', { code: 'no-such-party' });
    const blocked = this.settings.option('blockedCategory');
    const isBlocked = relatedOf(party, 'categories').some(({ name }) => name === blocked);
    const reason = isBlocked ? `The party is in the category "${blocked}"` : null;
    return {
      partnerAccountId: String(idOf(party)),
      paymentBlock: { ach: isBlocked, card: isBlocked, reason },
      invoices: invoices.map(toPartnerInvoice),
      // One answer, from one transaction, with no pages.
      complete: true,
    };
  }
}

function toPartnerInvoice(invoice: Fields): PartnerInvoice {
  const owed = moneyOf(invoice, 'amount_to_pay');
  const due = dueDateOf(invoice);
  return {
    invoiceNumber: textOf(invoice, 'number'),
    eligible: true,
    ...{ invoiceDate: dateOf(invoice, 'invoice_date'), invoiceDueDate: due, autoPayCollectionDate: due },
    ...{ totalAmountDue: owed, balanceDue: owed },
  };
}

/** An invoice may be due in parts: the first that is not paid yet counts, of a paid one the last. */
function dueDateOf(invoice: Fields): PlainDate {
  const lines = relatedOf(invoice, LINE);
  const open = lines.filter(({ reconciliation }) => reconciliation === null);
  const days = (open.length ? open : lines).map((line) => dateOf(line, 'maturity_date'));
  days.sort((a, b) => (a.toString() < b.toString() ? -1 : 1));
  // Nothing is due of an invoice over nothing.
  return days.at(open.length ? 0 : -1) ?? dateOf(invoice, 'invoice_date');
}
