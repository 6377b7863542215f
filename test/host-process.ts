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
  let text = '';
  const url = await new Promise<string>((done, fail) => {
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const found = /listening on (\S+)\n/.exec(text)?.[1];
      if (found) done(found);
    });
    void exited.then((status) => fail(new Error(`a host ended before it listened, with ${status}: ${text}`)));
  });
  return { child, url, exited };
}
