/** Makes a new adapter part of the repository it was written into: built with it, loaded by its host. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Adds an item to a list in a JSON file, if it isn't there. */
function addTo<T>(file: string, list: (value: Record<string, unknown>) => T[], item: T): void {
  const value = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const items = list(value);
  if (items.some((known) => JSON.stringify(known) === JSON.stringify(item))) return;
  items.push(item);
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** @param name the adapter is in `plugins/<name>` */
export function joinRepository(root: string, name: string): void {
  addTo(join(root, 'tsconfig.json'), (value) => value.references as { path: string }[], { path: `plugins/${name}` });
  addTo(join(root, 'adapter.manifest.json'), (value) => value.adapters as string[], `./plugins/${name}`);
  // Names of another length break lines elsewhere.
  const biome = join(root, 'node_modules/.bin/biome');
  const files = [`plugins/${name}`, 'tsconfig.json', 'adapter.manifest.json'];
  if (existsSync(biome)) spawnSync(biome, ['check', '--write', ...files], { cwd: root, stdio: 'ignore' });
}
