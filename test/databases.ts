/** Databases for tests, on one PostgreSQL: each suite has its own. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { DeliveryQueue } from '../src/deliveries/delivery-queue.js';
import { openDatabase } from '../src/store/database.js';

/** What others are copied from: to bring tables up to date takes several times as long as to copy them. */
const UP_TO_DATE = 'up_to_date';
const NO_SUCH_DATABASE = '3D000';

/** @returns connection string of an empty one */
export async function emptyDatabase(server: string): Promise<string> {
  return create(server, `t_${randomUUID().replaceAll('-', '')}`);
}

/** Once a server, so that {@link databaseUpToDate} has one to copy. */
export async function makeUpToDate(server: string): Promise<void> {
  const database = await openDatabase(await create(server, UP_TO_DATE));
  const queue = await DeliveryQueue.open(database, pino({ level: 'silent' }));
  await queue.close();
  await database.close();
}

/** @returns connection string of one with all tables and nothing in them, as after a host's first start */
export async function databaseUpToDate(server: string): Promise<string> {
  const copy = () => create(server, `t_${randomUUID().replaceAll('-', '')}`, UP_TO_DATE);
  return copy().catch(async (error: { code?: string }) => {
    if (error.code !== NO_SUCH_DATABASE) throw error;
    await makeUpToDate(server); // a server of one's own
    return copy();
  });
}

async function create(server: string, name: string, template = 'template1'): Promise<string> {
  const client = new pg.Client(server);
  await client.connect();
  await client.query(`create database ${name} template ${template}`).finally(() => client.end());
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}
