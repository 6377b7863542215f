/** PaymentSink on Acme, which recognises our transaction id when it comes again. */
import type { Payment, PaymentReceipt, PaymentReturn, PaymentSink } from '@ic-host/contracts';
import { asRejection } from '@ic-host/contracts/kit';
import { inject, injectable } from 'inversify';
import { type AcmeCall, AcmeClient, fieldOf } from './acme-client.js';

@injectable()
export class AcmePayments implements PaymentSink {
  // FILL IN: how a repeat is safe at this partner; see RepeatSafety.
  readonly repeatSafety: PaymentSink['repeatSafety'] = 'idempotent';

  constructor(@inject(AcmeClient) protected readonly client: AcmeClient) {}

  async post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
    const answer = await this.client.json(this.posting(payment), signal).catch(asRejection);
    return {
      duplicate: answer.duplicate === true,
      confirmationNumber: fieldOf(answer, 'confirmation', String),
      partnerMessages: [],
    };
  }

  async returnPayment(returned: PaymentReturn, signal: AbortSignal): Promise<{ partnerMessages: string[] }> {
    const { confirmationNumber, code, returnedOn, disableAutoPay } = returned;
    const call: AcmeCall = {
      ...{ operation: 'return_payment', effect: 'write', method: 'POST' },
      path: ['payments', confirmationNumber, 'return'],
      body: { code, returnedOn: returnedOn.toString(), stopAutopay: disableAutoPay },
    };
    await this.client.json(call, signal).catch(asRejection);
    return { partnerMessages: [] };
  }

  /** FILL IN: how this partner wants to be told of a payment. */
  protected posting(payment: Payment): AcmeCall {
    return {
      ...{ operation: 'post_payment', effect: 'write', method: 'POST', path: ['payments'] },
      body: {
        ...{ id: payment.transactionId, account: payment.accountNumber, invoice: payment.invoiceNumber },
        ...{ amount: payment.amount.toString(), paidOn: payment.paymentDate.toString(), payer: payment.payerName },
        ...{ method: payment.method, source: payment.source, lastDigits: payment.maskedNumber },
      },
    };
  }
}
