/** The suite's checks of PaymentSink. */
import { checkerOf } from '../src/boundary-types.js';
import { Money } from '../src/money.js';
import { type Payment, PaymentReceipt } from '../src/payment-sink.js';
import { PlainDate } from '../src/plain-date.js';
import { type Check, type CheckContext, can, ensure, equal, errorOf, expectKind, skip } from './check.js';
import type { LedgerEntry, PartnerUnderTest } from './contract-config.js';
import { inTimeZones, never, type Subject, sharedChecks } from './shared-checks.js';
import type { SuiteScope } from './suite-host.js';

const contract = 'payment-sink';
const checkReceipt = checkerOf(PaymentReceipt);

/** A payment that the partner will take, on an account of its own. */
async function payable(
  context: CheckContext,
  more: Partial<Payment> = {},
  partner: PartnerUnderTest = context.partner,
): Promise<Payment> {
  const [accountNumber, invoiceNumber] = [context.fresh('acc'), context.fresh('inv')];
  const invoices = [{ invoiceNumber, cents: 99_999_999_999, invoiceDate: '2026-11-01', dueDate: '2026-12-01' }];
  const account = more.accountNumber ?? accountNumber;
  await can(partner.account, 'account()').call(partner, { accountNumber: account, invoices });
  return {
    ...{ transactionId: context.fresh('txn'), accountNumber, invoiceNumber, amount: Money.ofCents(1_500) },
    ...{ paymentDate: PlainDate.of(2026, 11, 24), method: 'Visa', source: 'Web', maskedNumber: '4242' },
    ...{ payerName: 'Jordan Example' },
    ...more,
  };
}

const post = (scope: SuiteScope, payment: Payment, signal = never) => scope.get(contract).post(payment, signal);

const ledger = (partner: PartnerUnderTest, { transactionId }: Payment): Promise<LedgerEntry[]> =>
  can(partner.ledger, 'ledger()').call(partner, transactionId);

async function onLedger(context: CheckContext, payment: Payment, times: number, when: string): Promise<void> {
  equal((await ledger(context.partner, payment)).length, times, `how often the payment is on the ledger ${when}`);
}

const posting: Subject = {
  ...{ contract, name: '', effect: 'write' },
  prepare: async (context, partner) => {
    const payment = await payable(context, {}, partner);
    let times = 0;
    // Each call is another payment: a repeat is a check of its own.
    return (scope, signal) => post(scope, { ...payment, transactionId: `${payment.transactionId}-${times++}` }, signal);
  },
};

const check = (id: string, parts: Omit<Check, 'contract' | 'id' | 'writes'>): Check => ({
  ...{ contract, id, writes: true },
  ...parts,
});

async function returnable(context: CheckContext, scope: SuiteScope) {
  if (!context.hasCapability(contract, 'returns')) skip('the manifest does not claim the capability returns');
  const payment = await payable(context);
  const { confirmationNumber } = await post(scope, payment);
  ensure(confirmationNumber, 'a sink that takes returns must give a confirmation number: the return names it');
  const sink = scope.get(contract);
  ensure(sink.returnPayment, 'the manifest claims returns, and returnPayment is not there');
  const returned = {
    ...{ payment, confirmationNumber, code: 'R01', returnedOn: PlainDate.of(2026, 11, 26), disableAutoPay: false },
  };
  return { payment, run: () => sink.returnPayment?.(returned, never) };
}

