/** Builds an adapter and runs the quick checks whenever one of its files is saved. */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { SuiteReport } from './report.js';

const IGNORED = /(^|\/)(dist|node_modules|reports|\.git)(\/|$)/;
const SETTLE_MS = 60;

interface Ended {
  status: number | null;
  text: string;
}

const run = (args: string[]): Promise<Ended> =>
  new Promise((done) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    child.on('close', (status) => done({ status, text }));
  });

/** A process of its own each time: a module that was loaded once is loaded for ever. */
async function once(folder: string, only: string | undefined, say: (line: string) => void): Promise<void> {
  const started = performance.now();
  const took = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const built = await run([createRequire(join(folder, 'x.js')).resolve('typescript/bin/tsc'), '-b', folder]);
  if (built.status !== 0) return say(`${built.text.trim()}\nnot built, ${took()}`);
  const args = ['verify', folder, '--quick', '--json', ...(only ? ['--only', only] : [])];
  const { text } = await run([process.argv[1] ?? '', ...args]);
  let report: SuiteReport;
  try {
    report = JSON.parse(text) as SuiteReport;
  } catch {
    return say(text.trim());
  }
  for (const { contract, id, title, state, message, look } of report.checks)
    if (state === 'failed') say(`✘ ${title}\n    ${message}\n    look at: ${look}\n    id: ${contract}/${id}`);
  say(`${report.passed} hold, ${report.failed} do not, ${report.skipped} not checked, ${took()}`);
}

/** Never resolves: it ends with the process. */
export async function watchAdapter(
  plugin: string,
  only: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  const folder = resolve(plugin);
  let wanted = true;
  let wake: () => void = () => undefined;
  watch(folder, { recursive: true }, (_, name) => {
    if (!name || IGNORED.test(name)) return;
    wanted = true;
    wake();
  });
  for (;;) {
    if (!wanted)
      await new Promise<void>((done) => {
        wake = done;
      });
    await new Promise((done) => setTimeout(done, SETTLE_MS)); // an editor writes more than once
    wanted = false;
    await once(folder, only, say);
    say('waiting for a file to be saved …');
  }
}
