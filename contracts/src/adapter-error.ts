/** The one error an adapter throws; the host decides what to do from its kind alone. */

export const ADAPTER_ERROR_KINDS = [
  'rejected',
  'not-found',
  'unavailable',
  'unknown-outcome',
  'misconfigured',
  'malformed',
  'unsupported',
] as const;

/**
 * - `rejected`: the partner understood and said no. Never repeated by the host.
 * - `not-found`: the partner does not know the account, invoice or document asked for.
 * - `unavailable`: nothing happened at the partner; the same call may be made again.
 * - `unknown-outcome`: a write may or may not have happened. Repeated only as its sink allows.
 * - `misconfigured`: a setting is missing or wrong, a key refused, a host not allowed.
 * - `malformed`: the partner answered something that makes no sense.
 * - `unsupported`: this adapter, or this biller's generation of it, cannot do that.
 */
export type AdapterErrorKind = (typeof ADAPTER_ERROR_KINDS)[number];

export interface AdapterErrorDetails {
  /** Stable code in kebab-case for programs, such as `invoice-count-differs`. Defaults to the kind. */
  code?: string;
  /** What the partner itself said, in its words. */
  partnerMessages?: readonly string[];
  /** How long the partner asked us to wait, in milliseconds (from Retry-After). */
  retryAfterMs?: number;
  cause?: unknown;
}

// A symbol of the global registry, so that an error from another copy of this package is recognised too.
const MARK = Symbol.for('ic-host.adapter-error');

export class AdapterError extends Error {
  readonly kind: AdapterErrorKind;
  readonly code: string;
  readonly partnerMessages: readonly string[];
  readonly retryAfterMs: number | undefined;

  constructor(kind: AdapterErrorKind, message: string, details: AdapterErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AdapterError';
    this.kind = kind;
    this.code = details.code ?? kind;
    this.partnerMessages = details.partnerMessages ?? [];
    this.retryAfterMs = details.retryAfterMs;
    Object.defineProperty(this, MARK, { value: true });
  }

  static is(value: unknown): value is AdapterError {
    return typeof value === 'object' && value !== null && MARK in value;
  }
}
