/** A biller's shadow: what differs, whether it is ready, and the switch. */
import type { FastifyInstance } from 'fastify';
import { Shadow } from '../shadow/shadow.js';
import { actorOf } from './authentication.js';
import { reasonOf } from './bodies.js';
import type { Resolve } from './resolve.js';

export function shadowRoutes(app: FastifyInstance, resolve: Resolve): void {
  const shadow = resolve<Shadow>(Shadow);
  const path = '/billers/:billerId/shadow';
  app.get<{ Params: { billerId: string } }>(path, ({ params }) => shadow.report(params.billerId));
  app.post<{ Params: { billerId: string } }>(`${path}/switch`, async (request) => {
    const { billerId } = request.params;
    await shadow.switch(billerId, actorOf(request), reasonOf(request.body));
    return shadow.report(billerId);
  });
}
