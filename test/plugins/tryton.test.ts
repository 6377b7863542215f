/** The Tryton adapter where the contract suite says nothing: two hosts at once, what Tryton refuses, its log-ins. */
import { HOW_TO_GET_IT, isInstalled } from '@ic-host/adapter-tryton/partner/tryton-server';
import { AdapterError, Money, type Payment, PlainDate } from '@ic-host/contracts';
import { SharedSession } from '@ic-host/contracts/kit';
import type { PartnerUnderTest, SuiteScope } from '@ic-host/contracts/suite';
import { expect } from 'chai';
import { loadAdapters } from '../../src/adapters/adapter-registry.js';
import { AdapterBench } from '../../src/verify/adapter-bench.js';
import { contractConfigOf } from '../../src/verify/contract-config.js';
import { needs } from '../needs.js';
import { postPairs } from '../pairs/post-pairs.js';

const never = new AbortController().signal;
const PAIRS = 4;

const errorOf = async (call: Promise<unknown>): Promise<AdapterError> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!AdapterError.is(error)) throw new Error(`no AdapterError but ${String(error)}`);
  return error;
};

describe('the Tryton adapter on a real Tryton', function () {
  this.timeout(240_000);
  let partner: PartnerUnderTest;
  let bench: AdapterBench;
  let scope: SuiteScope;

  before(async function () {
    needs(this, isInstalled(), HOW_TO_GET_IT);
    const { loaded } = await loadAdapters('adapter.manifest.json');
    const adapter = loaded.get('tryton');
    if (!adapter) throw new Error('the adapter is not loaded');
    partner = await (await contractConfigOf(adapter)).start({ key: 'p"w\\é of the tests' });
    bench = await AdapterBench.start(adapter, { allowPrivate: true });
  });
  after(async () => {
    await bench?.close();
    await partner?.close();
  });
  beforeEach(async () => {
    scope = await bench.open(partner.biller);
  });
  afterEach(() => scope.close());

  let count = 0;
  const payable = async (cents: number): Promise<Payment> => {
    const name = `t-${count++}`;
    const invoices = [{ invoiceNumber: name, cents, invoiceDate: '2026-11-01', dueDate: '2026-12-01' }];
    await partner.account?.({ accountNumber: name, invoices });
    return {
      ...{ transactionId: name, accountNumber: name, invoiceNumber: name, amount: Money.ofCents(cents) },
      ...{ paymentDate: PlainDate.of(2026, 11, 24), method: 'Visa', source: 'Web', maskedNumber: '4242' },
      payerName: 'Jordan Example',
    };
  };
  const owed = async ({ accountNumber }: Payment): Promise<string | undefined> => {
    const { invoices } = await scope.get('rtdr-provider').lookUp({ accountNumber, heldInvoiceNumbers: [] }, never);
    return invoices[0]?.balanceDue?.toString();
  };

  it('leaves one payment on the ledger when two hosts post it at once', async () => {
    const told = await postPairs(PAIRS);
    expect(told).to.include({ onLedgerOnce: PAIRS, lost: 0, twice: 0, repeatsDuplicate: 2 * PAIRS });
    expect(told.otherwise).to.deep.equal([]);
  });

  it('takes a part of what is owed, then the rest, and refuses more than that in Tryton’s words', async () => {
    const payment = await payable(11_500);
    const sink = scope.get('payment-sink');
    await sink.post({ ...payment, amount: Money.ofCents(1_500) }, never);
    expect(await owed(payment)).to.equal('100.00');
    const over = { ...payment, transactionId: `${payment.transactionId}-over`, amount: Money.ofCents(10_001) };
    const error = await errorOf(sink.post(over, never));
    expect(error.kind).to.equal('rejected');
    expect(error.partnerMessages[0]).to.contain('greater than the amount to pay');
    await sink.post(
      { ...payment, transactionId: `${payment.transactionId}-rest`, amount: Money.ofCents(10_000) },
      never,
    );
    expect(await owed(payment)).to.equal('0.00');
  });

  it('makes what was returned owed again, and switches autopay off where that is asked for', async () => {
    const payment = await payable(11_500);
    const { accountNumber } = payment;
    await scope.get('enrollment-sink').setAutopay({ accountNumber, enabled: true }, never);
    const sink = scope.get('payment-sink');
    const { confirmationNumber = '' } = await sink.post(payment, never);
    const returned = { payment, confirmationNumber, code: 'R01', returnedOn: PlainDate.of(2026, 11, 26) };
    for (const _ of ['once', 'and again']) await sink.returnPayment?.({ ...returned, disableAutoPay: true }, never);
    expect(await owed(payment)).to.equal('115.00');
    expect(await partner.enrollment?.('autopay', accountNumber)).to.equal(false);
    expect(await sink.post(payment, never)).to.include({ duplicate: true, confirmationNumber });
  });

  it('logs in once for many calls, again when its session was refused, and says so of a wrong password', async () => {
    const payment = await payable(100);
    await Promise.all(Array.from({ length: 10 }, () => owed(payment)));
    const logIns = () => scope.wire.calls.filter(({ operation }) => operation === 'common.db.login').length;
    expect(logIns()).to.equal(1);
    let refused = 0;
    scope.wire.fail(
      { kind: 'answer', status: 401 },
      ({ operation }) => operation !== 'common.db.login' && refused++ < 2,
    );
    await Promise.all([owed(payment), owed(payment)]).catch(() => undefined);
    expect(logIns()).to.be.within(2, 3);
    const wrong = await bench.open(partner.biller, { settings: { password: 'wrong' } });
    const error = await errorOf(
      wrong.get('rtdr-provider').lookUp({ accountNumber: 'a', heldInvoiceNumbers: [] }, never),
    );
    expect(error.kind).to.equal('misconfigured');
    await wrong.close();
  });
});

describe('SharedSession', () => {
  it('logs in once for all who wait, and lets the others go on when one gives up', async () => {
    let logIns = 0;
    const session = new SharedSession(async (signal) => {
      logIns++;
      await new Promise((done) => setTimeout(done, 20));
      signal.throwIfAborted();
      return { number: logIns };
    });
    const impatient = new AbortController();
    const calls = [session.get(impatient.signal), session.get(never), session.get(never)] as const;
    impatient.abort();
    expect((await Promise.allSettled(calls)).map(({ status }) => status)).to.deep.equal([
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(logIns).to.equal(1);
    const first = await calls[1];
    session.drop(first);
    session.drop(first);
    expect(await session.get(never)).to.deep.equal({ number: 2 });
  });

  it('gives a log-in up when nobody waits for it any more, and begins anew for the next', async () => {
    let aborted = false;
    const session = new SharedSession(
      (signal) =>
        new Promise<string>((done, reject) => {
          if (aborted) return done('second');
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    );
    const caller = new AbortController();
    const call = session.get(caller.signal);
    caller.abort();
    await call.catch(() => undefined);
    expect(aborted).to.equal(true);
    expect(await session.get(never)).to.equal('second');
  });
});
