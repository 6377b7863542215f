/**
 * `npm run bench:soak [seconds]`: one host's work of hours in ten minutes, and what it holds in memory: resident memory is
 * to be flat after the first minute.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { invoiceFile, startSandbox } from '@ic-host/adapter-britecore/sandbox';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { payment } from './accept.js';
import { AUTHORIZED, startHost, UNLIMITED } from './host.js';
import { post } from './load.js';
import { median } from './statistics.js';

const SECONDS = Number(process.argv[2] ?? 600);
const [BILLERS, SAMPLE_MS, FIRST_MS] = [50, 2_000, 60_000];
/** A busy day's hour has about 300 look-ups, 100 payments and 30 enrollments a biller: here they come in seconds. */
const PER_SECOND = { refresh: 150, pay: 50, enroll: 15, read: 30 };
const [INVOICES_A_FILE, FILE_EVERY_MS] = [5_000, 15_000];

const folder = mkdtempSync(join(tmpdir(), 'ic-host soak '));
const postgres = await startEmbeddedPostgres(folder);
const sandbox = await startSandbox();
const { guid, settings } = sandbox.biller;
const { accountNumber, invoiceNumber } = sandbox.example;
const host = await startHost(folder, postgres.connectionString);
const v1 = `${host.url}/v1`;
const send = async (method: string, path: string, body: unknown): Promise<void> => {
  const answer = await fetch(v1 + path, { method, headers: AUTHORIZED, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
};
for (let index = 0; index < BILLERS; index++)
  await send('PUT', `/billers/b${index}`, {
    name: 'b',
    guid: `${guid}-b${index}`,
    adapter: 'britecore',
    settings,
    options: UNLIMITED,
  });

const rss = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${host.child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
const began = performance.now();
const over = (): boolean => performance.now() - began > SECONDS * 1000;
let [sequence, failed] = [0, 0];
const counts: Record<string, number> = {};

async function every(name: string, ms: number, work: (index: number) => Promise<unknown>): Promise<void> {
  const calls = new Set<Promise<unknown>>();
  for (let index = 0; !over(); index++) {
    await wait(Math.max(0, began + index * ms - performance.now()));
    if (calls.size > 200) await Promise.race(calls); // the host is slower than asked for
    const call: Promise<unknown> = work(index)
      .then(() => {
        counts[name] = (counts[name] ?? 0) + 1;
      })
      .catch((error: Error) => {
        if (failed++ < 3) console.error(`${name}: ${error.message}`);
      })
      .finally(() => calls.delete(call));
    calls.add(call);
  }
  await Promise.all(calls);
}
const biller = (index: number): string => `/billers/b${index % BILLERS}`;
const samples: [seconds: number, mb: number][] = [];

try {
  await Promise.all([
    every('look-ups', 1000 / PER_SECOND.refresh, (index) =>
      post(`${v1}${biller(index)}/accounts/${accountNumber}/refresh`, {}, AUTHORIZED),
    ),
    every('payments', 1000 / PER_SECOND.pay, (index) =>
      post(
        `${v1}${biller(index)}/payments`,
        { ...payment(`s-${sequence++}`), accountNumber, invoiceNumber, amount: '0.01' },
        AUTHORIZED,
      ),
    ),
    every('enrollments', 1000 / PER_SECOND.enroll, (index) =>
      send('PUT', `${biller(index)}/accounts/${accountNumber}/enrollments/${index % 2 ? 'autopay' : 'paperless'}`, {
        enabled: index % 4 < 2,
      }),
    ),
    every('pages read', 1000 / PER_SECOND.read, (index) =>
      fetch(`${v1}${index % 2 ? `/deliveries?limit=50` : '/changes?limit=50'}`, { headers: AUTHORIZED }).then(
        (answer) => answer.text(),
      ),
    ),
    every('invoice files', FILE_EVERY_MS, async (index) => {
      const bytes = [...invoiceFile({ invoices: INVOICES_A_FILE, billerGuid: `${guid}-b${index % BILLERS}` })].join('');
      const answer = await fetch(
        `${v1}${biller(index)}/invoice-files?filename=b${index % BILLERS}_${String(1101 + (index % 28))}2026.JSON`,
        {
          ...{ method: 'POST', body: bytes },
          headers: { ...AUTHORIZED, 'content-type': 'application/octet-stream' },
        },
      );
      if (!answer.ok) throw new Error(await answer.text());
      const { importId } = (await answer.json()) as { importId: string };
      for (;;) {
        const got = await fetch(`${v1}${biller(index)}/invoice-files/${importId}`, { headers: AUTHORIZED });
        const { state, problem } = (await got.json()) as { state: string; problem: unknown };
        if (state === 'refused') throw new Error(`a file was refused: ${JSON.stringify(problem)}`);
        if (state === 'applied') return;
        await wait(200);
      }
    }),
    (async () => {
      while (!over()) {
        samples.push([(performance.now() - began) / 1000, rss()]);
        await wait(SAMPLE_MS);
      }
    })(),
  ]);
  const settled = samples.filter(([seconds]) => seconds * 1000 > FIRST_MS);
  const part = Math.max(1, Math.floor(settled.length / 5));
  const [first, last] = [settled.slice(0, part), settled.slice(-part)].map((some) => median(some.map(([, mb]) => mb)));
  console.log(
    `${SECONDS} s: ${Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}; ${failed} failed`,
  );
  console.log(
    `resident memory after the first minute: ${first?.toFixed(0)} MB, at the end ${last?.toFixed(0)} MB: ${((last ?? 0) / (first ?? 1)).toFixed(2)} of it`,
  );
  console.log(
    `most ${Math.max(...samples.map(([, mb]) => mb)).toFixed(0)} MB; samples every minute: ${samples
      .filter((_, index) => index % 30 === 0)
      .map(([, mb]) => mb.toFixed(0))
      .join(', ')}`,
  );
  if (process.argv[3]) writeFileSync(process.argv[3], JSON.stringify(samples));
} finally {
  host.child.kill('SIGTERM');
  await host.exited;
  await sandbox.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
