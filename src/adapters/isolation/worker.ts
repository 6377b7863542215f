/** The inside of an isolated adapter's thread: locks it down, loads the adapter, and does what the host asks of it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { integrityOf } from '../integrity.js';
import type { AdapterPlace } from './isolated-adapter.js';
import { prepareLockDown, urlOf } from './lock-down.js';

const { folder, entry, integrity } = workerData as AdapterPlace;
const port = parentPort;
if (!port) throw new Error('this is the inside of a worker');
if (integrity !== undefined && integrityOf(folder) !== integrity)
  throw new Error("its files are not those that the host's manifest pins");
const lock = prepareLockDown(folder);
const { serveAdapter } = await import('./serve-adapter.js');
lock();
serveAdapter(port, new AsyncLocalStorage(), async () => (await import(urlOf(entry))).default);
