/** What a biller's scope costs: memory, and the time of its first use; and how containers compare with plain factories. */
import 'reflect-metadata';
import {
  type AdapterLogger,
  CONTRACT_TOKENS,
  type ContractName,
  PAYMENT_SINK,
  RTDR_PROVIDER,
} from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import { Container, ContainerModule, inject, injectable } from 'inversify';
import { loadAdapters } from '../src/adapters/adapter-registry.js';
import { openScope } from '../src/adapters/open-scope.js';
import { DEFAULT_LIMITS } from '../src/egress/way-out.js';
import { aliveBytes } from '../test/alive-bytes.js';
import { type Figure, ratios } from './results.js';

const [BILLERS, ROUNDS] = [5_000, 3];

const silent = (): void => undefined;
const log: AdapterLogger = { debug: silent, info: silent, warn: silent, error: silent };

/** An adapter's shape: a client, and two contracts on it. */
const SETTING = Symbol('setting');
@injectable()
class Client {
  constructor(@inject(SETTING) readonly setting: { billerId: string }) {}
}
@injectable()
class LookUp {
  constructor(@inject(Client) readonly client: Client) {}
}
@injectable()
class Sink {
  constructor(@inject(Client) readonly client: Client) {}
}
const shape = new ContainerModule(({ bind }) => {
  bind(Client).toSelf().inSingletonScope();
  bind(RTDR_PROVIDER)
    .to(LookUp as never)
    .inSingletonScope();
  bind(PAYMENT_SINK)
    .to(Sink as never)
    .inSingletonScope();
});

interface Cost {
  bytes: number;
  ms: number;
}

/** Apart, so that nothing that is kept sees the container. */
const allOf = (container: Container, contracts: readonly { name: ContractName }[]) =>
  Promise.all(contracts.map(({ name }) => container.getAsync(CONTRACT_TOKENS[name] as typeof RTDR_PROVIDER)));

/** @returns per biller: bytes that stay, and milliseconds until its first contract is there */
async function costOf(open: (index: number) => Promise<unknown>): Promise<Cost> {
  const kept: unknown[] = [];
  const before = aliveBytes();
  const started = performance.now();
  for (let index = 0; index < BILLERS; index++) kept.push(await open(index));
  const ms = (performance.now() - started) / BILLERS;
  // What a weak reference was asked for is kept until the turn ends.
  await new Promise((done) => setImmediate(done));
  const bytes = (aliveBytes() - before) / BILLERS;
  if (kept.length !== BILLERS) throw new Error('billers are lacking');
  return { bytes, ms };
}

export async function scopes(): Promise<Figure[]> {
  const registry = await loadAdapters('adapter.manifest.json');
  const { manifest, module } = registry.get('britecore');
  const parent = new Container();
  const ways: Record<string, (index: number) => Promise<unknown>> = {
    scope: async (index) => {
      const billerId = `biller-${index}`;
      const opened = openScope({
        ...{ manifest, module, log, options: {}, allowPrivate: true, pace: async () => undefined },
        biller: { billerId, guid: billerId, name: billerId, openBilling: true, invoiceTypeId: 164 },
        read: (key) => (key.endsWith('Url') ? `https://${billerId}.example.com` : `the key of ${billerId}`),
        ...{ limits: DEFAULT_LIMITS, tracer: trace.getTracer('bench') },
      });
      // As the host keeps it: all of its contracts, without the container that made them.
      const contracts = await allOf(opened.container, manifest.contracts);
      return [opened.redact, opened.wayOut, contracts];
    },
    container: async (index) => {
      const own = new Container();
      own.bind(SETTING).toConstantValue({ billerId: `biller-${index}` });
      own.load(shape);
      return [own, await own.getAsync(RTDR_PROVIDER)];
    },
    child: async (index) => {
      const own = new Container({ parent });
      own.bind(SETTING).toConstantValue({ billerId: `biller-${index}` });
      own.load(shape);
      return [own, await own.getAsync(RTDR_PROVIDER)];
    },
    factory: async (index) => {
      const client = new Client({ billerId: `biller-${index}` });
      return [() => new Sink(client), new LookUp(client)];
    },
  };
  const costs: Record<string, Cost[]> = {};
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, open] of Object.entries(ways)) {
      const cost = await costOf(open);
      costs[name] ??= [];
      if (round > 0) costs[name].push(cost); // the first warms up
    }
  await registry.close();
  const bytes = (name: string): number[] => (costs[name] ?? []).map((cost) => cost.bytes / 1000);
  const ms = (name: string): number[] => (costs[name] ?? []).map((cost) => cost.ms);
  const section = 'Scopes';
  return [
    { section, name: 'memory of a biller', values: bytes('scope'), unit: 'kB', wanted: { most: 30 } },
    { section, name: 'first use', values: ms('scope'), unit: 'ms', wanted: { most: 1 } },
    { section, name: 'a container, were it kept', values: bytes('container'), unit: 'kB' },
    { section, name: 'a child container, were it kept', values: bytes('child'), unit: 'kB' },
    { section, name: 'plain factories', values: bytes('factory'), unit: 'kB' },
    { section, name: 'time of a container, by that of a scope', values: ratios(ms('container'), ms('scope')) },
    { section, name: 'time of a child container, by that of a scope', values: ratios(ms('child'), ms('scope')) },
    { section, name: 'time of plain factories, by that of a scope', values: ratios(ms('factory'), ms('scope')) },
  ];
}
