/** Runs a real Tryton of Debian's packages on loopback, on a database of its own, from a copy that is made once. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the scripts are: beside this file's source, for it is run from dist. */
const partner = join(dirname(fileURLToPath(import.meta.url)), '../../partner');
const PYTHON = '/usr/bin/python3';
const POSTGRES = '/usr/lib/postgresql';
const SEEDED = 'seeded';
/** Of the kept copy only; each server that is started from it gets one of its own. */
const FIRST_PASSWORD = 'not-for-use';
const UP_MS = 60_000;
const KEPT_CONNECTIONS = 8;

export const HOW_TO_GET_IT = 'a real Tryton is not installed here; as root: plugins/tryton/partner/install.sh';

/** True when this machine has the packages that install.sh names. */
export const isInstalled = (): boolean =>
  existsSync('/usr/bin/trytond') && existsSync('/usr/bin/trytond-admin') && existsSync(POSTGRES);

export interface TrytonServer {
  /** Such as `http://127.0.0.1:40123/demo/`. */
  url: string;
  user: string;
  password: string;
  close(): Promise<void>;
}

const binaries = (): string => {
  const newest = readdirSync(POSTGRES)
    .sort((a, b) => Number(a) - Number(b))
    .at(-1);
  return join(POSTGRES, String(newest), 'bin');
};

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

/** PostgreSQL does not run as root. */
const asPostgres = (command: string, args: string[]): [string, string[]] =>
  process.getuid?.() === 0 ? ['runuser', ['-u', 'postgres', '--', command, ...args]] : [command, args];

class Cluster {
  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** @param from a kept copy; a new, empty one when left out */
  static async start(folder: string, from?: string): Promise<Cluster> {
    const data = join(folder, 'data');
    if (process.getuid?.() === 0) await run('chown', ['postgres', folder]);
    if (from) await run(...asPostgres('tar', ['-xf', from, '-C', folder]));
    else if (!existsSync(data))
      await run(
        ...asPostgres(join(binaries(), 'initdb'), [
          ...['-D', data, '-U', 'tryton', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions'],
        ]),
      );
    const cluster = new Cluster(folder, await freePort());
    // Without jit=off, its compiler takes most of the time that Tryton needs to make a database.
    const settings = `-p ${cluster.port} -h 127.0.0.1 -c unix_socket_directories='' -c fsync=off -c jit=off`;
    const log = join(folder, 'postgres.log');
    await cluster.control('start', ['-l', log, '-o', settings]);
    return cluster;
  }

  async create(database: string, template = 'template1'): Promise<void> {
    const connect = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'tryton'];
    await run(join(binaries(), 'createdb'), [...connect, '-T', template, database]);
  }

  async drop(database: string): Promise<void> {
    const connect = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'tryton'];
    await run(join(binaries(), 'dropdb'), [...connect, '--force', database]);
  }

  stop(): Promise<unknown> {
    return this.control('stop', ['-m', 'fast']);
  }

  /** At the end of a process that did not close it. */
  kill(): void {
    try {
      const [pid] = readFileSync(join(this.folder, 'data/postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGINT');
      rmSync(this.folder, { recursive: true, force: true });
    } catch {
      // it has ended
    }
  }

  private control(what: string, args: string[]): Promise<unknown> {
    const all = [what, '-w', '-s', '-D', join(this.folder, 'data'), ...args];
    return run(...asPostgres(join(binaries(), 'pg_ctl'), all), { cwd: this.folder });
  }
}

const configure = (folder: string, databasePort: number, port: number): string => {
  const file = join(folder, `trytond-${port}.conf`);
  // A connection that is kept spares each call a tenth of a second of catalogue reading.
  const database = `[database]\nuri = postgresql://tryton@127.0.0.1:${databasePort}/\nminconn = ${KEPT_CONNECTIONS}\n`;
  // Each log-in would cost a quarter of a second of computing, and the suite logs in for every check.
  const hashing = join(folder, 'passlib.ini');
  writeFileSync(hashing, '[passlib]\nschemes = pbkdf2_sha512\npbkdf2_sha512__rounds = 1000\n');
  const text = `${database}[password]\npasslib = ${hashing}\nentropy = 0\n[web]\nlisten = 127.0.0.1:${port}\n`;
  writeFileSync(file, text, { mode: 0o600 });
  return file;
};

