/** Every operation of the API: where it is, what it takes, what it answers. */
import type { Scope } from '../access/access.js';
import { DELIVERY_KINDS, DELIVERY_STATES } from '../store/tables.js';
import type { ANSWERS } from './answers.js';
import {
  BillerBody,
  BulkBody,
  EnrollmentBody,
  LogInBody,
  PaymentBody,
  ReasonBody,
  ReconcileBody,
  ReturnBody,
  SettleBody,
  TokenBody,
} from './bodies.js';
import { instant, integer, oneOf, type Schema, text } from './schema.js';

export const BODIES = {
  BillerBody,
  PaymentBody,
  ReturnBody,
  EnrollmentBody,
  ReasonBody,
  ReconcileBody,
  SettleBody,
  BulkBody,
  LogInBody,
  TokenBody,
};

export const TAGS = {
  billers: 'Billers, and how their partners stand',
  accounts: 'Accounts and invoices: real-time look-up (RTDR), what is held, history',
  payments: 'Payments taken and payments returned',
  enrollments: 'Paperless and autopay',
  documents: 'Invoice PDFs',
  files: 'Invoice files',
  deliveries: 'What is on its way to partners, and what operators do with it',
  access: 'Tokens, and who did what',
  changes: 'The durable feed of changes',
  host: 'The host itself',
} as const;

const WAITS = '`Prefer: wait=10` answers when it is settled';

export interface Operation {
  method: 'get' | 'put' | 'post' | 'delete';
  path: string;
  id: string;
  tag: keyof typeof TAGS;
  summary: string;
  body?: keyof typeof BODIES | 'file';
  /** May be left out. */
  bodyIsOptional?: boolean;
  /** Names of {@link QUERIES}. */
  query?: readonly (keyof typeof QUERIES)[];
  /** Names of {@link HEADERS}. */
  headers?: readonly (keyof typeof HEADERS)[];
  /** Left out: `read` for what only reads, `operate` for all else. */
  scope?: Scope;
  /** Without a biller in its path, it is limited to the billers of whoever asks by the route itself. */
  bySomeBillers?: true;
  /** Statuses of success. */
  success: readonly number[];
  /** Name of an answer's schema, or another media type; nothing: there is no body. */
  answer?:
    | keyof typeof ANSWERS
    | 'application/pdf'
    | 'text/csv'
    | 'text/event-stream'
    | 'text/plain'
    | 'application/x-ndjson';
  problems: readonly number[];
}

export const QUERIES: Record<
  string,
  { schema: Schema; example: string | number; description: string; required?: true }
> = {
  after: { schema: text(), example: '', description: 'Where to go on: what an answer gave as `next`' },
  before: { schema: text(), example: '', description: 'Where to go on: what an answer gave as `next`' },
  limit: { schema: { ...integer(), minimum: 1 }, example: 100, description: 'How many at the most' },
  state: { schema: oneOf(...DELIVERY_STATES), example: 'parked', description: 'Only deliveries in this state' },
  biller: { schema: text(), example: '1663', description: 'Only of this biller' },
  kind: { schema: oneOf(...DELIVERY_KINDS), example: 'payment', description: 'Only of this kind' },
  q: { schema: text(), example: 't-1', description: 'What the number, transaction id or account number begins with' },
  account: { schema: text(), example: 'FM4000264061', description: 'Whatever concerns this account' },
  from: { schema: instant, example: '2026-11-24T00:00:00Z', description: 'Accepted at this time or later' },
  to: { schema: instant, example: '2026-11-25T00:00:00Z', description: 'Accepted before this time' },
  subject: { schema: text(), example: '1663', description: 'Id of what something was done to' },
  explain: { schema: oneOf('true', 'false'), example: 'true', description: 'Say why everything is as it is, too' },
  filename: { schema: text(), example: '1663_11232026.JSON', description: 'The name of the file', required: true },
};

export const HEADERS: Record<string, { schema: Schema; example: string; description: string }> = {
  prefer: { schema: text(), example: 'wait=10', description: 'For how many seconds at the most an answer may wait' },
  'if-match': {
    ...{ schema: text(), example: '"2026-11-24T09:00:00.000Z"' },
    description: 'Changed only if it is still what was read with this `ETag`; else 412 `biller-changed`',
  },
  'if-none-match': {
    ...{ schema: oneOf('*'), example: '*' },
    description: 'Made only if there is none yet; else 412 `biller-exists`',
  },
};

