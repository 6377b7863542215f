/**
 * What a host has under way, and how much more it may take. A vendor's outage is hundreds of billers whose partner doesn't
 * answer: with a place for each of their deliveries every place would be taken within a second, and nothing of anybody else
 * delivered until they time out. So what hangs takes no place, and of a biller that hears nothing no more is taken.
 */

/** Deliveries under way at once that are being answered: they mostly wait for partners, so that a few slow ones fill no pool. */
const PLACES = 500;
/** Without an answer for so long a delivery hangs, and takes no place. */
const HANGING_MS = 2_000;
/** What takes longer than this and ends was no answer, but a time that was over. */
const ANSWER_MS = 20_000;
/** When so many hang of silent billers, of each a few are tried: it is yet to be seen which others are answered. */
const PRESSED_BY = 250;
/** As few as this, where little room is left. What a biller that is answered gets of more is not held up by others' outage. */
const FEW = 2;
/** They cost memory and a socket each. */
const MOST = 2_500;

interface Job {
  id: string;
  /** Its biller. */
  groupId?: string | null;
}

interface UnderWay<Of> {
  job: Of;
  since: number;
  done: Promise<void>;
}

export interface Room {
  /** How many more may be taken. */
  places: number;
  /** Billers of which nothing is to be taken. */
  silent: string[];
  /** So many of each biller at the most. */
  ofEach: number;
  /** After how many milliseconds there may be more places, if nothing ends before. */
  nextMs: number;
}

export class InHand<Of extends Job> {
  /** By their ids, the oldest first. */
  private readonly underWay = new Map<string, UnderWay<Of>>();
  /** When a biller's partner answered last, the longest ago first; what was long ago is forgotten. */
  private readonly answered = new Map<string, number>();

  /** @param monotonic a clock in milliseconds that never jumps */
  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /** Those under way for so many milliseconds, or more. */
  longerThan(ms: number): Of[] {
    const since = this.monotonic() - ms;
    return [...this.underWay.values()].filter((each) => each.since <= since).map(({ job }) => job);
  }

  /** @param done resolves when it has ended, and throws nothing */
  add(job: Of, done: Promise<void>): void {
    this.underWay.set(job.id, { job, since: this.monotonic(), done });
  }

  /** It has ended. */
  delete({ id }: Of): void {
    const ended = this.underWay.get(id);
    this.underWay.delete(id);
    const biller = ended?.job.groupId;
    const now = this.monotonic();
    if (!ended || !biller || now - ended.since > ANSWER_MS) return;
    this.answered.delete(biller);
    this.answered.set(biller, now);
  }

  /** Resolves when all that are under way now have ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.underWay.values()].map(({ done }) => done));
  }

  room(): Room {
    const now = this.monotonic();
    for (const [biller, at] of this.answered) {
      if (now - at < HANGING_MS) break;
      this.answered.delete(biller);
    }
    const silent = new Set<string>();
    let hanging = 0;
    let unheard = 0;
    let nextMs = HANGING_MS;
    for (const { job, since } of this.underWay.values()) {
      nextMs = HANGING_MS - (now - since);
      if (nextMs > 0) break;
      hanging++;
      if (!job.groupId || this.answered.has(job.groupId)) continue; // its partner is slow, no more
      unheard++;
      silent.add(job.groupId);
    }
    const left = MOST - this.underWay.size;
    return {
      ...{ silent: [...silent], nextMs: Math.max(1, nextMs) },
      places: Math.min(PLACES + hanging, MOST) - this.underWay.size,
      ofEach: unheard < PRESSED_BY ? Number.POSITIVE_INFINITY : Math.max(FEW, Math.floor(left / PRESSED_BY)),
    };
  }
}
