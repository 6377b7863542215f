/** One container a biller, made on first use and dropped when its settings change: nothing is shared between two. */
import {
  AdapterError,
  type AdapterManifest,
  CONTRACT_TOKENS,
  type ContractName,
  type ContractTypes,
} from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import type { AxiosInstance } from 'axios';
import { type Container, inject, injectable, type ServiceIdentifier } from 'inversify';
import type { Kysely } from 'kysely';
import { LIMIT_OPTIONS } from '../billers/biller-options.js';
import { BillerSettings } from '../billers/biller-settings.js';
import { type BillerConfig, Billers } from '../billers/billers.js';
import { PartnerPaces } from '../egress/partner-pace.js';
import { type Redact, redactedError } from '../egress/redaction.js';
import { DEFAULT_LIMITS, DROPPED_AFTER_MS, type Limits } from '../egress/way-out.js';
import { HOST_OPTIONS, type HostOptions } from '../host-options.js';
import { Problem } from '../problem.js';
import { Recordings } from '../recordings/recordings.js';
import type { Tables } from '../store/tables.js';
import { LOG, type Log } from '../telemetry/log.js';
import { asAdapter } from './adapter-faults.js';
import { endedBy, MADE_WITHIN_MS } from './adapter-patience.js';
import { ADAPTERS, type AdapterRegistry, type LoadedAdapter } from './adapter-registry.js';
import { notMade } from './not-made.js';
import { observedContract } from './observed-contract.js';
import { type OpenScope, openScope } from './open-scope.js';

interface Scope extends Pick<OpenScope, 'redact' | 'wayOut' | 'containAnew'> {
  revision: string;
  /** Let go when all of the adapter's contracts are there: it weighs more than they do. */
  container: Container | undefined;
  contracts: Map<ContractName, unknown>;
}

/** When another host may be reached. */
const ASK_AGAIN_S = 1;

@injectable()
export class BillerScopes {
  private readonly scopes = new Map<string, Scope>();

