/** What the contract suite needs of the host that runs it: the host's own way out, with faults on demand. */

import type { ContractTypes } from '../src/adapter.js';
import type { ContractName } from '../src/adapter-manifest.js';
import type { RecordedExchange } from '../src/recorded-call.js';

/**
 * How a call goes wrong:
 * - `refused`: no connection; nothing was sent
 * - `reset`: sent, and broken off before the partner did anything
 * - `answer-lost`: the partner does it, and its answer never comes
 * - `hang`: sent, and no answer ever
 * - `answer`: the partner does nothing, and this is its answer
 * - `truncate`: the partner's answer ends in the middle, as if it were whole
 * - `cut-off`: the connection breaks in the middle of the partner's answer
 */
export type WireFault =
  | { kind: 'refused' | 'reset' | 'answer-lost' | 'hang' | 'truncate' | 'cut-off' }
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string };

export interface WireCall {
  operation: string;
  effect: 'read' | 'write' | undefined;
  method: string;
  url: string;
  headers: string;
  body: string;
}

/** The wire between the adapter and its partner. */
export interface Wire {
  /** Calls that left since the last clear, repeats of the way out included. */
  readonly calls: readonly WireCall[];
  /** Connections that are open now. */
  readonly openSockets: number;
  /** Connections that were made by another way than the host's. */
  readonly strayConnections: readonly string[];
  /** From now on these calls fail so: all of them, or those that a choice picks. */
  fail(fault: WireFault, choose?: (call: WireCall, index: number) => boolean): void;
  /** Runs before a call is let out; for a partner that changes between two calls. */
  before(hook: (index: number) => Promise<void>): void;
  /**
   * From now on, what the partner has answered it is not asked again: the same call gets the same answer. A check that
   * makes ten thousand calls is one of the adapter, and a real partner need not bear them.
   */
  repeatAnswers(): void;
  /**
   * From now on a call is answered as the one of these was that asked for the same, or else for the same path; each
   * once. The partner is not asked.
   */
  answerAs(exchanges: readonly RecordedExchange[]): void;
  /** Calls since then that none of them answers. */
  readonly unanswered: readonly string[];
  /** No faults, no hooks, no calls remembered. */
  clear(): void;
}

export interface OpenOptions {
  /** Instead of, or beside, the partner's own settings; undefined takes one away. */
  settings?: Record<string, string | undefined>;
  options?: Record<string, unknown>;
  timeoutMs?: number;
}

/** One biller's adapter, as the host runs it. */
export interface SuiteScope {
  get<Name extends ContractName>(name: Name): ContractTypes[Name];
  /** Runs a call as the adapter's own, so that connections it makes by another way are seen. */
  watch<T>(call: () => Promise<T>): Promise<T>;
  readonly wire: Wire;
  /** All that was logged, and every span with its attributes, events and errors, as text. */
  readonly told: readonly string[];
  /** Drops the calls and what was told: a check that makes very many would fill memory with them. */
  forget(): void;
  close(): Promise<void>;
}

export interface BillerUnderTest {
  billerId: string;
  guid: string;
  /** True when left out. */
  openBilling?: boolean;
  /** 164 when left out. */
  invoiceTypeId?: number;
  settings: Record<string, string>;
  options?: Record<string, unknown>;
}

export interface SuiteHost {
  open(biller: BillerUnderTest, options?: OpenOptions): Promise<SuiteScope>;
  /** Bytes alive in memory, after collections. */
  aliveBytes(): Promise<number>;
}
