/** What operators do with deliveries. */
import type { FastifyInstance } from 'fastify';
import { Deliveries, type Delivery } from '../deliveries/deliveries.js';
import { Problem } from '../problem.js';
import type { DeliveryState } from '../store/tables.js';
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
  app.post<{ Params: { id: string } }>('/deliveries/:id/retry', async ({ params }) =>
    view(await deliveries.retry(uuid(params.id))),
  );
  app.post<{ Params: { id: string } }>('/deliveries/:id/cancel', async ({ params }) =>
    view(await deliveries.cancel(uuid(params.id))),
  );
}
