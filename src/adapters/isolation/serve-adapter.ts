/** What an isolated adapter's thread does for the host: opens a container a biller, and calls contracts in it. */
import 'reflect-metadata';
import type { AsyncLocalStorage } from 'node:async_hooks';
import {
  type AdapterLogger,
  type AdapterModule,
  type AdapterSettings,
  BILLER,
  type Biller,
  CLOCK,
  CONTRACT_NAMES,
  CONTRACT_TOKENS,
  type ContractName,
  isAdapterModule,
  LOGGER,
  PARTNER_HTTP,
  SETTINGS,
  TRACER,
} from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import axios, { AxiosError, AxiosHeaders, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { Container } from 'inversify';
import { adapterSettings } from '../adapter-settings.js';
import { notMade } from '../not-made.js';
import { type Port, Wire } from './wire.js';

/** A biller's settings and options as they were when a call began. */
export interface SettingsSnapshot {
  settings: Record<string, string | { missing: Error }>;
  options: Record<string, string | number | boolean>;
}

export interface CallOf {
  call: number;
  scope: number;
  contract: ContractName;
  method: string;
  settings: SettingsSnapshot;
}

/** What the host is asked for by the adapter's HTTP client. */
export interface PartnerCall {
  call: number | undefined;
  scope: number;
  config: Pick<InternalAxiosRequestConfig, 'url' | 'method' | 'data' | 'responseType' | 'timeout' | 'partnerCall'> & {
    headers: Record<string, unknown>;
    /** Statuses that are not errors; left out: the usual. */
    accepted?: number[];
    signal?: AbortSignal;
  };
}

export interface ScopeShape {
  methods: string[];
  properties: Record<string, unknown>;
}

interface Scope {
  settings: SettingsSnapshot;
  contain(): Container;
  /** Until something could not be made in it, which it would keep as failed. */
  container?: Container | undefined;
  contracts: Map<ContractName, Promise<Implementation>>;
}

type Implementation = Record<string, unknown>;

/** @param load gives the entry's default export */
export function serveAdapter(port: Port, calls: AsyncLocalStorage<number>, load: () => Promise<unknown>): void {
  const scopes = new Map<number, Scope>();
  let module: AdapterModule | undefined;
  const scopeOf = (id: number): Scope => {
    const scope = scopes.get(id);
    if (!scope) throw new Error(`no scope ${id} is open`);
    return scope;
  };
  const wire: Wire = new Wire(port, {
    ping: () => true,
    /** Names of the contracts that the module binds. */
    load: async () => {
      const entry = await load();
      if (!isAdapterModule(entry)) throw new Error('must export adapterModule(…) as its default');
      module = entry;
      const container = new Container();
      container.load(module.module);
      return CONTRACT_NAMES.filter((name) => container.isBound(CONTRACT_TOKENS[name]));
    },
    open: (id: number, biller: Biller, settings: SettingsSnapshot) => {
      if (!module) throw new Error('nothing is loaded');
      const { module: adapter } = module;
      const contain = (): Container => {
        const container = new Container();
        container.bind(BILLER).toConstantValue(biller);
        container.bind(SETTINGS).toConstantValue(settingsOf(scope));
        container.bind(PARTNER_HTTP).toConstantValue(partnerHttp(wire, id, calls));
        container.bind(LOGGER).toConstantValue(loggerOf(wire, id));
        container.bind(CLOCK).toConstantValue(Date);
        container.bind(TRACER).toConstantValue(trace.getTracer('isolated adapter'));
        container.load(adapter);
        return container;
      };
      const scope: Scope = { settings, contain, contracts: new Map() };
      scopes.set(id, scope);
    },
    drop: (id: number) => void scopes.delete(id),
    shape: async (id: number, contract: ContractName) => shapeOf(await contractOf(scopeOf(id), contract)),
    call: async ({ call, scope: id, contract, method, settings }: CallOf, args: unknown[]) => {
      const scope = scopeOf(id);
      scope.settings = settings;
      const implementation = await calls.run(call, () => contractOf(scope, contract));
      return calls.run(call, () => (implementation[method] as (...all: unknown[]) => unknown)(...args));
    },
  });
}

/** As the host has it: made once, and anew where it could not be made. */
function contractOf(scope: Scope, name: ContractName): Promise<Implementation> {
  const known = scope.contracts.get(name);
  if (known) return known;
  const make = async (): Promise<Implementation> => {
    try {
      scope.container ??= scope.contain();
      return await scope.container.getAsync<Implementation>(CONTRACT_TOKENS[name] as never);
    } catch (error) {
      scope.contracts.delete(name);
      scope.container = undefined;
      throw notMade(error);
    }
  };
  const making = make();
  scope.contracts.set(name, making);
  return making;
}

/** What an implementation has, its classes' methods included. */
function shapeOf(implementation: Implementation): ScopeShape {
  const shape: ScopeShape = { methods: [], properties: {} };
  const names = new Set<string>();
  for (let at: object | null = implementation; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at)) if (name !== 'constructor') names.add(name);
  for (const name of names) {
    const value = implementation[name];
    if (typeof value === 'function') shape.methods.push(name);
    else if (['string', 'number', 'boolean'].includes(typeof value)) shape.properties[name] = value;
  }
  return shape;
}

const settingsOf = (scope: Scope): AdapterSettings =>
  adapterSettings(
    (key) => {
      const value = scope.settings.settings[key];
      if (value !== undefined && typeof value !== 'string') throw value.missing;
      return value;
    },
    (key) => scope.settings.options[key],
  );

const loggerOf = (wire: Wire, scope: number): AdapterLogger => {
  const level = (name: keyof AdapterLogger) => (fields: object, message: string) =>
    void wire.call('log', scope, name, fields, message).catch(() => undefined);
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
};

const STATUSES = Array.from({ length: 500 }, (_, index) => index + 100);

/** The axios an adapter knows; the host makes the call. */
function partnerHttp(wire: Wire, scope: number, calls: AsyncLocalStorage<number>): AxiosInstance {
  const usual = axios.defaults.validateStatus;
  const send = async (config: InternalAxiosRequestConfig) => {
    const { method, data, responseType, timeout, partnerCall, validateStatus, signal } = config;
    const accepted =
      validateStatus === usual ? undefined : STATUSES.filter((status) => validateStatus?.(status) ?? true);
    const asked: PartnerCall = {
      ...{ call: calls.getStore(), scope },
      config: {
        ...{ url: axios.getUri(config), headers: AxiosHeaders.from(config.headers).toJSON() },
        ...Object.fromEntries(
          Object.entries({ method, data, responseType, timeout, partnerCall, accepted, signal }).filter(
            ([, value]) => value !== undefined,
          ),
        ),
      },
    };
    try {
      const answer = (await wire.call('http', asked)) as { headers: Record<string, string> };
      return { ...answer, headers: new AxiosHeaders(answer.headers), config, request: null } as never;
    } catch (error) {
      if (!axios.isAxiosError(error)) throw error;
      const response = error.response && {
        ...error.response,
        ...{ headers: new AxiosHeaders(error.response.headers as never), config },
      };
      const anew = new AxiosError(error.message, error.code, config, null, response as never);
      if (error.cause) anew.cause = error.cause;
      throw anew;
    }
  };
  return axios.create({ adapter: send, maxRedirects: 0, proxy: false });
}
