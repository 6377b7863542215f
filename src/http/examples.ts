/** One example of each body and answer, as the demonstration gives it; the linter checks them by their schemas. */

const at = '2026-11-24T08:00:00.000Z';
const invoiceNumber = 'f2fa7664-a055-4780-bf51-2b33f0889d42';
const accountNumber = 'FM4000264061';
const deliveryId = '0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a';
const importId = '0193578e-77aa-4c10-8c1d-2a3b4c5d6e7f';

const invoice = {
  ...{ invoiceNumber, accountNumber, invoiceDate: '2026-11-01', invoiceDueDate: '2026-12-01' },
  ...{ autoPayCollectionDate: '2026-12-01', totalAmountDue: '115.00', balanceDue: '115.00' },
  ...{ invoiceTypeId: 164, status: 'active' },
};
const block = {
  ...{ ach: true, card: true },
  reason: 'Poor Payment History is set and the policy is Cancellation Pending',
};
const exchange = {
  ...{ operation: 'create_payment', url: 'https://partner.example.com/api/v2/payments/create_payment' },
  ...{ request: '{"api_key":"********","amount":"15.00"}', status: 503, response: 'try later', durationMs: 41 },
};
const recording = {
  ...{ id: '7', at, contract: 'rtdr-provider', method: 'lookUp', exchanges: [exchange] },
  input: [{ accountNumber, heldInvoiceNumbers: [] }],
  outcome: { value: { invoices: [], complete: true } },
};

