#!/usr/bin/env node
/** Runs the command line on the Node that the project pins, when the one it was called with is too old. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = 24;
const main = join(dirname(fileURLToPath(import.meta.url)), '../main.js');
const pinned = join(dirname(fileURLToPath(import.meta.url)), '../../../node_modules/node/bin/node');

if (Number(process.versions.node.split('.')[0]) >= OLDEST || !existsSync(pinned)) await import(main);
else {
  const { status, signal } = spawnSync(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? (signal ? 1 : 0));
}
