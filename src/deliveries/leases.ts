/** Leases on deliveries: renewed while an attempt runs, and swept when their worker died, so that work goes on soon. */
import { AdapterError } from '@ic-host/contracts';
import { NOT_BEGUN, pauseAfterLoss } from './delivery-rules.js';
import type { DeliveryStore } from './delivery-store.js';

export const RENEW_EVERY_MS = 4_000;
/** Without a renewal for this long, an attempt is given up before its lease ends and another worker may begin. */
const GIVE_UP_MS = 10_000;
const WATCH_EVERY_MS = 1_000;
const LOST = 'the lease was lost';
const isAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get as (
  this: AbortSignal,
) => boolean;

interface Held {
  giveUp: Lease['giveUp'];
  renewedAt: number;
}

/** What an attempt holds of its delivery. */
export interface Lease {
  /** Tells that the attempt must end; asked whether it is aborted, it looks at the time by itself. */
  readonly signal: AbortSignal;
  /**
   * The signal, for what changes something at the partner.
   * @throws AdapterError `unavailable` where this host may have slept past its lease: then another has begun
   */
  toSend(): AbortSignal;
  giveUp(reason: string): void;
  release(): void;
}

export class Leases {
  private readonly held = new Map<string, Held>();
  private timer: NodeJS.Timeout | undefined;
  private watch: NodeJS.Timeout | undefined;
  private beating: Promise<void> = Promise.resolve();

  /**
   * @param monotonic a clock in milliseconds that never jumps
   * @param random between 0 and 1
   */
  constructor(
    private readonly store: DeliveryStore,
    private readonly monotonic: () => number = () => performance.now(),
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * Keeps a lease until it is released, and gives it up where it was lost.
   * @param ageMs how long ago it was given: whoever was frozen meanwhile hears of it late
   */
  hold(token: string, ageMs: number): Lease {
    const attempt = new AbortController();
    const { signal } = attempt;
    const held: Held = {
      giveUp: (reason) => attempt.abort(new Error(reason)),
      renewedAt: this.monotonic() - ageMs,
    };
    this.held.set(token, held);
    // Whoever is about to call asks for this; after a freeze what came meanwhile is heard of before any timer.
    const aborted = (): boolean => {
      this.giveUpIfLost(held);
      return isAborted.call(signal);
    };
    Object.defineProperty(signal, 'aborted', { get: aborted });
    const toSend = (): AbortSignal => {
      if (signal.aborted)
        throw new AdapterError('unavailable', `${signal.reason.message}, before anything was sent`, {
          code: NOT_BEGUN,
        });
      return signal;
    };
    return { signal, toSend, giveUp: held.giveUp, release: () => this.held.delete(token) };
  }

  giveUpAll(reason: string): void {
    for (const { giveUp } of this.held.values()) giveUp(reason);
  }

  start(failed: (error: unknown) => void): void {
    const next = (): void => {
      this.timer = setTimeout(() => {
        this.beating = this.beat()
          .catch(failed)
          .finally(() => {
            if (this.timer) next();
          });
      }, RENEW_EVERY_MS);
    };
    next();
    // Not part of the beat: a database that doesn't answer at all must not keep an attempt from being given up.
    this.watch = setInterval(() => this.giveUpLost(), WATCH_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    clearInterval(this.watch);
    this.timer = undefined;
    await this.beating;
  }

  async beat(): Promise<void> {
    await this.renew();
    await this.sweep();
  }

  private async renew(): Promise<void> {
    const asked = this.monotonic();
    const tokens = [...this.held.keys()];
    if (tokens.length === 0) return;
    const standing = new Set(await this.store.renew(tokens));
    for (const token of tokens) {
      const held = this.held.get(token);
      if (standing.has(token)) {
        if (held) held.renewedAt = asked;
      } else held?.giveUp(LOST);
    }
    this.giveUpLost();
  }

  /** A worker that lost its database, or slept past its lease, stops delivering. */
  private giveUpLost(): void {
    for (const held of this.held.values()) this.giveUpIfLost(held);
  }

  private giveUpIfLost({ giveUp, renewedAt }: Held): void {
    if (this.monotonic() - renewedAt > GIVE_UP_MS) giveUp(LOST);
  }

  /** Sends deliveries whose worker died on their way again. Their token stays: it says that an attempt was begun. */
  private sweep(): Promise<void> {
    return this.store.transactAlone(async (transaction) => {
      for (const { delivery, now } of await transaction.endedLeases()) {
        const isQueued = delivery.state === 'queued';
        const next = new Date(now.getTime() + pauseAfterLoss(delivery.attempts, this.random));
        await transaction.save(delivery.id, { lease_until: null, ...(isQueued ? { next_attempt_at: next } : {}) });
        if (isQueued) await transaction.enqueue(delivery, next);
      }
    });
  }
}
