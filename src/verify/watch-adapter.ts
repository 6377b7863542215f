/** Builds an adapter and runs the quick checks whenever one of its files is saved. */
import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { SuiteReport } from './report.js';

const IGNORED = /(^|\/)(dist|node_modules|reports|\.git)(\/|$)/;
const LOOK_EVERY_MS = 100;

interface Ended {
  status: number | null;
  text: string;
}

interface Running {
  /** Lets a process that stands by go on. */
  go(): void;
  ended: Promise<Ended>;
}

function start(args: string[]): Running {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<Ended>((done) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk;
      });
    child.on('close', (status) => done({ status, text }));
  });
  return { go: () => child.stdin.end('go\n'), ended };
}

/**
 * A process of its own for each run, since a module that was loaded once is loaded for ever; started before it is
 * needed, so that nobody waits for it.
 */
const standBy = (folder: string, only: string | undefined): Running =>
  start([
    process.argv[1] ?? '',
    'verify',
    folder,
    '--quick',
    '--json',
    '--stand-by',
    ...(only ? ['--only', only] : []),
  ]);

/** @returns false where it could not be built: then the process still stands by */
async function once(folder: string, verify: Running, say: (line: string) => void): Promise<boolean> {
  const started = performance.now();
  const took = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const compiler = dirname(createRequire(join(folder, 'x.js')).resolve('typescript/package.json'));
  const built = await start([join(compiler, 'bin/tsc'), '-b', folder]).ended;
  if (built.status !== 0) {
    say(`${built.text.trim()}\nnot built, ${took()}`);
    return false;
  }
  verify.go();
  const { text } = await verify.ended;
  let report: SuiteReport;
  try {
    report = JSON.parse(text) as SuiteReport;
  } catch {
    say(text.trim());
    return true;
  }
  for (const { contract, id, title, state, message, look } of report.checks)
    if (state === 'failed') say(`✘ ${title}\n    ${message}\n    look at: ${look}\n    id: ${contract}/${id}`);
  say(`${report.passed} hold, ${report.failed} do not, ${report.skipped} not checked, ${took()}`);
  return true;
}

/** What the files of a folder are like now. Looked at over and over: notices of changes get lost where editors rename. */
async function stateOf(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => !IGNORED.test(name)).sort();
  const states = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found?.isFile() ? `${name} ${found.mtimeMs} ${found.size}` : '';
    }),
  );
  return states.join('\n');
}

/** Never resolves: it ends with the process. */
export async function watchAdapter(
  plugin: string,
  only: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  const folder = resolve(plugin);
  let seen = '';
  let verify = standBy(folder, only);
  for (;;) {
    const now = await stateOf(folder);
    if (now === seen) await wait(LOOK_EVERY_MS);
    else {
      seen = now;
      if (await once(folder, verify, say)) verify = standBy(folder, only);
      say('waiting for a file to be saved …');
    }
  }
}
