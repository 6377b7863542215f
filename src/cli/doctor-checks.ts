/** What the doctor looks at: this machine, the host, and each biller's partner through it. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { resolve } from 'node:path';
import { answerOf, createClient, type HostClient, HostProblem } from '@ic-host/client';
import { bulkhead } from 'cockatiel';
import { loadAdapters } from '../adapters/adapter-registry.js';
import { faultText } from '../adapters/check-manifest.js';
import { type Checked, failed, notChecked, type Outcome, ok, timed } from '../doctor/checked.js';
import { holderOf } from '../store/data-dir-claim.js';
import { openPool } from '../store/database.js';
import { runningEmbedded } from '../store/embedded-postgres.js';
import { schemaState } from '../store/schema-state.js';
import { type Connection, tokenOf } from './connection.js';
import { unknownSettings, wrongSettings } from './environment.js';

export interface DoctorOptions extends Connection {
  manifest: string;
  json?: boolean;
}

export type Line = Checked & { of: string };
const MOST_SKEW_MS = 5_000;
const TIME_MS = 5_000;
const BILLERS_AT_ONCE = 16;

const of =
  (name: string) =>
  (checked: Checked): Line => ({ of: name, ...checked });

/** What can be seen without a host. */
export async function ofThisMachine(options: DoctorOptions, isItsOwn: boolean): Promise<Line[]> {
  const checks = [
    timed('environment', null, async () => environment(process.env)),
    timed(
      'manifests',
      null,
      async () => {
        const { loaded, quarantined } = await loadAdapters(options.manifest);
        if (quarantined.length === 0) return ok(`${loaded.size} adapters load: ${[...loaded.keys()].join(', ')}.`);
        const faults = quarantined.flatMap((adapter) => adapter.faults.map(faultText));
        return failed(
          'manifest-wrong',
          faults.join('; '),
          'Correct what is named; `ic-host adapters PATH` checks one.',
        );
      },
      (error) =>
        failed('manifest-wrong', (error as Error).message, 'Name the manifest with --manifest, or correct it.'),
    ),
    timed('data directory', null, () => dataDirectory(options, isItsOwn)),
    timed('database', null, () => database()),
  ];
  return (await Promise.all(checks)).map(of('this machine'));
}

function environment(env: NodeJS.ProcessEnv): Outcome {
  const [wrong, unknown] = [wrongSettings(env), unknownSettings(env)];
  if (wrong.length === 0) return ok(`${['A host can be run with what it sets', ...unknown].join('; ')}.`);
  const advice = 'Correct what is named; docs/operating.md has all settings.';
  return failed('environment-wrong', [...wrong, ...unknown].join('; '), advice);
}

async function dataDirectory({ dataDir }: DoctorOptions, isItsOwn: boolean): Promise<Outcome> {
  const folder = resolve(dataDir);
  try {
    await access(folder, constants.R_OK | constants.W_OK);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT')
      return notChecked(`${dataDir} is not there yet; the first start makes it.`);
    return failed(
      'data-dir-refused',
      `${dataDir} can’t be written to.`,
      'Run as its owner, or name another with --data-dir.',
    );
  }
  if (process.env.IC_HOST_DATABASE_URL) return ok(`${dataDir} can be written to.`);
  const embedded = runningEmbedded(folder);
  if (!embedded) return ok(`${dataDir} can be written to; no host runs on it.`);
  const holder = await holderOf(embedded);
  if (!holder) return ok(`${dataDir} can be written to; its database runs, without a host.`);
  if (isItsOwn) return ok(`${dataDir} is that of the host that answers, process ${holder}.`);
  return failed(
    'data-dir-in-use',
    `${dataDir} is in use by a host, process ${holder}, that is not the one asked.`,
    'Name that host with --url, or another directory with --data-dir.',
  );
}

