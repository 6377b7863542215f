/** Who asks, by a token or by the console's session in a cookie, and whether they may. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Access, demandBiller, holdsScope } from '../access/access.js';
import { Attempts } from '../access/attempts.js';
import { Sessions } from '../access/sessions.js';
import { Tokens } from '../access/tokens.js';
import { Problem } from '../problem.js';
import { LogInBody, readBody } from './bodies.js';
import { operationAt, scopeOf } from './operations.js';
import type { Resolve } from './resolve.js';

const COOKIE = 'ic_host_session';
/** A page of another origin can't send it without being allowed to, which this server never does. */
const CONSOLE_HEADER = 'x-ic-host-console';
/** Unsafe methods that come with a cookie must come from the console's own page. */
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the request was let in. */
    access: Access | undefined;
  }
}

const tokenIn = (authorization: string | undefined): string => /^Bearer (.*)$/s.exec(authorization ?? '')?.[1] ?? '';

/** What whoever was let in may do. */
export function accessOf({ access }: FastifyRequest): Access {
  if (!access) throw new Problem(401, 'unauthorized', 'a bearer token is needed: Authorization: Bearer …');
  return access;
}

/** Whoever is let in has a name, for the audit. */
export const actorOf = (request: FastifyRequest): string => accessOf(request).actor;

/** The billers that are asked for: null is all. */
export const billersOf = (request: FastifyRequest): readonly string[] | null => accessOf(request).billers;

const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);

/**
 * Lets in who may come in, and has the console's log-in.
 * @param isOpen what needs nobody
 */
export function authentication(
  app: FastifyInstance,
  resolve: Resolve,
  isOpen: (request: FastifyRequest) => boolean,
): (request: FastifyRequest) => Promise<boolean> {
  const sessions = resolve<Sessions>(Sessions);
  const tokens = resolve<Tokens>(Tokens);
  const attempts = resolve<Attempts>(Attempts);
  app.decorateRequest('access', undefined);

  /** @throws Problem 401, 429 `locked-out` */
  async function ofToken(token: string, address: string): Promise<Access> {
    const fresh = tokens.fresh(token);
    if (fresh) return fresh; // a lock-out spares whoever is known
    const locked = await attempts.lockedOut(address);
    const access = await tokens.find(token, locked !== undefined);
    if (access) return access;
    if (locked) throw locked;
    await attempts.failed(address);
    throw new Problem(401, 'unauthorized', 'the token is not one of this host, or no longer');
  }

  async function who(request: FastifyRequest): Promise<Access> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return ofToken(tokenIn(authorization), request.ip);
    const session = await sessionOf(request);
    if (!session) throw new Problem(401, 'unauthorized', 'a bearer token is needed: Authorization: Bearer …');
    if (!READS.has(request.method) && request.headers[CONSOLE_HEADER] === undefined)
      throw new Problem(403, 'not-from-the-console', `with a cookie, a change needs the header ${CONSOLE_HEADER}`);
    return session.access;
  }

  const cookieOf = ({ headers }: FastifyRequest) => headers.cookie && app.parseCookie(headers.cookie)[COOKIE];

  async function sessionOf(request: FastifyRequest) {
    const value = cookieOf(request);
    return value ? sessions.find(value) : undefined;
  }

  app.addHook('onRequest', async (request) => {
    if (isOpen(request)) return;
    const access = await who(request);
    await attempts.request(access.tokenId ?? access.actor);
    demand(request, access);
    request.access = access;
  });

  app.post('/v1/session', async (request, reply) => {
    const access = await ofToken(readBody(LogInBody, request.body).token, request.ip);
    const { value, expiresAt } = await sessions.open(access, request.ip);
    setCookie(reply, request, value, expiresAt);
    return { ...sessionView(access), expiresAt: expiresAt.toISOString() };
  });
  app.get('/v1/session', async (request) => {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const access = await ofToken(tokenIn(authorization), request.ip);
      return { ...sessionView(access), expiresAt: null };
    }
    const session = await sessionOf(request);
    return { ...sessionView(session?.access), expiresAt: session?.expiresAt.toISOString() ?? null };
  });
  app.delete('/v1/session', async (request, reply) => {
    const value = cookieOf(request);
    if (value) await sessions.close(value);
    return reply.clearCookie(COOKIE, { path: '/' }).code(204).send();
  });

  return (request) =>
    who(request).then(
      () => true,
      () => false,
    );
}

const sessionView = (access: Access | undefined) => ({
  ...{ actor: access?.actor ?? null, scope: access?.scope ?? null, billers: access?.billers ?? null },
});

function setCookie(reply: FastifyReply, request: FastifyRequest, value: string, expires: Date): void {
  // Over plain HTTP a browser keeps it for its own machine alone.
  const secure = !isLoopback(request.headers.host ?? '');
  reply.setCookie(COOKIE, value, { path: '/', httpOnly: true, sameSite: 'strict', secure, expires });
}

/** @throws Problem 403 `scope-too-small`, `biller-not-allowed` or `needs-all-billers` */
function demand(request: FastifyRequest, access: Access): void {
  const { url } = request.routeOptions;
  if (url === undefined) return; // nothing is there
  const operation = operationAt(request.method, url);
  // What isn't described isn't for anybody who may not do everything.
  const needed = operation ? scopeOf(operation) : 'configure';
  if (!holdsScope(access.scope, needed))
    throw new Problem(
      403,
      'scope-too-small',
      `this needs a token of the scope ${needed}; this one has ${access.scope}`,
    );
  const { billerId } = request.params as { billerId?: string };
  if (billerId !== undefined) demandBiller(access, billerId);
  else if (access.billers !== null && !operation?.bySomeBillers)
    throw new Problem(403, 'needs-all-billers', 'this is for a token of all billers');
}
