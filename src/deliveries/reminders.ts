/** Makes jobs anew for what is due and has none: a job is a reminder, and the queue's tables may be lost without the rows. */
import { every } from '../every.js';
import type { DeliveryStore } from './delivery-store.js';

/** With a hundred thousand waiting, to look takes the database half a second. */
const EVERY_MS = 300_000;

export class Reminders {
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;

  /** @param tell how many had none */
  constructor(
    private readonly store: DeliveryStore,
    private readonly tell: (count: number) => void,
  ) {}

  start(failed: (error: unknown) => void): void {
    this.loop = every(EVERY_MS, this.stopping.signal, () => this.remind().catch(failed));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** One job too many finds nothing to do. */
  async remind(): Promise<void> {
    const count = await this.store.transactAlone(async (transaction) => {
      const forgotten = await transaction.forgotten();
      for (const { delivery, now } of forgotten) await transaction.enqueue(delivery, now);
      return forgotten.length;
    });
    if (count) this.tell(count);
  }
}
