/** Reconciliations of a biller: begin one, see how it goes, what it found, and that as a table for spreadsheets. */
import type { FastifyInstance } from 'fastify';
import { Reconciliations } from '../reconciliation/reconciliations.js';
import { ReconcileBody, readBody } from './bodies.js';
import { csvCell } from './csv.js';
import { limitOf } from './query.js';
import type { Resolve } from './resolve.js';

interface OfRun {
  Params: { billerId: string; reconciliationId: string };
}
const MOST_FINDINGS = 100_000;
const COLUMNS = ['kind', 'cause', 'accountNumber', 'subject', 'ours', 'theirs', 'repaired'] as const;

export function reconciliationRoutes(app: FastifyInstance, resolve: Resolve): void {
  const reconciliations = resolve<Reconciliations>(Reconciliations);
  const path = '/billers/:billerId/reconciliations';
  app.post<{ Params: { billerId: string } }>(path, async ({ params, body }, reply) => {
    const { accounts, repair } = readBody(ReconcileBody, body ?? {});
    const wish = { accounts: accounts ?? null, repair: repair ?? false };
    return reply.code(202).send(await reconciliations.begin(params.billerId, wish));
  });
  app.get<{ Params: { billerId: string }; Querystring: { limit?: string } }>(path, async ({ params, query }) => ({
    reconciliations: await reconciliations.list(params.billerId, limitOf(query.limit, 100, 1000)),
  }));
  app.get<OfRun>(`${path}/:reconciliationId`, async ({ params }) => ({
    ...(await reconciliations.get(params.billerId, params.reconciliationId)),
    details: await reconciliations.findings(params.reconciliationId, 1_000),
  }));
  app.get<OfRun>(`${path}/:reconciliationId/findings.csv`, async ({ params }, reply) => {
    const { startedAt } = await reconciliations.get(params.billerId, params.reconciliationId);
    const rows = await reconciliations.findings(params.reconciliationId, MOST_FINDINGS);
    const lines = rows.map((row) => `${COLUMNS.map((column) => csvCell(row[column])).join(',')}\r\n`);
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="reconciliation-${startedAt.slice(0, 10)}.csv"`)
      .send(`${COLUMNS.join(',')}\r\n${lines.join('')}`);
  });
}
