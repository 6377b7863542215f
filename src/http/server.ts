/** The HTTP API: Fastify, the token, problem details; each resource has its own file. */
import fastifyCookie from '@fastify/cookie';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { Problem } from '../problem.js';
import { LOG, type Log, sparingly } from '../telemetry/log.js';
import { accessRoutes } from './access.js';
import { accountRoutes } from './accounts.js';
import { authentication } from './authentication.js';
import { billerRoutes } from './billers.js';
import { consolePages, consoleRoutes, isConsolePath } from './console.js';
import { deliveryRoutes } from './deliveries.js';
import { documentRoutes } from './documents.js';
import { Draining } from './draining.js';
import { healthRoutes } from './health.js';
import { invoiceFileRoutes } from './invoice-files.js';
import { openApi } from './openapi.js';
import { paymentRoutes } from './payments.js';
import { problemOf } from './problem-of.js';
import { reconciliationRoutes } from './reconciliations.js';
import { recordingRoutes } from './recordings.js';
import type { Resolve } from './resolve.js';
import { shadowRoutes } from './shadow.js';
import { traceRequests } from './tracing.js';
import { WAY_IN_LIMITS, wayIn } from './way-in.js';

const BODY_LIMIT = 1 << 20;
/**
 * An idle connection. Longer than any load balancer keeps it (ten minutes, at the most): who closes first must be the one
 * that sends, or a request meets a connection that has just been closed.
 */
const KEPT_MS = 620_000;
const OPEN = new Set(['/healthz', '/readyz']);
const SESSION = '/v1/session';

/** @param resolve gives the features their routes call, bound by main */
export async function createServer(resolve: Resolve): Promise<FastifyInstance> {
  const log: Log = resolve(LOG);
  const limits = resolve(WAY_IN_LIMITS);
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: 0,
    keepAliveTimeout: KEPT_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // what still comes on a kept connection is answered, for the last time on it
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: limits.headersMs / 3 },
    // Before there is a route, Fastify would answer in words of its own.
    frameworkErrors: (error, _request, reply) => {
      const problem = new Problem(error.statusCode ?? 400, 'bad-request', 'the address can’t be read');
      void (reply as FastifyReply).code(problem.status).type('application/problem+json').send(problem.toJSON());
    },
    routerOptions: { maxParamLength: 500 },
  });
  app.server.maxHeadersCount = 100;
  traceRequests(app);
  await app.register(fastifyCookie, { hook: false }); // hardly any request has one: see authentication
  const isLetIn = authentication(app, resolve, ({ method, url }) => {
    const path = url.split('?')[0] ?? '';
    return OPEN.has(path) || isConsolePath(path) || (path === SESSION && method !== 'DELETE');
  });
  wayIn(app, limits, resolve<Draining>(Draining));
  const withoutDatabase = sparingly(log, 'requests fail, since the database does not answer');
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    const wait = problem.more.retryAfterSeconds;
    if (wait !== undefined) reply.header('retry-after', wait as number);
    if (problem.code === 'database-unavailable') withoutDatabase(error, { url: request.url });
    else if (problem.status === 500 || problem.status === 507)
      log.error({ err: error, url: request.url }, 'a request failed');
    return reply.code(problem.status).type('application/problem+json').send(problem.toJSON());
  });
  app.setNotFoundHandler((request) => {
    throw new Problem(404, 'not-found', `nothing is at ${request.method} ${request.url.split('?')[0]}`);
  });
  app.removeContentTypeParser('text/plain'); // bodies are JSON; invoice files have a parser of their own
  healthRoutes(app, resolve);
  app.get('/openapi.json', () => openApi());
  await consolePages(app);
  await app.register(
    async (v1) => {
      consoleRoutes(v1, resolve, isLetIn);
      accessRoutes(v1, resolve);
      billerRoutes(v1, resolve);
      accountRoutes(v1, resolve);
      paymentRoutes(v1, resolve);
      deliveryRoutes(v1, resolve);
      documentRoutes(v1, resolve);
      reconciliationRoutes(v1, resolve);
      shadowRoutes(v1, resolve);
      recordingRoutes(v1, resolve);
      await v1.register(async (files) => invoiceFileRoutes(files, resolve));
    },
    { prefix: '/v1' },
  );
  return app;
}
