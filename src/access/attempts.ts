/** Slows whoever guesses tokens, and whoever asks too much. */
import { inject, injectable, type ServiceIdentifier } from 'inversify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../problem.js';
import { audit } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import { LOG, type Log } from '../telemetry/log.js';

export interface AttemptLimits {
  /** Wrong tokens from one address within a minute, before it has to wait. */
  failuresPerMinute: number;
  /** How long, in seconds. */
  lockOutSeconds: number;
  /** Of one token, on one host. */
  requestsPerSecond: number;
}
export const ATTEMPT_LIMITS: ServiceIdentifier<AttemptLimits> = Symbol('attempt-limits');
export const DEFAULT_ATTEMPT_LIMITS: AttemptLimits = {
  ...{ failuresPerMinute: 10, lockOutSeconds: 60, requestsPerSecond: 10_000 },
};

const [IPV6_GROUPS, GROUPS_OF_A_NETWORK] = [8, 4];

/** One customer's IPv6 network, 64 of the 128 bits, counts as one address, however it is written. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [first = [], last] = plain.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = last ? Array<string>(IPV6_GROUPS - first.length - last.length).fill('0') : [];
  return [...first, ...zeros, ...(last ?? [])].slice(0, GROUPS_OF_A_NETWORK).join(':');
}

const tooMany = (code: string, detail: string, { msBeforeNext }: { msBeforeNext: number }): Problem =>
  new Problem(429, code, detail, { retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) });

@injectable()
export class Attempts {
  private readonly failures: RateLimiterMemory;
  private readonly requests: RateLimiterMemory;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(LOG) private readonly log: Log,
    @inject(ATTEMPT_LIMITS) limits: AttemptLimits,
  ) {
    this.failures = new RateLimiterMemory({
      ...{ points: limits.failuresPerMinute, duration: 60, blockDuration: limits.lockOutSeconds },
    });
    this.requests = new RateLimiterMemory({ points: limits.requestsPerSecond, duration: 1 });
  }

  /** What an address is refused with while it is locked out. */
  async lockedOut(address: string): Promise<Problem | undefined> {
    const state = await this.failures.get(networkOf(address));
    if (!state || state.consumedPoints <= this.failures.points) return undefined;
    return tooMany('locked-out', 'too many wrong tokens came from this address', state);
  }

  /** Counts a wrong token; the one that locks an address out is told, and kept in the audit. */
  async failed(address: string): Promise<void> {
    const network = networkOf(address);
    try {
      await this.failures.consume(network);
    } catch (state) {
      if (!(state instanceof RateLimiterRes)) throw state;
      if (state.consumedPoints !== this.failures.points + 1) return;
      this.log.warn({ address: network }, 'an address is locked out: too many wrong tokens');
      await audit(this.database.db, { actor: 'ic-host', action: 'address.lock-out', subject: network });
    }
  }

  /** @throws Problem 429 `too-many-requests` */
  async request(actor: string): Promise<void> {
    try {
      await this.requests.consume(actor);
    } catch (state) {
      if (!(state instanceof RateLimiterRes)) throw state;
      throw tooMany('too-many-requests', 'this token asks more than the host allows in a second', state);
    }
  }
}
