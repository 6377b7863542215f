/** Follows the change feed: what happened to invoices, and then what happens, whatever becomes of the host meanwhile. */
import { answerOf, type HostClient, HostProblem, type Schemas } from './index.js';

const WAIT = 'wait=30';
/** Twice what a host waits for a change. */
const SILENCE_MS = 60_000;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [500, 30_000];

export interface FollowOptions {
  /** The cursor to go on behind: `next` of the latest page that was kept. Left out: from the first change that is held. */
  after?: string;
  /** Changes of a page at most, up to 1000. */
  limit?: number;
  /** Ends it. */
  signal?: AbortSignal;
  /** A host that says nothing for so long, as one behind a broken connection, is asked again: 60 s when left out. */
  silenceMs?: number;
  /** Told why the host is asked again, and after how many milliseconds. */
  onRetry?: (problem: HostProblem, pauseMs: number) => void;
}

export type ChangePage = Schemas['ChangeList'];

/**
 * Pages of changes, in order. Keep a page's `next` in the transaction that keeps what you made of it: then nothing is missed, and
 * nothing comes twice. A page may be empty: what is between was others'. A host that doesn't answer, is too busy, or can't
 * just now, is asked again until it does.
 * @throws HostProblem what asking again doesn't mend: 410 `cursor-expired`, 400 `bad-cursor`, 401
 * @example for await (const { changes, next } of followChanges(host, { after: await kept() })) await keep(changes, next)
 */
export async function* followChanges(host: HostClient, options: FollowOptions = {}): AsyncGenerator<ChangePage, void> {
  const { limit = 1000, silenceMs = SILENCE_MS, signal, onRetry } = options;
  let after = options.after ?? '0.0';
  for (let failures = 0; !signal?.aborted; ) {
    let page: ChangePage;
    try {
      const params = { query: { after, limit } };
      page = await within(silenceMs, signal, (signal) =>
        answerOf(host.GET('/v1/changes', { params, headers: { prefer: WAIT }, signal })),
      );
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof HostProblem) || !isPassing(error)) throw error;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++) * (0.5 + Math.random() / 2);
      onRetry?.(error, pauseMs);
      await pause(pauseMs, signal);
      continue;
    }
    failures = 0;
    if (page.next !== after) yield page;
    after = page.next;
  }
}

const isPassing = ({ status }: HostProblem): boolean => status === 0 || status === 429 || status >= 500;

/** @param work ends with the signal that it is given: when the time is over, or what is followed ends */
async function within<T>(
  ms: number,
  ended: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const end = (): void => own.abort();
  const timer = setTimeout(() => own.abort(new Error(`it has said nothing for ${ms / 1000} s`)), ms);
  ended?.addEventListener('abort', end);
  try {
    return await work(own.signal);
  } finally {
    clearTimeout(timer);
    ended?.removeEventListener('abort', end);
  }
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
  });
