/** Waits for what a client would rather have than an answer at once: `Prefer: wait=10` (RFC 7240). */
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Deliveries } from '../deliveries/deliveries.js';
import { type Delivery, isSettled } from '../deliveries/delivery-store.js';

const LONGEST_S = 30;
/** Most are there at once; of those that aren't, many may be waited for. */
const [LOOK_EVERY_MS, LOOK_SELDOM_MS] = [50, 1_000];

/** What may be waited for. */
interface Awaited<T> {
  /** As it is now. */
  first: T;
  isThere(answer: T): boolean;
  look(before: T): Promise<T>;
}

const waited = new WeakMap<FastifyRequest, number>();

/** For how many milliseconds of its time a request was only waited with. */
export const waitedMs = (request: FastifyRequest): number => waited.get(request) ?? 0;

const secondsOf = ({ headers }: FastifyRequest): number =>
  Math.min(Number(/(?:^|[,;\s])wait=(\d+)/.exec(String(headers.prefer ?? ''))?.[1] ?? 0), LONGEST_S);

/** @returns looks again until it is there, the time is over, or either side leaves; what it is then is the answer */
export function patienceOf(app: FastifyInstance) {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  return async <T>(request: FastifyRequest, { first, isThere, look }: Awaited<T>): Promise<T> => {
    const began = performance.now();
    const until = began + secondsOf(request) * 1000;
    for (let answer = first; ; answer = await look(answer)) {
      const now = performance.now();
      if (isThere(answer) || now >= until || closing || request.socket.destroyed) return answer;
      await wait(Math.min(LOOK_SELDOM_MS, LOOK_EVERY_MS + (now - began) / 10, until - now));
      waited.set(request, waitedMs(request) + performance.now() - now);
    }
  };
}

/** @returns the delivery when it is settled, or as it is when that was waited for as long as its client prefers */
export function settlementOf(app: FastifyInstance, deliveries: Deliveries) {
  const patiently = patienceOf(app);
  const look = ({ biller_id, kind, key }: Delivery): Promise<Delivery> => deliveries.get(biller_id, kind, key);
  return (request: FastifyRequest, first: Delivery): Promise<Delivery> =>
    patiently(request, { first, isThere: isSettled, look });
}
