/** What a host has opened, to be ended in the other order. */

export class Opened {
  private readonly ends: (() => Promise<unknown>)[] = [];

  add<T>(opened: T, end: (opened: T) => Promise<unknown>): T {
    this.ends.push(() => end(opened));
    return opened;
  }

  async end(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end();
  }
}
