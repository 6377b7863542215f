#!/usr/bin/env node
/** Runs the command line on the Node that the project pins, when the one it was called with is too old. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = 24;
const main = join(dirname(fileURLToPath(import.meta.url)), '../main.js');
const pinned = join(dirname(fileURLToPath(import.meta.url)), '../../../node_modules/node/bin/node');

if (Number(process.versions.node.split('.')[0]) >= OLDEST || !existsSync(pinned)) await import(main);
else {
  // By its channel it notices when this process is killed, and ends; a signal is handed on.
  const child = spawn(pinned, [main, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.once('exit', (status, signal) => {
    if (signal === null) process.exit(status ?? 1);
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}
