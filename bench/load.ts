/** Load for benches: processes to send it to, and requests by HTTP, so many at once. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { Agent } from 'undici';

export interface Served {
  url: string;
  child: ChildProcess;
  stop(): void;
}

/** Starts a process of this folder that says where it listens; it ends with this one. */
export function serve(file: string, args: string[] = [], env: Record<string, string> = {}): Promise<Served> {
  const child = fork(join(import.meta.dirname, file), args, {
    ...{ env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  });
  return new Promise((done, fail) => {
    child.stdout?.on('data', (chunk) => {
      const url = /listening on (\S+)/.exec(String(chunk))?.[1];
      if (url) done({ url, child, stop: () => void child.kill('SIGKILL') });
    });
    child.once('exit', (status) => fail(new Error(`${file} ended with ${status}`)));
  });
}

const agent = new Agent({ connections: 128, pipelining: 1 });

/**
 * On undici's own handlers: a stream for each answer would take of the cores that what is measured runs on.
 * @throws Error when the answer is no success
 */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<string> {
  const { origin, pathname, search } = new URL(url);
  const options = {
    ...{ origin, path: pathname + search, method: 'POST' as const, body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...headers },
  };
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let status = 0;
    agent.dispatch(options, {
      onRequestStart: () => undefined,
      onResponseStart: (_, code) => {
        status = code;
      },
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => {
        const text = Buffer.concat(chunks).toString();
        if (status < 300) done(text);
        else fail(new Error(`${url}: ${status} ${text}`));
      },
      onResponseError: (_, error) => fail(error),
    });
  });
}

/** Does a piece of work so many times, so many at once. @returns how long each took, in milliseconds */
export async function inParallel(
  times: number,
  atOnce: number,
  work: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const took: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < times) {
      const index = next++;
      const started = performance.now();
      await work(index);
      took.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return took;
}

/** @returns how many a second */
export async function rate(times: number, atOnce: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await inParallel(times, atOnce, work);
  return times / ((performance.now() - started) / 1000);
}
