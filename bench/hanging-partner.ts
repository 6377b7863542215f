/**
 * `npm run bench:hanging-partner`: how long one biller's payments take from being sent to the host until its partner has
 * them, alone and while another biller's partner hangs with a backlog, phases in turns in one run; and then while a vendor's
 * outage lets hundreds of billers' hang, with more deliveries than a host has places; and while another's answers one call of three
 * with a fault.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { spawnHost } from '../test/host-process.js';
import { median, quantile, withSpread } from './statistics.js';

const ROUNDS = 7;
const PER_SECOND = 50;
const SECONDS = 8;
const BACKLOG = 300;
const [VENDORS_BILLERS, OF_EACH] = [300, 5];
const [FAULTY_BILLERS, FAULTY_AT_ONCE, FAULT_EVERY] = [60, 24, 3];
const SETTLE_MS = 1_500;
const TOKEN = 'bench';

const arrived = new Map<string, number>();
const hanging = new Set<ServerResponse>();
let faulty = 0;
const partner = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { payment_transaction_id: id, payment_date: day } = JSON.parse(Buffer.concat(chunks).toString());
  if (day === HANGS) return void hanging.add(response); // for ever
  if (day === FAILS && faulty++ % FAULT_EVERY === 0) return void response.writeHead(503).end('{}');
  arrived.set(id, performance.now());
  response.end(JSON.stringify({ success: true, messages: [], data: { isDuplicate: false, confirmationNumber: id } }));
});
const [HANGS, FAILS] = ['2026-01-01', '2026-01-02'];
await new Promise<void>((done) => partner.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`;
const folder = mkdtempSync(join(tmpdir(), 'ic-host bench '));
const postgres = await startEmbeddedPostgres(folder);
const host = await spawnHost(join(folder, 'host'), {
  ...{ IC_HOST_DATABASE_URL: postgres.connectionString, IC_HOST_API_TOKEN: TOKEN, IC_HOST_LOG_LEVEL: 'error' },
});
const call = async (method: string, path: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${host.url}/v1/billers/${path}`, {
    ...{ method, body: JSON.stringify(body) },
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  });
  await answer.text();
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status}`);
};
const biller = (id: string, options: object) =>
  call('PUT', id, { name: id, guid: id, adapter: 'britecore', settings: { '8': url, '10': 'key' }, options });
const pay = (billerId: string, transactionId: string, paymentDate: string) =>
  call('POST', `${billerId}/payments`, {
    ...{ transactionId, accountNumber: 'a', invoiceNumber: 'i', amount: '1.00', paymentDate, method: 'Visa' },
    ...{ source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
  });

const database = new pg.Client(postgres.connectionString);
await database.connect();
let sequence = 0;
/** One phase: payments at an even rate; how long each took, in milliseconds. */
async function phase(): Promise<number[]> {
  const sent = new Map<string, number>();
  const begin = performance.now();
  const calls: Promise<void>[] = [];
  for (let index = 0; index < PER_SECOND * SECONDS; index++) {
    await wait(Math.max(0, begin + (index * 1000) / PER_SECOND - performance.now()));
    const id = `p-${sequence++}`;
    sent.set(id, performance.now());
    calls.push(pay('quick', id, '2026-11-24'));
  }
  await Promise.all(calls);
  await wait(SETTLE_MS);
  return [...sent].map(([id, at]) => (arrived.get(id) ?? Number.POSITIVE_INFINITY) - at);
}

try {
  await biller('quick', { concurrency: 50, requestsPerSecond: 1000 });
  await phase(); // warms up
  const alone: number[][] = [];
  const beside: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await phase());
    const slow = `slow-${round}`; // a new one each round: hanging, not yet held back by the breaker
    await biller(slow, {});
    await Promise.all(Array.from({ length: BACKLOG }, (_, index) => pay(slow, `h-${round}-${index}`, HANGS)));
    await wait(SETTLE_MS);
    beside.push(await phase());
    // So that the next phase alone is alone: nothing waits any more, and nothing hangs.
    await database.query("update deliveries set state = 'cancelled' where biller_id = $1", [slow]);
    await database.query("delete from pgboss.job where state <> 'active' and group_id = $1", [slow]);
    for (const response of hanging) response.destroy();
    hanging.clear();
    await wait(SETTLE_MS);
    const [a, b] = [alone, beside].map((list) => quantile(list.at(-1) ?? [], 0.99).toFixed(1));
    console.error(`round ${round + 1} of ${ROUNDS}: p99 ${a} ms alone, ${b} ms beside`);
  }
  const vendors = Array.from({ length: VENDORS_BILLERS }, (_, index) => `vendor-${index}`);
  for (const id of vendors) await biller(id, {});
  for (let index = 0; index < OF_EACH; index++)
    await Promise.all(vendors.map((id) => pay(id, `${id}-${index}`, HANGS)));
  const outage = await phase();
  await database.query("update deliveries set state = 'cancelled' where biller_id like 'vendor-%'");
  for (const response of hanging) response.destroy();
  await wait(SETTLE_MS);

  const faults = Array.from({ length: FAULTY_BILLERS }, (_, index) => `faulty-${index}`);
  for (const id of faults) await biller(id, { concurrency: 50, requestsPerSecond: 1000 });
  let isOver = false;
  const load = Array.from({ length: FAULTY_AT_ONCE }, async (_, index) => {
    for (let turn = index; !isOver; turn += FAULTY_AT_ONCE) {
      await pay(faults[turn % FAULTY_BILLERS] as string, `f-${turn}`, FAILS);
      await wait(10);
    }
  });
  const besideFaults = await phase();
  isOver = true;
  await Promise.all(load);
  const { rows } = await database.query<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  const p99 = (values: number[]): number => quantile(values, 0.99);
  const ratios = alone.map((values, round) => p99(beside[round] ?? []) / p99(values));
  const all = { alone: alone.flat(), beside: beside.flat() };
  console.log(`${ROUNDS} rounds of ${PER_SECOND * SECONDS} payments each, alone and beside a partner that hangs:`);
  console.log(`  p50 ${median(all.alone).toFixed(1)} ms alone, ${median(all.beside).toFixed(1)} ms beside`);
  console.log(`  p99 ${p99(all.alone).toFixed(1)} ms alone, ${p99(all.beside).toFixed(1)} ms beside`);
  console.log(`  p99 beside / alone, all rounds: ${(p99(all.beside) / p99(all.alone)).toFixed(2)} (to be under 1.20)`);
  console.log(`  p99 beside / alone, median of rounds and spread: ${withSpread(ratios)}`);
  console.log(
    `beside ${VENDORS_BILLERS} billers of a vendor that hangs, with ${VENDORS_BILLERS * OF_EACH} deliveries:`,
  );
  const tell = (values: number[]): void =>
    console.log(
      `  p50 ${median(values).toFixed(1)} ms, p99 ${p99(values).toFixed(1)} ms, latest ${Math.max(...values).toFixed(1)} ms`,
    );
  tell(outage);
  console.log(`beside ${FAULTY_BILLERS} billers of a vendor that fails one call of ${FAULT_EVERY}:`);
  tell(besideFaults);
  console.log(`deadlocks in all: ${rows[0]?.deadlocks}`);
} finally {
  host.child.kill('SIGTERM');
  await host.exited;
  await database.end();
  await postgres.stop();
  partner.close();
  partner.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}
