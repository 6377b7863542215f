/** Deliveries: lists, one with its attempts, and what operators do with them. */
import { bulkhead } from 'cockatiel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { reachesBiller } from '../access/access.js';
import { Deliveries } from '../deliveries/deliveries.js';
import { DeliveryDecisions } from '../deliveries/delivery-decisions.js';
import { COUNTED_AT_MOST, type DeliveryFilter, DeliveryList, UUID } from '../deliveries/delivery-list.js';
import type { Delivery } from '../deliveries/delivery-store.js';
import { PartnerHolds } from '../deliveries/partner-holds.js';
import { type DeliveryFacts, explainDelivery } from '../explain/explain-delivery.js';
import { Problem } from '../problem.js';
import { AuditTrail } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import { DELIVERY_KINDS, DELIVERY_STATES } from '../store/tables.js';
import { accessOf, actorOf, billersOf } from './authentication.js';
import { BulkBody, readBody, reasonOf, SettleBody } from './bodies.js';
import { choiceOf, flagOf, instantOf, limitOf } from './query.js';
import type { Resolve } from './resolve.js';

/** How many of a bulk are under way at once. */
const AT_ONCE = 8;

const view = (row: Delivery) => {
  const { amount, accountNumber, enabled } = row.request as Record<string, unknown>;
  const { reason, detail } = row.result as { reason?: string; detail?: string };
  const isEnrollment = row.kind === 'paperless' || row.kind === 'autopay';
  return {
    id: row.id,
    billerId: row.biller_id,
    kind: row.kind,
    key: row.key,
    state: row.state,
    attempts: row.attempts,
    result: row.result,
    acceptedBy: row.accepted_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    summary: {
      amount: amount ?? null,
      accountNumber: accountNumber ?? (isEnrollment ? row.key : null),
      enabled: enabled ?? null,
      reason: reason ?? detail ?? null,
    },
  };
};

const uuid = (id: string): string => {
  if (!UUID.test(id)) throw new Problem(404, 'delivery-not-found', `no delivery ${id}`);
  return id;
};

interface OfDelivery {
  Params: { id: string };
}
type FilterQuery = Partial<Record<'state' | 'biller' | 'kind' | 'q' | 'account' | 'from' | 'to', string>>;

const filterOf = (query: FilterQuery, request: FastifyRequest): DeliveryFilter => ({
  billers: billersOf(request),
  state: choiceOf('state', query.state, DELIVERY_STATES),
  billerId: query.biller || undefined,
  kind: choiceOf('kind', query.kind, DELIVERY_KINDS),
  search: query.q,
  account: query.account,
  from: instantOf('from', query.from),
  to: instantOf('to', query.to),
});

export function deliveryRoutes(app: FastifyInstance, resolve: Resolve): void {
  const deliveries = resolve<Deliveries>(Deliveries);
  const list = resolve<DeliveryList>(DeliveryList);
  const decisions = resolve<DeliveryDecisions>(DeliveryDecisions);
  const holds = resolve<PartnerHolds>(PartnerHolds);
  const database = resolve<Database>(DATABASE);
  const trail = new AuditTrail(database.db);
  app.get<{ Querystring: FilterQuery & { limit?: string; after?: string } }>('/deliveries', async (request) => {
    const { query } = request;
    const limit = limitOf(query.limit, 100, 1000);
    const rows = await list.page(filterOf(query, request), limit, query.after || undefined);
    return { deliveries: rows.map(view), next: rows.length === limit ? (rows.at(-1)?.cursor ?? null) : null };
  });
  app.get<{ Querystring: FilterQuery }>('/deliveries/counts', async (request) => ({
    counts: await list.counts(filterOf(request.query, request)),
    countedAtMost: COUNTED_AT_MOST,
  }));
  /** @throws Problem 404 `delivery-not-found`, also where it is of a biller that whoever asks may not see */
  const seen = async (request: FastifyRequest, id: string): Promise<Delivery> => {
    const row = await deliveries.byId(uuid(id));
    if (!reachesBiller(accessOf(request), row.biller_id))
      throw new Problem(404, 'delivery-not-found', `no delivery ${id}`);
    return row;
  };
  app.get<OfDelivery & { Querystring: { explain?: string } }>('/deliveries/:id', async (request) => {
    const row = await seen(request, request.params.id);
    const [history, other] = await Promise.all([deliveries.attempts(row.id), deliveries.counterpart(row)]);
    const counterpart = other ? { id: other.id, kind: other.kind, state: other.state } : null;
    const shown = { ...view(row), request: row.request, counterpart, history };
    if (!flagOf('explain', request.query.explain)) return shown;
    const audit = (await trail.latest({ subject: row.id, limit: 100 })).reverse();
    const heldBack = await holds.heldBack(row.biller_id);
    const facts = { delivery: row, counterpart: other, attempts: history, heldBack, audit, now: database.clock.now() };
    return { ...shown, explanation: explainDelivery(facts as DeliveryFacts) };
  });
  app.post<OfDelivery>('/deliveries/:id/retry', async (request) => {
    const { id } = await seen(request, request.params.id);
    return view(await decisions.retry(id, actorOf(request), reasonOf(request.body)));
  });
  app.post<OfDelivery>('/deliveries/:id/cancel', async (request) => {
    const { id } = await seen(request, request.params.id);
    return view(await decisions.cancel(id, actorOf(request), reasonOf(request.body)));
  });
  app.post<OfDelivery>('/deliveries/:id/settle', async (request) => {
    const { id } = await seen(request, request.params.id);
    return view(await decisions.settleByHand(id, actorOf(request), readBody(SettleBody, request.body)));
  });
  app.post('/deliveries/bulk', async (request) => {
    const { action, ids, reason, state } = readBody(BulkBody, request.body);
    const actor = actorOf(request);
    if (action === 'settle' && !(state && reason))
      throw new Problem(422, 'invalid-request', 'to settle, a state and a reason are needed', {
        errors: [{ field: state ? 'reason' : 'state', code: 'missing', message: 'is required' }],
      });
    const act = {
      retry: (id: string) => decisions.retry(id, actor, reason),
      cancel: (id: string) => decisions.cancel(id, actor, reason),
      settle: (id: string) =>
        decisions.settleByHand(id, actor, { state: state as 'delivered', reason: reason as string }),
    }[action];
    const turns = bulkhead(AT_ONCE, Number.POSITIVE_INFINITY);
    const one = async (id: string): Promise<object> => {
      try {
        await seen(request, id);
        return { id, ok: true, state: (await act(id)).state };
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return { id, ok: false, code: error.code, detail: error.message };
      }
    };
    return { results: await Promise.all([...new Set(ids)].map((id) => turns.execute(() => one(id)))) };
  });
}
