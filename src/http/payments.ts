/** Payments and their returns. */
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Deliveries } from '../deliveries/deliveries.js';
import type { Delivery } from '../deliveries/delivery-store.js';
import { actorOf } from './authentication.js';
import { PaymentBody, ReturnBody, readBody } from './bodies.js';
import type { Resolve } from './resolve.js';

interface OfPayment {
  Params: { billerId: string; transactionId: string };
}
const LONGEST_WAIT_S = 30;
const [LOOK_EVERY_MS, LOOK_SELDOM_MS] = [50, 1_000];

export function paymentRoutes(app: FastifyInstance, resolve: Resolve): void {
  const deliveries = resolve<Deliveries>(Deliveries);
  const path = '/billers/:billerId/payments';
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true; // who waits for a settlement is answered with how it stands
  });

  const view = async (row: Delivery, isNew = false) => {
    const result = row.result as Record<string, unknown>;
    return {
      ...row.request,
      deliveryId: row.id,
      billerId: row.biller_id,
      state: row.state,
      duplicate: result.duplicate ?? false,
      confirmationNumber: result.confirmationNumber ?? null,
      payoffAmount: result.payoffAmount ?? null,
      partnerMessages: result.partnerMessages ?? [],
      reason: result.reason ?? result.detail ?? null,
      acceptedAt: row.created_at.toISOString(),
      nextAttemptAt: row.state === 'queued' ? (row.next_attempt_at?.toISOString() ?? null) : null,
      attempts: isNew ? [] : await deliveries.attempts(row.id),
    };
  };

  app.post<{ Params: { billerId: string } }>(path, async (request, reply) => {
    const { params, body, headers } = request;
    const payment = readBody(PaymentBody, body);
    const { delivery, created } = await deliveries.acceptPayment(params.billerId, payment, actorOf(request));
    const seconds = Math.min(
      Number(/(?:^|[,;\s])wait=(\d+)/.exec(String(headers.prefer ?? ''))?.[1] ?? 0),
      LONGEST_WAIT_S,
    );
    const began = performance.now();
    const until = began + seconds * 1000;
    let held = delivery;
    while (held.state === 'queued' && performance.now() < until && !closing) {
      // Most are there at once; of those that aren't, many may be waited for.
      const now = performance.now();
      await wait(Math.min(LOOK_SELDOM_MS, LOOK_EVERY_MS + (now - began) / 10, until - now));
      held = await deliveries.get(params.billerId, 'payment', payment.transactionId);
    }
    return reply.code(created ? 202 : 200).send(await view(held, created && held === delivery));
  });

  app.get<OfPayment>(`${path}/:transactionId`, async ({ params }) =>
    view(await deliveries.get(params.billerId, 'payment', params.transactionId)),
  );

  app.post<OfPayment>(`${path}/:transactionId/return`, async (request, reply) => {
    const { billerId, transactionId } = request.params;
    const returned = readBody(ReturnBody, request.body);
    const { delivery, created } = await deliveries.acceptReturn(
      ...([billerId, transactionId, returned, actorOf(request)] as const),
    );
    return reply.code(created ? 202 : 200).send({ transactionId, ...(await view(delivery)) });
  });

  app.get<OfPayment>(`${path}/:transactionId/return`, async ({ params }) => ({
    transactionId: params.transactionId,
    ...(await view(await deliveries.get(params.billerId, 'return', params.transactionId))),
  }));
}
