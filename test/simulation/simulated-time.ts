/** Time and chance of one simulated history: events in order of their time, numbers from a seed. */

/** Mulberry32: the same seed, the same numbers. @returns numbers from 0 to below 1 */
export function chanceOf(seed: number): () => number {
  let state = (seed * 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Event {
  at: number;
  order: number;
  run: () => void;
}

/** Lets everything that waits for nothing but promises go on. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

export class SimulatedTime {
  now = 0;
  private readonly events: Event[] = [];
  private made = 0;

  /** Runs something so many milliseconds from now. */
  after(ms: number, run: () => void): void {
    const event = { at: this.now + Math.max(0, ms), order: this.made++, run };
    // A binary heap: the earliest event first, and of two at one time the one made first.
    const { events } = this;
    let index = events.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!earlier(event, events[parent] as Event)) break;
      events[index] = events[parent] as Event;
      index = parent;
    }
    events[index] = event;
  }

  /** Runs the next event and whatever follows from it at once. @returns false when there is none before `until` */
  async step(until: number): Promise<boolean> {
    const first = this.events[0];
    if (!first || first.at > until) return false;
    const last = this.events.pop() as Event;
    if (last !== first) this.sink(last);
    this.now = first.at;
    first.run();
    await settled();
    return true;
  }

  private sink(event: Event): void {
    const { events } = this;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && earlier(events[child + 1] as Event, events[child] as Event)) child++;
      if (!earlier(events[child] as Event, event)) break;
      events[index] = events[child] as Event;
      index = child;
    }
    events[index] = event;
  }
}

const earlier = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
