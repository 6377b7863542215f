/**
 * The answer to a question that is dear and that many ask: one answer for all who wait for it, never one from before they asked,
 * and asked for no more than a part of the time, however many there are.
 */
import { setTimeout as wait } from 'node:timers/promises';

/** After an answer the next is asked for so many times its duration after it was begun. */
const SHARE = 3;
/** But nobody waits longer than this for it to be asked. */
const LONGEST_PAUSE_MS = 2_000;

export class SharedAnswer<T> {
  private next: Promise<T> | undefined;
  private free: Promise<unknown> = Promise.resolve();

  constructor(private readonly ask: () => Promise<T>) {}

  get(): Promise<T> {
    this.next ??= this.free.then(() => {
      this.next = undefined;
      const began = performance.now();
      const answer = this.ask();
      const pause = () =>
        wait(Math.min((performance.now() - began) * (SHARE - 1), LONGEST_PAUSE_MS), undefined, { ref: false });
      this.free = answer.then(pause, pause);
      return answer;
    });
    return this.next;
  }
}
