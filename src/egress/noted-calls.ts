/** Notes the calls that a piece of work makes to a partner, as they are or would be sent: for shadows, which change nothing. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** A call as it is sent, or would be; secrets masked. */
export interface NotedCall {
  operation: string;
  method: string;
  /** Path and query, without the host. */
  path: string;
  body: string;
}

interface Noting {
  calls: NotedCall[];
  keptBack: boolean;
}
const current = new AsyncLocalStorage<Noting>();

/** The calls go out as ever. */
export async function noting<T>(work: () => Promise<T>): Promise<{ value: T; calls: NotedCall[] }> {
  const calls: NotedCall[] = [];
  return { value: await current.run({ calls, keptBack: false }, work), calls };
}

/**
 * No call goes out.
 * @returns the calls that the work wished to make, and what it threw, since none of them was answered
 */
export async function keepingBack(work: () => Promise<unknown>): Promise<{ calls: NotedCall[]; error?: unknown }> {
  const calls: NotedCall[] = [];
  try {
    await current.run({ calls, keptBack: true }, work);
    return { calls };
  } catch (error) {
    return { calls, error };
  }
}

/** What notes the calls of the work that runs now, and whether they are kept back. */
export const notingNow = (): Noting | undefined => current.getStore();
