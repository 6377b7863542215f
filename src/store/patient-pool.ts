/**
 * A pool for a server that may take fewer connections than the pool would have: its own limit, a role's, or what other
 * hosts leave. Who asks then waits for one of those there are, as it does where the pool has none left.
 */
import type pg from 'pg';

/** SQLSTATE `too_many_connections`. */
const TOO_MANY = '53300';
/** No more are tried for so long. */
const FEWER_FOR_MS = 10_000;
const AGAIN_MS = 250;

type Callback = Parameters<pg.Pool['connect']>[0];

/** @param refused told each time the server has refused one */
export function waitForRoom(
  pool: pg.Pool,
  patienceMs: number,
  refused: (error: Error) => void,
  fewerForMs = FEWER_FOR_MS,
): void {
  const most = pool.options.max;
  const connect = pool.connect.bind(pool);
  let more: NodeJS.Timeout | undefined;
  const attempt = (until: number, callback: Callback): void =>
    connect((error, client, release) => {
      if ((error as { code?: string } | undefined)?.code !== TOO_MANY || performance.now() > until)
        return callback(error, client, release);
      refused(error as Error);
      pool.options.max = Math.max(1, pool.totalCount);
      clearTimeout(more);
      more = setTimeout(() => {
        pool.options.max = most;
      }, fewerForMs).unref();
      setTimeout(() => attempt(until, callback), pool.totalCount ? 0 : AGAIN_MS);
    });
  pool.connect = ((callback?: Callback) => {
    const until = performance.now() + patienceMs;
    if (callback) return attempt(until, callback);
    return new Promise<pg.PoolClient | undefined>((done, fail) =>
      attempt(until, (error, client) => (error ? fail(error) : done(client))),
    );
  }) as pg.Pool['connect'];
}
