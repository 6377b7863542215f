/**
 * `npm run bench:machines [throughput | rolling | frozen]`: several hosts on one PostgreSQL. Deliveries a second by 1, 2 and 4 workers; a rolling restart
 * under load; and a host that is frozen for a minute and wakes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import type { HostProcess } from '../test/host-process.js';
import { payment } from './accept.js';
import { AUTHORIZED, putBiller, startHost } from './host.js';
import { inParallel, post, serve } from './load.js';
import { quantile, withSpread } from './statistics.js';

const ROUNDS = 3;
interface Scenario {
  name: string;
  /** Of the partner. */
  latencyMs: number;
  billers: number;
  /** Under way at once, of each. */
  concurrency: number;
  backlog: number;
}
const QUICK: Scenario = { name: 'quick', latencyMs: 50, billers: 8, concurrency: 10, backlog: 1_500 };
/** A worker has as many under way as it may, and mostly waits. */
const SLOW: Scenario = { name: 'slow', latencyMs: 2_000, billers: 40, concurrency: 50, backlog: 3_000 };
const [PER_SECOND, ROLLING_SECONDS, FROZEN_SECONDS] = [40, 45, 60];
/** How often a load balancer asks whether a host is ready: it learns of nothing otherwise. */
const ASK_EVERY_MS = 200;

const folder = mkdtempSync(join(tmpdir(), 'ic-host bench '));
const postgres = await startEmbeddedPostgres(folder);
const partnerOf = ({ latencyMs }: Scenario) => serve('stand-in-partner.js', [], { LATENCY_MS: String(latencyMs) });
const partners = [await partnerOf(QUICK), await partnerOf(SLOW)] as const;
const client = new pg.Client(postgres.connectionString);
const api = await startHost(folder, postgres.connectionString, '--role', 'api');
await client.connect();
for (const [index, { name, billers, concurrency }] of [QUICK, SLOW].entries())
  for (let of = 0; of < billers; of++)
    await putBiller(api.url, `${name}-${of}`, partners[index]?.url ?? '', { concurrency, requestsPerSecond: 100_000 });
const worker = () => startHost(folder, postgres.connectionString, '--role', 'worker');
const end = async (host: HostProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
  host.child.kill(signal);
  await host.exited;
};
let sequence = 0;
const pay = (url: string, { name, billers } = QUICK): Promise<string> => {
  const index = sequence++;
  return post(`${url}/v1/billers/${name}-${index % billers}/payments`, payment(`m-${index}`), AUTHORIZED);
};
const one = async (text: string): Promise<number> => Number((await client.query(text)).rows[0]?.n ?? 0);
const untilDelivered = async (): Promise<void> => {
  while (await one(`select count(*)::int as n from deliveries where state = 'queued'`)) await wait(20);
};

/** @returns payments a second that so many workers deliver of a backlog */
async function throughput(workers: number, scenario: Scenario): Promise<number> {
  await inParallel(scenario.backlog, 64, () => pay(api.url, scenario));
  const started = Array.from({ length: workers }, worker);
  const hosts = await Promise.all(started);
  const before = await one(`select count(*)::int as n from deliveries where state = 'queued'`);
  const began = performance.now();
  await untilDelivered();
  const perSecond = before / ((performance.now() - began) / 1000);
  await Promise.all(hosts.map((host) => end(host)));
  return perSecond;
}

/** Payments at an even rate to whichever hosts are in rotation. */
async function load(seconds: number, rotation: readonly HostProcess[]): Promise<{ sent: number; failed: string[] }> {
  const failed: string[] = [];
  const calls: Promise<unknown>[] = [];
  const begin = performance.now();
  for (let index = 0; index < PER_SECOND * seconds; index++) {
    await wait(Math.max(0, begin + (index * 1000) / PER_SECOND - performance.now()));
    const host = rotation[index % rotation.length] as HostProcess;
    calls.push(
      pay(host.url).catch((error: Error) => failed.push(`${error.message} ${(error.cause as Error)?.message ?? ''}`)),
    );
  }
  await Promise.all(calls);
  return { sent: calls.length, failed };
}

/** How long after its acceptance each payment was delivered, in seconds, of those accepted since; and how often each reached the partner. */
async function lateness(since: number): Promise<number[]> {
  const { rows } = await client.query<{ s: number }>(
    `select extract(epoch from updated_at - created_at)::float8 as s from deliveries
     where key like 'm-%' and substring(key from 3)::int >= $1 and state = 'delivered'`,
    [since],
  );
  return rows.map(({ s }) => s);
}
const repeated = (since: number): Promise<number> =>
  one(
    `select count(*)::int as n from deliveries where key like 'm-%' and substring(key from 3)::int >= ${since} and attempts > 1`,
  );

