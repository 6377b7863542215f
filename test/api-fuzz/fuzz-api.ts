/** Sends requests made from the API's description to a host, and says what is wrong with any of its answers. */
import fc from 'fast-check';
import { aliveBytes } from '../alive-bytes.js';
import { expectDescribed } from '../described.js';
import type { TestHost } from '../host-fixture.js';
import { type FuzzRequest, fuzzRequest } from './requests.js';

const AT_ONCE = 20;
/** The host itself says 502 and 501 of partners; of itself it must never say that something went wrong. */
const MAY_FAIL = new Set([501, 502, 503]);
const HANG_MS = 20_000;

export interface FuzzFigures {
  requests: number;
  byStatus: Record<number, number>;
  longestMs: number;
  grewMb: number;
}

/**
 * @param secrets what no answer may hold
 * @throws Error with the seed and the smallest requests that show it
 */
export async function fuzzApi(
  host: TestHost,
  { requests, seed, secrets }: { requests: number; seed: number; secrets: readonly string[] },
): Promise<FuzzFigures> {
  const figures: FuzzFigures = { requests: 0, byStatus: {}, longestMs: 0, grewMb: 0 };

  async function send({ method, path, headers, body }: FuzzRequest): Promise<void> {
    const started = performance.now();
    const response = await fetch(`${host.host.url}${path}`, {
      ...{ method, redirect: 'manual', signal: AbortSignal.timeout(HANG_MS) },
      headers: { authorization: `Bearer ${host.host.token}`, ...headers },
      ...(body === undefined || method === 'GET' ? {} : { body }),
    });
    const text = await response.text();
    const ms = performance.now() - started;
    const { status } = response;
    figures.requests++;
    figures.byStatus[status] = (figures.byStatus[status] ?? 0) + 1;
    figures.longestMs = Math.max(figures.longestMs, Math.round(ms));
    if (status >= 500 && !MAY_FAIL.has(status)) throw new Error(`${status}: ${text}`);
    if (/\bat .*\.js:\d+/.test(text)) throw new Error(`a stack got out: ${text}`);
    const leaked = secrets.find((secret) => text.includes(secret));
    if (leaked) throw new Error('a secret got out');
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    // As it was sent: `..` is nothing that a client sends.
    const { pathname } = new URL(response.url);
    if (isJson) expectDescribed(method, pathname, { status, body: JSON.parse(text), headers: response.headers });
  }

  const batch = fc.array(fuzzRequest, { minLength: AT_ONCE, maxLength: AT_ONCE });
  const warm = Math.ceil(requests / AT_ONCE / 5);
  let round = 0;
  let before = 0;
  await fc.assert(
    fc.asyncProperty(batch, async (some) => {
      if (++round === warm) before = aliveBytes();
      await Promise.all(
        some.map((request) =>
          send(request).catch((error) => {
            throw new Error(`${request.operationId}: ${(error as Error).message}\n${JSON.stringify(request)}`);
          }),
        ),
      );
    }),
    { numRuns: Math.ceil(requests / AT_ONCE), seed, endOnFailure: requests > 10_000, maxSkipsPerRun: 0 },
  );
  figures.grewMb = Math.round((aliveBytes() - before) / 1e6);
  return figures;
}
