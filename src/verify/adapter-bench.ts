/** Runs one adapter as the host would, without a host or a database: for the contract suite and for single calls. */

import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type AdapterLogger, CONTRACT_TOKENS, type ContractName } from '@ic-host/contracts';
import type { BillerUnderTest, OpenOptions, SuiteHost, SuiteScope } from '@ic-host/contracts/suite';
import type { LoadedAdapter } from '../adapters/adapter-registry.js';
import { openScope } from '../adapters/open-scope.js';
import { DEFAULT_LIMITS } from '../egress/way-out.js';
import { FaultServer, FaultWire } from './fault-wire.js';
import { recordingTracer } from './recording-tracer.js';

let collector: (() => void) | undefined;
/** Collects garbage. The flag is set when it is first asked for: a host loads this module, too, and needs none of it. */
function collect(): void {
  if (!collector) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
}

const SWEEP_MS = 30;
/** What a sandbox is spared; the limits of a biller are the host's business and tested there. */
const LIMITS = { concurrency: 64, requestsPerSecond: 10_000 };

export interface BenchOptions {
  /** Whether partners at private addresses may be reached, as stand-ins on loopback are. */
  allowPrivate: boolean;
}

export class AdapterBench implements SuiteHost {
  private constructor(
    private readonly adapter: LoadedAdapter,
    private readonly options: BenchOptions,
    private readonly faults: FaultServer,
  ) {}

  static async start(adapter: LoadedAdapter, options: BenchOptions): Promise<AdapterBench> {
    return new AdapterBench(adapter, options, await FaultServer.start());
  }

  async open(biller: BillerUnderTest, { settings, options, timeoutMs }: OpenOptions = {}): Promise<SuiteScope> {
    const { manifest, module } = this.adapter;
    const wire = new FaultWire(this.faults);
    const told: string[] = [];
    const tell = (text: string): void => void told.push(text);
    const log: AdapterLogger = Object.fromEntries(
      ['debug', 'info', 'warn', 'error'].map((level) => [
        level,
        (fields: object, message: string) =>
          tell(`log ${level} ${message} ${inspect(fields, { depth: 10, maxStringLength: null })}`),
      ]),
    ) as unknown as AdapterLogger;
    const given: Record<string, string | undefined> = { ...biller.settings, ...settings };
    const { billerId, guid, openBilling = true, invoiceTypeId = 164 } = biller;
    const { container, wayOut } = openScope({
      unmasked: true,
      ...{ manifest, module, log, tap: wire, pace: async () => undefined, allowPrivate: this.options.allowPrivate },
      biller: { billerId, guid, name: billerId, openBilling, invoiceTypeId },
      read: (key) => given[key] ?? given[manifest.settings.find((spec) => spec.key === key)?.settingId ?? key],
      options: { ...biller.options, ...options },
      limits: { ...DEFAULT_LIMITS, ...manifest.limits, ...LIMITS, ...(timeoutMs ? { timeoutMs } : {}) },
      tracer: recordingTracer(tell),
    });
    return {
      get: <Name extends ContractName>(name: Name) => container.get(CONTRACT_TOKENS[name]),
      watch: (call) => wire.watch(call),
      ...{ wire, told },
      forget: () => {
        wire.clear();
        told.length = 0;
      },
      close: () => wayOut.close(),
    };
  }

  async aliveBytes(): Promise<number> {
    collect();
    // The memory of buffers is given back a moment after they are collected.
    await wait(SWEEP_MS);
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }

  close(): Promise<void> {
    return this.faults.close();
  }
}
