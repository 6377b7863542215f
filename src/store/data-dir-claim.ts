/** One host at a time on an embedded database: it would end under the feet of a second, when the first one stops. */
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const LOCK = 4_726_431;
const NAME = 'ic-host process ';
/** The connections of a host that was killed end a moment after it. */
const TRIES = 15;
const PAUSE_MS = 200;

const open = async (connectionString: string, name: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString, application_name: name });
  client.on('error', () => undefined); // its database ended first; so does what it holds
  await client.connect();
  return client;
};

/** @returns gives it back @throws Error in words when another host has it */
export async function claimDataDir(dataDir: string, connectionString: string): Promise<() => Promise<void>> {
  const client = await open(connectionString, NAME + process.pid);
  for (let left = TRIES; ; left--) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as got', [LOCK]);
    if (rows[0].got) return () => client.end();
    if (left > 0) {
      await wait(PAUSE_MS);
      continue;
    }
    const holder = await readHolder(client);
    await client.end();
    throw new Error(
      `the data directory ${dataDir} is in use by another host${holder ? ` (process ${holder})` : ''}; stop it, or name another with --data-dir`,
    );
  }
}

/** Process id of the host that has a running embedded database; undefined: none has. */
export async function holderOf(connectionString: string): Promise<string | undefined> {
  const client = await open(connectionString, 'ic-host doctor');
  try {
    return await readHolder(client);
  } finally {
    await client.end();
  }
}

async function readHolder(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query(
    `select a.application_name as name from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.objid = $1`,
    [LOCK],
  );
  return rows[0]?.name.replace(NAME, '');
}
