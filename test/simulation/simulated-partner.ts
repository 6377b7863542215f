/** A billing system that keeps its own ledger and misbehaves: the truth that the host's word is held against. */
import {
  AdapterError,
  type EnrollmentSink,
  type Payment,
  type PaymentSink,
  type RepeatSafety,
} from '@ic-host/contracts';
import type { Caller } from './simulated-store.js';
import type { SimulatedTime } from './simulated-time.js';

/** After the caller has hung up, the partner may still apply what it was told, this much later at most. */
const LATEST_MS = 30_000;
const CALL_TIMEOUT_MS = 30_000;

export class SimulatedPartner {
  /** How often each payment, and each return, was applied, by our transaction id. */
  readonly ledger = new Map<string, number>();
  readonly enrollments = new Map<string, boolean>();
  misbehaves = true;
  /** Answers every call with 401 until then. */
  lockedOutUntil = 0;
  /** Refuses these, always. */
  readonly refused = new Set<string>();
  private readonly known = new Set<string>();
  /** Says no to a return that it has taken already, as some do, and not "I know". */
  private readonly refusesRepeats: boolean;
  private made = 0;

  constructor(
    private readonly time: SimulatedTime,
    private readonly chance: () => number,
    private readonly repeatSafety: RepeatSafety,
    /** Breaks the adapter: each call has an id of its own. */
    private readonly withoutKey: boolean,
  ) {
    this.refusesRepeats = chance() < 0.5;
  }

  paymentSink(caller: Caller): PaymentSink {
    const apply = (kind: string, id: string) => (): { duplicate: boolean } => {
      const key = this.withoutKey ? `${kind} ${this.made++}` : `${kind} ${id}`;
      const duplicate = this.repeatSafety === 'idempotent' && this.known.has(key);
      this.known.add(key);
      if (!duplicate) this.ledger.set(`${kind} ${id}`, (this.ledger.get(`${kind} ${id}`) ?? 0) + 1);
      return { duplicate };
    };
    const receipt = (payment: Payment, duplicate: boolean) => ({
      ...{ duplicate, confirmationNumber: `C${payment.transactionId}`, partnerMessages: [] },
    });
    return {
      repeatSafety: this.repeatSafety,
      post: async (payment, signal) => {
        const refuse = this.refused.has(payment.transactionId);
        const { duplicate } = await this.call(caller, signal, apply('payment', payment.transactionId), refuse);
        return receipt(payment, duplicate);
      },
      find: async (payment, signal) => {
        const look = () => (this.ledger.get(`payment ${payment.transactionId}`) ?? 0) > 0;
        return (await this.call(caller, signal, look, false, 'read')) ? receipt(payment, true) : undefined;
      },
      returnPayment: async ({ payment }, signal) => {
        const isKnown = ({ duplicate }: { duplicate: boolean }) => duplicate && this.refusesRepeats;
        await this.call(caller, signal, apply('return', payment.transactionId), false, 'write', isKnown);
        return { partnerMessages: [] };
      },
    };
  }

  enrollmentSink(caller: Caller): EnrollmentSink {
    const set = (kind: string) => async (wish: { accountNumber: string; enabled: boolean }, signal: AbortSignal) => {
      await this.call(caller, signal, () => this.enrollments.set(`${kind} ${wish.accountNumber}`, wish.enabled), false);
      return { partnerMessages: [] };
    };
    return { setPaperless: set('paperless'), setAutopay: set('autopay') };
  }

  /** One call over a network: the message, what the partner does, the answer; each may be late, lost or wrong. */
  private call<T>(
    caller: Caller,
    signal: AbortSignal,
    apply: () => T,
    refuse: boolean,
    effect: 'read' | 'write' = 'write',
    isRefused: (value: T) => boolean = () => false,
  ): Promise<T> {
    const { time, chance } = this;
    const unknown = effect === 'read' ? 'unavailable' : 'unknown-outcome';
    return new Promise((resolve, reject) => {
      let over = false;
      const hear = (say: () => void) => (): void => {
        if (over || !caller.alive()) return;
        const wake = caller.awakeAt() - time.now;
        if (wake > 0) time.after(wake, hear(say));
        else {
          over = true;
          say();
        }
      };
      const fail = (kind: ConstructorParameters<typeof AdapterError>[0], code: string, more = {}) =>
        hear(() => reject(new AdapterError(kind, code, { code, ...more })));
      signal.addEventListener('abort', fail(unknown, 'given-up'), { once: true });
      if (signal.aborted) {
        fail(unknown, 'given-up')();
        return;
      }
      time.after(CALL_TIMEOUT_MS, fail(unknown, 'timeout'));
      const fault = this.misbehaves ? chance() : 1;
      const there = 5 + chance() * 200;
      const back = 5 + chance() * 200;
      const answer = (): void => {
        const says = (): (() => void) => {
          if (time.now < this.lockedOutUntil) return fail('misconfigured', 'http-401');
          if (refuse) return fail('rejected', 'refused');
          const value = apply();
          if (isRefused(value)) return fail('rejected', 'taken already');
          if (fault < 0.05) return fail(unknown, 'reset'); // applied, and nobody hears of it
          if (fault < 0.08) return fail(unknown, 'http-500');
          if (fault < 0.1) return fail('malformed', 'no-json');
          return hear(() => resolve(value));
        };
        time.after(back, says());
      };
      const arrives = (): (() => void) | undefined => {
        if (fault < 0.1 || fault >= 0.3) return answer;
        if (fault < 0.15) return fail(unknown, 'reset');
        if (fault < 0.18) return fail(unknown, 'http-500');
        if (fault < 0.2) return fail('unavailable', 'http-503', { retryAfterMs: chance() * 60_000 });
        if (fault < 0.23) return () => time.after(chance() * 25_000, answer); // slow, but in time
        return undefined; // hangs
      };
      const next = arrives();
      if (next) {
        time.after(there, next);
        return;
      }
      if (fault < 0.26 || refuse || time.now < this.lockedOutUntil) return; // and never does it
      // Does it only after the caller has gone, or would have: one that is frozen does not hang up.
      const began = time.now;
      const gone = (): void => {
        if (over || !caller.alive() || time.now - began >= CALL_TIMEOUT_MS)
          time.after(chance() * LATEST_MS, () => void apply());
        else time.after(500, gone);
      };
      gone();
    });
  }
}
