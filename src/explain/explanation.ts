/** Why something is as it is, in words, from what it was decided by. */
import type { Exchange } from '../egress/exchange-record.js';

/** One thing that led to it. */
export interface Reason {
  /** Stable name of the rule that applied. */
  rule: string;
  /** A sentence. */
  says: string;
  /** What was looked at, and what was there; secrets masked. */
  field?: string;
  value?: string;
  /** When, ISO 8601. */
  at?: string;
  /** Which of the exchanges with the partner told it, counted from 0. */
  exchange?: number;
}

export interface Explanation {
  /** What whoever asks wants to know first. */
  summary: string;
  reasons: Reason[];
  /** What was said to the partner and what it answered; secrets masked. */
  exchanges: readonly Exchange[];
}

export const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
