/** A host as a process of its own, for tests that end it. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface HostProcess {
  child: ChildProcess;
  url: string;
  /** Its exit status; null where a signal ended it. */
  exited: Promise<number | null>;
}

/** Resolves when it listens. */
export async function spawnHost(dataDir: string, env: Record<string, string>, ...more: string[]): Promise<HostProcess> {
  const args = ['dist/src/main.js', 'start', '--port', '0', '--data-dir', dataDir, '--allow-private-egress', ...more];
  const child = spawn(process.execPath, args, {
    // Several may share a database.
    env: { ...process.env, IC_HOST_MASTER_KEY: 'of all hosts of a test', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr?.pipe(process.stderr, { end: false });
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  return { child, exited, url: (await untilListening(child)).url };
}

/** Where a host listens that was begun in whatever way, and all that was said until then. @throws Error where it ended before */
export async function untilListening(child: ChildProcess): Promise<{ url: string; said: string }> {
  let said = '';
  return new Promise((done, fail) => {
    child.stdout?.on('data', (chunk) => {
      said += chunk;
      const url = /listening on (\S+)\n/.exec(said)?.[1];
      if (url) done({ url, said });
    });
    child.once('exit', (status) => fail(new Error(`a host ended before it listened, with ${status}: ${said}`)));
  });
}