const BILLER = '/v1/billers/{billerId}';
const ACCOUNT = `${BILLER}/accounts/{accountNumber}`;
const FILES = `${BILLER}/invoice-files`;
const FILTERS = ['state', 'biller', 'kind', 'q', 'account', 'from', 'to'] as const;

const billers: Operation[] = [
  {
    ...{ method: 'get', path: '/v1/billers', id: 'listBillers', tag: 'billers', summary: 'The billers' },
    ...{ bySomeBillers: true, success: [200], answer: 'BillerList', problems: [401] },
  },
  {
    ...{ method: 'get', path: BILLER, id: 'getBiller', tag: 'billers', summary: 'One biller, secrets masked' },
    ...{ success: [200], answer: 'Biller', problems: [401, 404] },
  },
  {
    ...{ method: 'put', path: BILLER, id: 'putBiller', tag: 'billers', summary: 'Make or change a biller' },
    ...{ scope: 'configure', headers: ['if-match', 'if-none-match'], body: 'BillerBody' },
    ...{ success: [200, 201], answer: 'Biller', problems: [401, 409, 412, 422] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/overview`, id: 'getBillerOverview', tag: 'billers' },
    ...{ summary: 'How a biller stands: health, deliveries of 24 hours, what needs a person' },
    ...{ success: [200], answer: 'BillerOverview', problems: [401, 404] },
  },
  {
    ...{ method: 'post', path: `${BILLER}/check`, id: 'checkBiller', tag: 'billers' },
    ...{ summary: 'Check settings, reach and keys, without side effects at the partner' },
    ...{ success: [200], answer: 'CheckList', problems: [401, 404, 422] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/partner`, id: 'getPartner', tag: 'billers' },
    ...{ summary: "Whether a biller's deliveries are held back, and why" },
    ...{ success: [200], answer: 'Partner', problems: [401, 404] },
  },
  {
    ...{ method: 'post', path: `${BILLER}/release`, id: 'releaseBiller', tag: 'billers' },
    ...{ summary: 'Try a biller whose deliveries are held back again, now' },
    ...{ success: [200], answer: 'Partner', problems: [401, 404] },
  },
  {
    ...{ method: 'post', path: `${BILLER}/reconciliations`, id: 'beginReconciliation', tag: 'billers' },
    ...{ summary: 'Compare what is held with what the partner says', body: 'ReconcileBody', bodyIsOptional: true },
    ...{ success: [202], answer: 'Reconciliation', problems: [401, 404, 409, 422, 501] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/reconciliations`, id: 'listReconciliations', tag: 'billers' },
    ...{ summary: 'Reconciliations, newest first', query: ['limit'] },
    ...{ success: [200], answer: 'ReconciliationList', problems: [401, 404] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/reconciliations/{reconciliationId}`, id: 'getReconciliation' },
    ...{ tag: 'billers', summary: 'One reconciliation, and what it found' },
    ...{ success: [200], answer: 'ReconciliationWithFindings', problems: [401, 404] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/reconciliations/{reconciliationId}/findings.csv` },
    ...{ id: 'downloadReconciliation', tag: 'billers', summary: 'What it found, for spreadsheets' },
    ...{ success: [200], answer: 'text/csv', problems: [401, 404] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/recordings`, id: 'listRecordings', tag: 'billers', scope: 'operate' },
    ...{ summary: 'Calls that were kept to be replayed, oldest first', query: ['from', 'after', 'limit'] },
    ...{ success: [200], answer: 'RecordingList', problems: [400, 401, 404] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/shadow`, id: 'getShadow', tag: 'billers' },
    ...{ summary: "In what a biller's shadow differs, and whether it is ready" },
    ...{ success: [200], answer: 'ShadowReport', problems: [401, 404] },
  },
  {
    ...{ method: 'post', path: `${BILLER}/shadow/switch`, id: 'switchShadow', tag: 'billers', scope: 'configure' },
    ...{ summary: 'The shadow’s adapter, settings and options become the biller’s, and the other way round' },
    ...{ body: 'ReasonBody', bodyIsOptional: true, success: [200], answer: 'ShadowReport' },
    problems: [401, 404, 409, 422],
  },
  {
    ...{ method: 'post', path: `${BILLER}/pause`, id: 'pauseBiller', tag: 'billers' },
    ...{ summary: "Hold a biller's deliveries back until they are resumed" },
    ...{ body: 'ReasonBody', bodyIsOptional: true, success: [200], answer: 'Partner', problems: [401, 404, 422] },
  },
  {
    ...{ method: 'post', path: `${BILLER}/resume`, id: 'resumeBiller', tag: 'billers' },
    ...{ summary: "Let a biller's deliveries go again, whatever held them back" },
    ...{ body: 'ReasonBody', bodyIsOptional: true, success: [200], answer: 'Partner', problems: [401, 404, 409, 422] },
  },
];

const accounts: Operation[] = [
  {
    ...{ method: 'get', path: `${BILLER}/accounts`, id: 'listAccounts', tag: 'accounts' },
    ...{ summary: 'Accounts held, in the order of their numbers', query: ['q', 'after', 'limit'] },
    ...{ success: [200], answer: 'HeldAccountList', problems: [400, 401, 404] },
  },
  {
    ...{ method: 'get', path: ACCOUNT, id: 'getAccount', tag: 'accounts' },
    ...{ summary: 'What is held of an account, without asking the partner' },
    ...{ success: [200], answer: 'RefreshedAccount', problems: [401, 404] },
  },
  {
    ...{ method: 'post', path: `${ACCOUNT}/refresh`, id: 'refreshAccount', tag: 'accounts' },
    ...{ summary: 'Ask the partner now (RTDR)', query: ['explain'] },
    ...{ success: [200], answer: 'RefreshedAccount', problems: [401, 404, 409, 501, 502] },
  },
  {
    ...{ method: 'get', path: `${ACCOUNT}/invoices`, id: 'listInvoices', tag: 'accounts' },
    ...{ summary: 'All invoices held for the account' },
    ...{ success: [200], answer: 'InvoiceList', problems: [401, 404] },
  },
  {
    ...{ method: 'get', path: `${ACCOUNT}/history`, id: 'readHistory', tag: 'accounts' },
    ...{ summary: "What happened to the account's invoices, newest first", query: ['before', 'limit'] },
    ...{ success: [200], answer: 'History', problems: [400, 401, 404] },
  },
  {
    ...{ method: 'get', path: '/v1/changes', id: 'readChanges', tag: 'changes' },
    ...{
      summary: 'What happened to invoices, in order; with `Prefer: wait=10` the next that happens is waited for',
      headers: ['prefer'],
    },
    ...{ query: ['after', 'limit'], bySomeBillers: true },
    ...{ success: [200], answer: 'ChangeList', problems: [400, 401, 410] },
  },
];

const enrollments: Operation[] = (['Paperless', 'Autopay'] as const).flatMap((kind): Operation[] => [
  {
    ...{ method: 'put', path: `${ACCOUNT}/enrollments/${kind.toLowerCase()}`, id: `set${kind}`, tag: 'enrollments' },
    ...{ summary: `Wish ${kind.toLowerCase()} on or off; ${WAITS}`, headers: ['prefer'], body: 'EnrollmentBody' },
    ...{ success: [202], answer: 'Enrollment', problems: [401, 404, 422, 501] },
  },
  {
    ...{ method: 'get', path: `${ACCOUNT}/enrollments/${kind.toLowerCase()}`, id: `get${kind}`, tag: 'enrollments' },
    ...{ summary: `How the wish for ${kind.toLowerCase()} stands` },
    ...{ success: [200], answer: 'Enrollment', problems: [401, 404] },
  },
]);

const payments: Operation[] = [
  {
    ...{ method: 'post', path: `${BILLER}/payments`, id: 'postPayment', tag: 'payments', body: 'PaymentBody' },
    ...{ summary: `Hold a payment durably and deliver it; ${WAITS}`, headers: ['prefer'] },
    ...{ success: [200, 202], answer: 'Payment', problems: [401, 404, 409, 422, 501] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/payments/{transactionId}`, id: 'getPayment', tag: 'payments' },
    ...{ summary: 'How a payment stands', success: [200], answer: 'Payment', problems: [401, 404] },
  },
  {
    ...{ method: 'post', path: `${BILLER}/payments/{transactionId}/return`, id: 'postReturn', tag: 'payments' },
    ...{ summary: `A payment that the bank took back; ${WAITS}`, headers: ['prefer'], body: 'ReturnBody' },
    ...{ success: [200, 202], answer: 'Return', problems: [401, 404, 409, 422, 501] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/payments/{transactionId}/return`, id: 'getReturn', tag: 'payments' },
    ...{ summary: 'How a return stands', success: [200], answer: 'Return', problems: [401, 404] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/invoices/{invoiceNumber}/document`, id: 'getDocument', tag: 'documents' },
    ...{ summary: "An invoice's PDF", success: [200], answer: 'application/pdf', problems: [401, 404, 501, 502] },
  },
];

