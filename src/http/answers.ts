/** What the API answers, as JSON Schemas: for /openapi.json, and for the tests, which check every answer by them. */
import { CONTRACT_NAMES } from '@ic-host/contracts';
import { SCOPES } from '../access/access.js';
import { NEED_KINDS } from '../console/needs.js';
import { HEALTHS } from '../console/overview.js';
import { FINDING_CAUSES, FINDING_KINDS } from '../reconciliation/findings.js';
import { DELIVERY_KINDS, DELIVERY_STATES } from '../store/tables.js';
import {
  anything,
  day,
  flag,
  instant,
  integer,
  listOf,
  mapOf,
  money,
  nullable,
  oneOf,
  record,
  ref,
  type Schema,
  text,
} from './schema.js';

const exchange = record({
  operation: text('What was called'),
  url: text(),
  request: text('Its beginning, secrets masked'),
  status: nullable(integer('HTTP status; null: no answer came')),
  response: text('Its beginning, secrets masked'),
  durationMs: integer(),
});

const attempt = record({
  at: instant,
  durationMs: integer(),
  outcome: text('`delivered`, or the kind of the error'),
  code: nullable(text()),
  message: nullable(text()),
  exchanges: listOf(ref('Exchange')),
});

const explanation = record({
  summary: text('What whoever asks wants to know first'),
  reasons: listOf(
    record({
      rule: text('Stable name of the rule that applied'),
      says: text('A sentence'),
      'field?': text('What was looked at, by the name of whoever told it'),
      'value?': text('What was there, secrets masked'),
      'at?': instant,
      'exchange?': integer('Which of the exchanges told it, counted from 0'),
    }),
  ),
  exchanges: listOf(ref('Exchange')),
});

const reconciliation = {
  ...{ id: text(), billerId: text(), state: oneOf('running', 'done', 'failed'), startedAt: instant },
  ...{ finishedAt: nullable(instant), wanted: nullable(integer('How many accounts; null: all')) },
  accounts: integer('Asked for so far'),
  unanswered: integer('Of these, ones that the partner could not tell of'),
  ...{ findings: integer(), repaired: integer(), lost: integer(), problem: nullable(text()) },
};

const deliveryFields = {
  id: text(),
  billerId: text(),
  kind: oneOf(...DELIVERY_KINDS),
  key: text('Transaction id of a payment or return, account number of an enrollment'),
  state: oneOf(...DELIVERY_STATES),
  attempts: integer(),
  result: mapOf(anything),
  acceptedBy: nullable(text('Whose token handed it over; null: before this was kept')),
  createdAt: instant,
  updatedAt: instant,
  nextAttemptAt: nullable(instant),
  summary: record({
    amount: nullable(money),
    accountNumber: nullable(text()),
    enabled: nullable(flag()),
    reason: nullable(text('Why it is as it is, in words')),
  }),
};

const held = {
  deliveryId: text(),
  billerId: text(),
  state: oneOf(...DELIVERY_STATES),
  duplicate: flag('The partner knew it already: it is there once'),
  confirmationNumber: nullable(text()),
  payoffAmount: nullable(text()),
  partnerMessages: listOf(text()),
  reason: nullable(text()),
  acceptedAt: instant,
  nextAttemptAt: nullable(instant),
  attempts: listOf(ref('Attempt')),
};

const invoice = record({
  invoiceNumber: text(),
  accountNumber: text(),
  invoiceDate: day,
  invoiceDueDate: day,
  autoPayCollectionDate: nullable(day),
  totalAmountDue: money,
  balanceDue: money,
  invoiceTypeId: integer(),
  status: oneOf('active', 'deactivated'),
});

const paymentBlock = record({ ach: flag(), card: flag(), reason: nullable(text('In words')) });

const setting = record({
  key: text(),
  title: text(),
  'settingId?': text('Advanced-setting id of the portal'),
  type: oneOf('text', 'url', 'number', 'boolean', 'choice'),
  'choices?': listOf(text()),
  'required?': flag(),
  'secret?': flag(),
  'default?': anything,
  'description?': text(),
});

