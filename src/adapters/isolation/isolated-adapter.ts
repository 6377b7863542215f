/**
 * An adapter in a thread of its own: the host's side. A crash, an endless loop or a leak there ends that thread and no
 * other; what was under way is told as lost, with what is known of its outcome, and the thread is started again.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Worker } from 'node:worker_threads';
import {
  AdapterError,
  type AdapterLogger,
  type AdapterManifest,
  type AdapterSettings,
  BILLER,
  type Biller,
  CONTRACT_TOKENS,
  type ContractName,
  LOGGER,
  PARTNER_HTTP,
  SETTINGS,
} from '@ic-host/contracts';
import type { AxiosInstance } from 'axios';
import { ContainerModule } from 'inversify';
import { NEVER } from '../../egress/call-time.js';
import { bounded, REDACT, type Redact } from '../../egress/redaction.js';
import { DROPPED_AFTER_MS } from '../../egress/way-out.js';
import { MADE_WITHIN_MS } from '../adapter-patience.js';
import { eitherSignal } from './either-signal.js';
import type { CallOf, PartnerCall, ScopeShape, SettingsSnapshot } from './serve-adapter.js';
import { type Port, Wire } from './wire.js';

export interface IsolationLimits {
  memoryMb: number;
  /** A thread that doesn't answer for so long is ended. */
  hangMs: number;
  /** The first pause before it is started again; each that follows is twice as long. */
  restartMs: number;
}
export const DEFAULT_ISOLATION: IsolationLimits = { memoryMb: 256, hangMs: 5_000, restartMs: 500 };
const LONGEST_RESTART_MS = 60_000;
/** Whoever ran so long is not one that ends again and again. */
const SETTLED_MS = 60_000;

/** Code of a call that its thread ended with. */
export const THREAD_ENDED = 'adapter-ended';

const WORKER = new URL('./worker.js', import.meta.url);

export interface IsolationState {
  state: 'running' | 'restarting' | 'ended';
  restarts: number;
  /** Why its thread ended the last time. */
  lastFault: string | null;
  lastFaultAt: string | null;
}

interface ScopeParts {
  biller: Biller;
  settings: AdapterSettings;
  http: AxiosInstance;
  log: AdapterLogger;
  redact: Redact;
}

interface Thread {
  worker: Worker;
  wire: Wire;
  /** Names of the contracts that its adapter binds. */
  bound: ContractName[];
  /** Scopes that are open in it. */
  open: Map<number, Promise<unknown>>;
}

/** What it is loaded from. */
export interface AdapterPlace {
  folder: string;
  entry: string;
  /** What its files must be, also when its thread is started again. */
  integrity?: string | undefined;
}

/** A call under way, as the host must know it when its thread is lost. */
interface Underway {
  within: <T>(work: () => T) => T;
  scope: number;
  /** The caller's own: by the time the thread hears of it, its call may be sent. */
  signal: AbortSignal | undefined;
  /** Something that may have had an effect was asked of the partner. */
  wrote: boolean;
}

export class IsolatedAdapter {
  private thread: Promise<Thread>;
  private next = 1;
  private readonly scopes = new Map<number, ScopeParts>();
  /** The scope of each biller's settings as they are now. */
  private readonly latest = new Map<string, number>();
  private readonly underway = new Map<number, Underway>();
  private faults = 0;
  private readonly status: IsolationState = { state: 'running', restarts: 0, lastFault: null, lastFaultAt: null };
  private readonly closing = new AbortController();

  private constructor(
    private readonly manifest: AdapterManifest,
    private readonly place: AdapterPlace,
    private readonly limits: IsolationLimits,
    /** Tells of a thread that ended, once each time. */
    private readonly tell: (fault: string) => void,
  ) {
    this.thread = this.start();
  }

  /**
   * @returns it, and the names of the contracts it binds
   * @throws Error where it can't be loaded
   */
  static async load(
    manifest: AdapterManifest,
    place: AdapterPlace,
    limits: IsolationLimits,
    tell: (fault: string) => void,
  ): Promise<{ adapter: IsolatedAdapter; bound: ContractName[] }> {
    const adapter = new IsolatedAdapter(manifest, place, limits, tell);
    try {
      return { adapter, bound: (await adapter.thread).bound };
    } catch (error) {
      await adapter.close();
      throw error;
    }
  }

  get state(): IsolationState {
    return { ...this.status };
  }

