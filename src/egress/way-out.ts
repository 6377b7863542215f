/** A biller's way out to its partner: what it is made with, and what is had of it. */
import type { ManifestLimits } from '@ic-host/contracts';
import type { Tracer } from '@opentelemetry/api';
import type { AxiosInstance } from 'axios';
import type { buildConnector, Dispatcher } from 'undici';
import type { Pace } from './partner-pace.js';
import type { Redact } from './redaction.js';
import type { TlsIdentity } from './tls-identity.js';

export interface WayOut {
  http: AxiosInstance;
  close(): Promise<void>;
}

export interface WayOutOptions {
  billerId: string;
  adapterId: string;
  /** Patterns of those that may be reached; asked for with each new address, since a setting may be kept elsewhere. */
  hosts: () => readonly string[];
  limits: Limits;
  pace: Pace;
  allowPrivate: boolean;
  redact: Redact;
  /** Is told of what confidential answers hold: what is secret in them is masked from then on. */
  learn?: (answer: string) => void;
  tracer: Tracer;
  /** Asked for with each new connection, so that a renewed certificate is used. @throws AdapterError `misconfigured` */
  tls?: (() => TlsIdentity) | undefined;
  /** URL of the proxy that partners are reached by; that of the environment is never used. */
  proxy?: string | undefined;
  /** What is not said to read is not sent: a shadow's way out. */
  readsOnly?: boolean | undefined;
  tap?: WireTap;
}

/** For whoever tests adapters on the host's own way out: sees each call, can spoil it, and sees the connections. */
export interface WireTap {
  /** The call's {@link SentNote} is its `opaque`. */
  intercept: Dispatcher.DispatcherComposeInterceptor;
  connector(connect: buildConnector.connector): buildConnector.connector;
  /** See {@link FIRST_PAUSE_MS}: hundreds of checks of faults would wait for it. */
  readonly firstPauseMs: number;
}

export type Limits = Required<ManifestLimits>;
/** What a biller's `timeoutMs` may be at the most. */
export const LONGEST_TIMEOUT_MS = 600_000;
/** After its biller was changed a way out is closed this much later: calls that are under way on it end first. */
export const DROPPED_AFTER_MS = LONGEST_TIMEOUT_MS + 60_000;
export const DEFAULT_LIMITS: Limits = {
  requestsPerSecond: 50,
  concurrency: 10,
  timeoutMs: 30_000,
  maxResponseBytes: 20_000_000,
};
