/** PaymentSink on BriteCore, which recognises our transaction id when it comes again. */
import type { Money, Payment, PaymentReceipt, PaymentReturn, PaymentSink } from '@ic-host/contracts';
import { asRejection } from '@ic-host/contracts/kit';
import { inject, injectable } from 'inversify';
import { BriteCoreClient, type Operation } from './britecore-client.js';
import { asObject } from './wire-types.js';
import { readMoney } from './wire-values.js';

const MAKE_PAYMENT: Operation = {
  endpoint: 'payments',
  path: 'payments/make_payment_by_invoice_or_policy',
  effect: 'write',
};
const MARK_NSF: Operation = { endpoint: 'returns', path: 'payments/mark_payment_nsf', effect: 'write' };

@injectable()
export class BriteCorePayments implements PaymentSink {
  readonly repeatSafety = 'idempotent';

  constructor(@inject(BriteCoreClient) private readonly client: BriteCoreClient) {}

  async post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
    const body = {
      amount: Number(payment.amount.toString()), // decimal text of at most 15 digits: the double prints the same
      payment_date: payment.paymentDate.toString(),
      invoice_number: payment.invoiceNumber,
      policy_number: payment.accountNumber,
      payment_transaction_id: payment.transactionId,
      source_id: 'INVOICECLOUD',
      meta: {
        payment_source: payment.source,
        payment_method: payment.method === 'ACH' ? payment.bankName || 'ACH' : payment.method,
        maskedNumber: payment.maskedNumber,
        payorName: payment.payerName,
      },
    };
    const { data, messages } = await this.client.call(MAKE_PAYMENT, body, signal).catch(asRejection);
    const receipt = asObject(data);
    const payoffAmount = payoffOf(receipt.payoffAmount);
    return {
      duplicate: receipt.isDuplicate === true,
      ...(isTold(receipt.confirmationNumber) ? { confirmationNumber: String(receipt.confirmationNumber) } : {}),
      ...(payoffAmount ? { payoffAmount } : {}),
      partnerMessages: messages,
    };
  }

  async returnPayment(returned: PaymentReturn, signal: AbortSignal): Promise<{ partnerMessages: string[] }> {
    const { payment } = returned;
    const body = {
      payment_date: payment.paymentDate.toString(),
      confirmation_number: returned.confirmationNumber,
      policy_number: payment.accountNumber,
      amount: Number(payment.amount.toString()),
      invoice_number: payment.invoiceNumber,
      disable_auto_pay: returned.disableAutoPay,
    };
    const { messages } = await this.client.call(MARK_NSF, body, signal).catch(asRejection);
    return { partnerMessages: messages };
  }
}

const isTold = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Nobody pays by it: one that makes no sense must not put a payment in doubt that BriteCore says it took. */
function payoffOf(told: unknown): Money | undefined {
  try {
    return isTold(told) ? readMoney(told, MAKE_PAYMENT.path, 'payoffAmount') : undefined;
  } catch {
    return undefined;
  }
}
