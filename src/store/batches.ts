/**
 * Puts together what many callers ask of the database at the same time: what comes while it is busy with the last batch
 * is the next one. One caller alone waits for nothing; a hundred share one round trip and one commit.
 */

/** How one caller's part of a batch ended. */
export type Part<Result> = { value: Result } | { error: unknown };

interface Waiting<Item, Result> {
  item: Item;
  resolve(value: Result): void;
  reject(error: unknown): void;
}

export interface BatchOptions {
  /** Items of one batch. */
  most?: number;
  /** Batches under way beside one another. */
  atOnce?: number;
}

export class Batches<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private underWay = 0;
  private isScheduled = false;
  private readonly most: number;
  private readonly atOnce: number;

  /**
   * @param run does a whole batch, and says in its order how each part ended. Where it throws, nothing of the batch may
   * have been done, or all of it: each item is then run alone, so that none fails for another's fault.
   */
  constructor(
    private readonly run: (items: readonly Item[]) => Promise<readonly Part<Result>[]>,
    { most = 100, atOnce = 1 }: BatchOptions = {},
  ) {
    this.most = most;
    this.atOnce = atOnce;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  /** After all that has come by now was heard: requests come in bursts. */
  private schedule(): void {
    if (this.isScheduled || this.underWay >= this.atOnce) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      void this.next();
    });
  }

  private async next(): Promise<void> {
    const batch = this.waiting.splice(0, this.most);
    if (batch.length === 0) return;
    this.underWay++;
    if (this.waiting.length) this.schedule();
    await this.settle(batch);
    this.underWay--;
    if (this.waiting.length) this.schedule();
  }

  private async settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const parts = await this.run(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const part = parts[index];
        if (part && 'value' in part) resolve(part.value);
        else reject(part?.error ?? new Error('a batch has lost one of its parts'));
      }
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else await Promise.all(batch.map((one) => this.settle([one])));
    }
  }
}
