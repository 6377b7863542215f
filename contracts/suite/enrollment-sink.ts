/** The suite's checks of EnrollmentSink. */
import { ENROLLMENT_KINDS, type EnrollmentKind } from '../src/enrollment-sink.js';
import { type Check, type CheckContext, can, ensure, equal, errorOf, expectKind, skip } from './check.js';
import type { PartnerUnderTest } from './contract-config.js';
import { never, type Subject, sharedChecks } from './shared-checks.js';
import type { SuiteScope } from './suite-host.js';

const contract = 'enrollment-sink';

async function account(context: CheckContext, partner = context.partner, accountNumber = context.fresh('acc')) {
  const invoices = [
    { invoiceNumber: context.fresh('inv'), cents: 100, invoiceDate: '2026-11-01', dueDate: '2026-12-01' },
  ];
  await can(partner.account, 'account()').call(partner, { accountNumber, invoices });
  return accountNumber;
}

const set = (scope: SuiteScope, kind: EnrollmentKind, accountNumber: string, enabled: boolean, signal = never) => {
  const sink = scope.get(contract);
  return kind === 'paperless'
    ? sink.setPaperless({ accountNumber, enabled }, signal)
    : sink.setAutopay({ accountNumber, enabled }, signal);
};

const held = (partner: PartnerUnderTest, kind: EnrollmentKind, accountNumber: string): Promise<boolean> =>
  can(partner.enrollment, 'enrollment()').call(partner, kind, accountNumber);

const subject = (kind: EnrollmentKind): Subject => ({
  ...{ contract, name: kind, effect: 'write' },
  prepare: async (context, partner) => {
    const accountNumber = await account(context, partner);
    return (scope, signal) => set(scope, kind, accountNumber, true, signal);
  },
});

const check = (id: string, parts: Omit<Check, 'contract' | 'id' | 'writes'>): Check => ({
  ...{ contract, id, writes: true },
  ...parts,
});

const readBackOf = (context: CheckContext, scope: SuiteScope) => {
  const sink = scope.get(contract);
  if (!context.hasCapability(contract, 'read-back')) skip('the manifest does not claim the capability read-back');
  ensure(sink.readBack, 'the manifest claims read-back, and readBack is not there');
  return (kind: EnrollmentKind, accountNumber: string) => sink.readBack?.(kind, accountNumber, never);
};

