/** Opens the one PostgreSQL a host works on, its tables up to date. */
import type { ServiceIdentifier } from 'inversify';
import { Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { traceStatements } from '../telemetry/traced-client.js';
import { migrations } from './migrations.js';
import type { Tables } from './tables.js';

export interface Database {
  db: Kysely<Tables>;
  pool: pg.Pool;
  connectionString: string;
  close(): Promise<void>;
}

export const DATABASE: ServiceIdentifier<Database> = Symbol('database');

const INT8 = 20;
const types: pg.CustomTypesConfig = {
  // Cents and counts are exact in a double up to 2^53; Money refuses more.
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as never,
};

/** Connects when it is first asked; its tables are as they are. */
export function openPool(connectionString: string, { max = 20 } = {}): Database {
  // Durability is asked for by name, whatever the server's default is: an answered 202 must survive a crash.
  const pool = new pg.Pool({ connectionString, max, types, options: '-c synchronous_commit=on' });
  pool.on('connect', traceStatements);
  pool.on('error', () => undefined); // an idle connection that broke; the next query opens another
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, connectionString, close: () => db.destroy() };
}

/** @throws Error saying which migration failed */
export async function openDatabase(connectionString: string): Promise<Database> {
  const database = openPool(connectionString);
  const { error } = await new Migrator({ db: database.db, provider: migrations }).migrateToLatest();
  if (error) throw new Error('the database could not be brought up to date', { cause: error });
  return database;
}