export const paymentSinkChecks: Check[] = [
  check('posts', {
    title: 'posts a payment, once, and hands back a receipt',
    rule: 'post tells the partner of a payment that was taken.',
    look: 'the request beside what the partner wants; the mapping of its answer to PaymentReceipt',
    run: async (context) => {
      const payment = await payable(context);
      const receipt = await post(await context.open(), payment);
      equal(checkReceipt(receipt), undefined, 'what is wrong with the receipt');
      equal(receipt.duplicate, false, 'duplicate of a first time');
      const [entry] = await ledger(context.partner, payment);
      await onLedger(context, payment, 1, 'after it was posted');
      equal([entry?.accountNumber, entry?.cents], [payment.accountNumber, 1_500], 'account and cents on the ledger');
    },
  }),

  check('money', {
    title: 'posts every amount to the cent',
    rule: 'Money is exact: a float between the host and the partner is a cent lost somewhere.',
    look: 'cents / 100, toFixed, Number(…) of an amount; amount.toString() is the exact text',
    run: async (context) => {
      const scope = await context.open();
      for (const cents of [1, 10, 30, 99, 115, 435, 1_001, 1_999, 8_990_009, 109_995, 450_360, 99_999_999_999]) {
        const payment = await payable(context, { amount: Money.ofCents(cents) });
        await post(scope, payment);
        equal((await ledger(context.partner, payment))[0]?.cents, cents, 'cents on the ledger');
      }
    },
  }),

  check('dates', {
    alone: true,
    title: 'posts the day of payment as it is, in five time zones',
    rule: 'A day of payment is a day, not a moment.',
    look: 'new Date(…), which goes by the machine’s time zone',
    run: async (context) => {
      const scope = await context.open();
      await inTimeZones(async (zone) => {
        for (const day of ['2026-01-01', '2026-12-31', '2028-02-29']) {
          const payment = await payable(context, { paymentDate: PlainDate.parse(day) });
          await post(scope, payment);
          const [entry] = await ledger(context.partner, payment);
          if (entry?.paymentDate === undefined) skip('the ledger of contract.config tells no paymentDate');
          equal(entry?.paymentDate, day, `day of payment on the ledger, in ${zone}`);
        }
      });
    },
  }),

  check('names', {
    title: 'posts names and account numbers of any script as they are',
    rule: 'Text is opaque: nothing is trimmed, folded or cut.',
    look: 'trim(), encodings, a path put together without encodeURIComponent',
    run: async (context) => {
      const scope = await context.open();
      for (const part of ['Ж-40/5 ñ', '000', ' a ', 'a"b\\c', '北京']) {
        const accountNumber = `${part}${context.fresh('')}${part}`;
        const payment = await payable(context, { accountNumber, payerName: `Zoë "Q" \\ ${part}` });
        await post(scope, payment);
        equal((await ledger(context.partner, payment))[0]?.accountNumber, accountNumber, 'account on the ledger');
      }
    },
  }),

  check('repeat', {
    title: 'makes a repeat safe, in the way that it says it does',
    rule: 'The host repeats a payment whose outcome it does not know: repeatSafety says how that is safe.',
    look: 'whether the transaction id reaches the partner, the same one each time; and repeatSafety itself',
    run: async (context) => {
      const scope = await context.open();
      const payment = await payable(context);
      const first = await post(scope, payment);
      const sink = scope.get(contract);
      if (sink.repeatSafety === 'unsafe') return;
      if (sink.repeatSafety === 'findable') {
        ensure(sink.find, 'repeatSafety is findable, and find is not there');
        const found = await sink.find(payment, never);
        ensure(found, 'find does not find a payment that was posted');
        equal(found.confirmationNumber, first.confirmationNumber, 'confirmation number of what find found');
        return;
      }
      const again = await post(scope, payment);
      equal(again.duplicate, true, 'duplicate of a second time');
      equal(again.confirmationNumber, first.confirmationNumber, 'confirmation number of a second time');
      await onLedger(context, payment, 1, 'after it was posted twice');
    },
  }),

  check('lost-answer', {
    title: 'leaves one payment on the ledger when an answer was lost and the host repeats it',
    rule: 'That is how payments are posted twice everywhere else.',
    look: 'the kind of the error, which decides what the host does next; the transaction id of the repeat',
    run: async (context) => {
      const scope = await context.open();
      const payment = await payable(context);
      scope.wire.fail({ kind: 'answer-lost' }, (call) => call.effect === 'write');
      await expectKind(post(scope, payment), ['unknown-outcome'], 'when the answer of a payment is lost');
      scope.wire.clear();
      await onLedger(context, payment, 1, 'after the answer was lost');
      const sink = scope.get(contract);
      if (sink.repeatSafety === 'unsafe') return;
      const found = sink.repeatSafety === 'findable' ? await sink.find?.(payment, never) : undefined;
      if (!found) await post(scope, payment);
      await onLedger(context, payment, 1, 'after the repeat');
    },
  }),

  check('no-repeat-of-its-own', {
    title: 'never repeats a payment by itself',
    rule: 'The host repeats, under its rules; a second repeat below them can post twice.',
    look: 'retry loops and retrying clients in the adapter',
    run: async (context) => {
      for (const fault of [
        { kind: 'reset' },
        { kind: 'answer', status: 500, body: '' },
        { kind: 'answer', status: 503, body: '' },
      ] as const) {
        const scope = await context.open();
        const payment = await payable(context);
        scope.wire.fail(fault, (call) => call.effect === 'write');
        await errorOf(post(scope, payment), 'when its call failed');
        equal(scope.wire.calls.filter(({ effect }) => effect === 'write').length, 1, 'how often it was sent');
      }
    },
  }),

  check('at-once', {
    title: 'leaves one payment on the ledger when five hosts post it at once',
    rule: 'A host that was thought dead may come back: then two post the same payment.',
    look: 'whether the partner itself refuses the second (idempotent), or only a look before does',
    run: async (context) => {
      const scope = await context.open();
      if (scope.get(contract).repeatSafety !== 'idempotent') skip('the sink does not say that it is idempotent');
      const payment = await payable(context);
      await Promise.all(Array.from({ length: 5 }, () => post(scope, payment).catch(() => undefined)));
      await onLedger(context, payment, 1, 'after five at once');
    },
  }),

  check('different', {
    title: 'posts two payments that differ in nothing but their id',
    rule: 'A payer may pay the same amount twice in a day, and means it.',
    look: 'a key made of amount, day or account instead of the transaction id',
    run: async (context) => {
      const scope = await context.open();
      const first = await payable(context);
      const second = { ...first, transactionId: context.fresh('txn') };
      await post(scope, first);
      equal((await post(scope, second)).duplicate, false, 'duplicate of another payment');
      await onLedger(context, second, 1, 'after another like it');
    },
  }),

  check('rejected', {
    title: "says rejected, in the partner's words, when the partner says no",
    rule: 'A refusal is an answer: it is never repeated, and a person reads why.',
    look: 'answers that are a refusal in their body and a success in their status',
    run: async (context) => {
      const scope = await context.open();
      const payment = { ...(await payable(context)), accountNumber: context.fresh('nobody') };
      const error = await expectKind(
        post(scope, payment),
        ['rejected'],
        'for an account that the partner does not have',
      );
      ensure(error.partnerMessages.length > 0, "partnerMessages is empty: the partner's reason is lost");
      await onLedger(context, payment, 0, 'after it was rejected');
    },
  }),

  check('find', {
    title: 'finds no payment that the partner does not have',
    rule: 'What find does not find is posted; what it finds is not: found by mistake, a payment is lost.',
    look: 'how find tells none from a failure to look; a search by amount, day or account instead of the transaction id',
    run: async (context) => {
      const scope = await context.open();
      const sink = scope.get(contract);
      const find = sink.find ?? skip('the sink has no find');
      const payment = await payable(context);
      const found = () => find.call(sink, payment, never);
      equal(await found(), undefined, 'what find finds of a payment never posted');
      await post(scope, { ...payment, transactionId: context.fresh('txn') });
      equal(await found(), undefined, 'what find finds of it when another is like it but for its id');
      scope.wire.fail({ kind: 'answer', status: 500, body: '' });
      await errorOf(found(), 'when the partner could not be asked');
    },
  }),

  check('returns', {
    title: 'tells of a returned payment, and of no other like it',
    rule: 'What the bank took back is owed again.',
    look: 'which payment the request names: the confirmation number tells it from one of the same amount and day',
    run: async (context) => {
      const scope = await context.open();
      const { payment, run } = await returnable(context, scope);
      const other = { ...payment, transactionId: context.fresh('txn') };
      await post(scope, other);
      await run();
      equal(
        (await ledger(context.partner, other)).map(({ returned }) => returned ?? false),
        [false],
        'returned, on the ledger, of another payment like it',
      );
      equal(
        (await ledger(context.partner, payment)).map(({ returned }) => returned),
        [true],
        'returned, on the ledger',
      );
    },
  }),

  check('find-returned', {
    title: 'finds a payment that was returned, too',
    rule: 'What find does not find is posted again: of one that the bank has taken back, nobody has the money.',
    look: 'a search that leaves out what was voided, cancelled or reversed',
    run: async (context) => {
      const scope = await context.open();
      const sink = scope.get(contract);
      const find = sink.find ?? skip('the sink has no find');
      const { payment, run } = await returnable(context, scope);
      await run();
      ensure(await find.call(sink, payment, never), 'find does not find a payment that was returned');
    },
  }),

  check('return-repeat', {
    title: 'makes the repeat of a return safe',
    rule: 'The host repeats a return whose outcome it does not know.',
    look: 'what the partner does with a second one',
    run: async (context) => {
      const scope = await context.open();
      const { payment, run } = await returnable(context, scope);
      scope.wire.fail({ kind: 'answer-lost' }, (call) => call.effect === 'write');
      await expectKind(Promise.resolve(run()), ['unknown-outcome'], 'when the answer of a return is lost');
      scope.wire.clear();
      await Promise.resolve(run()).catch((error: Error) => {
        ensure(false, `the repeat of a return failed: ${error.message}`);
      });
      equal((await ledger(context.partner, payment)).length, 1, 'entries on the ledger after the repeat');
    },
  }),

  check('undeclared', {
    title: 'has no method for what its manifest does not claim',
    rule: 'The host offers what the manifest claims, and refuses the rest before it is held.',
    look: 'capabilities in adapter.manifest.json beside the methods of the class',
    run: async (context) => {
      const sink = (await context.open()).get(contract);
      equal(
        sink.returnPayment !== undefined,
        context.hasCapability(contract, 'returns'),
        'returnPayment, beside the claim',
      );
      equal(sink.find !== undefined, context.hasCapability(contract, 'find'), 'find, beside the claim');
      if (sink.repeatSafety === 'findable') ensure(sink.find, 'repeatSafety is findable, and find is not there');
    },
  }),

  check('many-on-ledger', {
    title: 'posts fifty payments at once, each on the ledger once and on its own account',
    rule: 'A host delivers many payments of one biller at once; they share an instance.',
    look: 'fields of the class that hold what belongs to one payment',
    run: async (context) => {
      const scope = await context.open();
      const payments: Payment[] = [];
      for (let index = 0; index < 50; index++)
        payments.push(await payable(context, { amount: Money.ofCents(100 + index) }));
      await Promise.all(payments.map((payment) => post(scope, payment)));
      for (const payment of payments)
        equal(
          (await ledger(context.partner, payment)).map(({ accountNumber, cents }) => [accountNumber, cents]),
          [[payment.accountNumber, payment.amount.cents]],
          'account and cents on the ledger',
        );
    },
  }),

  ...sharedChecks(posting),
];
