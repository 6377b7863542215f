/** Does a piece of work now, and again a while after each time, until it is told to stop. */
import { setTimeout as wait } from 'node:timers/promises';

/** @param work which throws nothing @returns when the last time has ended */
export async function every(ms: number, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await work();
    await wait(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
