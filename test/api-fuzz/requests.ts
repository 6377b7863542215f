/** Requests made from the API's own description: as it says, nearly so, and not at all. */
import fc, { type Arbitrary } from 'fast-check';
import { openApi } from '../../src/http/openapi.js';

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: unknown;
  minimum?: number;
  maximum?: number;
  format?: string;
  oneOf?: Schema[];
}
interface Operation {
  operationId: string;
  parameters: { name: string; in: 'path' | 'query'; schema: Schema; example: unknown }[];
  requestBody?: { content: Record<string, { schema: Schema; example: unknown }> };
}
const description = openApi() as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

export interface FuzzRequest {
  operationId: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** What breaks programs that took it for text, a number, a name or a path. */
const HOSTILE = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff\ud800',
    '\ufeff',
    '\u202e',
    '\u0000',
    '💥',
    'é'.repeat(300),
    'x'.repeat(5_000),
  ],
  ...[
    "'; drop table billers; --",
    '" or ""="',
    '\\',
    '%',
    '%00',
    '%2e%2e%2f',
    '../../etc/passwd',
    '..',
    '.',
    '/',
    '//',
  ],
  ...[
    '\u0024{jndi:ldap://x}',
    '{{7*7}}',
    '<script>alert(1)</script>',
    '$(id)',
    '`id`',
    '\r\nx-injected: 1',
    '__proto__',
  ],
  ...['constructor', 'prototype', 'toString', 'null', 'undefined', 'NaN', 'Infinity', '-0', '1e309', '1e3', '0x10'],
  ...[
    '9007199254740993',
    '99999999999999999999',
    '99999999999999999999.1',
    '1.9999999999999999999',
    '-1',
    '0',
    '0.00',
    '0.001',
    '1,00',
    '4242 4242 4242 4242',
    '2026-02-30',
  ],
  ...['0000-00-00', '9999-12-31', '275760-09-13T00:00:00.001Z', '-271821-04-20T00:00:00Z', 'true', '[]', '{}'],
];
/** Things that are there, so that requests come further than to what is not found. */
const KNOWN = [
  '1663',
  'FM4000264061',
  't-1',
  't-2',
  'britecore',
  '0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a',
  '1663_11232026.JSON',
];

const text: Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...KNOWN) },
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);
const anything: Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], { a: { b: {} } }),
  fc.anything({ maxDepth: 3, withBigInt: false, withDate: false }),
);

const resolve = ({ $ref, ...schema }: Schema): Schema =>
  $ref ? (description.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {}) : schema;

/** Mostly what a schema says. */
function arbitraryOf(schema: Schema, example?: unknown): Arbitrary<unknown> {
  const { type, enum: choices, properties, required = [], items, minimum, maximum, oneOf } = resolve(schema);
  const kind = Array.isArray(type) ? type[0] : type;
  const given = example === undefined ? [] : [{ weight: 4, arbitrary: fc.constant(example) }];
  const spoilt = { weight: 1, arbitrary: anything };
  if (choices) return fc.oneof(...given, { weight: 4, arbitrary: fc.constantFrom(...choices) }, spoilt);
  if (oneOf) return fc.oneof(...given, ...oneOf.map((each) => arbitraryOf(each)), spoilt);
  if (kind === 'object' && properties) {
    const examples = (example ?? {}) as Record<string, unknown>;
    const fields = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, arbitraryOf(field, examples[name])]),
    );
    const whole = fc.record(fields, { requiredKeys: required });
    const more = fc.tuple(whole, text, anything).map(([value, key, extra]) => ({ ...value, [key]: extra }));
    return fc.oneof({ weight: 8, arbitrary: whole }, { weight: 1, arbitrary: more }, spoilt);
  }
  if (kind === 'object') return fc.oneof(...given, fc.dictionary(text, anything, { maxKeys: 4 }), spoilt);
  if (kind === 'array') return fc.oneof(...given, fc.array(arbitraryOf(items ?? {}), { maxLength: 5 }), spoilt);
  if (kind === 'integer' || kind === 'number')
    return fc.oneof(...given, fc.integer({ min: minimum ?? -10, max: maximum ?? 2_000 }), spoilt);
  if (kind === 'boolean') return fc.oneof({ weight: 6, arbitrary: fc.boolean() }, spoilt);
  return fc.oneof(...given, { weight: 3, arbitrary: text }, spoilt);
}

