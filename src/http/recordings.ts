/** Recorded calls of a biller, for whoever replays them. */
import type { FastifyInstance } from 'fastify';
import { Billers } from '../billers/billers.js';
import { Recordings } from '../recordings/recordings.js';
import { instantOf, limitOf, numberOf } from './query.js';
import type { Resolve } from './resolve.js';

export function recordingRoutes(app: FastifyInstance, resolve: Resolve): void {
  const recordings = resolve<Recordings>(Recordings);
  app.get<{ Params: { billerId: string }; Querystring: { from?: string; after?: string; limit?: string } }>(
    '/billers/:billerId/recordings',
    async ({ params, query }) => {
      await resolve<Billers>(Billers).get(params.billerId);
      const limit = limitOf(query.limit, 100, 1000);
      const after = numberOf('after', query.after || undefined) ?? 0;
      const found = await recordings.list(params.billerId, instantOf('from', query.from), after, limit);
      return { recordings: found, next: found.length === limit ? (found.at(-1)?.id ?? null) : null };
    },
  );
}
