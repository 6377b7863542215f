/** What one of each thing costs: processor time of the host and of PostgreSQL, and bytes on disk. The model goes by it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { invoiceFile } from '@ic-host/adapter-britecore/sandbox';
import pg from 'pg';
import { payment } from './accept.js';
import { AUTHORIZED, putBiller, startHost } from './host.js';
import { inParallel, post, serve } from './load.js';
import { postgresMs, processorMs } from './processor-time.js';
import type { Figure } from './results.js';

const [TIMES, AT_ONCE, ROUNDS, ACCOUNTS] = [1_500, 16, 3, 300];
const FILE = 20_000;

export async function costs(folder: string, database: string): Promise<Figure[]> {
  const partner = await serve('stand-in-partner.js');
  const host = await startHost(folder, database);
  const client = new pg.Client(database);
  await client.connect();
  const postmaster = Number(readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
  const pid = host.child.pid as number;
  const biller = `${host.url}/v1/billers/costs`;
  await putBiller(host.url, 'costs', partner.url);
  const figures: Figure[] = [];
  /** @param work @returns how many of it were done */
  const measure = async (name: string, work: (round: number) => Promise<number>): Promise<void> => {
    const [own, database_]: [number[], number[]] = [[], []];
    for (let round = 0; round <= ROUNDS; round++) {
      const [a, b] = [processorMs(pid), postgresMs(postmaster)];
      const count = await work(round);
      if (round === 0) continue; // warms up
      own.push(((processorMs(pid) - a) * 1000) / count);
      database_.push(((postgresMs(postmaster) - b) * 1000) / count);
    }
    const section = 'Costs';
    figures.push({ section, name: `${name}: host`, values: own, unit: 'µs' });
    figures.push({ section, name: `${name}: PostgreSQL`, values: database_, unit: 'µs' });
  };
  const refresh = (index: number) => post(`${biller}/accounts/p1-${index % ACCOUNTS}/refresh`, {}, AUTHORIZED);
  await inParallel(ACCOUNTS, AT_ONCE, refresh);
  await measure('a refresh', async () => (await inParallel(TIMES, AT_ONCE, refresh)).length);
  let sequence = 0;
  await measure('a payment, accepted and delivered', async () => {
    await inParallel(TIMES, AT_ONCE, () => post(`${biller}/payments`, payment(`cost-${sequence++}`), AUTHORIZED));
    for (;;) {
      const { rows } = await client.query(`select from deliveries where state = 'queued' limit 1`);
      if (rows.length === 0) return TIMES;
      await wait(20);
    }
  });
  await measure('an invoice of a file', async (round) => {
    const text = [...invoiceFile({ invoices: FILE, billerGuid: 'costs' })].join('');
    const answer = await fetch(`${biller}/invoice-files?filename=costs_11${10 + round}2026.JSON`, {
      ...{ method: 'POST', headers: { ...AUTHORIZED, 'content-type': 'application/octet-stream' } },
      body: ' '.repeat(round + 1) + text, // another file of the same content
    });
    if (!answer.ok) throw new Error(await answer.text());
    for (;;) {
      const { rows } = await client.query('select state, problem from invoice_files');
      const refused = rows.find(({ state }) => state === 'refused');
      if (refused) throw new Error(`the file was refused: ${JSON.stringify(refused.problem)}`);
      if (rows.every(({ state }) => state === 'applied')) return FILE;
      await wait(20);
    }
  });
  await client.query('vacuum analyze');
  for (const [table, name] of [
    ['deliveries', 'a delivery on disk'],
    ['delivery_attempts', 'its attempt on disk'],
    ['invoices', 'an invoice on disk'],
    ['accounts', 'an account on disk'],
    ['changes', 'a change on disk'],
  ]) {
    const { rows } = await client.query<{ bytes: number }>(
      `select pg_total_relation_size('${table}')::float8 / greatest(1, count(*)) as bytes from ${table}`,
    );
    figures.push({ section: 'Costs', name: `${name}`, values: [rows[0]?.bytes ?? 0], unit: 'bytes' });
  }
  await client.end();
  host.child.kill('SIGTERM');
  await host.exited;
  partner.stop();
  return figures;
}
