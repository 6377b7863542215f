/** Invoice files: handed over as the body, of any size, streamed to disk. */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Billers } from '../billers/billers.js';
import { explainImport } from '../explain/explain-import.js';
import { maxSetAsidePercent } from '../invoice-files/control-totals.js';
import { Inboxes } from '../invoice-files/inboxes.js';
import { InvoiceFiles, importView } from '../invoice-files/invoice-files.js';
import { Problem } from '../problem.js';
import { csvCell } from './csv.js';
import { flagOf, limitOf, numberOf } from './query.js';
import type { Resolve } from './resolve.js';

interface OfImport {
  Params: { billerId: string; importId: string };
}
const CSV_AT_ONCE = 1_000;
const MOST_RECORDS = 2_147_483_647;
const LARGEST_FILE = 20 * 2 ** 30;

export function invoiceFileRoutes(app: FastifyInstance, resolve: Resolve): void {
  const files = resolve<InvoiceFiles>(InvoiceFiles);
  const inboxes = resolve<Inboxes>(Inboxes);
  app.get<{ Params: { billerId: string } }>('/billers/:billerId/inbox', ({ params }) => inboxes.state(params.billerId));
  const path = '/billers/:billerId/invoice-files';
  // Within this plugin alone, a body of any type is a file.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { bodyLimit: LARGEST_FILE }, (_request, payload, done) => done(null, payload));

  app.post<{ Params: { billerId: string }; Querystring: { filename?: string } }>(
    path,
    { bodyLimit: LARGEST_FILE },
    async ({ params, query, body }, reply) => {
      if (!query.filename) throw new Problem(400, 'filename-missing', 'name the file: ?filename=1663_11232026.JSON');
      if (!body) throw new Problem(400, 'body-missing', 'the body must be the file');
      const row = await files.take(params.billerId, query.filename, body as Readable);
      return reply.code(202).send(importView(row));
    },
  );
  app.get<{ Params: { billerId: string }; Querystring: { limit?: string } }>(path, async ({ params, query }) => ({
    imports: (await files.list(params.billerId, limitOf(query.limit, 100, 1000))).map(importView),
  }));
  app.get<OfImport & { Querystring: { explain?: string } }>(`${path}/:importId`, async ({ params, query }) => {
    const row = await files.get(params.billerId, params.importId);
    if (!flagOf('explain', query.explain)) return importView(row);
    const most = maxSetAsidePercent(await resolve<Billers>(Billers).get(params.billerId));
    const [setAside, waitsFor] = await Promise.all([files.setAsideCounts(row.import_id), files.waitsFor(row)]);
    const explanation = explainImport({ row, setAside, waitsFor, maxSetAsidePercent: most });
    return { ...importView(row), explanation };
  });
  app.get<OfImport>(`${path}/:importId/set-aside.csv`, async ({ params }, reply) => {
    const { file_name: name } = await files.get(params.billerId, params.importId);
    const rows = async function* () {
      yield 'record number,byte offset,invoice number,field,code,message\r\n';
      let after = 0;
      for (;;) {
        const records = await files.setAside(params.importId, after, CSV_AT_ONCE);
        const last = records.at(-1);
        if (!last) return;
        yield records.map((record) => `${Object.values(record).map(csvCell).join(',')}\r\n`).join('');
        after = last.recordNumber;
      }
    };
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${name}.set-aside.csv`)}`)
      .send(Readable.from(rows()));
  });
  app.get<OfImport & { Querystring: { after?: string; limit?: string } }>(
    `${path}/:importId/set-aside`,
    async ({ params, query }) => {
      await files.get(params.billerId, params.importId);
      const records = await files.setAside(
        params.importId,
        numberOf('after', query.after, MOST_RECORDS) ?? 0,
        limitOf(query.limit, 100, 10_000),
      );
      return { records };
    },
  );
}