async function database(): Promise<Outcome> {
  const url = process.env.IC_HOST_DATABASE_URL;
  if (!url) return notChecked('IC_HOST_DATABASE_URL is not set: a host here uses its embedded PostgreSQL.');
  const { db, close } = openPool(url, { max: 1 });
  try {
    const { missing, later, fits } = await schemaState(db);
    if (!fits)
      return failed(
        'later-version',
        `Its tables are of a later version (${later.join(', ')}), which this one can’t work with.`,
        'Start a host of that version, or restore what was backed up before it.',
      );
    if (missing.length)
      return failed('unmigrated', `It lacks ${missing.join(', ')}.`, 'Start a host of this version on it once.');
    return ok(
      `It answers, and its tables are ${later.length ? 'of a later version, which this one works with' : 'up to date'}.`,
    );
  } catch (error) {
    const why = (error as Error).message || (error as { code?: string }).code;
    return failed('database-unreachable', `It does not answer: ${why}.`, 'Check IC_HOST_DATABASE_URL, and the server.');
  } finally {
    await close();
  }
}

/** What the host itself says, and each biller's partner through it. */
export async function ofTheHost(options: DoctorOptions, billerIds: string[]): Promise<Line[]> {
  const url = options.url.replace(/\/$/, '');
  let there = false;
  const reach = await timed('reach', null, async () => {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(TIME_MS) }).catch(() => undefined);
    const body = (await answer?.json().catch(() => undefined)) as { status?: string } | undefined;
    there = body?.status === 'alive';
    if (there) return ok(`A host answers at ${url}.`);
    if (!(await isTaken(url)))
      return failed(
        'no-answer',
        `No host answers at ${url}.`,
        'Start one with `ic-host start`, or name another with --url.',
      );
    const { port } = new URL(url);
    return failed(
      'port-taken',
      `Something else than a host answers at ${url}: a host could not listen there.`,
      `End what listens on port ${port || '80'}, or start the host with another --port.`,
    );
  });
  if (!there) return [of('the host')(reach)];
  const token = tokenOf(options);
  const host = createClient({ baseUrl: url, token: token ?? '' });
  const asked = Date.now();
  let checked: Awaited<ReturnType<typeof hostChecks>>;
  try {
    checked = await hostChecks(host);
  } catch (error) {
    if (!(error instanceof HostProblem)) throw error;
    const wrong = error.status === 401;
    const outcome = wrong
      ? failed(
          'wrong-token',
          token ? 'The host does not take this token.' : `No token is kept in ${options.dataDir}.`,
          'Give its own: --token, IC_HOST_API_TOKEN, or its --data-dir.',
        )
      : failed(error.code, error.message, null);
    return [reach, { what: 'token', setting: null, ...outcome, ms: 0 }].map(of('the host'));
  }
  const skew = Date.parse(checked.now) - (asked + Date.now()) / 2;
  const clock = await timed('clock', null, async () =>
    Math.abs(skew) <= MOST_SKEW_MS
      ? ok('Its clock and this machine’s agree.')
      : failed(
          'clock-skew',
          `Its clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} this machine’s.`,
          'Let both machines set their clocks by NTP.',
        ),
  );
  const lines = [reach, clock, ...checked.checks].map(of('the host'));
  const ids = billerIds.length
    ? billerIds
    : (await answerOf(host.GET('/v1/billers'))).billers.map(({ billerId }) => billerId);
  // One whose partner hangs takes as long as a check may: of thousands they must not wait for one another.
  const turns = bulkhead(BILLERS_AT_ONCE, Number.POSITIVE_INFINITY);
  const found = await Promise.all(ids.map((billerId) => turns.execute(() => ofBiller(host, billerId))));
  return [...lines, ...found.flat()];
}

async function ofBiller(host: HostClient, billerId: string): Promise<Line[]> {
  try {
    const params = { path: { billerId } };
    const { checks } = await answerOf(host.POST('/v1/billers/{billerId}/check', { params }));
    return checks.map(of(billerId));
  } catch (error) {
    if (!(error instanceof HostProblem)) throw error;
    return [{ of: billerId, what: 'biller', setting: null, ...failed(error.code, error.message, null), ms: 0 }];
  }
}

const hostChecks = (host: HostClient) => answerOf(host.GET('/v1/doctor'));

/** Whether anything listens there. */
const isTaken = (url: string): Promise<boolean> =>
  new Promise((done) => {
    const { hostname, port, protocol } = new URL(url);
    const socket = connectTcp({
      host: hostname,
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
      timeout: TIME_MS,
    });
    const end = (taken: boolean) => {
      socket.destroy();
      done(taken);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
