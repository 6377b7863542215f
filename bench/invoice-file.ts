/**
 * `npm run bench:invoice-file`: invoice files read and imported beside what else does it, in one interleaved run. Every
 * reading is a process of its own. `-- --quick` takes fewer and smaller files and draws no picture.
 */
import { execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type InvoiceFileRecipe, invoiceFile, startSandbox } from '@ic-host/adapter-britecore/sandbox';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { spawnHost } from '../test/host-process.js';
import { type Line, svg } from './picture.js';
import type { Reading } from './read-invoice-file.js';
import { median, withSpread } from './statistics.js';

const run = promisify(execFile);
const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const { quick } = values;
const ROUNDS = quick ? 1 : 5;
const [SMALL, LARGE] = quick ? [10_000, 50_000] : [100_000, 1_000_000];
const GROWTH = quick ? [10_000, 30_000] : [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000];
const PICTURE = 'docs/pictures/invoice-file-growth.svg';
const OTHERS = ['JSON.parse', 'stream-json', '@streamparser/json', 'jq'] as const;
const NEEDED: Record<(typeof OTHERS)[number], number> = {
  ...{ 'JSON.parse': 1, 'stream-json': 5, '@streamparser/json': 2, jq: 4 },
};

const folder = mkdtempSync(join(tmpdir(), 'ic-host bench '));
const sandbox = await startSandbox();
const { billerId, ...biller } = sandbox.biller;
const has = (command: string): Promise<boolean> =>
  run(command, ['--version']).then(
    () => true,
    () => false,
  );
const say = (line: string): void => console.error(line);

/** A file of a folder of its own, since its name must say the day. */
async function make(name: string, recipe: Omit<InvoiceFileRecipe, 'billerGuid'>): Promise<string> {
  const file = join(folder, name, `${billerId}_11232026.JSON`);
  mkdirSync(dirname(file), { recursive: true });
  await pipeline(Readable.from(invoiceFile({ ...recipe, billerGuid: biller.guid })), createWriteStream(file));
  return file;
}

