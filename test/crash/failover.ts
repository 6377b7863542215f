/**
 * `npm run test:failover -- PAYMENTS`: a primary and a replica that each commit waits for; while payments go in, the primary
 * falls silent for good, and the replica is made primary. Hosts are told of nothing: their connections stay open, and new
 * ones lead to the other, as a virtual address or a name does.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { SilentProxy } from '../store/silent-proxy.js';
import { isFaultless, type LedgerFigures, LedgerRun } from './ledger-run.js';

export interface FailoverRun {
  payments: number;
  /** Bound of the whole run. */
  seconds: number;
}

export interface FailoverFigures extends LedgerFigures {
  /** Accepted when the primary fell silent. */
  acceptedBefore: number;
  /** How often the hosts noticed that the database is another: what waits in it is looked for then. */
  noticed: number;
}

export async function failover(
  { payments, seconds }: FailoverRun,
  say: (line: string) => void,
): Promise<FailoverFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'ic-host failover '));
  const primary = await startEmbeddedPostgres(join(folder, 'primary'));
  const replica = await startReplica(join(folder, 'primary'), join(folder, 'replica'), primary.connectionString);
  const proxy = await SilentProxy.start(primary.connectionString);
  const run = await LedgerRun.start(folder, proxy.url, seconds);
  const paying = run.pay(payments);
  try {
    while (run.acceptedCount < payments / 3 && run.hasTime) await wait(10);
    const acceptedBefore = run.acceptedCount;
    proxy.silence();
    await ask(replica.connectionString, 'select pg_promote()');
    proxy.retarget(replica.connectionString);
    say(`the primary fell silent when ${acceptedBefore} payments were accepted`);
    await paying;
    say('all are accepted; waiting for the rest to be delivered');
    const figures = await run.figures(replica.connectionString);
    const noticed = await ask(replica.connectionString, "select from audit where action = 'database.restored'");
    return { ...figures, acceptedBefore, noticed };
  } finally {
    await run.close();
    proxy.close();
    for (const each of [replica, primary]) await each.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A copy that follows its primary: an answered commit is on both. */
async function startReplica(from: string, to: string, primary: string) {
  const data = (of: string, ...more: string[]) => join(of, 'postgres', 'data', ...more);
  mkdirSync(to);
  const client = new pg.Client(primary);
  await client.connect();
  await client.query("select pg_backup_start('replica', true)");
  execFileSync('cp', ['-a', join(from, 'postgres'), to]);
  for (const name of ['postmaster.pid', 'postmaster.opts']) rmSync(data(to, name));
  const { rows } = await client.query('select labelfile from pg_backup_stop(false)');
  writeFileSync(data(to, 'backup_label'), rows[0].labelfile);
  writeFileSync(data(to, 'standby.signal'), '');
  const { hostname, port, username, password } = new URL(primary);
  const follows = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`;
  appendFileSync(data(to, 'postgresql.auto.conf'), `primary_conninfo = '${follows}'\n`);
  const replica = await startEmbeddedPostgres(to);
  await client.query("alter system set synchronous_standby_names = '*'");
  await client.query('select pg_reload_conf()');
  await client.end();
  return replica;
}

/** @returns how many rows */
async function ask(connectionString: string, text: string): Promise<number> {
  const client = new pg.Client(connectionString);
  await client.connect();
  const { rowCount } = await client.query(text);
  await client.end();
  return rowCount ?? 0;
}

if (process.argv[1]?.endsWith('failover.js')) {
  const [payments = 1000] = process.argv.slice(2).map(Number);
  const figures = await failover({ payments, seconds: 600 }, console.log);
  console.table(figures);
  process.exit(isFaultless(figures) && figures.accepted === payments ? 0 : 1);
}
