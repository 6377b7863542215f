/** Adapters and hosts' manifests for one test, in folders of their own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from './host-fixture.js';

/** What an entry imports the contracts from, as a literal. */
export const CONTRACTS = JSON.stringify(pathToFileURL(resolve('contracts/dist/src/index.js')).href);

/** An entry that can be loaded, and does nothing. */
export const IDLE_SINK = `import { adapterModule, ENROLLMENT_SINK } from ${CONTRACTS};
export default adapterModule(({ bind }) => { bind(ENROLLMENT_SINK).toConstantValue({}); });`;

/** @returns a host's manifest that lists these, from its own folder */
export function hostManifest(...adapters: object[]): string {
  const file = join(temporaryFolder(), 'adapter.manifest.json');
  writeFileSync(file, JSON.stringify({ hostApi: '1', adapters }));
  return file;
}

/**
 * An adapter whose entry is this text.
 * @param manifest what is not as in every such adapter; its contracts at least
 * @param listed how the host's manifest lists it, besides its source
 * @returns the host's manifest that loads it alone
 */
export function writtenAdapter(entry: string, manifest: object, listed: object = {}): string {
  const host = hostManifest({ source: './acme', ...listed });
  const folder = join(dirname(host), 'acme');
  mkdirSync(folder);
  const usual = { id: 'acme', name: 'Acme', version: '1.0.0', hostApi: '^1.0.0', entry: './entry.js' };
  const files = {
    'package.json': '{"type":"module"}',
    'adapter.manifest.json': JSON.stringify({ ...usual, settings: [], egress: [], ...manifest }),
    'entry.js': entry,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return host;
}
