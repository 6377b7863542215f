/** The adapter that a command's argument means: a folder, or the id of one that the host's manifest loads. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type LoadedAdapter, loadAdapter, loadAdapters } from '../adapters/adapter-registry.js';
import { faultText } from '../adapters/check-manifest.js';

/** @throws Error saying what is wrong with it */
export async function adapterNamed(plugin: string, manifest: string): Promise<LoadedAdapter> {
  if (!existsSync(plugin)) return (await loadAdapters(manifest)).get(plugin);
  const adapter = await loadAdapter({ source: resolve(plugin) }, process.cwd());
  if ('faults' in adapter) throw new Error(adapter.faults.map(faultText).join('\n'));
  return adapter;
}
