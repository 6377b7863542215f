/**
 * How long a host takes until it is ready: with its database there, from nothing at all, and with a hundred adapters; new in
 * its folder, and started there again, where it finds what it compiled.
 */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startHost } from './host.js';
import { type Figure, interleaved } from './results.js';

const [ROUNDS, ADAPTERS] = [5, 100];
const PLUGIN = resolve('plugins/britecore');

/** Copies of an adapter, each with an id of its own. @returns the host's manifest that names them */
function manyAdapters(folder: string): string {
  mkdirSync(folder);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(PLUGIN, 'adapter.manifest.json'), 'utf8'));
  const sources = Array.from({ length: ADAPTERS }, (_, index) => {
    const copy = join(folder, `copy-${index}`);
    mkdirSync(copy);
    for (const part of ['package.json', 'dist']) cpSync(join(PLUGIN, part), join(copy, part), { recursive: true });
    writeFileSync(join(copy, 'adapter.manifest.json'), JSON.stringify({ ...manifest, id: `copy-${index}` }));
    return copy;
  });
  const file = join(folder, 'adapters.json');
  writeFileSync(file, JSON.stringify({ hostApi: '1', adapters: [PLUGIN, ...sources] }));
  return file;
}

export async function start(folder: string, database: string): Promise<Figure[]> {
  const many = manyAdapters(join(folder, 'adapters'));
  /** @returns seconds from the command until `/readyz` says yes */
  const ready = async (databaseUrl: string, ...more: string[]): Promise<number> => {
    const began = performance.now();
    const host = await startHost(folder, databaseUrl, ...more);
    for (;;) if ((await fetch(`${host.url}/readyz`)).ok) break;
    const seconds = (performance.now() - began) / 1000;
    host.child.kill('SIGTERM');
    await host.exited;
    return seconds;
  };
  const again = (name: string) => ['--data-dir', join(folder, name)];
  const [there, nothing, hundred, thereAgain, hundredAgain] = await interleaved(ROUNDS, [
    { name: 'database there', run: () => ready(database) },
    { name: 'from nothing', run: () => ready('') },
    { name: 'with many adapters', run: () => ready(database, '--manifest', many) },
    { name: 'again', run: () => ready(database, ...again('started again')) },
    { name: 'again, with many', run: () => ready(database, '--manifest', many, ...again('many, started again')) },
  ]);
  const added = (more: number[] = [], less: number[] = []) =>
    more.map((seconds, round) => seconds - (less[round] ?? 0));
  const section = 'Start';
  const adds = `what ${ADAPTERS} adapters more add`;
  return [
    { section, name: 'ready, with its database there', values: there ?? [], unit: 's', wanted: { most: 2 } },
    { section, name: 'ready, started again', values: thereAgain ?? [], unit: 's', wanted: { most: 2 } },
    { section, name: 'ready, from an empty folder', values: nothing ?? [], unit: 's', wanted: { most: 4 } },
    { section, name: adds, values: added(hundred, there), unit: 's', wanted: { most: 1 } },
    {
      section,
      name: `${adds}, started again`,
      values: added(hundredAgain, thereAgain),
      unit: 's',
      wanted: { most: 1 },
    },
  ];
}
