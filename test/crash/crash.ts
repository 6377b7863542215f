/**
 * `npm run test:crash -- PAYMENTS KILLS`: payments going in while a random host is killed at random moments, and sometimes
 * the database.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { isFaultless, type LedgerFigures, LedgerRun } from './ledger-run.js';

export interface CrashRun {
  payments: number;
  /** Of a host or, every fifth and the last, of the database. */
  kills: number;
  /** Bound of the whole run. */
  seconds: number;
}

export interface CrashFigures extends LedgerFigures {
  kills: number;
  databaseKills: number;
}

const DATABASE_EVERY = 5;

export async function crash(
  { payments, kills, seconds }: CrashRun,
  say: (line: string) => void,
): Promise<CrashFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'ic-host crash '));
  const postgres = await startEmbeddedPostgres(folder);
  const run = await LedgerRun.start(folder, postgres.connectionString, seconds);
  try {
    let [killed, databaseKills] = [0, 0];
    const kill = async () => {
      while (killed < kills && run.hasTime) {
        await wait(Math.random() * 1500);
        killed++;
        if (killed % DATABASE_EVERY === 0 || killed === kills) {
          databaseKills++;
          await killDatabase(postgres.connectionString);
        } else await run.killHost();
      }
    };
    await Promise.all([run.pay(payments), kill()]);
    say(
      `accepted ${run.acceptedCount} payments during ${killed} kills, ${databaseKills} of them of the database; waiting for the rest to be delivered`,
    );
    return { ...(await run.figures()), kills: killed, databaseKills };
  } finally {
    await run.close();
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

if (process.argv[1]?.endsWith('crash.js')) {
  const [payments = 5000, kills = 50] = process.argv.slice(2).map(Number);
  const figures = await crash({ payments, kills, seconds: 900 }, console.log);
  console.table(figures);
  process.exit(isFaultless(figures) && figures.accepted === payments ? 0 : 1);
}
