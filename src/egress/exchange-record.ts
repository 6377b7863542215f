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

/** What is kept of the exchanges. */
interface Kept {
  /** How much of a request and of an answer. */
  bytes: number;
  /** How many. */
  most: number;
}

interface Recording {
  exchanges: Exchange[];
  keep: Kept;
  /** The recording that this one is made within: it gets the same exchanges. */
  within: Recording | undefined;
}

const current = new AsyncLocalStorage<Recording>();
const USUAL: Kept = { bytes: 4_096, most: 20 };

/** Runs work, and gives back its exchanges with the outcome; never throws by itself. */
export async function recordingExchanges<T>(
  work: () => Promise<T>,
  keep: Partial<Kept> = {},
): Promise<{ exchanges: Exchange[]; value: T } | { exchanges: Exchange[]; error: unknown }> {
  const exchanges: Exchange[] = [];
  try {
    return {
      value: await current.run({ exchanges, keep: { ...USUAL, ...keep }, within: current.getStore() }, work),
      exchanges,
    };
  } catch (error) {
    return { error, exchanges };
  }
}

/** How many bytes of the next exchange are to be kept; 0: none is recorded. */
export function bytesToRecord(): number {
  let most = 0;
  for (let recording = current.getStore(); recording; recording = recording.within)
    if (recording.exchanges.length < recording.keep.most) most = Math.max(most, recording.keep.bytes);
  return most;
}

export function recordExchange(exchange: Exchange): void {
  for (let recording = current.getStore(); recording; recording = recording.within) {
    const {
      exchanges,
      keep: { bytes, most },
    } = recording;
    if (exchanges.length >= most) continue;
    exchanges.push({
      ...exchange,
      request: exchange.request.slice(0, bytes),
      response: exchange.response.slice(0, bytes),
    });
  }
}
