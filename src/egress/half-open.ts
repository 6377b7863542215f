/** When a breaker tries again, by a clock that never jumps: cockatiel goes by the machine's, which may be set back by hours. */
import type { IBackoff, IBackoffFactory } from 'cockatiel';

/** It is asked with each call whether the time that has passed by the machine's clock is less than this. */
export function halfOpenAfter(ms: number): IBackoffFactory<unknown> {
  const next = (): IBackoff<unknown> => {
    const opened = performance.now();
    return {
      next,
      get duration() {
        return performance.now() - opened < ms ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      },
    };
  };
  return { next };
}
