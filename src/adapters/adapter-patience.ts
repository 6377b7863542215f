/** How long an adapter is waited for. One that never answers, whatever it is told, must hold up nobody for ever. */
import { NEVER } from '../egress/call-time.js';

/** It is loaded, or made for a biller. */
export const MADE_WITHIN_MS = 20_000;
/** A call: longer than any that only waits for its partner, page by page and again. */
export const LONGEST_CALL_MS = 600_000;
/** After its caller has given it up, for what there is to tidy. */
const GRACE_MS = 5_000;

/**
 * @param late what is thrown where it hasn't ended by then; what comes of it later is nobody's
 * @param signal of whoever gives it up
 */
export function endedBy<T>(
  work: PromiseLike<T>,
  ms: number,
  late: (when: string) => Error,
  signal: AbortSignal = NEVER,
): Promise<T> {
  return new Promise((done, fail) => {
    let timer = setTimeout(() => fail(late(`within ${ms / 1000} s`)), ms);
    const hurry = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => fail(late(`${GRACE_MS / 1000} s after it was given up`)), GRACE_MS);
    };
    if (signal.aborted) hurry();
    else if (signal !== NEVER) signal.addEventListener('abort', hurry);
    const ended = (): void => {
      clearTimeout(timer);
      if (signal !== NEVER) signal.removeEventListener('abort', hurry);
    };
    work.then(
      (value) => {
        ended();
        done(value);
      },
      (error) => {
        ended();
        fail(error);
      },
    );
  });
}
