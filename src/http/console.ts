/** The console: its pages as Vite built them, its overview, and its stream of what changes. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Billers } from '../billers/billers.js';
import { Live } from '../console/live.js';
import { Overview } from '../console/overview.js';
import { billersOf } from './authentication.js';
import type { Resolve } from './resolve.js';

const BUILT = join(dirname(fileURLToPath(import.meta.url)), '../../console');
const STILL_HERE_MS = 15_000;
/** In the page as built; another for each time it is served. */
const NONCE = '__CSP_NONCE__';

/** Paths that need no log-in: they hold nothing but the program. */
export const isConsolePath = (path: string): boolean =>
  !path.startsWith('/v1/') && path !== '/metrics' && path !== '/healthz' && path !== '/readyz';

const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    'frame-src blob:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export async function consolePages(app: FastifyInstance): Promise<void> {
  const page = join(BUILT, 'index.html');
  if (!existsSync(page)) return; // a host without its console serves the API all the same
  const html = readFileSync(page, 'utf8');
  await app.register(fastifyStatic, {
    root: join(BUILT, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
  });
  const index = (_request: unknown, reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64url');
    return reply
      .header('content-security-policy', policy(nonce))
      .type('text/html; charset=utf-8')
      .send(html.replaceAll(NONCE, nonce));
  };
  // Its own addresses; anything else is not found, in the API's words.
  for (const path of [
    '/',
    '/log-in',
    '/billers/*',
    '/billers',
    '/deliveries/*',
    '/deliveries',
    '/files',
    '/files/*',
    '/adapters',
    '/audit',
  ])
    app.get(path, index);
}

/** @param isLetIn whether who asked may still ask: a stream is as long as a log-in */
export function consoleRoutes(
  app: FastifyInstance,
  resolve: Resolve,
  isLetIn: (request: FastifyRequest) => Promise<boolean>,
): void {
  const overview = resolve<Overview>(Overview);
  const billers = resolve<Billers>(Billers);
  const live = resolve<Live>(Live);
  const open = new Set<PassThrough>();
  app.addHook('preClose', async () => {
    for (const stream of open) stream.end();
  });

  app.get('/overview', (request) => overview.read(billersOf(request)));
  app.get<{ Params: { billerId: string } }>('/billers/:billerId/overview', async ({ params }) =>
    overview.biller((await billers.get(params.billerId)).billerId),
  );
  app.get('/events', (request, reply) => {
    const stream = new PassThrough();
    // It may have been ended meanwhile, and is not closed yet.
    const say = (text: string): boolean => stream.writable && stream.write(text);
    const end = live.listen((topics) => say(`event: change\ndata: ${JSON.stringify(topics)}\n\n`));
    const beat = setInterval(async () => {
      if (await isLetIn(request)) say(': still here\n\n');
      else stream.end();
    }, STILL_HERE_MS);
    open.add(stream);
    stream.on('close', () => {
      clearInterval(beat);
      end();
      open.delete(stream);
    });
    stream.write('retry: 2000\n\n');
    // A proxy in front is to hand on what comes, when it comes.
    return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(stream);
  });
}
