/** What every request must be and every answer carries, whatever is asked: no slow bodies, no odd names, no guessing. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceIdentifier } from 'inversify';
import { Problem } from '../problem.js';
import { checkText } from './bodies.js';
import type { Draining } from './draining.js';
import { type Operation, operationAt } from './operations.js';

export interface WayInLimits {
  /** Until the last header is there. */
  headersMs: number;
  /** Whole time of a JSON body, from its request's headers on. */
  bodyMs: number;
  /** An invoice file may come for hours, but not stand still for so long. */
  fileIdleMs: number;
}
export const WAY_IN_LIMITS: ServiceIdentifier<WayInLimits> = Symbol('way-in-limits');
export const DEFAULT_WAY_IN_LIMITS: WayInLimits = { headersMs: 15_000, bodyMs: 30_000, fileIdleMs: 60_000 };

/** How an answer may be used: by our own pages, as what it says it is, and not again. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Cursors hold numbers of ours, which may look like anything. */
const CURSORS = new Set(['after', 'before']);

function checkNames(request: FastifyRequest, operation: Operation): void {
  for (const [name, value] of Object.entries(request.params as Record<string, string>)) {
    checkText(name, value);
    // A partner's address that it becomes a part of would be another one.
    if (value === '.' || value === '..') throw new Problem(400, 'dot-segment', `${name} must be neither . nor ..`);
  }
  for (const [name, value] of Object.entries(request.query as Record<string, string | string[]>)) {
    if (!operation.query?.includes(name))
      throw new Problem(400, 'unknown-parameter', `there is no parameter ${name.slice(0, 100)} here`);
    if (Array.isArray(value)) throw new Problem(400, 'repeated-parameter', `${name} is given more than once`);
    if (CURSORS.has(name)) checkText(name, value.replace(/\d/g, ''));
    else checkText(name, value);
  }
}

/** Ends a connection whose body doesn't come; its answer can't be waited for either. */
function limitTime(request: FastifyRequest, operation: Operation | undefined, limits: WayInLimits): void {
  const { raw } = request;
  if (raw.complete) return;
  if (operation?.body === 'file') {
    raw.setTimeout(limits.fileIdleMs, () => {
      if (!raw.complete) raw.destroy();
    });
    return;
  }
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy();
  }, limits.bodyMs).unref();
  raw.once('close', () => clearTimeout(timer));
}

export function wayIn(app: FastifyInstance, limits: WayInLimits, draining: Draining): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(HEADERS);
    if (draining.hasBegun) reply.header('connection', 'close');
    const { url } = request.routeOptions;
    const operation = url === undefined ? undefined : operationAt(request.method, url);
    limitTime(request, operation, limits);
    if (operation) checkNames(request, operation);
    done();
  });
}