  constructor(
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerSettings) private readonly settings: BillerSettings,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
    @inject(PartnerPaces) private readonly paces: PartnerPaces,
    @inject(Recordings) private readonly recordings: Recordings,
    @inject(LOG) private readonly log: Log,
  ) {}

  /**
   * A biller's implementation of a contract.
   * @throws Problem as {@link expect}, AdapterError where the adapter can't be made
   */
  async contract<Name extends ContractName>(billerId: string, name: Name): Promise<ContractTypes[Name]> {
    return this.implementation(await this.ownConfig(billerId), name);
  }

  /** Of a biller that is a shadow: only what reads leaves it. @throws as {@link contract}, but not 409 */
  async shadowContract<Name extends ContractName>(billerId: string, name: Name): Promise<ContractTypes[Name]> {
    return this.implementation(await this.billers.get(billerId), name);
  }

  /**
   * That a biller's adapter has a contract. Nothing is made: what is taken to be done later needs no adapter that works now.
   * @throws Problem 404 `biller-not-found`, 409 `is-a-shadow`, 501 `contract-not-supported`, 503 `adapter-unknown`
   */
  async expect(billerId: string, name: ContractName): Promise<void> {
    this.manifestWith(await this.ownConfig(billerId), name);
  }

  private async ownConfig(billerId: string): Promise<BillerConfig> {
    const config = await this.billers.get(billerId);
    if (config.options.shadowOf !== undefined)
      throw new Problem(
        409,
        'is-a-shadow',
        `the biller ${billerId} is the shadow of another, and does nothing of its own`,
      );
    return config;
  }

  private manifestWith(config: BillerConfig, name: ContractName): AdapterManifest {
    const { manifest } = this.adapterOf(config);
    if (!manifest.contracts.some((contract) => contract.name === name))
      throw new Problem(501, 'contract-not-supported', `the adapter ${manifest.name} does not implement ${name}`);
    return manifest;
  }

  private async implementation<Name extends ContractName>(
    config: BillerConfig,
    name: Name,
  ): Promise<ContractTypes[Name]> {
    const { billerId } = config;
    const { id: adapterId, contracts: claimed } = this.manifestWith(config, name);
    const scope = this.scopeOf(config);
    const { container, contracts, redact } = scope;
    const by = { billerId, adapterId, redact };
    if (container && !contracts.has(name)) {
      // The one that is asked for first: only its own fault is its caller's.
      const percent = Number(config.options.recordPercent ?? 0);
      const make = async (of: ContractName): Promise<void> => {
        const token = CONTRACT_TOKENS[of] as ServiceIdentifier<object>;
        const made = await endedBy(
          asAdapter(by, () => container.getAsync(token)),
          MADE_WITHIN_MS,
          (when) => new Error(`it was not made ${when}`),
        );
        contracts.set(of, this.recordings.recorded(made, { billerId, contract: of, percent, redact }));
      };
      let isWhole = false;
      try {
        await make(name);
        const others = claimed.filter((contract) => !contracts.has(contract.name));
        const made = await Promise.allSettled(others.map((contract) => make(contract.name)));
        isWhole = made.every(({ status }) => status === 'fulfilled');
      } catch (error) {
        const masked = redactedError(notMade(error), redact);
        if (!AdapterError.is(error))
          this.log.error({ err: masked, billerId, adapterId }, 'an adapter could not be made');
        throw masked;
      } finally {
        if (scope.container === container) scope.container = isWhole ? undefined : scope.containAnew();
      }
    }
    const implementation = contracts.get(name) as ContractTypes[Name];
    return observedContract(implementation, { ...by, contract: name });
  }

  /** A biller's way out, for a look at the partner that no contract has. @throws Problem 404 `biller-not-found` */
  async wayOut(billerId: string): Promise<AxiosInstance> {
    return this.scopeOf(await this.billers.get(billerId)).wayOut.http;
  }

  /** Masks the biller's secrets in a text. @throws Problem 404 `biller-not-found` */
  async redact(billerId: string): Promise<Redact> {
    return this.scopeOf(await this.billers.get(billerId)).redact;
  }

  hasCapability(config: BillerConfig, name: ContractName, capability: string): boolean {
    const { manifest } = this.adapterOf(config);
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

  /** What is asked is right, and another host may have it. @throws Problem 503 `adapter-unknown` or `adapter-quarantined` */
  private adapterOf({ adapter }: BillerConfig): LoadedAdapter {
    try {
      return this.adapters.get(adapter);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new Problem(503, error.code, error.message, { retryAfterSeconds: ASK_AGAIN_S });
    }
  }

  private scopeOf(config: BillerConfig): Scope {
    const held = this.scopes.get(config.billerId);
    if (held?.revision === config.revision) return held;
    if (held) setTimeout(() => held.wayOut.close(), DROPPED_AFTER_MS).unref();
    const scope = this.open(config);
    this.scopes.set(config.billerId, scope);
    return scope;
  }

  private open(config: BillerConfig): Scope {
    const { manifest, module } = this.adapterOf(config);
    const { billerId, name, guid, openBilling, invoiceTypeId, options, revision } = config;
    const limits = this.limitsOf(config);
    const opened = openScope({
      ...{ manifest, module, limits, options, allowPrivate: this.host.allowPrivateEgress },
      biller: { billerId, name, guid, openBilling, invoiceTypeId },
      read: (key) => this.settings.reveal(config, key),
      pace: this.paces.of(billerId, limits.requestsPerSecond),
      log: this.log.child({ billerId, adapter: manifest.id }),
      tracer: trace.getTracer('ic-host'),
      tls: this.settings.tls(config),
      proxy: this.host.egressProxy,
      readsOnly: options.shadowOf !== undefined,
    });
    return { ...opened, revision, contracts: new Map() };
  }
}
