/**
 * PaymentSink on Tryton, which has no idempotency key. Our transaction id is the description of the payment's move.
 * What makes two posts at once safe is Tryton's own check of a record's timestamp: it is read before the ledger is
 * looked through, and the payment is made only if the invoice still bears it. See the README.
 */
import {
  AdapterError,
  type AdapterSettings,
  type Payment,
  type PaymentReceipt,
  type PaymentReturn,
  type PaymentSink,
  SETTINGS,
} from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { TrytonEnrollments } from './enrollment-sink.js';
import { type Domain, type Fields, TrytonClient } from './tryton-client.js';
import { date, decimal, idOf, relatedOf, textOf } from './tryton-values.js';

const INVOICE = 'account.invoice';
const MOVE = 'account.move';

@injectable()
export class TrytonPayments implements PaymentSink {
  readonly repeatSafety = 'idempotent';

  constructor(
    @inject(TrytonClient) private readonly client: TrytonClient,
    @inject(SETTINGS) private readonly settings: AdapterSettings,
    @inject(TrytonEnrollments) private readonly enrollments: TrytonEnrollments,
  ) {}

  async post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
    const methodName = String(this.settings.option('paymentMethod'));
    const [invoice, [method]] = await Promise.all([
      this.invoice(payment, signal),
      this.client.read('account.invoice.payment.method', [['name', '=', methodName]], ['name'], signal),
    ]);
    if (!invoice) {
      const message = `Tryton has no invoice ${payment.invoiceNumber} of that party`;
      throw new AdapterError('rejected', message, { code: 'no-such-invoice', partnerMessages: [message] });
    }
    if (!method)
      throw new AdapterError('misconfigured', `Tryton has no payment method named "${methodName}" (paymentMethod)`, {
        code: 'no-such-method',
      });
    // After the timestamp was read, and not beside it: a payment that is made in between changes the timestamp.
    const before = await this.move(invoice, payment, signal);
    if (before) return { ...receiptOf(before), duplicate: true };
    const id = idOf(invoice);
    const start = {
      ...{ amount: decimal(payment.amount), currency: invoice.currency, company: invoice.company },
      ...{ date: date(payment.paymentDate), payment_method: idOf(method), description: payment.transactionId },
    };
    // `partial` is what Tryton refuses when it is more than what is owed, and settles the invoice when it is all of it.
    const step = { state: 'pay', data: { start, ask: { type: 'partial' } }, model: INVOICE, ids: [id] };
    const unchanged = { _timestamp: { [`${INVOICE},${id}`]: textOf(invoice, '_timestamp') } };
    await this.client.wizard('account.invoice.pay', { ...step, effect: 'write' }, signal, unchanged);
    const made = await this.move(invoice, payment, signal).catch((cause) => {
      throw new AdapterError('unknown-outcome', 'the payment was made, and could not be read back', { cause });
    });
    if (!made) throw new AdapterError('unknown-outcome', 'the payment was made, and is not on the ledger');
    return receiptOf(made);
  }

  async find(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt | undefined> {
    const invoice = await this.invoice(payment, signal);
    const move = invoice && (await this.move(invoice, payment, signal));
    return move && { ...receiptOf(move), duplicate: true };
  }

  /** A move against the payment's. Each step is looked for before it is taken, so a repeat takes those that lack. */
  async returnPayment(returned: PaymentReturn, signal: AbortSignal): Promise<{ partnerMessages: string[] }> {
    const { payment, code, returnedOn, disableAutoPay } = returned;
    const invoice = await this.invoice(payment, signal);
    const move = invoice && (await this.move(invoice, payment, signal));
    if (!move) {
      const message = `Tryton has no payment ${payment.transactionId} to return`;
      throw new AdapterError('rejected', message, { code: 'no-such-payment', partnerMessages: [message] });
    }
    const id = idOf(move);
    let reversal = await this.reversal(id, signal);
    if (!reversal) {
      const settled = relatedOf(move, 'lines').filter(({ reconciliation }) => reconciliation !== null);
      if (settled.length) {
        const lines = { model: 'account.move.line', ids: settled.map((line) => idOf(line)) };
        const open = { ...lines, effect: 'write', state: 'unreconcile', data: {} } as const;
        await this.client.wizard('account.move.unreconcile_lines', open, signal);
      }
      const data = { default: { description: `Return ${code} on ${returnedOn} of ${payment.transactionId}` } };
      const cancel = { effect: 'write', state: 'cancel', data, model: MOVE, ids: [id] } as const;
      await this.client.wizard('account.move.cancel', cancel, signal);
      reversal = await this.reversal(id, signal);
    }
    if (reversal?.state === 'draft') {
      const post: Parameters<TrytonClient['call']>[0] = {
        ...{ operation: 'post_reversal', effect: 'write', method: 'model.account.move.post' },
        params: [[idOf(reversal)]],
      };
      await this.client.call(post, signal);
    }
    if (disableAutoPay)
      await this.enrollments.setAutopay({ accountNumber: payment.accountNumber, enabled: false }, signal);
    return { partnerMessages: [] };
  }

  private async invoice({ invoiceNumber, accountNumber }: Payment, signal: AbortSignal): Promise<Fields | undefined> {
    const domain: Domain = [
      ['number', '=', invoiceNumber],
      ['party.code', '=', accountNumber],
      ['type', '=', 'out'],
    ];
    const [invoice] = await this.client.read(INVOICE, domain, ['_timestamp', 'currency', 'company'], signal);
    return invoice;
  }

  private async move(invoice: Fields, { transactionId }: Payment, signal: AbortSignal): Promise<Fields | undefined> {
    const domain: Domain = [
      ['origin', '=', `${INVOICE},${idOf(invoice)}`],
      ['description', '=', transactionId],
    ];
    const [move] = await this.client.read(MOVE, domain, ['post_number', 'lines.reconciliation'], signal);
    return move;
  }

  private async reversal(moveId: number, signal: AbortSignal): Promise<Fields | undefined> {
    const [move] = await this.client.read(MOVE, [['origin', '=', `${MOVE},${moveId}`]], ['state'], signal);
    return move;
  }
}

const receiptOf = (move: Fields): PaymentReceipt => ({
  ...{ duplicate: false, confirmationNumber: textOf(move, 'post_number'), partnerMessages: [] },
});
