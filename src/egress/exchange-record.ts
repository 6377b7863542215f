/** Collects what was said to a partner during one piece of work, secrets masked, for the people who must explain it. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Exchange {
  operation: string;
  url: string;
  request: string;
  status: number | null;
  response: string;
  durationMs: number;
}

const current = new AsyncLocalStorage<Exchange[]>();
const MOST = 20;

/** Runs work, and gives back its exchanges with the outcome; never throws by itself. */
export async function recordingExchanges<T>(
  work: () => Promise<T>,
): Promise<{ exchanges: Exchange[]; value: T } | { exchanges: Exchange[]; error: unknown }> {
  const exchanges: Exchange[] = [];
  try {
    return { value: await current.run(exchanges, work), exchanges };
  } catch (error) {
    return { error, exchanges };
  }
}

export const isRecording = (): boolean => (current.getStore()?.length ?? MOST) < MOST;
export const recordExchange = (exchange: Exchange): void => void current.getStore()?.push(exchange);