const print = (name: string, value: string, wanted = ''): void =>
  console.log(`  ${name}: ${value}${wanted && ` · ${wanted}`}`);

const fourHosts = (): Promise<HostProcess[]> =>
  Promise.all(Array.from({ length: 4 }, () => startHost(folder, postgres.connectionString)));

async function throughputs(scenario: Scenario): Promise<void> {
  const { latencyMs, billers, concurrency } = scenario;
  console.log(
    `Deliveries a second of a partner that takes ${latencyMs} ms, ${billers} billers with ${concurrency} at once each`,
  );
  const counts = [1, 2, 4];
  const found = counts.map(() => [] as number[]);
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, workers] of counts.entries()) found[index]?.push(await throughput(workers, scenario));
  for (const [index, workers] of counts.entries()) print(`${workers} workers`, withSpread(found[index] ?? [], 0));
  print('two by one', withSpread((found[1] ?? []).map((value, round) => value / (found[0]?.[round] ?? 1))));
  print('four by one', withSpread((found[2] ?? []).map((value, round) => value / (found[0]?.[round] ?? 1))));
}

/** Keeps in rotation those of the hosts that say they are ready. @returns ends it */
function balance(hosts: readonly HostProcess[], rotation: HostProcess[]): () => void {
  const isReady = ({ url }: HostProcess) =>
    fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  const timer = setInterval(async () => {
    const asked = [...hosts];
    const ready = await Promise.all(asked.map(isReady));
    if (ready.some(Boolean)) rotation.splice(0, rotation.length, ...asked.filter((_, index) => ready[index]));
  }, ASK_EVERY_MS);
  return () => clearInterval(timer);
}

async function rollingRestart(): Promise<void> {
  const hosts = await fourHosts();
  const rotation = [...hosts];
  const unbalance = balance(hosts, rotation);
  console.log(`Rolling restart of four hosts, ${PER_SECOND} payments a second on connections that are kept`);
  const since = sequence;
  const rolling = load(ROLLING_SECONDS, rotation);
  for (let index = 0; index < 4; index++) {
    await wait(3_000);
    hosts.push(await startHost(folder, postgres.connectionString));
    await end(hosts[0] as HostProcess);
    hosts.shift();
  }
  const rolled = await rolling;
  unbalance();
  await untilDelivered();
  const late = await lateness(since);
  print('requests', `${rolled.sent}, failed ${rolled.failed.length}`, 'none may fail');
  for (const failure of rolled.failed.slice(0, 3)) print('failed', failure);
  print('payments delivered', `${late.length} of ${rolled.sent}`);
  print(
    'after acceptance',
    `p50 ${quantile(late, 0.5).toFixed(3)} s, latest ${Math.max(...late).toFixed(2)} s`,
    'at most 5 s',
  );
  print('attempted more than once', String(await repeated(since)));
  await Promise.all(hosts.map((host) => end(host)));
}

async function frozenHost(): Promise<void> {
  const rotation = await fourHosts();
  console.log(`One of four hosts frozen for ${FROZEN_SECONDS} s under the same load`);
  const since = sequence;
  const frozen = rotation[0] as HostProcess;
  const others = rotation.slice(1);
  const beside = load(FROZEN_SECONDS + 15, others);
  await wait(3_000);
  frozen.child.kill('SIGSTOP');
  await wait(FROZEN_SECONDS * 1000);
  frozen.child.kill('SIGCONT');
  const { sent, failed } = await beside;
  await untilDelivered();
  await wait(2_000);
  const times = await lateness(since);
  print('requests to the others', `${sent}, failed ${failed.length}`);
  print('payments delivered', `${times.length} of ${sent}`);
  print(
    'after acceptance',
    `p50 ${quantile(times, 0.5).toFixed(3)} s, p99 ${quantile(times, 0.99).toFixed(2)} s, latest ${Math.max(...times).toFixed(1)} s`,
  );
  print('attempted more than once', String(await repeated(since)));
  const awake = await fetch(`${frozen.url}/readyz`);
  print('the woken host', awake.ok ? 'is ready' : `answers ${awake.status}`);
  await Promise.all(rotation.map((host) => end(host)));
}

const PARTS: Record<string, () => Promise<void>> = {
  throughput: async () => {
    for (const scenario of [QUICK, SLOW]) await throughputs(scenario);
  },
  rolling: rollingRestart,
  frozen: frozenHost,
};
const chosen = process.argv.slice(2);
try {
  for (const [name, part] of Object.entries(PARTS)) if (!chosen.length || chosen.includes(name)) await part();
} finally {
  api.child.kill('SIGKILL');
  for (const partner of partners) partner.stop();
  await client.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
