/** Payments that are wrong. */
import { randomUUID } from 'node:crypto';
import {
  AdapterError,
  type AdapterManifest,
  type Payment,
  type PaymentReceipt,
  type PaymentReturn,
  type PaymentSink,
} from '@ic-host/contracts';
import type { AcmeCall } from '../../template/src/acme-client.js';
import { AcmePayments } from '../../template/src/payment-sink.js';
import { mutant } from './mutant.js';

const of = mutant('payment-sink');

/** Changes what is sent of a payment. */
const posting = (change: (body: Record<string, unknown>, payment: Payment) => Record<string, unknown>) =>
  class extends AcmePayments {
    protected override posting(payment: Payment): AcmeCall {
      const call = super.posting(payment);
      return { ...call, body: { ...call.body, ...change(call.body as Record<string, unknown>, payment) } };
    }
  };
/** Does something else when posting failed. */
const after = (
  failed: (
    error: unknown,
    again: (payment: Payment) => Promise<PaymentReceipt>,
    payment: Payment,
  ) => Promise<PaymentReceipt>,
) =>
  class extends AcmePayments {
    override post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
      return super.post(payment, signal).catch((error) => failed(error, (again) => super.post(again, signal), payment));
    }
  };
const receipt: PaymentReceipt = { duplicate: false, confirmationNumber: 'none', partnerMessages: [] };
const localDay = (day: string): string => {
  const at = new Date(day);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
};

class NeverDuplicate extends AcmePayments {
  override async post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
    return { ...(await super.post(payment, signal)), duplicate: false };
  }
}
class PaymentInField extends AcmePayments {
  private current: Payment | undefined;
  override async post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
    this.current = payment;
    await new Promise((done) => setImmediate(done));
    return super.post({ ...this.current, transactionId: payment.transactionId }, signal);
  }
}
class FindableWithoutFind extends AcmePayments {
  override readonly repeatSafety: PaymentSink['repeatSafety'] = 'findable';
}
class FindsNothing extends FindableWithoutFind {
  async find(): Promise<undefined> {
    return undefined;
  }
}
/** By account and amount: what a partner without a field for our id is often searched by. */
class FindsAlike extends FindableWithoutFind {
  private readonly posted = new Map<string, PaymentReceipt>();
  private readonly key = ({ accountNumber, amount }: Payment): string => `${accountNumber} ${amount}`;
  override async post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
    const made = await super.post(payment, signal);
    this.posted.set(this.key(payment), made);
    return made;
  }
  async find(payment: Payment): Promise<PaymentReceipt | undefined> {
    return this.posted.get(this.key(payment));
  }
}
class ForgetsReturned extends FindableWithoutFind {
  private readonly posted = new Map<string, PaymentReceipt>();
  override async post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
    const made = await super.post(payment, signal);
    this.posted.set(payment.transactionId, made);
    return made;
  }
  override async returnPayment(returned: PaymentReturn, signal: AbortSignal) {
    const done = await super.returnPayment(returned, signal);
    this.posted.delete(returned.payment.transactionId);
    return done;
  }
  async find({ transactionId }: Payment): Promise<PaymentReceipt | undefined> {
    return this.posted.get(transactionId);
  }
}
class ReturnsTheLast extends AcmePayments {
  private last = '';
  override async post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
    const made = await super.post(payment, signal);
    this.last = made.confirmationNumber ?? '';
    return made;
  }
  override returnPayment(returned: PaymentReturn, signal: AbortSignal) {
    return super.returnPayment({ ...returned, confirmationNumber: this.last }, signal);
  }
}
class ReturnsById extends AcmePayments {
  override returnPayment(returned: PaymentReturn, signal: AbortSignal) {
    return super.returnPayment({ ...returned, confirmationNumber: returned.payment.transactionId }, signal);
  }
}
class ReturnDoesNothing extends AcmePayments {
  override async returnPayment() {
    return { partnerMessages: [] };
  }
}
class NoConfirmation extends AcmePayments {
  override async post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt> {
    const { confirmationNumber: _, ...rest } = await super.post(payment, signal);
    return rest;
  }
}
const claiming =
  (...capabilities: string[]) =>
  (manifest: AdapterManifest): AdapterManifest => ({
    ...manifest,
    contracts: manifest.contracts.map((contract) =>
      contract.name === 'payment-sink' ? { ...contract, capabilities } : contract,
    ),
  });

