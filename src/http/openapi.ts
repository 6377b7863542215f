/** The API described, as OpenAPI 3.1: bodies from the classes that check them, answers from their schemas. */
import { wireSchema } from '@ic-host/contracts';
import { HOST_VERSION } from '../version.js';
import { ANSWERS } from './answers.js';
import { EXAMPLES, PATH_EXAMPLES } from './examples.js';
import { BODIES, HEADERS, OPEN_OPERATIONS, OPERATIONS, type Operation, QUERIES, scopeOf, TAGS } from './operations.js';
import { ref } from './schema.js';

const WORDS: Record<number, string> = {
  200: 'Done',
  201: 'Made',
  202: 'Held durably',
  204: 'Done',
  503: 'Not ready',
};

const isMedia = (answer: string): boolean => answer.includes('/');

function answerOf({ answer, summary }: Operation, status: number): object {
  const description = `${WORDS[status]}: ${summary}`;
  if (!answer) return { description };
  const example = EXAMPLES[answer];
  const content = isMedia(answer)
    ? { [answer]: { schema: { type: 'string' }, example } }
    : { 'application/json': { schema: ref(answer), example } };
  return { description, content };
}

const problemOf = (status: number): object => ({
  description: 'A problem, told by its code',
  content: {
    'application/problem+json': {
      schema: ref('Problem'),
      example: { type: 'about:blank', status, ...PROBLEMS[status] },
    },
  },
});
const problem = (code: string, detail: string) => ({ title: code.replaceAll('-', ' '), code, detail });
const PROBLEMS: Record<number, object> = {
  400: problem('bad-limit', 'limit must be 1 to 1000'),
  401: problem('unauthorized', 'a bearer token is needed: Authorization: Bearer …'),
  403: problem('scope-too-small', 'this needs a token of the scope operate; this one has read'),
  404: problem('biller-not-found', 'no biller 1664'),
  409: problem('transaction-conflict', 'the transaction t-1 is held with another content'),
  410: problem(
    'cursor-expired',
    'changes behind this cursor are kept no longer; begin at 0.0, and ask for what is held of the accounts',
  ),
  412: problem('biller-changed', 'biller 1663 is not as it was read any more: read it again'),
  422: problem('invalid-request', 'amount must be a decimal string with at most two decimals'),
  429: {
    ...problem('too-many-requests', 'this token asks more than the host allows in a second'),
    retryAfterSeconds: 1,
  },
  501: problem('contract-not-supported', 'the adapter does not implement document-provider'),
  502: problem('partner-unavailable', 'no answer in time'),
  503: {
    ...problem('database-unavailable', 'the database does not answer; whether this was done is not known: ask again'),
    retryAfterSeconds: 1,
  },
  507: problem('disk-full', 'no room is left here; nothing of this was kept'),
};

function bodyOf({ body, bodyIsOptional }: Operation): object {
  if (!body) return {};
  const content =
    body === 'file'
      ? { 'application/octet-stream': { schema: { type: 'string' }, example: EXAMPLES.file } }
      : { 'application/json': { schema: ref(body), example: EXAMPLES[body] } };
  return { requestBody: { required: !bodyIsOptional, content } };
}

/** Every request may be malformed, or find no database; one that needs a token may be too much for it, or too many. */
const problemsOf = ({ id, problems }: Operation): number[] =>
  OPEN_OPERATIONS.has(id) && problems.length === 0
    ? []
    : [...new Set([...problems, 400, 429, 503, ...(OPEN_OPERATIONS.has(id) ? [] : [403])])].sort((a, b) => a - b);

function describe(operation: Operation): object {
  const { path, id, tag, summary, success, query = [], headers = [] } = operation;
  const isOpen = OPEN_OPERATIONS.has(id);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(isOpen ? { security: [] } : { description: `Needs a token of the scope \`${scopeOf(operation)}\`.` }),
    parameters: [
      ...[...path.matchAll(/\{(\w{1,40})\}/g)].map(([, name = '']) => ({
        ...{ name, in: 'path', required: true, schema: { type: 'string' }, example: PATH_EXAMPLES[name] },
      })),
      ...query.map((name) => ({ name, in: 'query', required: false, ...QUERIES[name] })),
      ...headers.map((name) => ({ name, in: 'header', required: false, ...HEADERS[name] })),
    ],
    ...bodyOf(operation),
    responses: Object.fromEntries([
      ...success.map((status) => [status, answerOf(operation, status)]),
      ...problemsOf(operation).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
    ]),
  };
}

/** An OpenAPI 3.1 document. */
export function openApi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'ic-host',
      version: HOST_VERSION,
      description:
        'An integration host for bill payment: it asks partners for balances, tells them of payments and enrollments, and imports their invoice files. Money is a decimal string, dates are YYYY-MM-DD, instants are ISO 8601 in UTC. Errors are RFC 9457 problems with a stable `code`.',
      license: { name: 'Unlicensed', identifier: 'LicenseRef-UNLICENSED' },
    },
    servers: [{ url: '/', description: 'This host' }],
    security: [{ token: [] }, { session: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'ic_host_session', description: 'The log-in of the console' },
      },
      responses: Object.fromEntries(
        Object.keys(PROBLEMS).map((status) => [`Problem${status}`, problemOf(Number(status))]),
      ),
      schemas: {
        ...ANSWERS,
        ...Object.fromEntries(Object.entries(BODIES).map(([name, type]) => [name, wireSchema(type)])),
      },
    },
  };
}
