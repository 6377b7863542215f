/** The suite's checks of RtdrProvider. */
import { checkerOf } from '../src/boundary-types.js';
import { type AccountLookup, AccountSnapshot } from '../src/rtdr-provider.js';
import { type Check, type CheckContext, can, ensure, equal, errorOf, expectKind, skip } from './check.js';
import type { AccountSpec, InvoiceSpec, PartnerUnderTest } from './contract-config.js';
import { inTimeZones, memoryCheck, never, type Subject, sharedChecks } from './shared-checks.js';
import type { SuiteScope } from './suite-host.js';

const contract = 'rtdr-provider';
const checkSnapshot = checkerOf(AccountSnapshot);
/** More than two pages at any partner. */
const MANY = 137;

/** By account, at a partner that is asked invoice by invoice: the numbers that a host would hold. */
const heldOf = new Map<string, readonly string[]>();
/** At such a partner, which tells no dates. */
const undated = new WeakSet<InvoiceSpec>();

const lookUp = (scope: SuiteScope, request: Partial<AccountLookup> & { accountNumber: string }, signal = never) => {
  const heldInvoiceNumbers = [...(heldOf.get(request.accountNumber) ?? [])];
  return scope.get(contract).lookUp({ heldInvoiceNumbers, ...request }, signal);
};

/** For what a partner that is asked invoice by invoice can't tell. */
function needsWhole({ config }: CheckContext): void {
  if (config.byInvoice) skip('the partner can only be asked for single invoices');
}

/** What a snapshot tells of each invoice, in a form that can be compared. */
const told = ({ invoices }: AccountSnapshot) =>
  invoices
    .map(({ invoiceNumber, totalAmountDue, balanceDue, invoiceDate, invoiceDueDate }) => ({
      ...{ invoiceNumber, total: totalAmountDue?.toString(), balance: balanceDue?.toString() },
      ...{ issued: invoiceDate?.toString(), due: invoiceDueDate?.toString() },
    }))
    .sort((a, b) => (a.invoiceNumber < b.invoiceNumber ? -1 : 1));

