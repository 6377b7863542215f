/**
 * Brings the tables up to date. In a rolling upgrade, and when it is rolled back, hosts of the version before start on the tables of
 * the later one: they go on with them, unless the later version says that they can't.
 */
import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration';
import { LEAST_MIGRATION_TABLE, migrations } from './migrations.js';
import type { Tables } from './tables.js';

export interface SchemaState {
  /** Migrations that this version has and the database lacks. */
  missing: string[];
  /** Migrations of a later version. */
  later: string[];
  /** False: what the later version made is more than this one can work with. */
  fits: boolean;
}

export async function schemaState(db: Kysely<Tables>): Promise<SchemaState> {
  const known = Object.keys(await migrations.getMigrations());
  const done = await namesIn(db, DEFAULT_MIGRATION_TABLE);
  const [least = ''] = await namesIn(db, LEAST_MIGRATION_TABLE);
  return {
    missing: known.filter((name) => !done.includes(name)),
    later: done.filter((name) => !known.includes(name)),
    fits: least <= (known.at(-1) ?? ''),
  };
}

/** @returns the migrations of a later version that the tables have @throws Error in words, where this one can't work with them */
export async function bringUpToDate(db: Kysely<Tables>): Promise<string[]> {
  const { later, fits } = await schemaState(db);
  if (later.length && fits) return later;
  if (later.length)
    throw new Error(`its tables are of a later version (${later.join(', ')}), which this one can’t work with`);
  const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest();
  if (error) throw error;
  return [];
}

async function namesIn(db: Kysely<Tables>, table: string): Promise<string[]> {
  const { rows } = await sql<{ there: boolean }>`select to_regclass(${table}) is not null as there`.execute(db);
  if (!rows[0]?.there) return [];
  const found = await sql<{ name: string }>`select name from ${sql.table(table)} order by name`.execute(db);
  return found.rows.map(({ name }) => name);
}
