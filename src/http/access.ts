/** Tokens, and who did what. */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Tokens } from '../access/tokens.js';
import { AuditTrail, type AuditView } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import { accessOf, actorOf } from './authentication.js';
import { readBody, TokenBody } from './bodies.js';
import { instantOf, limitOf, numberOf } from './query.js';
import type { Resolve } from './resolve.js';

export function accessRoutes(app: FastifyInstance, resolve: Resolve): void {
  const tokens = resolve<Tokens>(Tokens);
  const trail = new AuditTrail(resolve<Database>(DATABASE).db);

  app.get('/tokens', async () => ({ tokens: await tokens.list() }));
  app.post('/tokens', async (request, reply) =>
    reply.code(201).send(await tokens.make(readBody(TokenBody, request.body), accessOf(request))),
  );
  app.delete<{ Params: { tokenId: string } }>('/tokens/:tokenId', (request) =>
    tokens.revoke(request.params.tokenId, actorOf(request)),
  );

  app.get<{ Querystring: { subject?: string; before?: string; limit?: string } }>('/audit', async ({ query }) => {
    const limit = limitOf(query.limit, 100, 1000);
    const entries = await trail.latest({ subject: query.subject, before: numberOf('before', query.before), limit });
    return { entries, next: entries.length === limit ? String(entries.at(-1)?.id) : null };
  });
  app.get<{ Querystring: { from?: string; to?: string } }>('/audit.ndjson', ({ query }, reply) => {
    const entries = trail.all({ from: instantOf('from', query.from), to: instantOf('to', query.to) });
    return reply
      .type('application/x-ndjson')
      .header('content-disposition', 'attachment; filename="audit.ndjson"')
      .send(Readable.from(lines(entries)));
  });
}

async function* lines(entries: AsyncIterable<AuditView[]>) {
  for await (const some of entries) yield some.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}