const readerFile = fileURLToPath(new URL('./read-invoice-file.js', import.meta.url));
async function read(reader: string, file: string): Promise<Reading> {
  if (reader !== 'jq') return JSON.parse((await run(process.execPath, [readerFile, reader, file])).stdout);
  const started = performance.now();
  const child = spawn('jq', ['-c', '.Invoices[]', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  let peakMb = 0;
  const watch = setInterval(() => {
    run('ps', ['-o', 'rss=', '-p', String(child.pid)]).then(
      ({ stdout }) => {
        peakMb = Math.max(peakMb, Number(stdout) / 1024);
      },
      () => undefined,
    );
  }, 100);
  await new Promise((done) => child.once('exit', done));
  clearInterval(watch);
  return { ms: performance.now() - started, records: 0, peakMb };
}

// ---- reading ----

async function benchReading(): Promise<void> {
  const file = await make('small', { invoices: SMALL });
  const mb = (await stat(file)).size / 1e6;
  const readers = ['ic-host', ...OTHERS.filter((name) => name !== 'jq' || jq)];
  const readings = new Map(readers.map((name) => [name, [] as Reading[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of readers) readings.get(name)?.push(await read(name, file));
    say(`reading: round ${round + 1} of ${ROUNDS}`);
  }
  console.log(`\nReading ${SMALL} invoices, ${mb.toFixed(0)} MB, one thread, medians of ${ROUNDS}:`);
  const ours = readings.get('ic-host') ?? [];
  for (const [name, list] of readings) {
    const peak = `${median(list.map(({ peakMb }) => peakMb)).toFixed(0)} MB peak`;
    const rate = `${(mb / (median(list.map(({ ms }) => ms)) / 1000)).toFixed(0)} MB/s`;
    const ratios = list.map(({ ms }, round) => ms / (ours[round]?.ms ?? Number.NaN));
    const ratio = name === 'ic-host' ? 'parse, validate and map' : `ic-host is ${withSpread(ratios)} x as fast`;
    const needed = name === 'ic-host' ? '' : ` (to be at least ${NEEDED[name as keyof typeof NEEDED]})`;
    console.log(`  ${name.padEnd(20)} ${rate.padStart(9)}  ${peak.padStart(12)}  ${ratio}${needed}`);
  }
  if (!jq) console.log('  jq                   not installed: apt-get install jq');

  const large = await make('large', { invoices: LARGE });
  const peaks = [];
  for (let round = 0; round < ROUNDS; round++) peaks.push((await read('ic-host', large)).peakMb);
  const small = median(ours.map(({ peakMb }) => peakMb));
  console.log(
    `  peak memory: ${small.toFixed(0)} MB for ${SMALL}, ${median(peaks).toFixed(0)} MB for ${LARGE} (within 20, and under 200)`,
  );
}

// ---- importing ----

const postgres = await startEmbeddedPostgres(join(folder, 'database'));
const client = new pg.Client(postgres.connectionString);
await client.connect();
const host = await spawnHost(join(folder, 'host'), {
  ...{ IC_HOST_DATABASE_URL: postgres.connectionString, IC_HOST_API_TOKEN: 'bench', IC_HOST_LOG_LEVEL: 'error' },
});
const headers = { authorization: 'Bearer bench' };

/** From the first byte sent until it is applied, in seconds. */
async function importFile(file: string): Promise<{ seconds: number; created: number; updated: number }> {
  await client.query('checkpoint');
  const started = performance.now();
  const path = `${host.url}/v1/billers/${billerId}/invoice-files`;
  const sent = await fetch(`${path}?filename=${basename(file)}`, {
    ...{ method: 'POST', body: await openAsBlob(file) },
    headers: { ...headers, 'content-type': 'application/octet-stream' },
  });
  let held = (await sent.json()) as Record<string, unknown>;
  while (held.state === 'running') {
    await wait(50);
    held = (await (await fetch(`${path}/${held.importId}`, { headers })).json()) as Record<string, unknown>;
  }
  if (held.state !== 'applied') throw new Error(JSON.stringify(held));
  return {
    seconds: (performance.now() - started) / 1000,
    ...{ created: Number(held.created), updated: Number(held.updated) },
  };
}

const forget = () => client.query('truncate invoices, accounts, changes, invoice_files, set_aside_records');

const psqlRun = async (command: string): Promise<number> => {
  const started = performance.now();
  await run('psql', [postgres.connectionString, '-q', '-v', 'ON_ERROR_STOP=1', '-c', command]);
  return (performance.now() - started) / 1000;
};

async function benchImporting(): Promise<void> {
  const today = join(folder, 'large', `${billerId}_11232026.JSON`);
  const tomorrow = await make('tomorrow', { invoices: LARGE, changedPercent: 2 });
  const rows = join(folder, 'rows.copy');
  const seconds = { first: [] as number[], again: [] as number[], next: [] as number[], copy: [] as number[] };
  let changed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await forget();
    seconds.first.push((await importFile(today)).seconds);
    seconds.again.push((await importFile(today)).seconds);
    if (psql) {
      if (round === 0) await psqlRun(`\\copy invoices to '${rows}'`);
      await client.query(
        'create table copied (like invoices including all, foreign key (biller_id) references billers)',
      );
      await client.query('checkpoint');
      seconds.copy.push(await psqlRun(`\\copy copied from '${rows}'`));
      await client.query('drop table copied');
    }
    const next = await importFile(tomorrow);
    seconds.next.push(next.seconds);
    changed = next.updated;
    say(`importing: round ${round + 1} of ${ROUNDS}`);
  }
  const ratio = (a: number[], b: number[]) => withSpread(a.map((value, round) => value / (b[round] ?? Number.NaN)));
  console.log(`\nImporting ${LARGE} invoices, from the first byte sent until applied, medians of ${ROUNDS}:`);
  console.log(`  into an empty table   ${median(seconds.first).toFixed(1)} s`);
  if (psql)
    console.log(
      `  psql \\copy            ${median(seconds.copy).toFixed(1)} s   import / copy ${ratio(seconds.first, seconds.copy)} (at most 2)`,
    );
  else console.log('  psql \\copy            not installed: apt-get install postgresql-client');
  console.log(
    `  the same file again   ${median(seconds.again).toFixed(1)} s   again / first ${ratio(seconds.again, seconds.first)} (under 0.25)`,
  );
  console.log(
    `  the next day's file   ${median(seconds.next).toFixed(1)} s   next / first ${ratio(seconds.next, seconds.first)} (under 1; ${changed} changed)`,
  );
}

async function benchGrowth(): Promise<void> {
  const reading: [number, number][] = [];
  const importing: [number, number][] = [];
  for (const invoices of GROWTH) {
    const file = await make(`growth-${invoices}`, { invoices });
    reading.push([invoices, (await read('ic-host', file)).ms / 1000]);
    await forget();
    importing.push([invoices, (await importFile(file)).seconds]);
    rmSync(file);
    say(`growth: ${invoices}`);
  }
  console.log('\nGrowth, in microseconds an invoice:');
  for (const [index, invoices] of GROWTH.entries()) {
    const each = (list: [number, number][]) => (((list[index]?.[1] ?? 0) / invoices) * 1e6).toFixed(1).padStart(7);
    console.log(`  ${String(invoices).padStart(9)}  read ${each(reading)}  import ${each(importing)}`);
  }
  if (quick) return;
  const lines: Line[] = [
    { name: 'read, check and map', colour: '#1f6feb', points: reading },
    { name: 'whole import', colour: '#c2410c', points: importing },
  ];
  const title = 'Invoice files: time grows with the number of invoices';
  mkdirSync(dirname(PICTURE), { recursive: true });
  writeFileSync(PICTURE, svg({ title, x: 'invoices in the file', y: 'seconds', lines }));
  console.log(`  drawn in ${PICTURE}`);
}

const [jq, psql] = await Promise.all([has('jq'), has('psql')]);
try {
  await fetch(`${host.url}/v1/billers/${billerId}`, {
    ...{ method: 'PUT', headers: { ...headers, 'content-type': 'application/json' } },
    body: JSON.stringify({ ...biller, adapter: 'britecore' }),
  });
  await benchReading();
  await benchImporting();
  await benchGrowth();
} finally {
  host.child.kill('SIGTERM');
  await host.exited;
  await client.end();
  await postgres.stop();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
}
