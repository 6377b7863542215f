/** Opens the one PostgreSQL a host works on, its tables up to date. */
import { Socket } from 'node:net';
import type { ServiceIdentifier } from 'inversify';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { traceStatements } from '../telemetry/traced-client.js';
import { ConnectionWatch, type DatabaseNews } from './connection-watch.js';
import { DatabaseClock } from './database-clock.js';
import { waitForRoom } from './patient-pool.js';
import { bringUpToDate } from './schema-state.js';
import { storeOnlyTexts } from './storable-text.js';
import type { Tables } from './tables.js';

export interface Database {
  db: Kysely<Tables>;
  pool: pg.Pool;
  /** In pipeline mode: a statement waits for none that was sent before. */
  pipelined: pg.Pool;
  connectionString: string;
  /** What others of the host make the sockets of their connections with. */
  stream: () => Socket;
  /** Whatever is kept with a time, or compared with one that is kept, goes by it. */
  clock: DatabaseClock;
  close(): Promise<void>;
}

export const DATABASE: ServiceIdentifier<Database> = Symbol('database');

/** They are never waited for long: what goes over them is gathered first. */
const MOST_PIPELINED = 8;
export const MOST_OF_QUEUE = 8;
const MOST_OTHERS = 20;
/** Of one host: with the one that asks whether the database is there. */
export const MOST_CONNECTIONS = MOST_OTHERS + MOST_PIPELINED + MOST_OF_QUEUE + 1;
/** Nobody waits for a connection for ever: neither for one of the pool's, nor for a database that takes none. */
const CONNECT_MS = 30_000;

/** What statements and what they give back rely on, whatever a server, a database or a role has for its default. */
const RELIED_ON = [
  '-c datestyle=ISO -c timezone=UTC -c standard_conforming_strings=on',
  '-c default_transaction_isolation=read\\ committed -c statement_timeout=0 -c lock_timeout=0',
].join(' ');

/**
 * Of a host whose machine is gone nobody says so: what it locked is given back when its transaction has waited for it so
 * long, and what its sessions hold when it no longer answers at all. PostgreSQL's own defaults are never, and two hours.
 */
const WITHOUT_A_WORD = [
  '-c idle_in_transaction_session_timeout=30s',
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4',
].join(' ');
/** Of every session of a host. */
export const SESSION = `${RELIED_ON} ${WITHOUT_A_WORD}`;
/** A connection that is not used for a while is not forgotten by what is between. */
export const KEPT_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };

const INT8 = 20;
const types: pg.CustomTypesConfig = {
  // Cents and counts are exact in a double up to 2^53; Money refuses more.
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as never,
};

/**
 * How to connect, with settings of the session. What the URL says itself (`?options=-c search_path=…`) holds beside them: pg
 * would take it instead of them.
 */
export function connectionOf(databaseUrl: string, options: string): { connectionString: string; options: string } {
  const url = new URL(databaseUrl);
  const theirs = url.searchParams.get('options');
  if (theirs === null) return { connectionString: databaseUrl, options };
  url.searchParams.delete('options');
  return { connectionString: url.href, options: `${theirs} ${options}` };
}

interface PoolChoices {
  max?: number;
  stream?: Database['stream'];
  /** Told each time the server takes no more connections. */
  refused?: (error: Error) => void;
}

/** Connects when it is first asked; its tables are as they are. */
export function openPool(
  connectionString: string,
  { max = MOST_OTHERS, stream = () => new Socket(), refused = () => undefined }: PoolChoices = {},
): Database {
  // Durability is asked for by name, whatever the server's default is: an answered 202 must survive a crash.
  const session = connectionOf(connectionString, `-c synchronous_commit=on ${SESSION}`);
  const timeout = { connectionTimeoutMillis: CONNECT_MS };
  const connection = { ...session, types, stream, ...KEPT_ALIVE, ...timeout };
  const pool = new pg.Pool({ ...connection, max });
  const pipelined = new pg.Pool({ ...connection, max: MOST_PIPELINED, pipeline: true });
  for (const each of [pool, pipelined]) {
    each.on('connect', storeOnlyTexts).on('connect', traceStatements);
    // One that breaks tells those whose statements were under way; the next query opens another.
    each.on('connect', (client) => client.on('error', () => undefined));
    each.on('error', () => undefined);
    waitForRoom(each, CONNECT_MS, refused);
  }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let closed: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    closed ??= Promise.all([db.destroy(), pipelined.end()]);
    await closed;
  };
  return { db, pool, pipelined, connectionString, stream, clock: new DatabaseClock(pool), close };
}

/** What somebody may want to hear of a database. */
export interface DatabaseListener {
  news(news: DatabaseNews): void;
  /** Told each time the server takes no more connections. */
  refused(error: Error): void;
  /** Its tables are of a later version, which this one can work with; by the names of its migrations. */
  isLater(migrations: string[]): void;
}

/** @throws Error in words, where it can't be reached, a migration failed, or its tables are of a later version */
export async function openDatabase(
  connectionString: string,
  { news = () => undefined, refused, isLater }: Partial<DatabaseListener> = {},
): Promise<Database> {
  const watch = new ConnectionWatch(connectionString, news);
  const database = openPool(connectionString, { stream: watch.stream, ...(refused ? { refused } : {}) });
  try {
    const { rows } = await sql<{ encoding: string; isReadOnly: boolean }>`
      select current_setting('server_encoding') as encoding, current_setting('transaction_read_only') = 'on' as "isReadOnly"
      `.execute(database.db);
    if (rows[0]?.encoding !== 'UTF8') throw new Error(`it is in ${rows[0]?.encoding}; make one in UTF8`);
    if (rows[0].isReadOnly)
      throw new Error('it takes no writes: it is a replica, or default_transaction_read_only is set for it');
    const later = await bringUpToDate(database.db);
    if (later.length) isLater?.(later);
    await database.clock.start();
  } catch (error) {
    await database.close();
    throw new Error(`the database could not be brought up to date: ${(error as Error).message}`, { cause: error });
  }
  watch.start();
  const close = async (): Promise<void> => {
    await Promise.all([watch.close(), database.clock.stop(), database.close()]);
  };
  return { ...database, close };
}
