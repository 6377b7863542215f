/** What is between a host and whoever called it: npm and its shell, or a Node that is too old. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { newDatabase, temporaryFolder } from '../host-fixture.js';
import { untilListening } from '../host-process.js';

const OLDEST = 24;
const START = ['start', '--port', '0'];
const versionOf = (node: string): number => Number(/^v(\d+)/.exec(execFileSync(node, ['--version']).toString())?.[1]);
const older = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((node) => existsSync(node) && versionOf(node) < OLDEST);

/** Starts a host by way of something else, and waits until it listens. */
async function startBy(
  command: string,
  args: string[],
  more = {},
): Promise<{ child: ChildProcess; url: string; said: string }> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...{ ...process.env, IC_HOST_DATABASE_URL: await newDatabase(), IC_HOST_DATA_DIR: temporaryFolder(), ...more },
      ...{ IC_HOST_LOG_LEVEL: 'fatal', IC_HOST_MASTER_KEY: 'of a test that is long enough' },
    },
  });
  return { child, ...(await untilListening(child)) };
}
const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );
/** However long its test may take. */
const untilGone = async (url: string): Promise<void> => {
  while (await answers(url)) await wait(100);
};

describe('a host that npm runs', function () {
  this.timeout(60_000);
  const shell = [...['-c', '"$0" "$@" & echo "process $!"; wait'], process.execPath, 'dist/src/main.js', ...START];

  it('ends when the shell between them has ended', async () => {
    const { child, url } = await startBy('sh', shell, { npm_command: 'exec' });
    child.kill('SIGTERM');
    await untilGone(url);
  });

  it('ends when npm has, and the shell has not heard of it', async () => {
    const npm = `require('child_process').spawn('sh', ${JSON.stringify(shell)}, { stdio: 'inherit' })`;
    const { child, url } = await startBy(process.execPath, ['-e', npm], { npm_command: 'exec' });
    child.kill('SIGKILL');
    await untilGone(url);
  });

  it('is not one that a shell has started, to go on without it', async () => {
    const { child, url, said } = await startBy('sh', shell, { npm_command: '' });
    child.kill('SIGTERM');
    await wait(1_000);
    expect(await answers(url)).to.equal(true);
    process.kill(Number(/process (\d+)/.exec(said)?.[1]));
    await untilGone(url);
  });
});

describe('the command line by an older Node', function () {
  this.timeout(60_000);
  before(function () {
    if (older) return;
    console.log(`    not checked: no Node older than ${OLDEST} is on the PATH`);
    this.skip();
  });

  const begin = (...args: string[]): ChildProcess => spawn(older ?? '', ['dist/src/cli/ic-host.js', ...args]);
  const startHost = () => startBy(older ?? '', ['dist/src/cli/ic-host.js', ...START]);

  it('ends as what it ran does', async () => {
    expect(await once(begin('--version'), 'exit')).to.deep.equal([0, null]);
    expect(await once(begin('no-such-command'), 'exit')).to.deep.equal([2, null]);
  });

  it('hands a signal on, and ends when the host has', async () => {
    const { child, url } = await startHost();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).to.deep.equal([0, null]);
    expect(await answers(url)).to.equal(false);
  });

  it('leaves no host behind when it is killed', async () => {
    const { child, url } = await startHost();
    child.kill('SIGKILL');
    await untilGone(url);
  });
});
