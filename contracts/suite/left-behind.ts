/** What a check, and the adapter in it, leave behind and what then fails: Node would end the process for it. */
import { AsyncLocalStorage } from 'node:async_hooks';

export class LeftBehind<Of> {
  private readonly current = new AsyncLocalStorage<Of>();
  private readonly faults = new Map<Of, unknown[]>();

  constructor() {
    process.on('unhandledRejection', this.failed).on('uncaughtException', this.failed);
  }

  /** What fails in a piece of work, or comes of it, is known as its own. */
  watching<T>(of: Of, work: () => T): T {
    return this.current.run(of, work);
  }

  /** What has failed so far. */
  async of(of: Of): Promise<unknown[]> {
    await new Promise((done) => setImmediate(done)); // Node tells of a promise when all that were ready have gone on
    return this.taken(of);
  }

  /** What has failed since it was asked for. */
  *late(): Generator<[Of, unknown]> {
    for (const of of this.faults.keys()) for (const fault of this.taken(of)) yield [of, fault];
  }

  end(): void {
    process.off('unhandledRejection', this.failed).off('uncaughtException', this.failed);
  }

  private taken(of: Of): unknown[] {
    const faults = this.faults.get(of) ?? [];
    this.faults.delete(of);
    return faults;
  }

  private readonly failed = (fault: unknown): void => {
    const of = this.current.getStore();
    if (of === undefined) throw fault; // nobody's here
    this.faults.set(of, [...(this.faults.get(of) ?? []), fault]);
  };
}