/** Once in so many times. */
const sometimes = <T>(times: number, arbitrary: Arbitrary<T>): Arbitrary<T | null> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
/** Of a lone surrogate a URL can't be made: then as it is cut by whoever sends it. */
const encoded = (value: string): string => {
  try {
    return encodeURIComponent(value);
  } catch {
    return '%ED%A0%80';
  }
};

const jsonText = (value: unknown): string => JSON.stringify(value) ?? '';
/** Well-formed, and then cut, doubled or with a byte changed. */
const spoiltText = (json: Arbitrary<string>): Arbitrary<string> =>
  fc
    .tuple(json, fc.nat(), fc.constantFrom('cut', 'doubled', 'changed', 'deep', 'nested', 'proto'))
    .map(([whole, at, how]) => {
      const index = at % (whole.length + 1);
      if (how === 'cut') return whole.slice(0, index);
      if (how === 'doubled') return whole + whole;
      if (how === 'deep') return '['.repeat(20_000);
      if (how === 'nested') return `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
      if (how === 'proto') return whole.replace('{', '{"__proto__":{"admin":true},');
      return `${whole.slice(0, index)}\u0001${whole.slice(index + 1)}`;
    });

function bodyOf({ requestBody }: Operation): Arbitrary<{ type: string; text: string } | undefined> {
  if (!requestBody) return fc.oneof(fc.constant(undefined), fc.constant({ type: 'application/json', text: '{}' }));
  const [[type, { schema, example }] = ['', { schema: {}, example: undefined }]] = Object.entries(requestBody.content);
  const json =
    type === 'application/json'
      ? arbitraryOf(schema, example).map(jsonText)
      : fc.oneof(fc.constant(asText(example)), fc.string({ unit: 'binary', maxLength: 200 }), anything.map(jsonText));
  return fc.oneof(
    { weight: 8, arbitrary: json.map((text) => ({ type, text })) },
    { weight: 1, arbitrary: spoiltText(json).map((text) => ({ type, text })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('text/plain', 'application/xml', 'application/json; charset=utf-16', ''), json)
        .map(([other, text]) => ({ type: other, text })),
    },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** Never asked: a stream that doesn't end. */
const LEFT_OUT = new Set(['listen']);

function requestOf(path: string, method: string, operation: Operation): Arbitrary<FuzzRequest> {
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query');
  return fc
    .record({
      path: fc.tuple(...inPath.map(({ schema, example }) => arbitraryOf(schema, example))),
      query: fc.tuple(...inQuery.map(({ schema, example }) => sometimes(2, arbitraryOf(schema, example)))),
      stray: sometimes(20, fc.tuple(text, text)),
      body: bodyOf(operation),
      prefer: sometimes(8, fc.constantFrom('wait=1', 'wait=-1', 'wait=x')),
    })
    .map(({ path: values, query, stray, body, prefer }) => {
      const filled = inPath.reduce(
        (at, { name }, index) => at.replace(`{${name}}`, encoded(asText(values[index])) || '%20'),
        path,
      );
      const pairs = inQuery.flatMap(({ name }, index) => (query[index] === null ? [] : [[name, asText(query[index])]]));
      const search = [...pairs, ...(stray ? [stray] : [])].map((pair) =>
        pair.map((each) => encoded(each ?? '')).join('='),
      );
      return {
        operationId: operation.operationId,
        method: method.toUpperCase(),
        path: `${filled}${search.length ? `?${search.join('&')}` : ''}`,
        headers: { ...(body?.type ? { 'content-type': body.type } : {}), ...(prefer ? { prefer } : {}) },
        body: body?.text.toWellFormed(),
      };
    });
}

export const fuzzRequest: Arbitrary<FuzzRequest> = fc.oneof(
  ...Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { operationId }]) => !LEFT_OUT.has(operationId))
      .map(([method, operation]) => requestOf(path, method, operation)),
  ),
);