const files: Operation[] = [
  {
    ...{ method: 'post', path: FILES, id: 'postInvoiceFile', tag: 'files', summary: 'Import an invoice file' },
    ...{ body: 'file', query: ['filename'], success: [202], answer: 'Import', problems: [400, 401, 404, 501, 507] },
  },
  {
    ...{ method: 'get', path: FILES, id: 'listImports', tag: 'files', summary: "A biller's imports, newest first" },
    ...{ query: ['limit'], success: [200], answer: 'ImportList', problems: [400, 401, 404] },
  },
  {
    ...{ method: 'get', path: `${FILES}/{importId}`, id: 'getImport', tag: 'files', summary: 'How an import stands' },
    query: ['explain'],
    ...{ success: [200], answer: 'Import', problems: [401, 404] },
  },
  {
    ...{ method: 'get', path: `${FILES}/{importId}/set-aside`, id: 'listSetAside', tag: 'files' },
    ...{ summary: 'The records set aside; go on with the last record number as `after`', query: ['after', 'limit'] },
    ...{ success: [200], answer: 'SetAsideList', problems: [400, 401, 404] },
  },
  {
    ...{ method: 'get', path: `${FILES}/{importId}/set-aside.csv`, id: 'downloadSetAside', tag: 'files' },
    ...{ summary: 'All records set aside, for a spreadsheet' },
    ...{ success: [200], answer: 'text/csv', problems: [401, 404] },
  },
  {
    ...{ method: 'get', path: `${BILLER}/inbox`, id: 'getInbox', tag: 'files', summary: "How a biller's inbox stands" },
    ...{ success: [200], answer: 'Inbox', problems: [401, 404] },
  },
];

