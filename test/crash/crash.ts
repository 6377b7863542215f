/**
 * `npm run test:crash`: two hosts on one real PostgreSQL, a partner that misbehaves and keeps its own ledger, payments
 * going in, a random host killed at random moments, and sometimes the database. At the end every accepted payment is on
 * the ledger once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type FaultKind, startSandbox } from '@ic-host/adapter-britecore/sandbox';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { type HostProcess, spawnHost } from '../host-process.js';
import { ADRIFT } from '../store/adrift.js';

export interface CrashRun {
  payments: number;
  /** Of a host or, every fifth and the last, of the database. */
  kills: number;
  /** Bound of the whole run. */
  seconds: number;
}

export interface CrashFigures {
  accepted: number;
  onLedgerOnce: number;
  lost: number;
  twice: number;
  stuck: number;
  /** Of which the tables that are kept beside say something else. */
  adrift: number;
  kills: number;
  databaseKills: number;
  attempts: number;
  seconds: number;
}

const TOKEN = 'crash-test-token';
const PAY = 'make_payment_by_invoice_or_policy';
const FAULTS: FaultKind[] = ['reset', 'reset-after', 'status', 'hang', 'delay'];
const EACH_PERCENT = 5;
const SENDERS = 8;
const DATABASE_EVERY = 5;

export async function crash(
  { payments, kills, seconds }: CrashRun,
  say: (line: string) => void,
): Promise<CrashFigures> {
  const started = performance.now();
  const end = started + seconds * 1000;
  const folder = mkdtempSync(join(tmpdir(), 'ic-host crash '));
  const postgres = await startEmbeddedPostgres(folder);
  const sandbox = await startSandbox();
  const env = {
    ...{ IC_HOST_DATABASE_URL: postgres.connectionString, IC_HOST_API_TOKEN: TOKEN, IC_HOST_MASTER_KEY: 'crash' },
    IC_HOST_LOG_LEVEL: 'fatal',
  };
  const hosts: HostProcess[] = [];
  const boot = async (index: number): Promise<void> => {
    hosts[index] = await spawnHost(join(folder, `host${index}`), env);
  };
  /** As whoever watches over hosts does: one that didn't come up, for want of a database, is started again. */
  const bootAgain = async (index: number): Promise<void> => {
    while (performance.now() < end)
      try {
        return await boot(index);
      } catch {
        await wait(200);
      }
  };
  const call = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const { url } = hosts[Math.floor(Math.random() * 2)] ?? { url: '' };
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, body: await response.json() };
  };

  try {
    await boot(0);
    await boot(1);
    const { billerId, ...biller } = sandbox.biller;
    await call('PUT', `/billers/${billerId}`, { ...biller, adapter: 'britecore', options: { timeoutMs: 5_000 } });

    let misbehaving = true;
    const misbehave = (async () => {
      // The queue of faults is kept short, so that about one call in twenty meets each kind.
      while (misbehaving) {
        sandbox.clearFaults();
        for (let call = 0; call < 100; call++) {
          const kind = FAULTS[Math.floor((Math.random() * 100) / EACH_PERCENT)];
          sandbox.fault(kind ? { operation: PAY, kind, delayMs: 500 } : { operation: PAY, kind: 'delay', delayMs: 0 });
        }
        await wait(500);
      }
      sandbox.clearFaults();
    })();

    const accepted: string[] = [];
    let next = 0;
    const send = async (): Promise<void> => {
      while (next < payments && performance.now() < end) {
        const transactionId = `crash-${next++}`;
        const { accountNumber, invoiceNumber } = sandbox.example;
        const payment = {
          ...{ transactionId, accountNumber, invoiceNumber, amount: '0.01', paymentDate: '2026-11-24', method: 'Visa' },
          ...{ source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
        };
        // As a portal would: no answer, then again with the same id.
        while (performance.now() < end) {
          const answer = await call('POST', `/billers/${billerId}/payments`, payment).catch(() => undefined);
          if (answer && answer.status < 300) {
            accepted.push(transactionId);
            break;
          }
          await wait(50);
        }
      }
    };
    let [killed, databaseKills] = [0, 0];
    const kill = (async () => {
      while (killed < kills && performance.now() < end) {
        await wait(Math.random() * 1500);
        killed++;
        if (killed % DATABASE_EVERY === 0 || killed === kills) {
          databaseKills++;
          await killDatabase(postgres.connectionString);
          continue;
        }
        const index = Math.floor(Math.random() * 2);
        hosts[index]?.child.kill('SIGKILL');
        await bootAgain(index);
      }
    })();
    await Promise.all([...Array.from({ length: SENDERS }, send), kill]);
    say(
      `accepted ${accepted.length} payments during ${killed} kills, ${databaseKills} of them of the database; waiting for the rest to be delivered`,
    );

    const queued = async (): Promise<number> => {
      const { body } = await call('GET', '/deliveries?state=queued&limit=1000').catch(() => ({ body: {} }));
      return (body as { deliveries?: unknown[] }).deliveries?.length ?? Number.POSITIVE_INFINITY; // the database comes up
    };
    let stuck = await queued();
    while (stuck > 0 && performance.now() < end) {
      await wait(500);
      stuck = await queued();
    }
    misbehaving = false;
    await misbehave;
    const times = new Map<string, number>();
    for (const { transactionId } of sandbox.book.ledger) times.set(transactionId, (times.get(transactionId) ?? 0) + 1);
    const count = (n: (times: number) => boolean) => accepted.filter((id) => n(times.get(id) ?? 0)).length;
    return {
      accepted: accepted.length,
      onLedgerOnce: count((n) => n === 1),
      lost: count((n) => n === 0),
      twice: count((n) => n > 1),
      stuck,
      adrift: await adriftAt(postgres.connectionString),
      kills: killed,
      databaseKills,
      attempts: sandbox.called,
      seconds: Math.round((performance.now() - started) / 1000),
    };
  } finally {
    for (const { child } of hosts) child.kill('SIGKILL');
    await sandbox.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When one of its processes is killed, PostgreSQL ends all others at once, and recovers from its log. */
async function killDatabase(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined); // it is one of them
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  process.kill(rows[0]?.pid as number, 'SIGKILL');
}

async function adriftAt(connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rowCount } = await client.query(ADRIFT);
  await client.end();
  return rowCount ?? 0;
}

if (process.argv[1]?.endsWith('crash.js')) {
  const [payments = 5000, kills = 50] = process.argv.slice(2).map(Number);
  const figures = await crash({ payments, kills, seconds: 900 }, console.log);
  console.table(figures);
  process.exit(
    figures.lost + figures.twice + figures.stuck + figures.adrift === 0 && figures.accepted === payments ? 0 : 1,
  );
}
