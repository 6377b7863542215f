/**
 * `npm run bench [section …]`: what the host does beside others that do the same, in interleaved rounds, as ratios with
 * their median and spread. Writes them to `bench/results.json`, and the pictures of the documentation.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { accept } from './accept.js';
import { costs } from './costs.js';
import { deliveries } from './deliveries.js';
import { growth } from './growth.js';
import { refresh } from './refresh.js';
import { type Figure, lineOf } from './results.js';
import { scopes } from './scopes.js';
import { start } from './start.js';
import { wayOut } from './way-out.js';

const RESULTS = 'bench/results.json';
const SECTIONS: Record<string, (folder: string, database: string) => Promise<Figure[]>> = {
  'way-out': wayOut,
  refresh,
  accept,
  deliveries,
  start,
  scopes,
  costs,
  growth,
};

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in SECTIONS));
if (unknown !== undefined) throw new Error(`no section ${unknown}; there are ${Object.keys(SECTIONS).join(', ')}`);
const folder = mkdtempSync(join(tmpdir(), 'ic-host bench '));
const postgres = await startEmbeddedPostgres(folder);
const admin = new pg.Client(postgres.connectionString);
await admin.connect();
/** Of a section at once, where it stood before: a run that is cut short has measured what it has. */
function keep(section: string | undefined, figures: readonly Figure[]): void {
  const before = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Figure[]) : [];
  const at = before.findIndex((figure) => figure.section === section);
  const others = before.filter((figure) => figure.section !== section);
  const all = others.toSpliced(at < 0 ? others.length : at, 0, ...figures);
  writeFileSync(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
}

try {
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (chosen.length && !chosen.includes(name)) continue;
    const started = performance.now();
    // A database of its own: nothing that one has left behind is another's work.
    const database = new URL(postgres.connectionString);
    database.pathname = `/${name.replaceAll('-', '_')}`;
    await admin.query(`create database ${database.pathname.slice(1)}`);
    const found = await section(folder, database.href);
    console.log(`${found[0]?.section} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
    for (const figure of found) console.log(lineOf(figure));
    keep(found[0]?.section, found);
  }
} finally {
  await admin.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
