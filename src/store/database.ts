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
  /** In pipeline mode: a statement waits for none that was sent before. */
  pipelined: pg.Pool;
  connectionString: string;
  close(): Promise<void>;
}

export const DATABASE: ServiceIdentifier<Database> = Symbol('database');

/** They are never waited for long: what goes over them is gathered first. */
const MOST_PIPELINED = 8;

const INT8 = 20;
const types: pg.CustomTypesConfig = {
  // Cents and counts are exact in a double up to 2^53; Money refuses more.
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as never,
};

/** Connects when it is first asked; its tables are as they are. */
export function openPool(connectionString: string, { max = 20 } = {}): Database {
  // Durability is asked for by name, whatever the server's default is: an answered 202 must survive a crash.
  const options = '-c synchronous_commit=on';
  const pool = new pg.Pool({ connectionString, max, types, options });
  const pipelined = new pg.Pool({ connectionString, max: MOST_PIPELINED, types, options, pipeline: true });
  for (const each of [pool, pipelined]) {
    each.on('connect', traceStatements);
    // One that breaks tells those whose statements were under way; the next query opens another.
    each.on('connect', (client) => client.on('error', () => undefined));
    each.on('error', () => undefined);
  }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let closed: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    closed ??= Promise.all([db.destroy(), pipelined.end()]);
    await closed;
  };
  return { db, pool, pipelined, connectionString, close };
}

/** @throws Error saying which migration failed */
export async function openDatabase(connectionString: string): Promise<Database> {
  const database = openPool(connectionString);
  const { error } = await new Migrator({ db: database.db, provider: migrations }).migrateToLatest();
  if (error) throw new Error('the database could not be brought up to date', { cause: error });
  return database;
}