export const paymentMutants = [
  of('amounts through a float', 'money', {
    payments: (client) =>
      new (posting((_, { amount }) => ({ amount: String(Math.floor(Number(amount.toString()) * 100) / 100) })))(client),
  }),
  of('amounts in whole units', 'posts money', {
    payments: (client) =>
      new (posting((_, { amount }) => ({ amount: String(Math.round(amount.cents / 100)) })))(client),
  }),
  of('a new id each time', 'repeat lost-answer', {
    payments: (client) => new (posting(() => ({ id: randomUUID() })))(client),
  }),
  of('an id made of amount and day', 'different', {
    payments: (client) =>
      new (posting(({ amount, paidOn, account }) => ({ id: `${account}-${amount}-${paidOn}` })))(client),
  }),
  of('dates by the machine’s time zone', 'dates', {
    payments: (client) => new (posting(({ paidOn }) => ({ paidOn: localDay(String(paidOn)) })))(client),
  }),
  of('trims the account number', 'names', {
    payments: (client) => new (posting(({ account }) => ({ account: String(account).trim() })))(client),
  }),
  of('retries by itself', 'no-repeat-of-its-own', {
    payments: (client) => new (after((_, again, payment) => again(payment)))(client),
  }),
  of('retries without the id', 'no-repeat-of-its-own', {
    payments: (client) =>
      new (after((_, again, payment) => again({ ...payment, transactionId: randomUUID() })))(client),
  }),
  of('swallows a refusal', 'rejected', {
    payments: (client) =>
      new (after(async (error) => {
        if (AdapterError.is(error) && error.kind === 'rejected') return receipt;
        throw error;
      }))(client),
  }),
  of('takes any HTTP 200 for a payment made', 'fault-html fault-empty', {
    payments: (client) =>
      new (after(async (error) => {
        if (AdapterError.is(error) && error.kind === 'malformed') return receipt;
        throw error;
      }))(client),
  }),
  of('a lost answer is a success', 'lost-answer', {
    payments: (client) =>
      new (after(async (error) => {
        if (AdapterError.is(error) && error.kind === 'unknown-outcome') return receipt;
        throw error;
      }))(client),
  }),
  of('does not tell a duplicate', 'repeat', { payments: (client) => new NeverDuplicate(client) }),
  of('keeps the payment in a field', 'many-on-ledger', { payments: (client) => new PaymentInField(client) }),
  of('says findable, and can’t find', 'repeat undeclared', { payments: (client) => new FindableWithoutFind(client) }),
  of(
    'finds nothing that is there',
    'repeat',
    { payments: (client) => new FindsNothing(client) },
    claiming('returns', 'find'),
  ),
  of(
    'finds another payment of the same amount',
    'find',
    { payments: (client) => new FindsAlike(client) },
    claiming('returns', 'find'),
  ),
  of(
    'finds no payment that was returned',
    'find-returned',
    { payments: (client) => new ForgetsReturned(client) },
    claiming('returns', 'find'),
  ),
  of('returns the payment made last', 'returns', { payments: (client) => new ReturnsTheLast(client) }),
  of('returns by the wrong number', 'returns', { payments: (client) => new ReturnsById(client) }),
  of('a return that does nothing', 'returns', { payments: (client) => new ReturnDoesNothing(client) }),
  of('loses the confirmation number', 'returns', { payments: (client) => new NoConfirmation(client) }),
  of('claims less than it has', 'undeclared', {}, claiming()),
];
