/** Opens an adapter for one biller: a container of its own, with the biller's settings and its one way out. */
import {
  type AdapterLogger,
  type AdapterManifest,
  type AdapterSettings,
  BILLER,
  type Biller,
  CLOCK,
  LOGGER,
  PARTNER_HTTP,
  SETTINGS,
  TRACER,
} from '@ic-host/contracts';
import type { Tracer } from '@opentelemetry/api';
import { Container, type ContainerModule } from 'inversify';
import { KnownSecrets } from '../egress/known-secrets.js';
import { createWayOut } from '../egress/partner-http.js';
import type { Pace } from '../egress/partner-pace.js';
import { REDACT, type Redact, redactedLogger, redactedTracer } from '../egress/redaction.js';
import type { Limits, WayOut, WayOutOptions, WireTap } from '../egress/way-out.js';
import { adapterSettings } from './adapter-settings.js';

export interface ScopeParts {
  manifest: AdapterManifest;
  module: ContainerModule;
  biller: Biller;
  /** A setting's plain text by its key. @throws AdapterError `misconfigured` when its source is gone */
  read(key: string): string | undefined;
  options: Record<string, unknown>;
  limits: Limits;
  pace: Pace;
  allowPrivate: boolean;
  log: AdapterLogger;
  tracer: Tracer;
  tls?: WayOutOptions['tls'];
  proxy?: WayOutOptions['proxy'];
  readsOnly?: WayOutOptions['readsOnly'];
  /** For whoever checks what an adapter says by itself: its log and its spans are left as they are. */
  unmasked?: boolean;
  tap?: WireTap;
}

export interface OpenScope {
  container: Container;
  /** Another, in which nothing is made yet: a container keeps what failed as failed. */
  containAnew(): Container;
  /** Masks the biller's secrets in a text. */
  redact: Redact;
  wayOut: WayOut;
}

export function openScope(parts: ScopeParts): OpenScope {
  const { manifest, biller, limits, pace, allowPrivate, tracer, tls, proxy, readsOnly, tap } = parts;
  const secretKeys = new Set(manifest.settings.flatMap(({ key, secret }) => (secret ? key : [])));
  const secrets = new KnownSecrets();
  const read = (key: string): string | undefined => {
    const value = parts.read(key);
    if (value !== undefined && secretKeys.has(key)) secrets.give(value);
    return value;
  };
  const settings = settingsOf({ ...parts, read });
  for (const key of secretKeys)
    try {
      read(key);
    } catch {
      // its source is gone: the call that needs it says so
    }
  const { redact } = secrets;
  const wayOut = createWayOut({
    ...{ billerId: biller.billerId, adapterId: manifest.id, hosts: () => hostsOf(manifest, settings) },
    ...{ limits, pace, allowPrivate, redact, tracer, tls, proxy, readsOnly },
    learn: (answer) => secrets.learn(answer),
    ...(tap ? { tap } : {}),
  });
  const containAnew = (): Container => {
    // Each service is made once: a function compiled for it would never be called again.
    const container = new Container({ jitless: true });
    container.bind(BILLER).toConstantValue(biller);
    container.bind(REDACT).toConstantValue(redact);
    container.bind(SETTINGS).toConstantValue(settings);
    container.bind(PARTNER_HTTP).toConstantValue(wayOut.http);
    container.bind(LOGGER).toConstantValue(parts.unmasked ? parts.log : redactedLogger(parts.log, redact));
    container.bind(CLOCK).toConstantValue(Date);
    container.bind(TRACER).toConstantValue(parts.unmasked ? tracer : redactedTracer(tracer, redact));
    container.load(parts.module);
    return container;
  };
  return { container: containAnew(), containAnew, redact, wayOut };
}

function settingsOf({ manifest, read, options }: ScopeParts): AdapterSettings {
  const get = (key: string): string | undefined => {
    const fallback = manifest.settings.find((spec) => spec.key === key)?.default;
    return read(key) ?? (fallback === undefined ? undefined : String(fallback));
  };
  return adapterSettings(
    get,
    (key) => (options[key] as string | undefined) ?? manifest.options?.find((spec) => spec.key === key)?.default,
  );
}

const hostsOf = (manifest: AdapterManifest, settings: AdapterSettings): string[] =>
  manifest.egress.flatMap((pattern) => {
    if (!pattern.startsWith('setting:')) return pattern;
    const value = settings.get(pattern.slice('setting:'.length));
    return value && URL.canParse(value) ? new URL(value).hostname.replace(/^\[|\]$/g, '') : [];
  });
