/** What an attempt's outcome means for its delivery: decided from the error's kind alone. Pure. */
import type { AdapterErrorKind, RepeatSafety } from '@ic-host/contracts';
import type { DeliveryKind } from '../store/tables.js';

export interface Failure {
  /** Not `misconfigured`: that says nothing of the delivery, but of its biller. */
  kind: AdapterErrorKind;
  retryAfterMs?: number | undefined;
}

export interface AttemptContext {
  delivery: DeliveryKind;
  repeatSafety: RepeatSafety;
  /** Attempts made so far, this one included. */
  attempts: number;
  /** Since the delivery was accepted. */
  ageMs: number;
  maxAgeMs: number;
  /** Whether an earlier attempt may have reached the partner. */
  isDoubted: boolean;
  /** How many of the latest attempts, this one included, failed with the same answer of the partner's own. */
  equalAnswers: number;
}

export type Settlement = { next: 'rejected' } | { next: 'parked'; reason: string } | { next: 'retry'; inMs: number };

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** However long the partner asks for: one that asks for years, or an adapter that can't count, must not hold money. */
const LONGEST_ASKED_MS = 24 * 60 * 60_000;
const EQUAL_ANSWERS = 10;

/** @param random between 0 and 1; the pause is anywhere between nothing and its bound ("full jitter") */
export function settle(failure: Failure, context: AttemptContext, random: () => number): Settlement {
  const { delivery, repeatSafety, attempts, ageMs, maxAgeMs, equalAnswers } = context;
  if (failure.kind === 'rejected' || failure.kind === 'not-found') {
    // A payment is known by its id. Of a return, "no" may be what a partner says of one that it has taken already.
    if (delivery === 'return' && context.isDoubted)
      return { next: 'parked', reason: 'the partner says no, and may have taken it at an earlier attempt' };
    return { next: 'rejected' };
  }
  if (failure.kind === 'unsupported') return { next: 'parked', reason: 'it can’t be done at this partner' };
  const movesMoney = delivery === 'payment' || delivery === 'return';
  const unknown = failure.kind === 'unknown-outcome' || (failure.kind === 'malformed' && movesMoney);
  if (unknown && movesMoney && repeatSafety === 'unsafe')
    return { next: 'parked', reason: 'the outcome is unknown and this partner cannot be asked or told again' };
  if (equalAnswers >= EQUAL_ANSWERS)
    return { next: 'parked', reason: `the partner gave the same answer ${equalAnswers} times` };
  if (ageMs >= maxAgeMs) return { next: 'parked', reason: 'attempts are used up' };
  const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts, 20));
  const asked = Number.isNaN(failure.retryAfterMs) ? 0 : Math.min(failure.retryAfterMs ?? 0, LONGEST_ASKED_MS);
  return { next: 'retry', inMs: Math.max(asked, random() * bound) };
}
