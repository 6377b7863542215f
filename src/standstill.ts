/**
 * Ends a process whose thread stands still: an adapter in an endless loop holds all billers, nothing in the thread can know of
 * it, and whoever starts hosts anew (Kubernetes, systemd) needs one that has ended.
 */
import { url as debugged } from 'node:inspector';
import { Worker } from 'node:worker_threads';

const BEAT_MS = 1_000;

export interface StandstillTimes {
  /** How often it is looked at. */
  everyMs: number;
  /** So many looks in a row without a beat, and it ends: one alone is what a machine that slept has missed. */
  looks: number;
}

export const STANDSTILL_TIMES: StandstillTimes = { everyMs: 5_000, looks: 12 };

/** Watches this thread from another; not where a debugger holds it. */
export function endWhenStill({ everyMs, looks }: StandstillTimes = STANDSTILL_TIMES): void {
  if (debugged() !== undefined) return;
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setInterval(() => Atomics.add(beats, 0, 1), Math.min(BEAT_MS, everyMs)).unref();
  const watch = new Worker(new URL('./standstill-watch.js', import.meta.url), {
    workerData: { beats, everyMs, looks },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16 },
  });
  watch.unref();
  watch.on('error', () => undefined); // then nobody watches, and all goes on as without
}
