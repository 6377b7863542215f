/**
 * Looks the names of partners up, for all billers of this process. The system's resolver is asked, which knows what
 * /etc/hosts and a cluster say, but it does a few names at a time (half of libuv's threads), and one whose zone doesn't
 * answer takes it ten seconds and more. Else one partner's broken zone would hold up every other's connections.
 */
import { ADDRCONFIG, type LookupAddress, lookup } from 'node:dns';

export type Resolve = (name: string) => Promise<LookupAddress[]>;

const resolveBySystem: Resolve = (name) =>
  new Promise((done, fail) =>
    lookup(name, { all: true, hints: ADDRCONFIG }, (error, addresses) => (error ? fail(error) : done(addresses))),
  );

/** From then on an answer is long in coming. */
const SLOW_MS = 1_000;
/** What is known of a name is better than nothing for so long (RFC 8767 says one to three days). */
const KNOWN_MS = 86_400_000;
const MOST_NAMES = 10_000;

/** How many names are asked for at once; what else asks the system's resolver (the database) finds threads left. */
function atOnceBy(threads: number): { all: number; slow: number } {
  const all = Math.max(2, Math.floor(((threads + 1) / 2) * 0.75));
  return { all, slow: Math.max(1, Math.floor(all / 4)) };
}

/** An answer; other errors say that there was none. */
const isNoSuchName = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOTFOUND';

interface Name {
  known?: { addresses: LookupAddress[]; at: number };
  /** The latest answer was long in coming, or did not come. */
  isSlow: boolean;
  asked?: Promise<LookupAddress[]>;
}

export class NameLookups {
  private readonly names = new Map<string, Name>();
  private readonly quick: (() => void)[] = [];
  private readonly slow: (() => void)[] = [];
  private readonly underWay = { all: 0, slow: 0 };

  constructor(
    private readonly resolve: Resolve = resolveBySystem,
    private readonly atOnce = atOnceBy(Number(process.env.UV_THREADPOOL_SIZE) || 4),
    private readonly slowMs = SLOW_MS,
  ) {}

  /** @throws Error as of `dns.lookup`; where the resolver doesn't answer, what is known of the name is taken instead */
  async find(name: string): Promise<LookupAddress[]> {
    const held = this.of(name);
    held.asked ??= this.ask(name, held).finally(() => {
      delete held.asked;
    });
    const { asked } = held;
    const known = held.known && performance.now() - held.known.at < KNOWN_MS ? held.known.addresses : undefined;
    if (!known) return asked;
    return new Promise((done, fail) => {
      const patience = setTimeout(done, held.isSlow ? 0 : this.slowMs, known);
      const answered = asked.catch((error) => {
        if (isNoSuchName(error)) throw error;
        return known;
      });
      void answered.then(done, fail).finally(() => clearTimeout(patience));
    });
  }

  private of(name: string): Name {
    const held = this.names.get(name) ?? { isSlow: false };
    if (this.names.size >= MOST_NAMES) this.names.clear();
    this.names.set(name, held);
    return held;
  }

  private async ask(name: string, held: Name): Promise<LookupAddress[]> {
    const { isSlow } = held;
    await new Promise<void>((begin) => {
      (isSlow ? this.slow : this.quick).push(begin);
      this.beginNext();
    });
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      held.isSlow = true; // who comes meanwhile needn't wait as long
    }, this.slowMs);
    try {
      const addresses = await this.resolve(name);
      held.known = { addresses, at: performance.now() };
      held.isSlow = isLate;
      return addresses;
    } catch (error) {
      const isAnswer = isNoSuchName(error);
      if (isAnswer) delete held.known;
      held.isSlow = isLate || !isAnswer;
      throw error;
    } finally {
      clearTimeout(late);
      this.underWay.all--;
      if (isSlow) this.underWay.slow--;
      this.beginNext();
    }
  }

  /** Those that were slow come last, and take few of the places. */
  private beginNext(): void {
    const isSlow = this.quick.length === 0;
    if (this.underWay.all >= this.atOnce.all || (isSlow && this.underWay.slow >= this.atOnce.slow)) return;
    const begin = (isSlow ? this.slow : this.quick).shift();
    if (!begin) return;
    this.underWay.all++;
    if (isSlow) this.underWay.slow++;
    begin();
  }
}

/** Of this process. */
export const partnerNames = new NameLookups();
