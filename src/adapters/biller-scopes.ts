/** One container a biller, made on first use and dropped when its settings change: nothing is shared between two. */
import {
  AdapterError,
  type AdapterManifest,
  type AdapterSettings,
  BILLER,
  CLOCK,
  CONTRACT_TOKENS,
  type ContractName,
  type ContractTypes,
  LOGGER,
  PARTNER_HTTP,
  SETTINGS,
  TRACER,
} from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import { Container, inject, injectable } from 'inversify';
import type { Kysely } from 'kysely';
import { type BillerConfig, Billers, HOST_OPTIONS, type HostOptions, LIMIT_OPTIONS } from '../billers/billers.js';
import { createWayOut, DEFAULT_LIMITS, type Limits, type WayOut } from '../egress/partner-http.js';
import { PartnerPaces } from '../egress/partner-pace.js';
import { redactorOf } from '../egress/redaction.js';
import { Problem } from '../problem.js';
import type { Tables } from '../store/tables.js';
import { LOG, type Log } from '../telemetry/log.js';
import { ADAPTERS, type AdapterRegistry } from './adapter-registry.js';

interface Scope {
  revision: string;
  container: Container;
  wayOut: WayOut;
}

/** Calls in flight on a dropped scope may still end. */
const DROP_AFTER_MS = 60_000;

@injectable()
export class BillerScopes {
  private readonly scopes = new Map<string, Scope>();

  constructor(
    @inject(Billers) private readonly billers: Billers,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
    @inject(PartnerPaces) private readonly paces: PartnerPaces,
    @inject(LOG) private readonly log: Log,
  ) {}

  /**
   * A biller's implementation of a contract.
   * @throws Problem 404 `biller-not-found`, 501 `contract-not-supported`
   */
  async contract<Name extends ContractName>(billerId: string, name: Name): Promise<ContractTypes[Name]> {
    const config = await this.billers.get(billerId);
    const { manifest } = this.adapters.get(config.adapter);
    if (!manifest.contracts.some((contract) => contract.name === name))
      throw new Problem(501, 'contract-not-supported', `the adapter ${manifest.name} does not implement ${name}`);
    return this.scopeOf(config).container.get<ContractTypes[Name]>(CONTRACT_TOKENS[name]);
  }

  hasCapability(config: BillerConfig, name: ContractName, capability: string): boolean {
    const { manifest } = this.adapters.get(config.adapter);
    return manifest.contracts.some((contract) => contract.name === name && contract.capabilities?.includes(capability));
  }

  /** Limits of a biller's calls: its own options, or else its adapter's manifest. */
  async limits(billerId: string, db?: Kysely<Tables>): Promise<Limits> {
    return this.limitsOf(await this.billers.get(billerId, db));
  }

  private limitsOf({ adapter, options }: BillerConfig): Limits {
    const own = Object.fromEntries(LIMIT_OPTIONS.flatMap((key) => (options[key] ? [[key, options[key]]] : [])));
    return { ...DEFAULT_LIMITS, ...this.adapters.loaded.get(adapter)?.manifest.limits, ...own };
  }

  async close(): Promise<void> {
    await Promise.all([...this.scopes.values()].map(({ wayOut }) => wayOut.close()));
  }

  private scopeOf(config: BillerConfig): Scope {
    const held = this.scopes.get(config.billerId);
    if (held?.revision === config.revision) return held;
    if (held) setTimeout(() => held.wayOut.close(), DROP_AFTER_MS).unref();
    const scope = this.open(config);
    this.scopes.set(config.billerId, scope);
    return scope;
  }

  private open(config: BillerConfig): Scope {
    const { manifest, module } = this.adapters.get(config.adapter);
    const settings = settingsOf(config, manifest, this.billers);
    const secrets = manifest.settings
      .filter((spec) => spec.secret)
      .flatMap((spec) => {
        try {
          return settings.get(spec.key) ?? [];
        } catch {
          return []; // its source is gone: the call that needs it says so
        }
      });
    const tracer = trace.getTracer('ic-host');
    const limits = this.limitsOf(config);
    const wayOut = createWayOut({
      billerId: config.billerId,
      adapterId: manifest.id,
      hosts: hostsOf(manifest, settings),
      limits,
      pace: this.paces.of(config.billerId, limits.requestsPerSecond),
      allowPrivate: this.host.allowPrivateEgress,
      redact: redactorOf(secrets),
      tracer,
    });
    const { billerId, name, guid, openBilling, invoiceTypeId } = config;
    const container = new Container();
    container.bind(BILLER).toConstantValue({ billerId, name, guid, openBilling, invoiceTypeId });
    container.bind(SETTINGS).toConstantValue(settings);
    container.bind(PARTNER_HTTP).toConstantValue(wayOut.http);
    container.bind(LOGGER).toConstantValue(this.log.child({ billerId, adapter: manifest.id }));
    container.bind(CLOCK).toConstantValue(Date);
    container.bind(TRACER).toConstantValue(tracer);
    container.load(module);
    return { revision: config.revision, container, wayOut };
  }
}

function settingsOf(config: BillerConfig, manifest: AdapterManifest, billers: Billers): AdapterSettings {
  const get = (key: string): string | undefined => {
    const fallback = manifest.settings.find((spec) => spec.key === key)?.default;
    return billers.reveal(config, key) ?? (fallback === undefined ? undefined : String(fallback));
  };
  return {
    get,
    require: (key) => {
      const value = get(key);
      if (value === undefined)
        throw new AdapterError('misconfigured', `the setting ${key} is missing`, { code: 'setting-missing' });
      return value;
    },
    option: (key) =>
      (config.options[key] as string | undefined) ?? manifest.options?.find((spec) => spec.key === key)?.default,
  };
}

const hostsOf = (manifest: AdapterManifest, settings: AdapterSettings): string[] =>
  manifest.egress.flatMap((pattern) => {
    if (!pattern.startsWith('setting:')) return pattern;
    const value = settings.get(pattern.slice('setting:'.length));
    return value && URL.canParse(value) ? new URL(value).hostname.replace(/^\[|\]$/g, '') : [];
  });