const deliveries: Operation[] = [
  {
    ...{ method: 'get', path: '/v1/deliveries', id: 'listDeliveries', tag: 'deliveries' },
    ...{ summary: 'Deliveries, newest first', query: [...FILTERS, 'after', 'limit'] },
    ...{ bySomeBillers: true, success: [200], answer: 'DeliveryList', problems: [400, 401] },
  },
  {
    ...{ method: 'get', path: '/v1/deliveries/counts', id: 'countDeliveries', tag: 'deliveries' },
    ...{ summary: 'How many deliveries are in each state', query: FILTERS.filter((name) => name !== 'state') },
    ...{ bySomeBillers: true, success: [200], answer: 'DeliveryCounts', problems: [400, 401] },
  },
  {
    ...{ method: 'get', path: '/v1/deliveries/{id}', id: 'getDelivery', tag: 'deliveries' },
    ...{ summary: 'One delivery with its attempts', query: ['explain'] },
    ...{ bySomeBillers: true, success: [200], answer: 'DeliveryWithHistory', problems: [401, 404] },
  },
  {
    ...{ method: 'post', path: '/v1/deliveries/{id}/retry', id: 'retryDelivery', tag: 'deliveries' },
    ...{ summary: 'Send it on its way again', body: 'ReasonBody', bodyIsOptional: true },
    ...{ bySomeBillers: true, success: [200], answer: 'Delivery', problems: [401, 404, 409, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/deliveries/{id}/cancel', id: 'cancelDelivery', tag: 'deliveries' },
    ...{ summary: 'Give it up', body: 'ReasonBody', bodyIsOptional: true },
    ...{ bySomeBillers: true, success: [200], answer: 'Delivery', problems: [401, 404, 409, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/deliveries/{id}/settle', id: 'settleDelivery', tag: 'deliveries' },
    ...{ summary: 'End it as a person says who looked at the partner', body: 'SettleBody' },
    ...{ bySomeBillers: true, success: [200], answer: 'Delivery', problems: [401, 404, 409, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/deliveries/bulk', id: 'changeDeliveries', tag: 'deliveries', body: 'BulkBody' },
    ...{ summary: 'Retry, cancel or settle up to 500 deliveries, each for itself' },
    ...{ bySomeBillers: true, success: [200], answer: 'BulkResult', problems: [401, 422] },
  },
];

const TOKENS = '/v1/tokens';
const access: Operation[] = [
  {
    ...{ method: 'get', path: TOKENS, id: 'listTokens', tag: 'access', scope: 'configure' },
    ...{ summary: 'Tokens, revoked ones included; never the tokens themselves' },
    ...{ success: [200], answer: 'TokenList', problems: [401, 403] },
  },
  {
    ...{ method: 'post', path: TOKENS, id: 'makeToken', tag: 'access', scope: 'configure', body: 'TokenBody' },
    ...{ summary: 'Make a token; it is shown in this answer alone' },
    ...{ success: [201], answer: 'NewToken', problems: [401, 403, 422] },
  },
  {
    ...{ method: 'delete', path: `${TOKENS}/{tokenId}`, id: 'revokeToken', tag: 'access', scope: 'configure' },
    ...{ summary: 'Revoke a token, and the log-ins made with it' },
    ...{ success: [200], answer: 'Token', problems: [401, 403, 404] },
  },
  {
    ...{ method: 'get', path: '/v1/audit', id: 'readAudit', tag: 'access' },
    ...{ summary: 'Who did what, newest first', query: ['subject', 'before', 'limit'] },
    ...{ success: [200], answer: 'Audit', problems: [400, 401, 403] },
  },
  {
    ...{ method: 'get', path: '/v1/audit.ndjson', id: 'exportAudit', tag: 'access' },
    ...{ summary: 'The whole audit, oldest first, a JSON object a line', query: ['from', 'to'] },
    ...{ success: [200], answer: 'application/x-ndjson', problems: [400, 401, 403] },
  },
];

const host: Operation[] = [
  {
    ...{ method: 'get', path: '/v1/overview', id: 'getOverview', tag: 'host' },
    ...{ summary: 'All billers at a glance, deliveries of 24 hours, what needs a person' },
    ...{ bySomeBillers: true, success: [200], answer: 'Overview', problems: [401] },
  },
  {
    ...{ method: 'get', path: '/v1/events', id: 'listen', tag: 'host' },
    ...{ summary: 'Server-sent events: what kinds of things have changed' },
    ...{ bySomeBillers: true, success: [200], answer: 'text/event-stream', problems: [401] },
  },
  {
    ...{ method: 'get', path: '/v1/adapters', id: 'listAdapters', tag: 'host' },
    ...{
      summary: 'The adapters, quarantined ones included',
      bySomeBillers: true,
      success: [200],
      answer: 'AdapterList',
      problems: [401],
    },
  },
  {
    ...{ method: 'get', path: '/v1/doctor', id: 'checkHost', tag: 'host' },
    ...{ summary: 'Check the host: database, clocks, workers, adapters' },
    ...{ success: [200], answer: 'HostCheck', problems: [401] },
  },
  {
    ...{ method: 'post', path: '/v1/session', id: 'logIn', tag: 'host', body: 'LogInBody' },
    ...{ summary: 'Log in to the console: sets a cookie', success: [200], answer: 'Session', problems: [401, 422] },
  },
  {
    ...{ method: 'get', path: '/v1/session', id: 'getSession', tag: 'host', summary: 'Who is logged in, if anyone' },
    ...{ success: [200], answer: 'Session', problems: [] },
  },
  {
    ...{ method: 'delete', path: '/v1/session', id: 'logOut', tag: 'host', summary: 'Log out of the console' },
    ...{ scope: 'read', bySomeBillers: true, success: [204], problems: [401, 403] },
  },
  {
    ...{ method: 'get', path: '/healthz', id: 'alive', tag: 'host', summary: 'Whether the host is alive' },
    ...{ success: [200], answer: 'Alive', problems: [] },
  },
  {
    ...{ method: 'get', path: '/readyz', id: 'ready', tag: 'host' },
    ...{ summary: 'Whether database, queue and adapters are ready' },
    ...{ success: [200, 503], answer: 'Ready', problems: [] },
  },
  {
    ...{ method: 'get', path: '/metrics', id: 'readMetrics', tag: 'host', summary: 'Metrics for Prometheus' },
    ...{ success: [200], answer: 'text/plain', problems: [401] },
  },
];

export const OPERATIONS: readonly Operation[] = [
  ...billers,
  ...accounts,
  ...payments,
  ...enrollments,
  ...files,
  ...deliveries,
  ...access,
  ...host,
];

/** What a probe, or who logs in, may ask without a token. */
export const OPEN_OPERATIONS = new Set(['alive', 'ready', 'logIn', 'getSession']);

export const scopeOf = ({ scope, method }: Operation): Scope => scope ?? (method === 'get' ? 'read' : 'operate');

const byRoute = new Map(
  OPERATIONS.map((operation) => [
    `${operation.method.toUpperCase()} ${operation.path.replaceAll(/\{(\w{1,40})\}/g, ':$1')}`,
    operation,
  ]),
);

/** @param url the route's, such as `/v1/billers/:billerId` */
export const operationAt = (method: string, url: string): Operation | undefined =>
  byRoute.get(`${method === 'HEAD' ? 'GET' : method} ${url}`);
