/** Who asks: by the token, or by the console's session in a cookie. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Sessions } from '../console/sessions.js';
import { Problem } from '../problem.js';
import { LogInBody, readBody } from './bodies.js';
import type { Resolve } from './resolve.js';

const COOKIE = 'ic_host_session';
/** A page of another origin can't send it without being allowed to, which this server never does. */
const CONSOLE_HEADER = 'x-ic-host-console';
/** Unsafe methods that come with a cookie must come from the console's own page. */
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
const TOKEN_ACTOR = 'api-token';
const CONSOLE_ACTOR = 'console';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the request was let in. */
    actor?: string;
  }
}

const tokenIn = (authorization: string | undefined): string => /^Bearer (.*)$/s.exec(authorization ?? '')?.[1] ?? '';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whoever is let in has a name, for the audit. */
export const actorOf = (request: FastifyRequest): string => request.actor ?? 'nobody';

const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);

/**
 * Lets in who may come in, and has the console's log-in.
 * @param isOpen what needs nobody
 */
export function authentication(
  app: FastifyInstance,
  resolve: Resolve,
  token: string,
  isOpen: (request: FastifyRequest) => boolean,
): void {
  const sessions = resolve<Sessions>(Sessions);
  const expected = hash(token);
  const isToken = (given: string): boolean => timingSafeEqual(hash(given), expected);

  app.addHook('onRequest', async (request) => {
    const { authorization } = request.headers;
    if (isOpen(request)) return;
    if (authorization !== undefined) {
      if (!isToken(tokenIn(authorization)))
        throw new Problem(401, 'unauthorized', 'the token is not the one of this host');
      request.actor = TOKEN_ACTOR;
      return;
    }
    const value = request.cookies[COOKIE];
    const session = value ? await sessions.find(value) : undefined;
    if (!session) throw new Problem(401, 'unauthorized', 'a bearer token is needed: Authorization: Bearer …');
    if (!READS.has(request.method) && request.headers[CONSOLE_HEADER] === undefined)
      throw new Problem(403, 'not-from-the-console', `with a cookie, a change needs the header ${CONSOLE_HEADER}`);
    request.actor = session.actor;
  });

  app.post('/v1/session', async (request, reply) => {
    if (!isToken(readBody(LogInBody, request.body).token))
      throw new Problem(401, 'unauthorized', 'the token is not the one of this host');
    const { value, actor, expiresAt } = await sessions.open(CONSOLE_ACTOR);
    // Over plain HTTP a browser keeps it for its own machine alone.
    const secure = !isLoopback(request.headers.host ?? '');
    reply.setCookie(COOKIE, value, { path: '/', httpOnly: true, sameSite: 'strict', secure, expires: expiresAt });
    return { actor, expiresAt: expiresAt.toISOString() };
  });
  app.get('/v1/session', async ({ cookies, headers }) => {
    if (isToken(tokenIn(headers.authorization))) return { actor: TOKEN_ACTOR, expiresAt: null };
    const session = await sessions.find(cookies[COOKIE] ?? '');
    return { actor: session?.actor ?? null, expiresAt: session?.expiresAt.toISOString() ?? null };
  });
  app.delete('/v1/session', async (request, reply) => {
    const value = request.cookies[COOKIE];
    if (value) await sessions.close(value);
    return reply.clearCookie(COOKIE, { path: '/' }).code(204).send();
  });
}
