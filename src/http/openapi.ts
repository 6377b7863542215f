/** The API described, as OpenAPI 3.1: bodies from the classes that check them, answers from their schemas. */
import { wireSchema } from '@ic-host/contracts';
import { HOST_VERSION } from '../version.js';
import { ANSWERS } from './answers.js';
import { EXAMPLES, PATH_EXAMPLES } from './examples.js';
import { BODIES, OPEN_OPERATIONS, OPERATIONS, type Operation, QUERIES, TAGS } from './operations.js';
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
  403: problem('not-from-the-console', 'with a cookie, a change needs the header x-ic-host-console'),
  404: problem('biller-not-found', 'no biller 1664'),
  409: problem('transaction-conflict', 'the transaction t-1 is held with another content'),
  422: problem('invalid-request', 'amount must be a decimal string with at most two decimals'),
  501: problem('contract-not-supported', 'the adapter does not implement document-provider'),
  502: problem('partner-unavailable', 'no answer in time'),
};

function bodyOf({ body, bodyIsOptional }: Operation): object {
  if (!body) return {};
  const content =
    body === 'file'
      ? { 'application/octet-stream': { schema: { type: 'string' }, example: EXAMPLES.file } }
      : { 'application/json': { schema: ref(body), example: EXAMPLES[body] } };
  return { requestBody: { required: !bodyIsOptional, content } };
}

function describe(operation: Operation): object {
  const { path, id, tag, summary, success, problems, query = [] } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
        ...{ name, in: 'path', required: true, schema: { type: 'string' }, example: PATH_EXAMPLES[name] },
      })),
      ...query.map((name) => ({ name, in: 'query', required: false, ...QUERIES[name] })),
    ],
    ...bodyOf(operation),
    ...(OPEN_OPERATIONS.has(id) ? { security: [] } : {}),
    responses: Object.fromEntries([
      ...success.map((status) => [status, answerOf(operation, status)]),
      ...problems.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
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