/** A new folder that PostgreSQL's user may enter. */
const workFolder = (): string => mkdtempSync(join(tmpdir(), 'ic-host-tryton-'));

/** The kept copy of this version of the scripts; made when it isn't there, which takes about a minute. */
async function keptCopy(): Promise<string> {
  const seed = join(partner, 'seed.py');
  const version = createHash('sha256').update(readFileSync(seed)).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), `ic-host-tryton-kept-${process.getuid?.() ?? 0}`);
  const kept = join(folder, `${version}.tar`);
  if (existsSync(kept)) return kept;
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const work = workFolder();
  const cluster = await Cluster.start(work);
  try {
    await cluster.create(SEEDED);
    const config = configure(work, cluster.port, 1);
    const passwordFile = join(work, 'password');
    writeFileSync(passwordFile, FIRST_PASSWORD, { mode: 0o600 });
    const modules = ['-u', 'ir', 'account_invoice', 'account_payment', 'account_dunning', '--activate-dependencies'];
    await run(
      '/usr/bin/trytond-admin',
      ['-c', config, '-d', SEEDED, ...modules, '--email', 'admin@example.com', '-p'],
      {
        env: { ...process.env, TRYTONPASSFILE: passwordFile },
      },
    );
    await run(PYTHON, [seed, config, SEEDED]);
  } finally {
    await cluster.stop();
  }
  const made = `${kept}.${process.pid}`;
  await run('tar', ['-cf', made, '-C', work, 'data']);
  await run('mv', [made, kept]); // whole or not at all
  rmSync(work, { recursive: true, force: true });
  return kept;
}

let shared: Promise<{ cluster: Cluster; folder: string; users: number }> | undefined;
let count = 0;

/** One PostgreSQL for all the Trytons of this process. */
async function sharedCluster() {
  shared ??= (async () => {
    const folder = workFolder();
    const cluster = await Cluster.start(folder, await keptCopy());
    process.once('exit', () => cluster.kill());
    return { cluster, folder, users: 0 };
  })();
  const its = await shared;
  its.users++;
  return its;
}

async function leaveCluster(): Promise<void> {
  const its = await shared;
  if (!its || --its.users > 0) return;
  shared = undefined;
  await its.cluster.stop();
  rmSync(its.folder, { recursive: true, force: true });
}

async function until(url: string, server: ChildProcess, log: string): Promise<void> {
  for (const end = Date.now() + UP_MS; ; await wait(100)) {
    if (server.exitCode !== null || Date.now() > end)
      throw new Error(`Tryton did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
    const up = await fetch(url).then(
      () => true,
      () => false,
    );
    if (up) return;
  }
}

/** @param password of its user `admin` */
export async function startTryton(password: string): Promise<TrytonServer> {
  if (!isInstalled()) throw new Error(HOW_TO_GET_IT);
  const { cluster, folder } = await sharedCluster();
  try {
    return await serve(cluster, folder, password);
  } catch (error) {
    await leaveCluster();
    throw error;
  }
}

async function serve(cluster: Cluster, folder: string, password: string): Promise<TrytonServer> {
  const database = `demo${count++}`;
  await cluster.create(database, SEEDED);
  const port = await freePort();
  const config = configure(folder, cluster.port, port);
  const log = join(folder, `${database}.log`);
  const output = openSync(log, 'w');
  const setPassword = [join(partner, 'set_password.py'), config, database];
  await run(PYTHON, setPassword, { env: { ...process.env, IC_TRYTON_PASSWORD: password } });
  // It ends with this process, however that ends.
  const server = spawn('setpriv', ['--pdeathsig', 'KILL', '/usr/bin/trytond', '-c', config], {
    stdio: ['ignore', output, output],
  });
  const stop = (): void => void server.kill('SIGKILL');
  process.once('exit', stop);
  await until(`http://127.0.0.1:${port}/`, server, log);
  return {
    ...{ url: `http://127.0.0.1:${port}/${database}/`, user: 'admin', password },
    close: async () => {
      process.removeListener('exit', stop);
      stop();
      await new Promise((done) =>
        server.exitCode === null && !server.signalCode ? server.once('exit', done) : done(0),
      );
      await cluster.drop(database);
      await leaveCluster();
    },
  };
}