const attempt = {
  ...{ at, durationMs: 43, outcome: 'unavailable', code: 'http-503', message: 'create_payment: HTTP 503' },
  exchanges: [exchange],
};
const delivery = {
  ...{ id: deliveryId, billerId: '1663', kind: 'payment', key: 't-1', state: 'queued', attempts: 1 },
  result: { code: 'http-503', detail: 'create_payment: HTTP 503', partnerMessages: [] },
  ...{
    acceptedBy: 'portal core (0a1b2c3d4e5f)',
    createdAt: at,
    updatedAt: at,
    nextAttemptAt: '2026-11-24T08:00:02.000Z',
  },
  summary: { amount: '15.00', accountNumber, enabled: null, reason: 'create_payment: HTTP 503' },
};
const counterpart = { id: '0c3f5a52-7a5c-4a53-9d0c-2f5f0b6f4a11', kind: 'return', state: 'queued' };
const paymentBody = {
  ...{ transactionId: 't-1', accountNumber, invoiceNumber, amount: '15.00', paymentDate: '2026-11-24' },
  ...{ method: 'Visa', source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
};
const held = {
  ...{ deliveryId, billerId: '1663', state: 'delivered', duplicate: false, confirmationNumber: 'P-10001' },
  ...{ payoffAmount: '100.00', partnerMessages: [], reason: null, acceptedAt: at, nextAttemptAt: null },
  attempts: [{ at, durationMs: 38, outcome: 'delivered', code: null, message: null, exchanges: [] }],
};
const biller = {
  ...{ billerId: '1663', name: 'Example Mutual', guid: '7c0e5d3e-41cb-4a4a-8a2f-166300000001', adapter: 'britecore' },
  ...{ openBilling: true, invoiceTypeId: 164, invoiceFormatGuid: null },
  ...{ settings: { '8': 'https://partner.example.com', '10': '********' }, options: { generation: 'modified' } },
};
const heldAccount = { accountNumber, partnerAccountId: 'a-1', paymentBlock: block, refreshedAt: at };
const imported = {
  ...{ importId, billerId: '1663', filename: '1663_11232026.JSON', sha256: 'a'.repeat(64), state: 'refused' },
  ...{ bytes: 5120, bytesRead: 5120, records: 12, created: 0, updated: 0, unchanged: 0, setAside: 0 },
  totalAmount: null,
  problem: {
    code: 'invoice-count-differs',
    detail: 'the header says 13 invoices, the file holds 12',
    tellPartner: 'The number of invoices in the header is not the number of invoices in the file.',
  },
  ...{ createdAt: at, finishedAt: at },
};
const hour = { at, delivered: 120, rejected: 2, failed: 1, p50Ms: 40, p95Ms: 180 };
const need = {
  ...{ kind: 'deliveries-parked', billerId: '1663', count: 3, code: 'http-500' },
  ...{ detail: 'the partner gave the same answer 10 times', since: at },
};
const health = {
  ...{ billerId: '1663', name: 'Example Mutual', adapter: 'britecore', health: 'attention' },
  ...{ day: { delivered: 120, rejected: 2, failed: 1 }, queued: 0, parked: 3, oldestQueuedAt: null },
  latestFile: { importId, filename: '1663_11232026.JSON', state: 'applied', at },
};
const check = {
  ...{ what: 'rtdr-provider', setting: null, state: 'ok', code: null, advice: null, ms: 31 },
  detail: 'The partner answers and takes our key.',
};
const heldBack = {
  ...{ cause: 'misconfigured', code: 'api-key-refused', detail: 'the partner refuses the key', since: at },
  nextProbeAt: '2026-11-24T08:05:00.000Z',
};
const setting = { key: 'rtdrUrl', settingId: '8', title: 'RTDR endpoint', type: 'url', required: true };
const reason = 'the partner confirmed it by telephone';

const token = {
  ...{ tokenId: '0a1b2c3d4e5f', name: 'portal core', scope: 'operate', billers: ['1663'], madeBy: 'api-token' },
  ...{ createdAt: at, expiresAt: null, lastUsedAt: at, revokedAt: null },
};

const reconciliation = {
  ...{ id: '0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a', billerId: '1663', state: 'done', wanted: 200, problem: null },
  ...{ startedAt: '2026-11-25T02:00:00.000Z', finishedAt: '2026-11-25T02:01:00.000Z' },
  ...{ accounts: 200, unanswered: 0, findings: 1, repaired: 1, lost: 0 },
};

export const EXAMPLES: Record<string, unknown> = {
  Delivery: delivery,
  Counterpart: counterpart,
  DeliveryWithHistory: { ...delivery, request: paymentBody, counterpart, history: [attempt] },
  DeliveryList: { deliveries: [delivery], next: null },
  DeliveryCounts: {
    counts: { queued: 1, delivered: 120, rejected: 2, parked: 3, cancelled: 0 },
    countedAtMost: 10_000,
  },
  BulkResult: { results: [{ id: deliveryId, ok: true, state: 'queued' }] },
  Payment: { ...paymentBody, ...held },
  Return: { transactionId: 't-1', code: 'R01', returnedOn: '2026-11-26', ...held },
  Enrollment: { deliveryId, accountNumber, enabled: true, state: 'delivered', partnerMessages: [] },
  InvoiceList: { invoices: [invoice] },
  HeldAccountList: { accounts: [heldAccount], next: null },
  History: { changes: [{ cursor: '741.1', at, recordType: 'N', source: 'refresh', invoice }], next: null },
  Reconciliation: reconciliation,
  ReconciliationList: { reconciliations: [reconciliation] },
  ReconciliationWithFindings: {
    ...reconciliation,
    details: [
      {
        ...{ kind: 'balance-differs', cause: 'ours-late', accountNumber, subject: invoiceNumber, repaired: true },
        ...{ ours: 'balance 115.00 of 115.00', theirs: 'balance 0.00 of 115.00' },
      },
    ],
  },
  Recording: recording,
  RecordingList: { recordings: [recording], next: null },
  ShadowReport: {
    ...{ shadow: '1663-next', ready: false, says: '1 of 120 comparisons differ.', wanted: { accounts: 100, days: 7 } },
    seen: { runs: 120, differing: 1, accounts: 80, since: at },
    fields: [
      {
        ...{ kind: 'look-up', field: 'invoice.balanceDue', runs: 1 },
        latest: {
          ...{ at, subject: accountNumber, field: 'invoice.balanceDue', of: invoiceNumber },
          ...{ first: '115.00', second: '0.00' },
        },
      },
    ],
    trend: [{ day: '2026-11-25', runs: 120, differing: 1 }],
  },
  Explanation: {
    summary: 'This customer can pay 1 invoice.',
    reasons: [
      {
        ...{ rule: 'not-blocked', says: 'Neither way of paying is blocked.', exchange: 0, at },
        ...{ field: 'active_revision.policy_status', value: 'Active' },
      },
    ],
    exchanges: [exchange],
  },
  RefreshedAccount: {
    ...{ accountNumber, partnerAccountId: 'a-1', paymentBlock: { ach: false, card: false, reason: null } },
    ...{ changes: [{ recordType: 'N', invoiceNumber }], invoices: [invoice], stale: false, refreshedAt: at },
  },
  ChangeList: {
    changes: [
      {
        ...{ cursor: '741.1', billerId: '1663', accountNumber, invoiceNumber },
        ...{ change: 'created', source: 'refresh', at, invoice },
      },
    ],
    next: '741.1',
  },
  AdapterList: {
    adapters: [
      {
        ...{ id: 'britecore', name: 'BriteCore', version: '1.0.0', hostApi: '^1.0.0' },
        contracts: [{ name: 'payment-sink', version: '1', capabilities: ['returns'] }],
        ...{ settings: [setting], options: [], egress: ['setting:rtdrUrl'], limits: { concurrency: 10 } },
        ...{ billers: 1, suite: null, pinned: true, isolated: null, health: 'loaded' },
      },
    ],
  },
  Biller: biller,
  BillerList: { billers: [biller] },
  Partner: { heldBack },
  CheckList: { checks: [check] },
  HostCheck: { version: '0.1.0', now: at, checks: [{ ...check, what: 'database', detail: 'It answers in 1 ms.' }] },
  Import: imported,
  ImportList: { imports: [imported] },
  SetAsideList: {
    records: [
      {
        ...{ recordNumber: 7, byteOffset: 3120, invoiceNumber, field: 'invoiceDueDate', code: 'missing' },
        message: 'is required',
      },
    ],
  },
  Inbox: { watched: true, lookedAt: at, waiting: ['1663_11242026.JSON'], problem: null },
  Audit: {
    entries: [
      {
        ...{ id: 1, at, actor: 'console', action: 'delivery.retry', subject: deliveryId, reason },
        details: { from: 'parked' },
      },
    ],
    next: null,
  },
  Token: token,
  TokenList: { tokens: [token] },
  NewToken: { ...token, token: 'ich_0a1b2c3d4e5f_…' },
  TokenBody: { name: 'portal core', scope: 'operate', billers: ['1663'], expiresInDays: 365 },
  'application/x-ndjson': `{"id":1,"at":"${at}","actor":"console","action":"delivery.retry","subject":"${deliveryId}"}\n`,
  BillerOverview: { ...health, needs: [need], hours: [hour] },
  Overview: { at, needs: [need], hours: [hour], billers: [health] },
  Session: { actor: 'console', scope: 'configure', billers: null, expiresAt: '2026-11-24T20:00:00.000Z' },
  Alive: { status: 'alive' },
  Ready: { status: 'ready', checks: { database: true, queue: true, adapters: true }, draining: false, quarantined: 0 },
  BillerBody: {
    ...{ name: 'Example Mutual', guid: '7c0e5d3e-41cb-4a4a-8a2f-166300000001', adapter: 'britecore' },
    ...{ settings: { '8': 'https://partner.example.com', '10': { env: 'BRITECORE_1663_KEY' } }, openBilling: true },
  },
  PaymentBody: paymentBody,
  ReturnBody: { code: 'R01', returnedOn: '2026-11-26', disableAutoPay: true },
  EnrollmentBody: { enabled: true },
  ReasonBody: { reason },
  ReconcileBody: { accounts: 200, repair: true },
  SettleBody: { state: 'delivered', reason, confirmationNumber: 'P-10001' },
  BulkBody: { action: 'retry', ids: [deliveryId], reason: 'the partner is up again' },
  LogInBody: { token: 'the text in DATA_DIR/api-token' },
  'application/pdf': '%PDF-1.7 …',
  'text/csv': 'record number,byte offset,invoice number,field,code,message\r\n',
  'text/event-stream': 'event: change\ndata: ["deliveries"]\n\n',
  'text/plain': '# TYPE ic_host_deliveries_news_total counter\n',
  file: '{"FileHeader":{"BillerGUID":"…"},"Invoices":[]}',
};

/** Of what stands in paths. */
export const PATH_EXAMPLES: Record<string, string> = {
  ...{
    billerId: '1663',
    accountNumber,
    invoiceNumber,
    transactionId: 't-1',
    importId,
    reconciliationId: deliveryId,
    id: deliveryId,
    tokenId: '0a1b2c3d4e5f',
  },
};
