/** Finds what an adapter brings to the contract suite. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CallFixture } from '@ic-host/contracts';
import type { ContractConfig } from '@ic-host/contracts/suite';
import type { LoadedAdapter } from '../adapters/adapter-registry.js';

/** @throws Error saying what to do when there is none */
export async function contractConfigOf({ manifest, folder }: LoadedAdapter): Promise<ContractConfig> {
  const hint = 'see docs/writing-an-adapter.md';
  if (!manifest.contractConfig) throw new Error(`the manifest of ${manifest.id} names no contractConfig: ${hint}`);
  const file = join(folder, manifest.contractConfig);
  if (!existsSync(file)) throw new Error(`${file} is not there: build the adapter first`);
  const { default: config } = (await import(pathToFileURL(file).href)) as { default?: ContractConfig };
  if (typeof config?.start !== 'function') throw new Error(`${file} must export { start } as its default: ${hint}`);
  return config;
}

/** The recorded calls that an adapter brings: the JSON files of its folder `fixtures`. */
export function fixturesOf({ folder }: LoadedAdapter): CallFixture[] {
  const from = join(folder, 'fixtures');
  if (!existsSync(from)) return [];
  return readdirSync(from)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(from, name), 'utf8')) as CallFixture);
}
