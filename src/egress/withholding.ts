/** Work whose calls to a partner are built and kept, and never sent: for shadows, which must change nothing. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** A call as it would have been sent; secrets masked. */
export interface WithheldCall {
  operation: string;
  method: string;
  /** Path and query, without the host. */
  path: string;
  body: string;
}

const current = new AsyncLocalStorage<WithheldCall[]>();

/** @returns the calls that the work wished to make, and what it threw, since none of them was answered */
export async function withholding(work: () => Promise<unknown>): Promise<{ calls: WithheldCall[]; error?: unknown }> {
  const calls: WithheldCall[] = [];
  try {
    await current.run(calls, work);
    return { calls };
  } catch (error) {
    return { calls, error };
  }
}

/** Where the calls of the work that runs now are kept; undefined: they are sent. */
export const withheldCalls = (): WithheldCall[] | undefined => current.getStore();