  /** Binds every contract of the manifest to what speaks to the thread. */
  get module(): ContainerModule {
    return new ContainerModule(({ bind }) => {
      for (const { name } of this.manifest.contracts)
        bind<unknown>(CONTRACT_TOKENS[name])
          .toDynamicValue((context) =>
            this.contract(name, {
              ...{ biller: context.get(BILLER), settings: context.get(SETTINGS) },
              ...{ http: context.get(PARTNER_HTTP), log: context.get(LOGGER) },
              redact: context.get(REDACT),
            }),
          )
          .inSingletonScope();
    });
  }

  async close(): Promise<void> {
    this.status.state = 'ended';
    this.closing.abort();
    await this.thread.then(
      ({ worker }) => worker.terminate(),
      () => undefined,
    );
  }

  private async start(): Promise<Thread> {
    const worker = new Worker(WORKER, {
      ...{ workerData: this.place, env: {}, argv: [], execArgv: [], stdin: false, stdout: true, stderr: true },
      resourceLimits: { maxOldGenerationSizeMb: this.limits.memoryMb },
      name: this.manifest.id,
    });
    // What it prints is nobody's: it has a logger, which masks secrets.
    worker.stdout.resume();
    worker.stderr.resume();
    const wire = new Wire(worker as Port, {
      http: (asked: PartnerCall) => this.partnerCall(asked),
      log: (scope: number, level: keyof AdapterLogger, fields: object, message: string) =>
        this.scopes.get(scope)?.log[level](fields, message),
    });
    const startedAt = performance.now();
    let fault = '';
    const end = (why: string): void => {
      fault ||= why;
      void worker.terminate();
    };
    worker.on('error', (error: Error & { code?: string }) => {
      fault = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it used more memory than it may' : error.message;
    });
    const beat = setInterval(async () => {
      const late = setTimeout(() => end(`it did not answer for ${this.limits.hangMs} ms`), this.limits.hangMs);
      await wire.call('ping').catch(() => undefined);
      clearTimeout(late);
    }, this.limits.hangMs / 2).unref();
    const starting = setTimeout(() => end(`it was not loaded within ${MADE_WITHIN_MS / 1000} s`), MADE_WITHIN_MS);
    worker.once('exit', () => {
      clearInterval(beat);
      clearTimeout(starting);
      this.ended(wire, startedAt, fault || 'it ended by itself');
    });
    try {
      const bound = (await wire.call('load')) as ContractName[];
      worker.unref();
      return { worker, wire, bound, open: new Map() };
    } catch (error) {
      end((error as Error).message);
      throw error;
    } finally {
      clearTimeout(starting);
    }
  }

  /** What waited for the thread fails; another is started after a pause. */
  private ended(wire: Wire, startedAt: number, why: string): void {
    // It serves many billers, and may have said a secret of any.
    const all = [...this.scopes.values()];
    const fault = bounded(why, (text) => all.reduce((masked, { redact }) => redact(masked), text));
    wire.end(new Error(fault));
    if (this.closing.signal.aborted) return;
    this.faults = performance.now() - startedAt > SETTLED_MS ? 1 : this.faults + 1;
    Object.assign(this.status, { state: 'restarting', lastFault: fault, lastFaultAt: new Date().toISOString() });
    this.tell(fault);
    const pauseMs = Math.min(this.limits.restartMs * 2 ** (this.faults - 1), LONGEST_RESTART_MS);
    const failed = (): never => {
      throw new AdapterError('unavailable', `the adapter's thread ended (${fault}); it is started again`, {
        ...{ code: 'adapter-restarting', retryAfterMs: pauseMs },
      });
    };
    const turnTo = async (thread: Promise<Thread>): Promise<void> => {
      this.thread = thread.catch(failed);
      await this.thread.then(
        () => {
          this.status.state = 'running';
        },
        () => undefined, // told by its end
      );
    };
    void turnTo(Promise.reject());
    setTimeout(() => {
      if (this.closing.signal.aborted) return;
      this.status.restarts++;
      void turnTo(this.start());
    }, pauseMs).unref();
  }

  /** One scope for all contracts of a biller's settings; those of its settings before are dropped a while later. */
  private scopeOf(parts: ScopeParts): number {
    const { billerId } = parts.biller;
    const latest = this.latest.get(billerId);
    if (latest !== undefined && this.scopes.get(latest)?.http === parts.http) return latest;
    if (latest !== undefined) setTimeout(() => this.drop(latest), DROPPED_AFTER_MS).unref();
    const scope = this.next++;
    this.scopes.set(scope, parts);
    this.latest.set(billerId, scope);
    return scope;
  }

  private drop(scope: number): void {
    this.scopes.delete(scope);
    this.thread
      .then(({ wire, open }) => {
        open.delete(scope);
        return wire.call('drop', scope);
      })
      .catch(() => undefined); // with its thread it is gone anyway
  }