const suiteResult = record({
  at: instant,
  version: text('The adapter’s version then'),
  quick: flag('The slow checks were left out'),
  outdated: flag('The adapter was built again since then'),
  passed: integer(),
  failed: integer(),
  skipped: integer(),
  contracts: listOf(
    record({ contract: oneOf(...CONTRACT_NAMES), passed: integer(), failed: integer(), skipped: integer() }),
  ),
  failures: listOf(record({ contract: text(), id: text(), title: text(), message: text() })),
});

const adapter = {
  anyOf: [
    record({
      id: text(),
      name: text(),
      version: text(),
      hostApi: text(),
      contracts: listOf(record({ name: oneOf(...CONTRACT_NAMES), version: text(), 'capabilities?': listOf(text()) })),
      settings: listOf(ref('Setting')),
      options: listOf(ref('Setting')),
      egress: listOf(text()),
      limits: mapOf(anything),
      billers: integer('How many billers are on it'),
      suite: nullable(ref('SuiteResult')),
      pinned: flag('The host’s manifest says what its files must be'),
      isolated: nullable(ref('Isolation')),
      health: oneOf('loaded'),
    }),
    record({
      id: nullable(text()),
      source: text(),
      health: oneOf('quarantined'),
      faults: listOf(record({ file: text(), path: text(), message: text() })),
    }),
  ],
};

const biller = {
  billerId: text(),
  name: text(),
  guid: text(),
  adapter: text(),
  openBilling: flag(),
  invoiceTypeId: integer(),
  invoiceFormatGuid: nullable(text()),
  settings: mapOf(anything),
  options: mapOf(anything),
};

const importFields = {
  importId: text(),
  billerId: text(),
  filename: text(),
  sha256: text(),
  state: oneOf('running', 'applied', 'refused'),
  bytes: integer(),
  bytesRead: integer(),
  records: integer(),
  created: integer(),
  updated: integer(),
  unchanged: integer(),
  setAside: integer(),
  totalAmount: nullable(text()),
  problem: nullable(record({ code: text(), detail: text(), tellPartner: text('To be sent as it is') })),
  createdAt: instant,
  finishedAt: nullable(instant),
};

const counts = { delivered: integer(), rejected: integer(), failed: integer() };
const hour = record({ at: instant, ...counts, p50Ms: nullable(integer()), p95Ms: nullable(integer()) });

const need = record({
  kind: oneOf(...NEED_KINDS),
  billerId: nullable(text()),
  count: nullable(integer()),
  code: nullable(text()),
  detail: nullable(text()),
  since: nullable(instant),
});

const billerHealth = {
  billerId: text(),
  name: text(),
  adapter: text(),
  health: oneOf(...HEALTHS),
  day: record(counts),
  queued: integer(),
  parked: integer(),
  oldestQueuedAt: nullable(instant),
  latestFile: nullable(
    record({
      importId: text(),
      filename: text(),
      state: oneOf('running', 'applied', 'refused'),
      at: nullable(instant),
    }),
  ),
};

const check = record({
  what: text('`reach`, `clock`, `inbox`, the name of a contract; of the host: `database` …'),
  setting: nullable(text()),
  state: oneOf('ok', 'failed', 'not-checked'),
  code: nullable(text()),
  detail: text(),
  advice: nullable(text('What to do')),
  ms: integer(),
});

const heldAccount = record({
  accountNumber: text(),
  partnerAccountId: nullable(text()),
  paymentBlock: ref('PaymentBlock'),
  refreshedAt: nullable(instant),
});

/** By the name they have in the description. */
const token: Record<string, Schema> = {
  ...{ tokenId: text(), name: text(), scope: oneOf(...SCOPES) },
  billers: nullable(listOf(text())),
  ...{ madeBy: text(), createdAt: instant, expiresAt: nullable(instant), lastUsedAt: nullable(instant) },
  revokedAt: nullable(instant),
};

