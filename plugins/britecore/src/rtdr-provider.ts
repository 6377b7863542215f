/** RtdrProvider on BriteCore: retrieve_policy and get_invoices, or one balance at a time on the legacy generation. */
import {
  type AccountLookup,
  type AccountSnapshot,
  AdapterError,
  type PartnerInvoice,
  type RtdrProvider,
} from '@ic-host/contracts';
import { type Page, readPages } from '@ic-host/contracts/kit';
import { inject, injectable } from 'inversify';
import { BriteCoreClient, type Operation } from './britecore-client.js';
import { paymentBlockOf } from './payment-block.js';
import { asObject, type InvoiceData, type PolicyData } from './wire-types.js';
import { readDate, readMoney } from './wire-values.js';

const RETRIEVE_POLICY: Operation = { endpoint: 'rtdr', path: 'policies/retrieve_policy', effect: 'read' };
const GET_INVOICES: Operation = { endpoint: 'rtdr', path: 'accounting/get_invoices', effect: 'read' };
const LEGACY_BALANCE: Operation = {
  endpoint: 'rtdr',
  path: 'payments/retrieve_updated_invoice_balance',
  effect: 'read',
};
const PAGE_SIZE = 50;
const LEGACY_AT_ONCE = 5;

@injectable()
export class BriteCoreRtdr implements RtdrProvider {
  constructor(@inject(BriteCoreClient) private readonly client: BriteCoreClient) {}

  async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    if (this.client.isLegacy) return this.lookUpBalances(request, signal);
    const guess = request.partnerAccountId;
    // The policy id is known from an earlier look-up more often than not: then both calls go out at once.
    const guessed = guess === undefined ? undefined : this.invoices(guess, signal);
    guessed?.catch(() => undefined); // read below, once it is known whether the guess was right
    const policy = await this.policy(request.accountNumber, signal);
    const partnerAccountId = String(policy.id);
    const { items, complete } = await (guessed && partnerAccountId === guess
      ? guessed
      : this.invoices(partnerAccountId, signal));
    return { partnerAccountId, paymentBlock: paymentBlockOf(policy, RETRIEVE_POLICY.path), invoices: items, complete };
  }

  private async policy(accountNumber: string, signal: AbortSignal): Promise<PolicyData> {
    const { data } = await this.client.call(RETRIEVE_POLICY, { policy_number: accountNumber }, signal);
    const policy = asObject(data);
    if (typeof policy.id !== 'string' || policy.id === '')
      throw new AdapterError('malformed', `${RETRIEVE_POLICY.path}: the policy has no id`, { code: 'no-policy-id' });
    return policy;
  }

  private invoices(policyId: string, signal: AbortSignal): Promise<{ items: PartnerInvoice[]; complete: boolean }> {
    const read = async (pageNumber: number): Promise<Page<PartnerInvoice>> => {
      const body = { policy_id: policyId, page_number: pageNumber, page_size: PAGE_SIZE };
      const page = asObject((await this.client.call(GET_INVOICES, body, signal)).data);
      if (!Array.isArray(page.invoices))
        throw new AdapterError('malformed', `${GET_INVOICES.path}: no invoices in the answer`, { code: 'no-invoices' });
      // A full page that doesn't tell how many there are may be one of several.
      const size = typeof page.page_size === 'number' ? page.page_size : PAGE_SIZE;
      const totalPages = page.total_pages ?? (page.invoices.length < size ? 1 : undefined);
      if (!Number.isInteger(totalPages))
        throw new AdapterError('malformed', `${GET_INVOICES.path}: total_pages is no number`, {
          code: 'no-total-pages',
        });
      return { items: page.invoices.map(toPartnerInvoice), totalPages: totalPages as number };
    };
    return readPages(read(1), read);
  }

  /** Knows neither blocks nor invoices we don't hold: it updates, it never creates or deactivates. */
  private async lookUpBalances(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    const found: (PartnerInvoice | undefined)[] = [];
    const waiting = [...request.heldInvoiceNumbers.entries()];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, invoiceNumber] = next;
        found[index] = await this.balance(invoiceNumber, signal);
      }
    };
    await Promise.all(Array.from({ length: LEGACY_AT_ONCE }, worker));
    return { invoices: found.filter((invoice) => invoice !== undefined), complete: false };
  }

  /** Undefined where BriteCore does not know it. */
  private async balance(invoiceNumber: string, signal: AbortSignal): Promise<PartnerInvoice | undefined> {
    try {
      const { data } = await this.client.call(LEGACY_BALANCE, { invoiceNumber }, signal);
      const told = typeof data === 'object' ? (asObject(data).balance ?? asObject(data).invoice_balance) : data;
      const balance = readMoney(told, LEGACY_BALANCE.path, 'balance');
      return { invoiceNumber, eligible: true, totalAmountDue: balance, balanceDue: balance };
    } catch (error) {
      if (AdapterError.is(error) && error.kind === 'not-found') return undefined;
      throw error;
    }
  }
}

function toPartnerInvoice(item: unknown): PartnerInvoice {
  const invoice = asObject(item) as InvoiceData;
  if (typeof invoice.id !== 'string' || invoice.id === '')
    throw new AdapterError('malformed', `${GET_INVOICES.path}: an invoice has no id`, { code: 'no-invoice-id' });
  const details = asObject(invoice.data?.details ?? invoice.data?.detail);
  const invoiceNumber = invoice.id;
  if (typeof details.paidInFull !== 'boolean')
    return notEligible(invoiceNumber, 'paidInFull is not told', 'paidInFull', details.paidInFull);
  if (details.policyStatus !== 'Active')
    return notEligible(
      invoiceNumber,
      `the policy is ${String(details.policyStatus)}`,
      'policyStatus',
      details.policyStatus,
    );
  const dueDate = readDate(details.dueDate, GET_INVOICES.path, 'dueDate');
  const balance = readMoney(invoice.balance, GET_INVOICES.path, 'balance');
  return {
    invoiceNumber,
    eligible: true,
    invoiceDate: readDate(details.billDate, GET_INVOICES.path, 'billDate'),
    invoiceDueDate: dueDate,
    autoPayCollectionDate: dueDate,
    totalAmountDue: balance,
    balanceDue: balance,
  };
}

const notEligible = (invoiceNumber: string, reason: string, detail: string, value: unknown): PartnerInvoice => ({
  ...{ invoiceNumber, eligible: false, ineligibleReason: reason },
  because: [{ field: `data.details.${detail}`, value: String(value).slice(0, 500), operation: GET_INVOICES.path }],
});