const text = (cents: number): string => {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
const wanted = (invoices: readonly InvoiceSpec[]) =>
  invoices
    .map((invoice) => ({
      ...{ invoiceNumber: invoice.invoiceNumber, total: text(invoice.cents), balance: text(invoice.cents) },
      issued: undated.has(invoice) ? undefined : invoice.invoiceDate,
      due: undated.has(invoice) ? undefined : invoice.dueDate,
    }))
    .sort((a, b) => (a.invoiceNumber < b.invoiceNumber ? -1 : 1));

const invoice = (context: CheckContext, more: Partial<InvoiceSpec> = {}): InvoiceSpec => ({
  ...{ invoiceNumber: context.fresh('inv'), cents: 11_500, invoiceDate: '2026-11-01', dueDate: '2026-12-01' },
  ...more,
});

async function account(
  context: CheckContext,
  invoices: InvoiceSpec[],
  more: Partial<AccountSpec> = {},
  partner: PartnerUnderTest = context.partner,
): Promise<string> {
  const spec = { accountNumber: context.fresh('acc'), invoices, ...more };
  await can(partner.account, 'account()').call(partner, spec);
  if (context.config.byInvoice) {
    // What another partner has under the same number is asked for, too, and not found.
    const numbers = [...(heldOf.get(spec.accountNumber) ?? []), ...invoices.map(({ invoiceNumber }) => invoiceNumber)];
    heldOf.set(spec.accountNumber, [...new Set(numbers)]);
    for (const item of invoices) undated.add(item);
  }
  return spec.accountNumber;
}

const subject: Subject = {
  ...{ contract, name: '', effect: 'read' },
  prepare: async (context, partner) => {
    const accountNumber = partner.account
      ? await account(context, [invoice(context), invoice(context)], {}, partner)
      : can(partner.known, 'account() or known').accountNumber;
    return (scope, signal) => lookUp(scope, { accountNumber }, signal);
  },
};

const check = (id: string, parts: Omit<Check, 'contract' | 'id' | 'writes'>): Check => ({
  ...{ contract, id, writes: false },
  ...parts,
});

/** A page that fails, or an account that changes while it is read, must not lead to an invoice being deactivated. */
function changing(
  id: string,
  title: string,
  change: (invoices: InvoiceSpec[], context: CheckContext) => InvoiceSpec[],
) {
  return check(id, {
    title,
    rule: 'Only a complete answer may deactivate an invoice; one whose pages disagree is not complete.',
    look: 'how pages are put together; readPages() of the kit compares what each page tells of their number',
    run: async (context) => {
      needsWhole(context);
      const before = Array.from({ length: MANY }, () => invoice(context));
      const accountNumber = await account(context, before);
      const after = change(before, context);
      const scope = await context.open();
      let changed = false;
      // Between the first page and the others, wherever the adapter's calls for them stand.
      scope.wire.before(async (index) => {
        if (changed || index < 1 || !scope.wire.calls[index]) return;
        if (scope.wire.calls.slice(0, index).every(({ operation }) => operation !== scope.wire.calls[index]?.operation))
          return;
        changed = true;
        await context.partner.account?.({ accountNumber, invoices: after });
      });
      const answer = await lookUp(scope, { accountNumber }).catch(() => undefined);
      if (!answer?.complete) return;
      const numbers = new Set(answer.invoices.map(({ invoiceNumber }) => invoiceNumber));
      const is = (list: InvoiceSpec[]) =>
        list.length === numbers.size && list.every(({ invoiceNumber }) => numbers.has(invoiceNumber));
      ensure(
        is(before) || is(after),
        `it says complete with ${numbers.size} invoices; there were ${before.length}, then ${after.length}`,
      );
    },
  });
}

export const rtdrProviderChecks: Check[] = [
  check('finds', {
    title: 'finds an account with its invoices',
    rule: 'lookUp tells what the partner has, in the types of the contract.',
    look: 'the mapping from the answer to AccountSnapshot',
    run: async (context) => {
      const scope = await context.open();
      if (!context.partner.account) {
        const snapshot = await lookUp(scope, { accountNumber: can(context.partner.known, 'known').accountNumber });
        return equal(checkSnapshot(snapshot), undefined, 'what is wrong with the snapshot');
      }
      const invoices = [invoice(context), invoice(context, { cents: 1 })];
      const snapshot = await lookUp(scope, { accountNumber: await account(context, invoices) });
      equal(checkSnapshot(snapshot), undefined, 'what is wrong with the snapshot');
      equal(told(snapshot), wanted(invoices), 'the invoices');
      equal(snapshot.complete, !context.config.byInvoice, 'complete, where every page arrived and agreed');
    },
  }),

  check('money', {
    title: 'tells every amount to the cent',
    rule: 'Money is exact: a float between the partner and the host is a cent lost somewhere.',
    look: 'parseFloat, Number(…) * 100, sums of numbers; Money.parse takes the text',
    run: async (context) => {
      const cents = [10, 20, 30, 1, 99, 0, -310, 1_999, 109_995, 450_360, 1_001, 99_999_999_999, 435, 8_990_009];
      const invoices = cents.map((amount) => invoice(context, { cents: amount }));
      const snapshot = await lookUp(await context.open(), { accountNumber: await account(context, invoices) });
      equal(told(snapshot), wanted(invoices), 'the amounts');
    },
  }),

  check('dates', {
    title: 'tells every date as it stands: leap days, the ends of years',
    rule: 'A due date is a day, not a moment.',
    look: 'new Date(…), toISOString(), day and month in each other’s place',
    run: async (context) => {
      needsWhole(context);
      const days = ['2028-02-29', '2026-12-31', '2027-01-01', '2026-03-08', '2026-11-01', '2026-02-03', '2026-10-12'];
      const invoices = days.map((day) => invoice(context, { invoiceDate: day, dueDate: day }));
      const snapshot = await lookUp(await context.open(), { accountNumber: await account(context, invoices) });
      equal(told(snapshot), wanted(invoices), 'the dates');
    },
  }),

  check('time-zones', {
    alone: true,
    title: 'tells the same dates in five time zones',
    rule: 'Where the host stands must not move a due date.',
    look: 'new Date(…) and its getters, which go by the machine’s time zone',
    run: async (context) => {
      needsWhole(context);
      const invoices = [invoice(context, { invoiceDate: '2026-01-01', dueDate: '2026-12-31' })];
      const accountNumber = await account(context, invoices);
      const scope = await context.open();
      await inTimeZones(async (zone) => {
        equal(told(await lookUp(scope, { accountNumber })), wanted(invoices), `the dates, in ${zone}`);
      });
    },
  }),

  check('account-numbers', {
    title: 'takes an account number as it is: other scripts, spaces, leading zeros, slashes',
    rule: 'An account number is opaque text: trimmed or changed, it is another account’s.',
    look: 'trim(), Number(…), toUpperCase(), a path put together without encodeURIComponent',
    run: async (context) => {
      const scope = await context.open();
      for (const part of ['Ж-40/5 ñ', '000', ' a ', 'a"b\\c', 'x?y=1&z#', '北京']) {
        const accountNumber = `${part}${context.fresh('')}${part}`;
        const invoices = [invoice(context)];
        await account(context, invoices, { accountNumber });
        const found = await lookUp(scope, { accountNumber }).catch((error: Error) => error.message);
        ensure(typeof found !== 'string', `the account ${JSON.stringify(accountNumber)} is not found: ${found}`);
        equal(told(found as AccountSnapshot), wanted(invoices), `the invoices of ${JSON.stringify(accountNumber)}`);
      }
    },
  }),

  check('not-found', {
    title: 'says not-found for an account that the partner does not have',
    rule: 'The portal tells the payer that there is no such account; an outage it would try again.',
    look: 'how the partner says that there is none; whether its refusal is looked at at all',
    run: async (context) => {
      needsWhole(context);
      const scope = await context.open();
      await expectKind(
        lookUp(scope, { accountNumber: context.fresh('nobody') }),
        ['not-found'],
        'for an unknown account',
      );
    },
  }),

  check('held', {
    title: 'tells nothing of an invoice that the host holds and the partner does not have',
    rule: 'heldInvoiceNumbers says what may be asked for, not what is there: what the partner no longer has is not owed.',
    look: 'an answer made of what was asked; a balance of zero for an invoice that the partner does not know',
    run: async (context) => {
      const invoices = [invoice(context), invoice(context)];
      const accountNumber = await account(context, invoices);
      const heldInvoiceNumbers = [...invoices.map(({ invoiceNumber }) => invoiceNumber), context.fresh('gone')];
      const snapshot = await lookUp(await context.open(), { accountNumber, heldInvoiceNumbers });
      equal(told(snapshot), wanted(invoices), 'the invoices');
    },
  }),

  check('no-invoices', {
    title: 'tells an account without invoices as complete and empty',
    rule: 'Then every invoice held for it is gone, and the host deactivates it.',
    look: 'an empty list taken for a failure, or for no answer',
    run: async (context) => {
      needsWhole(context);
      const snapshot = await lookUp(await context.open(), { accountNumber: await account(context, []) });
      equal([snapshot.invoices.length, snapshot.complete], [0, true], 'number of invoices, and complete');
    },
  }),

  check('pages', {
    title: `reads every page: ${MANY} invoices, each once`,
    rule: 'What is on the second page is owed, too.',
    look: 'the loop over the pages: its end, its first number, what the partner calls the last one',
    run: async (context) => {
      const invoices = Array.from({ length: MANY }, (_, index) => invoice(context, { cents: index + 1 }));
      const snapshot = await lookUp(await context.open(), { accountNumber: await account(context, invoices) });
      equal(snapshot.invoices.length, MANY, 'number of invoices');
      equal(told(snapshot), wanted(invoices), 'the invoices');
      equal(snapshot.complete, !context.config.byInvoice, 'complete, where every page arrived and agreed');
    },
  }),

  check('page-counts', {
    title: 'reads lists of any length around the size of a page',
    rule: 'A list that fills its last page exactly has an end, too.',
    look: 'the condition that ends the loop over the pages',
    run: async (context) => {
      const scope = await context.open();
      for (const count of [1, 9, 10, 11, 25, 49, 50, 51, 99, 100, 101]) {
        const invoices = Array.from({ length: count }, () => invoice(context));
        const snapshot = await lookUp(scope, { accountNumber: await account(context, invoices) });
        equal(told(snapshot).length, count, `number of invoices where there are ${count}`);
        equal(told(snapshot), wanted(invoices), `the ${count} invoices`);
      }
    },
  }),

  check('last-page-fails', {
    title: 'never calls an answer complete when a page failed',
    rule: 'What did not arrive is not gone: the host would deactivate invoices that are owed.',
    look: 'a catch around one page that goes on with the others',
    run: async (context) => {
      const accountNumber = await account(
        context,
        Array.from({ length: MANY }, () => invoice(context)),
      );
      const whole = await context.open();
      await lookUp(whole, { accountNumber });
      const last = whole.wire.calls.length - 1;
      ensure(last > 0, 'it read everything in one call; make the account of the config larger');
      const operation = whole.wire.calls[last]?.operation;
      const scope = await context.open();
      // The last page, and its repeats.
      const { body, url } = whole.wire.calls[last] ?? { body: '', url: '' };
      scope.wire.fail(
        { kind: 'answer', status: 500, body: 'oops' },
        (call) => call.operation === operation && call.body === body && call.url === url,
      );
      const answer = await lookUp(scope, { accountNumber }).catch(() => undefined);
      ensure(!answer?.complete, `it says complete with ${answer?.invoices.length} of ${MANY} invoices`);
    },
  }),

  changing('shrinking', 'never calls an answer complete when invoices went away between two pages', (invoices) =>
    invoices.slice(60),
  ),
  changing('growing', 'never calls an answer complete when invoices came between two pages', (invoices, context) => [
    ...Array.from({ length: 60 }, () => invoice(context)),
    ...invoices,
  ]),

  check('repeat', {
    title: 'answers the same when it is asked again',
    rule: 'A look-up changes nothing.',
    look: 'lists that are kept in the instance and grow',
    run: async (context) => {
      const accountNumber = await account(context, [invoice(context), invoice(context)]);
      const scope = await context.open();
      const first = told(await lookUp(scope, { accountNumber }));
      equal(told(await lookUp(scope, { accountNumber })), first, 'the second answer');
    },
  }),

  check('up-to-date', {
    title: 'tells what is owed now, and not what was owed at the last look-up',
    rule: 'A payer who has just paid must see it.',
    look: 'caches',
    run: async (context) => {
      const invoices = [invoice(context)];
      const accountNumber = await account(context, invoices);
      const scope = await context.open();
      await lookUp(scope, { accountNumber });
      const later = invoices.map((item) => ({ ...item, cents: 42 }));
      await account(context, later, { accountNumber });
      equal(told(await lookUp(scope, { accountNumber })), wanted(later), 'the invoices after a change');
    },
  }),

  check('old-account-id', {
    title: "is not misled by an account id that is out of date, or another account's",
    rule: 'partnerAccountId is a hint of an earlier look-up: it saves time, it is not believed.',
    look: 'whether the id that came back is compared with the one that was used',
    run: async (context) => {
      const [mine, others] = [[invoice(context)], [invoice(context, { cents: 7 })]];
      const [accountNumber, other] = [await account(context, mine), await account(context, others)];
      const scope = await context.open();
      const { partnerAccountId } = await lookUp(scope, { accountNumber: other });
      for (const id of ['gone', partnerAccountId]) {
        if (id === undefined) continue;
        const snapshot = await lookUp(scope, { accountNumber, partnerAccountId: id });
        equal(told(snapshot), wanted(mine), `the invoices, with the account id ${id}`);
      }
    },
  }),

  check('blocked', {
    title: 'says that an account may not pay, and why, in words',
    rule: 'A clerk reads the reason to the payer.',
    look: 'paymentBlock and its reason',
    run: async (context) => {
      needsWhole(context);
      const accountNumber = await account(context, [invoice(context)], { blocked: true });
      const scope = await context.open();
      const { paymentBlock } = await lookUp(scope, { accountNumber });
      ensure(paymentBlock, 'paymentBlock is left out for an account that is blocked');
      ensure(paymentBlock.ach || paymentBlock.card, 'neither ach nor card is blocked');
      ensure((paymentBlock.reason ?? '').includes(' '), `the reason is not in words: ${paymentBlock.reason}`);
      const free = await lookUp(scope, { accountNumber: await account(context, [invoice(context)]) });
      equal(
        [free.paymentBlock?.ach ?? false, free.paymentBlock?.card ?? false],
        [false, false],
        'block of a free account',
      );
    },
  }),

  check('no-mixing', {
    title: 'tells two billers with the same account number each its own',
    rule: "One biller's customers must never see another's data.",
    look: 'caches and other state outside the instance',
    run: async (context) => {
      const other = await context.openOther();
      const accountNumber = context.fresh('acc');
      const [mine, theirs] = [[invoice(context)], [invoice(context, { cents: 7 })]];
      await account(context, mine, { accountNumber });
      await account(context, theirs, { accountNumber }, other.partner);
      const scope = await context.open();
      equal(told(await lookUp(scope, { accountNumber })), wanted(mine), "the first biller's invoices");
      equal(told(await lookUp(other.scope, { accountNumber })), wanted(theirs), "the second biller's invoices");
      equal(told(await lookUp(scope, { accountNumber })), wanted(mine), "the first biller's invoices, again");
    },
  }),

  check('partner-said', {
    title: "hands on the partner's own words when it says no",
    rule: 'Support staff must be able to say why.',
    look: 'partnerMessages of the AdapterError',
    run: async (context) => {
      needsWhole(context);
      const scope = await context.open();
      const error = await errorOf(lookUp(scope, { accountNumber: context.fresh('nobody') }), 'for an unknown account');
      ensure(
        error.partnerMessages.length > 0 || /\s/.test(error.message),
        'neither message nor partnerMessages say why',
      );
    },
  }),

  ...sharedChecks(subject),
  memoryCheck(subject),
];
