/** Checks answers by the API's own description, so that it can't differ from what is answered. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApi } from '../src/http/openapi.js';

interface Description {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, { $ref?: string }> }>>;
}

const description = openApi() as Description;
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(description, 'api');
const compiled = new Map<string, ValidateFunction>();
const pointer = (...parts: string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');
const patterns = Object.keys(description.paths).map((path) => ({
  path,
  // What is fixed goes before what is a parameter: /deliveries/counts is not a delivery.
  parameters: path.split('{').length,
  pattern: new RegExp(`^${path.replace(/[.]/g, '[.]').replace(/\{\w+\}/g, '[^/]+')}$`),
}));
patterns.sort((a, b) => a.parameters - b.parameters);

/** @throws Error saying what differs from the description; a path that is not there is not described */
export function expectDescribed(
  method: string,
  path: string,
  { status, body, headers }: { status: number; body: unknown; headers: Headers },
): void {
  const plain = path.split('?')[0] ?? '';
  const place = patterns.find(({ pattern }) => pattern.test(plain))?.path;
  const operation = place && description.paths[place]?.[method.toLowerCase()];
  if (!operation) {
    if (status < 400 && plain !== '/openapi.json') throw new Error(`${method} ${plain} is not described`);
    return;
  }
  const media = headers.get('content-type')?.split(';')[0] ?? '';
  const key = `${operation.operationId} ${status}`;
  const response = operation.responses[status];
  // What any operation may say of a bad request, or of a fault of ours, is described by its form alone.
  const at =
    response && !response.$ref
      ? pointer('paths', place, method.toLowerCase(), 'responses', String(status), 'content', media, 'schema')
      : pointer('components', 'schemas', 'Problem');
  if (!response && status < 400) throw new Error(`${key} is not described`);
  const validate = compiled.get(key) ?? ajv.compile({ $ref: `api#${at}` });
  compiled.set(key, validate);
  if (!validate(body))
    throw new Error(`${key} is not as it is described: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`);
}
