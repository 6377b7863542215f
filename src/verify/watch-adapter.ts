/** Builds an adapter and runs the quick checks whenever one of its files is saved. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { SuiteReport } from './report.js';
import { REPORT } from './stand-by.js';

const IGNORED = /(^|\/)(dist|node_modules|reports|\.git)(\/|$)/;
const LOOK_EVERY_MS = 50;
/** The checks are processor time more than waiting, so that two processes that share them are nearly twice as quick. */
const PROCESSES = 2;

/** Checks the adapter in a process that stays warm; another takes its place where it ends, as a faulty adapter may make it. */
class Verifier {
  private child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  private lines: AsyncIterator<string> | undefined;
  private said = '';

  /** @param tell is told what the adapter prints */
  constructor(
    private readonly args: string[],
    private readonly tell: (line: string) => void,
  ) {}

  /** @returns the report, or what the process said instead of one */
  async run(): Promise<SuiteReport | string> {
    const child = this.child ?? this.start();
    child.stdin.write('go\n');
    for (;;) {
      const line = await this.lines?.next();
      if (!line || line.done) break;
      const [printed = '', report] = line.value.split(REPORT);
      if (printed) this.tell(printed);
      if (report) return JSON.parse(report) as SuiteReport;
    }
    this.child = undefined;
    return this.said.trim() || 'the process that checks it ended';
  }

  private start(): ChildProcessByStdio<Writable, Readable, Readable> {
    const child = spawn(process.execPath, this.args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.said = '';
    this.lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.stderr.on('data', (chunk) => {
      this.said += chunk;
    });
    child.stdin.on('error', () => undefined); // it has ended, which its lines tell
    this.child = child;
    return child;
  }
}

function build(folder: string): Promise<{ status: number | null; text: string }> {
  const compiler = dirname(createRequire(join(folder, 'x.js')).resolve('typescript/package.json'));
  const child = spawn(process.execPath, [join(compiler, 'bin/tsc'), '-b', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  return new Promise((done) => child.on('close', (status) => done({ status, text })));
}

async function once(folder: string, verifiers: Verifier[], say: (line: string) => void): Promise<void> {
  const started = performance.now();
  const took = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const built = await build(folder);
  if (built.status !== 0) return say(`${built.text.trim()}\nnot built, ${took()}`);
  const reports = await Promise.all(verifiers.map((verifier) => verifier.run()));
  const unable = reports.find((report) => typeof report === 'string');
  if (unable !== undefined) return say(unable);
  const checks = reports.flatMap((report) => (report as SuiteReport).checks);
  for (const { contract, id, title, state, message, look } of checks)
    if (state === 'failed') say(`✘ ${title}\n    ${message}\n    look at: ${look}\n    id: ${contract}/${id}`);
  if (checks.length === 0) return say('there is no such check');
  const count = (wanted: string): number => checks.filter(({ state }) => state === wanted).length;
  say(`${count('passed')} hold, ${count('failed')} do not, ${count('skipped')} not checked, ${took()}`);
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
  const args = [process.argv[1] ?? '', 'verify', folder, '--quick', ...(only ? ['--only', only] : [])];
  const verifiers = Array.from(
    { length: PROCESSES },
    (_, part) => new Verifier([...args, '--stand-by', `${part}/${PROCESSES}`], say),
  );
  for (;;) {
    const now = await stateOf(folder);
    if (now === seen) await wait(LOOK_EVERY_MS);
    else {
      const isFirst = seen === '';
      seen = now;
      await once(folder, verifiers, say);
      say('waiting for a file to be saved …');
      // Once more, untold: what has run twice is compiled, and the first save is answered as quickly as the others.
      if (isFirst) await Promise.all(verifiers.map((verifier) => verifier.run()));
    }
  }
}
