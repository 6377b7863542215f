/** Accounts: refresh, invoices, enrollments; and the change feed. */
import type { EnrollmentKind } from '@ic-host/contracts';
import type { FastifyInstance } from 'fastify';
import { Deliveries } from '../deliveries/deliveries.js';
import type { Delivery } from '../deliveries/delivery-store.js';
import { ChangeFeed } from '../rtdr/change-feed.js';
import { HeldAccounts } from '../rtdr/held-accounts.js';
import { RefreshAccount } from '../rtdr/refresh-account.js';
import { actorOf, billersOf } from './authentication.js';
import { EnrollmentBody, readBody } from './bodies.js';
import { patienceOf, settlementOf } from './patience.js';
import { flagOf, limitOf } from './query.js';
import type { Resolve } from './resolve.js';

interface OfAccount {
  Params: { billerId: string; accountNumber: string };
}

export function accountRoutes(app: FastifyInstance, resolve: Resolve): void {
  const accounts = resolve<RefreshAccount>(RefreshAccount);
  const held = resolve<HeldAccounts>(HeldAccounts);
  const feed = resolve<ChangeFeed>(ChangeFeed);
  const deliveries = resolve<Deliveries>(Deliveries);
  const patiently = patienceOf(app);
  const settled = settlementOf(app, deliveries);
  const path = '/billers/:billerId/accounts/:accountNumber';

  app.post<OfAccount & { Querystring: { explain?: string } }>(`${path}/refresh`, ({ params, query }) =>
    accounts.refresh(params.billerId, params.accountNumber, { explains: flagOf('explain', query.explain) }),
  );
  app.get<OfAccount>(`${path}/invoices`, async ({ params }) => ({
    invoices: await accounts.invoices(params.billerId, params.accountNumber),
  }));

  app.get<{ Params: { billerId: string }; Querystring: { q?: string; after?: string; limit?: string } }>(
    '/billers/:billerId/accounts',
    async ({ params, query }) => {
      const limit = limitOf(query.limit, 100, 1000);
      const found = await held.list(params.billerId, { beginning: query.q, after: query.after, limit });
      return { accounts: found, next: found.length === limit ? (found.at(-1)?.accountNumber ?? null) : null };
    },
  );
  app.get<OfAccount>(path, ({ params }) => accounts.held(params.billerId, params.accountNumber));
  app.get<OfAccount & { Querystring: { before?: string; limit?: string } }>(
    `${path}/history`,
    async ({ params, query }) => {
      const limit = limitOf(query.limit, 100, 1000);
      const changes = await held.history(params.billerId, params.accountNumber, limit, query.before || undefined);
      return { changes, next: changes.length === limit ? (changes.at(-1)?.cursor ?? null) : null };
    },
  );

  const view = (row: Delivery) => ({
    deliveryId: row.id,
    accountNumber: row.key,
    enabled: row.request.enabled,
    state: row.state,
    ...row.result,
  });
  for (const kind of ['paperless', 'autopay'] satisfies EnrollmentKind[]) {
    app.put<OfAccount>(`${path}/enrollments/${kind}`, async (request, reply) => {
      const { billerId, accountNumber } = request.params;
      const { enabled } = readBody(EnrollmentBody, request.body);
      const held = await deliveries.setEnrollment(billerId, kind, accountNumber, { enabled, by: actorOf(request) });
      return reply.code(202).send(view(await settled(request, held)));
    });
    app.get<OfAccount>(`${path}/enrollments/${kind}`, async ({ params }) =>
      view(await deliveries.get(params.billerId, kind, params.accountNumber)),
    );
  }

  app.get<{ Querystring: { after?: string; limit?: string } }>('/changes', async (request) => {
    const { after, limit } = request.query;
    const read = (from: string | undefined) => feed.read(from, limitOf(limit, 100, 1000), billersOf(request));
    return patiently(request, {
      first: await read(after),
      isThere: ({ changes }) => changes.length > 0,
      look: ({ next }) => read(next),
    });
  });
}
