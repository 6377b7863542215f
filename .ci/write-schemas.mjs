/** Publishes the manifest's JSON Schema in the contracts package, from the class that checks manifests. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../contracts/dist');
const target = join(dist, 'adapter-manifest.schema.json');
const newest = statSync(join(dist, '.tsbuildinfo')).mtimeMs;
if (!existsSync(target) || statSync(target).mtimeMs < newest) {
  const { AdapterManifest, wireSchema } = await import('../contracts/dist/src/index.js');
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'adapter.manifest.json',
    ...wireSchema(AdapterManifest, { closed: true }),
  };
  writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
}
