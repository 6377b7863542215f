/** Payments and their returns. */
import type { FastifyInstance } from 'fastify';
import { Deliveries } from '../deliveries/deliveries.js';
import type { Delivery } from '../deliveries/delivery-store.js';
import { actorOf } from './authentication.js';
import { PaymentBody, ReturnBody, readBody } from './bodies.js';
import { settlementOf } from './patience.js';
import type { Resolve } from './resolve.js';

interface OfPayment {
  Params: { billerId: string; transactionId: string };
}

export function paymentRoutes(app: FastifyInstance, resolve: Resolve): void {
  const deliveries = resolve<Deliveries>(Deliveries);
  const path = '/billers/:billerId/payments';
  const settled = settlementOf(app, deliveries);

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
    const { params, body } = request;
    const payment = readBody(PaymentBody, body);
    const { delivery, created } = await deliveries.acceptPayment(params.billerId, payment, actorOf(request));
    const held = await settled(request, delivery);
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
    return reply.code(created ? 202 : 200).send({ transactionId, ...(await view(await settled(request, delivery))) });
  });

  app.get<OfPayment>(`${path}/:transactionId/return`, async ({ params }) => ({
    transactionId: params.transactionId,
    ...(await view(await deliveries.get(params.billerId, 'return', params.transactionId))),
  }));
}