  private async contract(name: ContractName, parts: ScopeParts): Promise<object> {
    const scope = this.scopeOf(parts);
    const thread = await this.thread;
    const shape = await this.opened(thread, scope)
      .then(() => thread.wire.call('shape', scope, name) as Promise<ScopeShape>)
      .catch((error: unknown) => {
        throw this.isGone(thread) ? lost(error, { wrote: false }) : error;
      });
    const methods = shape.methods.map((method) => [
      method,
      method === 'parse'
        ? (...args: unknown[]) => this.iterate(scope, name, method, args)
        : (...args: unknown[]) => this.call(scope, name, method, args),
    ]);
    return { ...shape.properties, ...Object.fromEntries(methods) };
  }

  private opened(thread: Thread, scope: number): Promise<unknown> {
    const known = thread.open.get(scope);
    if (known) return known;
    const { biller, settings } = this.scopes.get(scope) as ScopeParts;
    const opening = thread.wire.call('open', scope, { ...biller }, this.snapshot(settings));
    thread.open.set(scope, opening);
    return opening;
  }

  private snapshot(settings: AdapterSettings): SettingsSnapshot {
    const read = (key: string): string | { missing: Error } | undefined => {
      try {
        return settings.get(key);
      } catch (error) {
        return { missing: error as Error };
      }
    };
    const given = <T>(entries: [string, T | undefined][]): Record<string, T> =>
      Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, T>;
    return {
      settings: given(this.manifest.settings.map(({ key }) => [key, read(key)])),
      options: given((this.manifest.options ?? []).map(({ key }) => [key, settings.option(key)])),
    };
  }

  private async call(scope: number, contract: ContractName, method: string, args: unknown[]): Promise<unknown> {
    const call = this.next++;
    const signal = args.find((each) => each instanceof AbortSignal && each !== NEVER) as AbortSignal | undefined;
    const underway: Underway = { within: AsyncLocalStorage.snapshot(), scope, signal, wrote: false };
    this.underway.set(call, underway);
    let thread: Thread | undefined;
    try {
      thread = await this.thread;
      await this.opened(thread, scope);
      const { settings } = this.scopes.get(scope) as ScopeParts;
      const of: CallOf = { call, scope, contract, method, settings: this.snapshot(settings) };
      return await thread.wire.call('call', of, args);
    } catch (error) {
      throw thread && this.isGone(thread) ? lost(error, underway) : error;
    } finally {
      this.underway.delete(call);
    }
  }

  private async *iterate(scope: number, contract: ContractName, method: string, args: unknown[]) {
    let thread: Thread | undefined;
    try {
      thread = await this.thread;
      const parts = (await this.call(scope, contract, method, args)) as AsyncIterable<unknown>;
      yield* parts;
    } catch (error) {
      throw thread && this.isGone(thread) && !AdapterError.is(error) ? lost(error, { wrote: false }) : error;
    }
  }

  private isGone({ worker }: Thread): boolean {
    return worker.threadId === -1;
  }

  /** On the biller's own way out, in the call's own context: what is said is recorded and traced as any other. */
  private partnerCall({ call, scope, config }: PartnerCall): Promise<unknown> {
    const named = call === undefined ? undefined : this.underway.get(call);
    // What a biller's call says is not noted as another's, whatever the thread takes it for.
    const of = named?.scope === scope ? named : undefined;
    const { http } = this.scopes.get(scope) as ScopeParts;
    // A write that can't be told whose it is may be anybody's.
    if (config.partnerCall?.effect !== 'read') for (const each of of ? [of] : this.underway.values()) each.wrote = true;
    const { accepted, signal = NEVER, ...rest } = config;
    const either = of?.signal ? eitherSignal(of.signal, signal) : { signal, release: () => undefined };
    const send = async (): Promise<unknown> => {
      try {
        const { data, status, statusText, headers } = await http.request({
          ...rest,
          signal: either.signal,
          headers: rest.headers as Record<string, string>,
          ...{ transformRequest: [], transformResponse: [] },
          ...(accepted ? { validateStatus: (status: number) => accepted.includes(status) } : {}),
        } as never);
        return { data, status, statusText, headers: { ...headers } };
      } finally {
        if (rest.responseType !== 'stream') either.release(); // a stream ends with its reader
      }
    };
    return of ? of.within(send) : send();
  }
}

/** A lost call may be repeated where nothing that has an effect was asked of the partner. */
function lost(error: unknown, { wrote }: Pick<Underway, 'wrote'>): AdapterError {
  const { message } = error as Error;
  const kind = wrote ? 'unknown-outcome' : 'unavailable';
  return new AdapterError(kind, `the adapter's thread ended: ${message}`, { code: THREAD_ENDED });
}