export const ANSWERS: Record<string, Schema> = {
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'detail'],
    properties: {
      type: text(),
      title: text(),
      status: integer(),
      code: text('Stable'),
      detail: text(),
      errors: listOf(record({ field: text(), code: text(), message: text() })),
      partnerMessages: listOf(text()),
      retryAfterSeconds: integer(),
      explanation: ref('Explanation'),
    },
    additionalProperties: false,
  },
  Exchange: exchange,
  Attempt: attempt,
  Delivery: record(deliveryFields),
  Counterpart: record({
    ...{ id: text('Of a payment’s return, or a return’s payment'), kind: oneOf('payment', 'return') },
    state: oneOf(...DELIVERY_STATES),
  }),
  DeliveryWithHistory: record({
    ...{ ...deliveryFields, request: mapOf(anything), history: listOf(ref('Attempt')) },
    counterpart: nullable(ref('Counterpart')),
    'explanation?': ref('Explanation'),
  }),
  DeliveryList: record({ deliveries: listOf(ref('Delivery')), next: nullable(text('Cursor of the next page')) }),
  DeliveryCounts: record({
    counts: record(Object.fromEntries(DELIVERY_STATES.map((state) => [state, integer()]))),
    countedAtMost: integer('A number above this means “more”'),
  }),
  BulkResult: record({
    results: listOf(
      record({ id: text(), ok: flag(), 'code?': text(), 'detail?': text(), 'state?': oneOf(...DELIVERY_STATES) }),
    ),
  }),
  Payment: record({
    ...{ transactionId: text(), accountNumber: text(), invoiceNumber: text(), amount: text(), paymentDate: day },
    ...{ method: text(), source: text(), 'bankName?': text(), maskedNumber: text(), payerName: text() },
    ...held,
  }),
  Return: record({
    transactionId: text(),
    ...{ code: text(), returnedOn: day, 'disableAutoPay?': flag() },
    ...held,
  }),
  Enrollment: record({
    ...{ deliveryId: text(), accountNumber: text(), enabled: flag(), state: oneOf(...DELIVERY_STATES) },
    ...{ 'partnerMessages?': listOf(text()), 'code?': text(), 'detail?': text(), 'reason?': text() },
    ...{ 'settledBy?': text(), 'duplicate?': flag(), 'confirmationNumber?': text() },
  }),
  Invoice: invoice,
  InvoiceList: record({ invoices: listOf(ref('Invoice')) }),
  PaymentBlock: paymentBlock,
  Explanation: explanation,
  Reconciliation: record(reconciliation),
  ReconciliationList: record({ reconciliations: listOf(ref('Reconciliation')) }),
  ReconciliationWithFindings: record({
    ...reconciliation,
    details: listOf(
      record({
        kind: oneOf(...FINDING_KINDS),
        cause: oneOf(...FINDING_CAUSES),
        accountNumber: text(),
        subject: nullable(text('Number of an invoice, transaction id of a payment, kind of an enrollment')),
        ours: nullable(text()),
        theirs: nullable(text()),
        repaired: flag(),
      }),
    ),
  }),
  Recording: record({
    ...{ id: text(), at: instant, contract: oneOf(...CONTRACT_NAMES), method: text() },
    input: { ...listOf(anything), description: 'The arguments of the call' },
    outcome: { ...mapOf(anything), description: '`value`, or `error` with its kind and code' },
    exchanges: listOf(ref('Exchange')),
  }),
  RecordingList: record({ recordings: listOf(ref('Recording')), next: nullable(text('Ask again with it as `after`')) }),
  ShadowReport: record({
    ...{ shadow: text('Its id'), ready: flag(), says: text('Why it is, or is not, in words') },
    wanted: record({ accounts: integer(), days: integer() }),
    seen: record({ runs: integer(), differing: integer(), accounts: integer(), since: nullable(instant) }),
    fields: listOf(
      record({
        kind: oneOf('look-up', 'payment', 'return', 'paperless', 'autopay'),
        field: text(),
        runs: integer('In how many comparisons'),
        latest: record({
          ...{ at: instant, subject: text(), field: text(), of: nullable(text('Which invoice')) },
          ...{ first: nullable(text('By the adapter that counts')), second: nullable(text('By the shadow')) },
        }),
      }),
    ),
    trend: listOf(record({ day: day, runs: integer(), differing: integer() })),
  }),
  HeldAccount: heldAccount,
  HeldAccountList: record({
    accounts: listOf(ref('HeldAccount')),
    next: nullable(text('Ask again with it as `after`')),
  }),
  History: record({
    changes: listOf(
      record({
        cursor: text(),
        at: instant,
        recordType: oneOf('N', 'U', 'D'),
        source: oneOf('refresh', 'invoice-file'),
        invoice: ref('Invoice'),
      }),
    ),
    next: nullable(text()),
  }),
  RefreshedAccount: record({
    accountNumber: text(),
    partnerAccountId: nullable(text()),
    paymentBlock: ref('PaymentBlock'),
    changes: listOf(record({ recordType: oneOf('N', 'U', 'D'), invoiceNumber: text() })),
    invoices: listOf(ref('Invoice')),
    stale: flag('The partner could not be asked: this is what we held'),
    refreshedAt: nullable(instant),
    'problem?': ref('Problem'),
    'explanation?': ref('Explanation'),
  }),
  ChangeList: record({
    changes: listOf(
      record({
        ...{ cursor: text(), billerId: text(), accountNumber: text(), invoiceNumber: text() },
        ...{ change: oneOf('created', 'updated', 'deactivated'), source: oneOf('refresh', 'invoice-file') },
        ...{ at: instant, invoice: ref('Invoice') },
      }),
    ),
    next: text('Keep it, and ask again with it as `after`'),
  }),
  Setting: setting,
  SuiteResult: suiteResult,
  Isolation: record({
    state: oneOf('running', 'restarting', 'ended'),
    restarts: integer('How often its thread was started again'),
    ...{ lastFault: nullable(text()), lastFaultAt: nullable(instant) },
  }),
  Adapter: adapter,
  AdapterList: record({ adapters: listOf(ref('Adapter')) }),
  Biller: record({ ...biller, 'warnings?': listOf(text()) }),
  BillerList: record({ billers: listOf(ref('Biller')) }),
  Partner: record({
    heldBack: nullable(
      record({
        cause: oneOf('misconfigured', 'failing', 'by-hand'),
        code: nullable(text()),
        detail: nullable(text()),
        since: instant,
        nextProbeAt: nullable(instant),
      }),
    ),
  }),
  Check: check,
  CheckList: record({ checks: listOf(ref('Check')) }),
  HostCheck: record({ version: text(), now: instant, checks: listOf(ref('Check')) }),
  Import: record({ ...importFields, 'explanation?': ref('Explanation') }),
  ImportList: record({ imports: listOf(ref('Import')) }),
  SetAsideList: record({
    records: listOf(
      record({
        ...{ recordNumber: integer(), byteOffset: integer(), invoiceNumber: nullable(text()) },
        ...{ field: text(), code: text(), message: text() },
      }),
    ),
  }),
  Inbox: record({
    ...{ watched: flag(), lookedAt: nullable(instant), waiting: listOf(text()), problem: nullable(text()) },
  }),
  Audit: record({
    entries: listOf(
      record({
        ...{ id: integer(), at: instant, actor: text(), action: text(), subject: text(), reason: nullable(text()) },
        details: mapOf(anything),
      }),
    ),
    next: nullable(text('Cursor of the next page, to go on with as `before`')),
  }),
  Token: record(token),
  TokenList: record({ tokens: listOf(ref('Token')) }),
  NewToken: record({ ...token, token: text('The token itself: shown this once, and kept nowhere') }),
  Hour: hour,
  Need: need,
  BillerHealth: record(billerHealth),
  BillerOverview: record({ ...billerHealth, needs: listOf(ref('Need')), hours: listOf(ref('Hour')) }),
  Overview: record({
    at: instant,
    needs: listOf(ref('Need')),
    hours: listOf(ref('Hour')),
    billers: listOf(ref('BillerHealth')),
  }),
  Session: record({
    actor: nullable(text('Null: nobody is logged in')),
    ...{ scope: nullable(oneOf(...SCOPES)), billers: nullable(listOf(text())), expiresAt: nullable(instant) },
  }),
  Alive: record({ status: oneOf('alive') }),
  Ready: record({
    status: oneOf('ready', 'not ready'),
    checks: record({ database: flag(), queue: flag(), adapters: flag() }),
    draining: flag(),
    quarantined: integer(),
  }),
};
