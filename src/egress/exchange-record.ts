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

interface Recording {
  exchanges: Exchange[];
  /** How much of a request and of an answer is kept. */
  bytes: number;
}

const current = new AsyncLocalStorage<Recording>();
const MOST = 20;
const USUAL_BYTES = 4_096;

/** Runs work, and gives back its exchanges with the outcome; never throws by itself. */
export async function recordingExchanges<T>(
  work: () => Promise<T>,
  bytes = USUAL_BYTES,
): Promise<{ exchanges: Exchange[]; value: T } | { exchanges: Exchange[]; error: unknown }> {
  const exchanges: Exchange[] = [];
  try {
    return { value: await current.run({ exchanges, bytes }, work), exchanges };
  } catch (error) {
    return { error, exchanges };
  }
}

/** How many bytes of the next exchange are to be kept; 0: none is recorded. */
export function bytesToRecord(): number {
  const recording = current.getStore();
  return recording && recording.exchanges.length < MOST ? recording.bytes : 0;
}

export const recordExchange = (exchange: Exchange): void => void current.getStore()?.exchanges.push(exchange);