export const enrollmentSinkChecks: Check[] = [
  ...ENROLLMENT_KINDS.map((kind) =>
    check(`${kind}-on-off`, {
      title: `switches ${kind} on, and off again`,
      rule: 'The partner ends on the value that was asked for last.',
      look: 'a request that says on whatever it was asked; the name of the field',
      run: async (context) => {
        const scope = await context.open();
        const accountNumber = await account(context);
        for (const enabled of [true, false, true, true, false]) {
          await set(scope, kind, accountNumber, enabled);
          equal(await held(context.partner, kind, accountNumber), enabled, `${kind} at the partner`);
        }
      },
    }),
  ),

  check('kinds-apart', {
    title: 'does not mix paperless and autopay',
    rule: 'They are two wishes of a payer.',
    look: 'the operation of each',
    run: async (context) => {
      const scope = await context.open();
      for (const [kind, other] of [
        ['paperless', 'autopay'],
        ['autopay', 'paperless'],
      ] as const) {
        const accountNumber = await account(context);
        await set(scope, kind, accountNumber, true);
        equal(await held(context.partner, other, accountNumber), false, `${other} after ${kind} was switched on`);
      }
    },
  }),

  check('accounts-apart', {
    title: 'switches the account that it was asked to, and no other',
    rule: 'An account number is opaque text: trimmed or changed, it is another account’s.',
    look: 'trim(), Number(…), a path put together without encodeURIComponent',
    run: async (context) => {
      const scope = await context.open();
      for (const part of ['Ж-40/5 ñ', '000', ' a ', '北京']) {
        const accountNumber = await account(context, context.partner, `${part}${context.fresh('')}${part}`);
        const trimmed = await account(context, context.partner, accountNumber.trim().replace(/^0+/, ''));
        await set(scope, 'paperless', accountNumber, true);
        equal(
          await held(context.partner, 'paperless', accountNumber),
          true,
          `paperless of ${JSON.stringify(accountNumber)}`,
        );
        if (trimmed !== accountNumber)
          equal(await held(context.partner, 'paperless', trimmed), false, `paperless of ${JSON.stringify(trimmed)}`);
      }
    },
  }),

  check('rejected', {
    title: "says rejected, in the partner's words, when the partner says no",
    rule: 'A refusal is an answer: it is never repeated, and a person reads why.',
    look: 'answers that are a refusal in their body and a success in their status',
    run: async (context) => {
      const scope = await context.open();
      for (const kind of ENROLLMENT_KINDS) {
        const error = await expectKind(
          set(scope, kind, context.fresh('nobody'), true),
          ['rejected'],
          `for ${kind} of an account that the partner does not have`,
        );
        ensure(error.partnerMessages.length > 0, "partnerMessages is empty: the partner's reason is lost");
      }
    },
  }),

  check('answer', {
    title: 'hands back what the partner said',
    rule: 'partnerMessages is a list, empty where the partner said nothing.',
    look: 'what the methods return',
    run: async (context) => {
      const scope = await context.open();
      for (const kind of ENROLLMENT_KINDS) {
        const { partnerMessages } = await set(scope, kind, await account(context), true);
        ensure(Array.isArray(partnerMessages), `partnerMessages of ${kind} is no list`);
      }
    },
  }),

  check('read-back', {
    title: 'reads back what the partner holds',
    rule: 'The host verifies by it that a wish was fulfilled.',
    look: 'which field of the answer is read; a value remembered instead of asked for',
    run: async (context) => {
      const scope = await context.open();
      const readBack = readBackOf(context, scope);
      let asked = 0;
      for (const kind of ENROLLMENT_KINDS) {
        const accountNumber = await account(context);
        for (const enabled of [true, false]) {
          await set(scope, kind, accountNumber, enabled);
          // By another instance: it must ask, not remember.
          const told = await readBackOf(context, await context.open())(kind, accountNumber);
          if (told === undefined) continue;
          asked++;
          equal(told, enabled, `readBack of ${kind}`);
        }
      }
      ensure(asked > 0, 'readBack answers undefined for both kinds: then the capability is not one');
      scope.wire.fail({ kind: 'answer', status: 500, body: '' });
      for (const kind of ENROLLMENT_KINDS) {
        const before = scope.wire.calls.length;
        const answer = await Promise.resolve(readBack(kind, context.fresh('acc'))).catch(() => 'failed');
        if (scope.wire.calls.length > before) equal(answer, 'failed', 'readBack when the partner could not be asked');
      }
    },
  }),

  check('undeclared', {
    title: 'has no method for what its manifest does not claim',
    rule: 'The host uses what the manifest claims.',
    look: 'capabilities in adapter.manifest.json beside the methods of the class',
    run: async (context) => {
      const sink = (await context.open()).get(contract);
      equal(sink.readBack !== undefined, context.hasCapability(contract, 'read-back'), 'readBack, beside the claim');
    },
  }),

  check('many-accounts', {
    title: 'switches fifty accounts at once, each to its own value',
    rule: 'A host delivers many wishes of one biller at once; they share an instance.',
    look: 'fields of the class that hold what belongs to one call',
    run: async (context) => {
      const scope = await context.open();
      const wishes = [];
      for (let index = 0; index < 50; index++)
        wishes.push({ accountNumber: await account(context), enabled: index % 3 === 0 });
      await Promise.all(wishes.map(({ accountNumber, enabled }) => set(scope, 'autopay', accountNumber, enabled)));
      for (const { accountNumber, enabled } of wishes)
        equal(await held(context.partner, 'autopay', accountNumber), enabled, 'autopay at the partner');
    },
  }),

  check('no-repeat-of-its-own', {
    title: 'never repeats a call by itself',
    rule: 'The host repeats, and knows which wish is the newest; an older one repeated below it would win.',
    look: 'retry loops and retrying clients in the adapter',
    run: async (context) => {
      const scope = await context.open();
      for (const kind of ENROLLMENT_KINDS) {
        const accountNumber = await account(context);
        scope.wire.clear();
        scope.wire.fail({ kind: 'answer', status: 500, body: '' }, (call) => call.effect === 'write');
        await errorOf(set(scope, kind, accountNumber, true), 'when its call failed');
        equal(scope.wire.calls.filter(({ effect }) => effect === 'write').length, 1, 'how often it was sent');
      }
    },
  }),

  ...ENROLLMENT_KINDS.flatMap((kind) => sharedChecks(subject(kind))),
];
