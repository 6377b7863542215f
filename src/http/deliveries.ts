/** What operators do with deliveries. */
import type { FastifyInstance } from 'fastify';
import { Deliveries } from '../deliveries/deliveries.js';
import type { Delivery } from '../deliveries/delivery-store.js';
import { Problem } from '../problem.js';
import { auditOf } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import type { DeliveryState } from '../store/tables.js';
import { ReasonBody, readBody, SettleBody } from './bodies.js';
import { limitOf } from './query.js';
import type { Resolve } from './resolve.js';

const STATES: DeliveryState[] = ['queued', 'delivered', 'rejected', 'parked', 'cancelled'];

const view = (row: Delivery) => ({
  id: row.id,
  billerId: row.biller_id,
  kind: row.kind,
  key: row.key,
  state: row.state,
  attempts: row.attempts,
  result: row.result,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
});

const uuid = (id: string): string => {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw new Problem(404, 'delivery-not-found', `no delivery ${id}`);
  return id;
};

interface OfDelivery {
  Params: { id: string };
}

/** There is one token so far. */
const ACTOR = 'api-token';

export function deliveryRoutes(app: FastifyInstance, resolve: Resolve): void {
  const deliveries = resolve<Deliveries>(Deliveries);
  app.get<{ Querystring: { state?: string; biller?: string; limit?: string } }>('/deliveries', async ({ query }) => {
    if (query.state !== undefined && !STATES.includes(query.state as DeliveryState))
      throw new Problem(400, 'bad-state', `state must be one of ${STATES.join(', ')}`);
    const rows = await deliveries.list(
      query.state as DeliveryState | undefined,
      query.biller,
      limitOf(query.limit, 100, 1000),
    );
    return { deliveries: rows.map(view) };
  });
  app.get<OfDelivery>('/deliveries/:id', async ({ params }) => {
    const row = await deliveries.byId(uuid(params.id));
    return { ...view(row), request: row.request, history: await deliveries.attempts(row.id) };
  });
  const reasonOf = (body: unknown) => (body ? readBody(ReasonBody, body).reason : undefined);
  app.post<OfDelivery>('/deliveries/:id/retry', async ({ params, body }) =>
    view(await deliveries.retry(uuid(params.id), ACTOR, reasonOf(body))),
  );
  app.post<OfDelivery>('/deliveries/:id/cancel', async ({ params, body }) =>
    view(await deliveries.cancel(uuid(params.id), ACTOR, reasonOf(body))),
  );
  app.post<OfDelivery>('/deliveries/:id/settle', async ({ params, body }) =>
    view(await deliveries.settleByHand(uuid(params.id), ACTOR, readBody(SettleBody, body))),
  );
  app.get<{ Querystring: { subject?: string; limit?: string } }>('/audit', async ({ query }) => {
    const entries = await auditOf(resolve<Database>(DATABASE).db, query.subject, limitOf(query.limit, 100, 1000));
    return { entries: entries.map((entry) => ({ ...entry, at: entry.at.toISOString() })) };
  });
}
