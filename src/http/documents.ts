/** An invoice's PDF, streamed through. */
import type { FastifyInstance } from 'fastify';
import { FetchDocument } from '../documents/fetch-document.js';
import type { Resolve } from './resolve.js';

export function documentRoutes(app: FastifyInstance, resolve: Resolve): void {
  const documents = resolve<FetchDocument>(FetchDocument);
  app.get<{ Params: { billerId: string; invoiceNumber: string } }>(
    '/billers/:billerId/invoices/:invoiceNumber/document',
    async ({ params }, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => reply.raw.writableFinished || gone.abort()); // the caller hung up: so do we
      const { stream, length } = await documents.fetch(params.billerId, params.invoiceNumber, gone.signal);
      if (length !== undefined) reply.header('content-length', length);
      return reply.type('application/pdf').send(stream);
    },
  );
}
