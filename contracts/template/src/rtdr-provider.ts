/** RtdrProvider on Acme: one call for the account, and one for each page of its invoices. */
import {
  type AccountLookup,
  type AccountSnapshot,
  AdapterError,
  Money,
  type PartnerInvoice,
  PlainDate,
  type RtdrProvider,
} from '@ic-host/contracts';
import { type Page, readPages } from '@ic-host/contracts/kit';
import { inject, injectable } from 'inversify';
import { AcmeClient, fieldOf } from './acme-client.js';

@injectable()
export class AcmeRtdr implements RtdrProvider {
  constructor(@inject(AcmeClient) protected readonly client: AcmeClient) {}

  async lookUp({ accountNumber }: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    // FILL IN: the calls that tell of an account. Those that don't wait for one another go out together.
    const [account, { items, complete }] = await Promise.all([
      this.client.json(
        { operation: 'get_account', effect: 'read', method: 'GET', path: ['accounts', accountNumber] },
        signal,
      ),
      this.invoices(accountNumber, signal),
    ]);
    const blocked = account.blocked === true;
    return {
      partnerAccountId: fieldOf(account, 'id', String),
      paymentBlock: { ach: blocked, card: blocked, reason: blocked ? fieldOf(account, 'blockReason', String) : null },
      invoices: items,
      complete,
    };
  }

  protected invoices(accountNumber: string, signal: AbortSignal) {
    const read = (page: number) => this.page(accountNumber, page, signal);
    return readPages(read(1), read);
  }

  protected async page(accountNumber: string, page: number, signal: AbortSignal): Promise<Page<PartnerInvoice>> {
    const path = ['accounts', accountNumber, 'invoices'];
    const query = { page: String(page) };
    const answer = await this.client.json(
      { operation: 'list_invoices', effect: 'read', method: 'GET', path, query },
      signal,
    );
    if (!Array.isArray(answer.invoices) || !Number.isInteger(answer.pages))
      throw new AdapterError('malformed', 'list_invoices: no invoices, or no number of pages', { code: 'no-invoices' });
    return { items: answer.invoices.map((item) => this.invoice(item)), totalPages: answer.pages as number };
  }

  /** FILL IN: what of an invoice stands where. */
  protected invoice(item: unknown): PartnerInvoice {
    const due = this.date(item, 'due');
    const owed = this.money(item, 'owed');
    return {
      invoiceNumber: fieldOf(item, 'number', String),
      eligible: true,
      ...{ invoiceDate: this.date(item, 'issued'), invoiceDueDate: due, autoPayCollectionDate: due },
      ...{ totalAmountDue: owed, balanceDue: owed },
    };
  }

  protected money(item: unknown, name: string): Money {
    return fieldOf(item, name, Money.parse);
  }

  protected date(item: unknown, name: string): PlainDate {
    return fieldOf(item, name, PlainDate.parse);
  }
}
