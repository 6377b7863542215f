/** The API described, its bodies from the classes that check them. */
import { wireSchema } from '@ic-host/contracts';
import { BillerBody, EnrollmentBody, PaymentBody, ReasonBody, ReturnBody, SettleBody } from './bodies.js';

const BODIES = { BillerBody, PaymentBody, ReturnBody, EnrollmentBody, ReasonBody, SettleBody };

interface Operation {
  method: 'get' | 'put' | 'post';
  path: string;
  summary: string;
  id: string;
  body?: keyof typeof BODIES | 'file';
  answers: string[];
  query?: string[];
}

const op = (
  method: Operation['method'],
  path: string,
  id: string,
  summary: string,
  answers: string[],
  more: Pick<Operation, 'body' | 'query'> = {},
): Operation => ({ method, path, id, summary, answers, ...more });

const BILLER = '/v1/billers/{billerId}';
const ACCOUNT = `${BILLER}/accounts/{accountNumber}`;
const OPERATIONS: Operation[] = [
  op('get', '/healthz', 'alive', 'Whether the host is alive', ['200']),
  op('get', '/readyz', 'ready', 'Whether database, queue and adapters are ready', ['200', '503']),
  op('get', '/metrics', 'readMetrics', 'Metrics for Prometheus', ['200']),
  op('get', '/v1/adapters', 'listAdapters', 'The adapters, quarantined ones included', ['200']),
  op('get', '/v1/billers', 'listBillers', 'The billers', ['200']),
  op('get', BILLER, 'getBiller', 'One biller, secrets masked', ['200', '404']),
  op('put', BILLER, 'putBiller', 'Make or change a biller', ['200', '201', '422'], { body: 'BillerBody' }),
  op('post', `${ACCOUNT}/refresh`, 'refreshAccount', 'Ask the partner now (RTDR)', ['200', '404', '409', '501', '502']),
  op('get', `${ACCOUNT}/invoices`, 'listInvoices', 'All invoices held for the account', ['200', '404']),
  ...['paperless', 'autopay'].flatMap((kind) => [
    op('put', `${ACCOUNT}/enrollments/${kind}`, `set-${kind}`, `Wish ${kind} on or off`, ['202', '404', '422', '501'], {
      body: 'EnrollmentBody',
    }),
    op('get', `${ACCOUNT}/enrollments/${kind}`, `get-${kind}`, `How the wish for ${kind} stands`, ['200', '404']),
  ]),
  op(
    'post',
    `${BILLER}/payments`,
    'postPayment',
    'Hold a payment durably and deliver it',
    ['200', '202', '404', '409', '422', '501'],
    { body: 'PaymentBody' },
  ),
  op('get', `${BILLER}/payments/{transactionId}`, 'getPayment', 'How a payment stands', ['200', '404']),
  op(
    'post',
    `${BILLER}/payments/{transactionId}/return`,
    'postReturn',
    'A payment that the bank took back',
    ['200', '202', '404', '409', '422', '501'],
    { body: 'ReturnBody' },
  ),
  op('get', `${BILLER}/payments/{transactionId}/return`, 'getReturn', 'How a return stands', ['200', '404']),
  op('get', `${BILLER}/invoices/{invoiceNumber}/document`, 'getDocument', "An invoice's PDF", [
    '200',
    '404',
    '501',
    '502',
  ]),
  op('post', `${BILLER}/invoice-files`, 'postInvoiceFile', 'Import an invoice file', ['202', '400', '404', '501'], {
    body: 'file',
    query: ['filename'],
  }),
  op('get', `${BILLER}/invoice-files`, 'listImports', "A biller's imports, newest first", ['200', '404'], {
    query: ['limit'],
  }),
  op('get', `${BILLER}/invoice-files/{importId}`, 'getImport', 'How an import stands', ['200', '404']),
  op('get', `${BILLER}/invoice-files/{importId}/set-aside`, 'listSetAside', 'The records set aside', ['200', '404'], {
    query: ['after', 'limit'],
  }),
  op('get', `${BILLER}/inbox`, 'getInbox', "How a biller's inbox stands", ['200', '404']),
  op('get', '/v1/changes', 'readChanges', 'What happened to invoices, in order', ['200', '400'], {
    query: ['after', 'limit'],
  }),
  op('get', '/v1/deliveries', 'listDeliveries', 'Deliveries, newest first', ['200', '400'], {
    query: ['state', 'biller', 'limit'],
  }),
  op('get', '/v1/deliveries/{id}', 'getDelivery', 'One delivery with its attempts', ['200', '404']),
  op('post', '/v1/deliveries/{id}/retry', 'retryDelivery', 'Send it on its way again', ['200', '404', '409'], {
    body: 'ReasonBody',
  }),
  op('post', '/v1/deliveries/{id}/cancel', 'cancelDelivery', 'Give it up', ['200', '404', '409'], {
    body: 'ReasonBody',
  }),
  op(
    'post',
    '/v1/deliveries/{id}/settle',
    'settleDelivery',
    'End it as a person says who looked at the partner',
    ['200', '404', '409', '422'],
    { body: 'SettleBody' },
  ),
  op('get', `${BILLER}/partner`, 'getPartner', "Whether a biller's deliveries are held back, and why", ['200', '404']),
  op('post', `${BILLER}/release`, 'releaseBiller', 'Try a biller whose deliveries are held back again, now', [
    '200',
    '404',
  ]),
  op('get', '/v1/audit', 'readAudit', 'What operators did, newest first', ['200', '400'], {
    query: ['subject', 'limit'],
  }),
];

/** What a probe may ask without a token. */
const OPEN_PATHS = new Set(['/healthz', '/readyz']);

const problem = {
  description: 'A problem',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
const json = (schema: object) => ({ content: { 'application/json': { schema } } });

function describe({ path, id, summary, body, answers, query = [] }: Operation): object {
  const parameter = (place: string) => (name: string) => ({
    name,
    in: place,
    required: place === 'path' || name === 'filename',
    schema: { type: 'string' },
  });
  const content =
    body === 'file'
      ? { content: { 'application/octet-stream': {} } }
      : body && json({ $ref: `#/components/schemas/${body}` });
  return {
    operationId: id,
    summary,
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map((match) => parameter('path')(match[1] ?? '')),
      ...query.map(parameter('query')),
    ],
    ...(content ? { requestBody: { required: true, ...content } } : {}),
    ...(OPEN_PATHS.has(path) ? { security: [] } : {}),
    responses: Object.fromEntries(
      answers.map((status) => [status, status < '400' || id === 'ready' ? { description: summary } : problem]),
    ),
  };
}

/** An OpenAPI 3.1 document. */
export function openApi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  return {
    openapi: '3.1.0',
    info: { title: 'ic-host', version: '1', description: 'An integration host for bill payment.' },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['status', 'code', 'detail'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            code: { type: 'string' },
            detail: { type: 'string' },
          },
        },
        ...Object.fromEntries(Object.entries(BODIES).map(([name, type]) => [name, wireSchema(type)])),
      },
    },
  };
}
