/** Whether the host is alive, and ready for work: open to probes without a token. Its metrics need the token. */
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ADAPTERS } from '../adapters/adapter-registry.js';
import { DELIVERY_QUEUE } from '../deliveries/delivery-queue.js';
import { CheckHost } from '../doctor/check-host.js';
import { DATABASE } from '../store/database.js';
import { TELEMETRY } from '../telemetry/telemetry.js';
import { HOST_VERSION } from '../version.js';
import { Draining } from './draining.js';
import type { Resolve } from './resolve.js';

/** A database that doesn't answer in this time is not there for who asks. */
const CHECK_MS = 3_000;

export function healthRoutes(app: FastifyInstance, resolve: Resolve): void {
  const database = resolve(DATABASE);
  const queue = resolve(DELIVERY_QUEUE);
  const adapters = resolve(ADAPTERS);
  const works = (check: Promise<unknown>): Promise<boolean> =>
    Promise.race([check.then(Boolean, () => false), wait(CHECK_MS, false, { ref: false })]);

  const telemetry = resolve(TELEMETRY);
  const draining = resolve<Draining>(Draining);

  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(await telemetry.metricsText()),
  );
  app.get('/v1/doctor', async () => ({
    version: HOST_VERSION,
    now: new Date().toISOString(),
    checks: await resolve<CheckHost>(CheckHost).check(),
  }));
  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const [answers, queues] = await Promise.all([works(database.pool.query('select 1')), works(queue.isReady())]);
    const checks = { database: answers, queue: queues, adapters: adapters.loaded.size > 0 };
    const ready = Object.values(checks).every(Boolean) && !draining.hasBegun;
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      checks,
      draining: draining.hasBegun,
      quarantined: adapters.quarantined.length,
    });
  });
}
