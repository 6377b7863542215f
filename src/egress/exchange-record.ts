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
  /** The recording that this one is made within: it gets the same exchanges. */
  within: Recording | undefined;
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
    return { value: await current.run({ exchanges, bytes, within: current.getStore() }, work), exchanges };
  } catch (error) {
    return { error, exchanges };
  }
}

/** How many bytes of the next exchange are to be kept; 0: none is recorded. */
export function bytesToRecord(): number {
  let most = 0;
  for (let recording = current.getStore(); recording; recording = recording.within)
    if (recording.exchanges.length < MOST) most = Math.max(most, recording.bytes);
  return most;
}

export function recordExchange(exchange: Exchange): void {
  for (let recording = current.getStore(); recording; recording = recording.within) {
    const { exchanges, bytes } = recording;
    if (exchanges.length >= MOST) continue;
    exchanges.push({
      ...exchange,
      request: exchange.request.slice(0, bytes),
      response: exchange.response.slice(0, bytes),
    });
  }
}
