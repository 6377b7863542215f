/** Writes src/schema.ts from the host's own description of its API. Run on a built repository, by `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const HEAD =
  '/** The types of the API, made by `npm run docs` from the description in src/http; not to be edited. */\n\n';

/** @param {object} description an OpenAPI document */
export async function clientTypes(description) {
  return (
    HEAD + astToString(await openapiTS(JSON.stringify(description), { alphabetize: false, defaultNonNullable: false }))
  );
}

const target = join(dirname(fileURLToPath(import.meta.url)), 'src/schema.ts');
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { openApi } = await import('../dist/src/http/openapi.js');
  writeFileSync(target, await clientTypes(openApi()));
}
