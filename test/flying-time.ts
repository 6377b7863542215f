/** What takes minutes, without waiting for them. */
import { useFakeTimers } from 'sinon';

/** For work that waits for timers alone: seconds go by in no time until it has ended. */
export async function inFlyingTime<T>(work: () => Promise<T>): Promise<T> {
  const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  try {
    let over = false;
    const end = (): void => {
      over = true;
    };
    const running = work();
    running.then(end, end);
    while (!over) await clock.tickAsync(1_000);
    return await running;
  } finally {
    clock.restore();
  }
}
