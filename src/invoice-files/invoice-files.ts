/** Takes invoice files in, and tells how their imports stand. */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inject, injectable } from 'inversify';
import { type Selectable, sql } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers } from '../billers/billers.js';
import { HOST_OPTIONS, type HostOptions } from '../host-options.js';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import type { InvoiceFilesTable } from '../store/tables.js';
import { centsText } from './control-totals.js';
import { EARLIER_ON_THEIR_WAY, FORSAKEN_AFTER, nextPlace, PLACE_AGAIN } from './file-order.js';
import { HANDED_OVER_AGAIN, ImportInvoiceFile, invoiceFileFolder } from './import-invoice-file.js';
import { FILE_CAME_AGAIN } from './latest-files.js';
import { tellPartner } from './tell-partner.js';

/** One that has lost its file, by its own word or since whoever kept it is gone, or its place. */
const MAY_BEGIN_AGAIN = sql<boolean>`(
  invoice_files.state = 'refused' and invoice_files.problem->>'code' = any(${sql.lit(`{${HANDED_OVER_AGAIN}}`)}::text[])
  or invoice_files.state = 'running' and invoice_files.attended_at < now() - ${sql.lit(FORSAKEN_AFTER)}::interval)`;

export type Import = Selectable<InvoiceFilesTable>;

@injectable()
export class InvoiceFiles {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(ImportInvoiceFile) private readonly importing: ImportInvoiceFile,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
  ) {}

  /**
   * Keeps the file, then imports it in the background.
   * @returns the import; the first one when the same bytes were taken for this biller before. Where that one's file was
   * lost, it goes on with this one; where a later file was applied before it, this one is the latest.
   */
  async take(billerId: string, fileName: string, body: Readable): Promise<Import> {
    await this.scopes.expect(billerId, 'invoice-file-parser');
    const folder = invoiceFileFolder(this.host.dataDir);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, randomUUID());
    const hash = createHash('sha256');
    let bytes = 0;
    let kept = false;
    try {
      await pipeline(
        body,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            bytes += chunk.length;
            yield chunk;
          }
        },
        createWriteStream(`${path}.part`, { mode: 0o600, flush: true }),
      );
      const sha256 = hash.digest('hex');
      // Before its row: where there is a row, there is its file.
      await rename(`${path}.part`, path);
      kept = true; // a row that the database may have is not known to be missing: what nothing names is swept away in time
      const kept_by = this.host.dataDirId;
      const begun = { path, kept_by, state: 'running', finished_at: null, times_lost: 0 } as const;
      const row = await this.database.db
        .insertInto('invoice_files')
        .values({ biller_id: billerId, file_name: fileName, sha256, bytes, place: nextPlace(billerId), ...begun })
        .onConflict((conflict) =>
          conflict
            .columns(['biller_id', 'sha256'])
            .doUpdateSet({ ...begun, problem: null, attended_at: sql`now()`, place: PLACE_AGAIN })
            .where(MAY_BEGIN_AGAIN),
        )
        .returningAll()
        .executeTakeFirst();
      kept = row !== undefined;
      if (row) this.importing.start(row);
      if (row) return row;
      const first = await this.first(billerId, sha256);
      if (first.state === 'applied') await this.database.pool.query(FILE_CAME_AGAIN, [billerId, first.import_id]);
      return first;
    } finally {
      await rm(`${path}.part`, { force: true });
      if (!kept) await rm(path, { force: true });
    }
  }

  /** @throws Problem 404 `import-not-found` */
  async get(billerId: string, importId: string): Promise<Import> {
    const row = /^[0-9a-f-]{36}$/.test(importId)
      ? await this.database.db
          .selectFrom('invoice_files')
          .selectAll()
          .where('biller_id', '=', billerId)
          .where('import_id', '=', importId)
          .executeTakeFirst()
      : undefined;
    if (!row) throw new Problem(404, 'import-not-found', `no import ${importId} for the biller ${billerId}`);
    return row;
  }

  /** Names of the biller's files that came before this one and are still on their way: they are applied first. */
  async waitsFor({ biller_id, state, place }: Import): Promise<string[]> {
    if (state !== 'running') return [];
    const { rows } = await this.database.pool.query<{ file_name: string }>(EARLIER_ON_THEIR_WAY, [biller_id, place]);
    return rows.map(({ file_name }) => file_name);
  }

  /** Newest first. @throws Problem 404 `biller-not-found` */
  async list(billerId: string, limit: number): Promise<Import[]> {
    await this.billers.get(billerId);
    return this.database.db
      .selectFrom('invoice_files')
      .selectAll()
      .where('biller_id', '=', billerId)
      .orderBy('created_at', 'desc')
      .limit(limit)
      .execute();
  }

  /** The records set aside, in the order of the file. @param after record number to go on behind */
  async setAside(importId: string, after: number, limit: number) {
    const rows = await this.database.db
      .selectFrom('set_aside_records')
      .selectAll()
      .where('import_id', '=', importId)
      .where('record_number', '>', after)
      .orderBy('record_number')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      recordNumber: row.record_number,
      byteOffset: row.byte_offset,
      invoiceNumber: row.invoice_number,
      field: row.field,
      code: row.code,
      message: row.message,
    }));
  }

  /** For what records were set aside: the most frequent first, each with one of its messages. */
  setAsideCounts(importId: string) {
    return this.database.db
      .selectFrom('set_aside_records')
      .select(({ fn }) => ['field', 'code', fn.countAll<number>().as('n'), fn.min('message').as('example')])
      .where('import_id', '=', importId)
      .groupBy(['field', 'code'])
      .orderBy('n', 'desc')
      .limit(20)
      .execute();
  }

  private first(billerId: string, sha256: string): Promise<Import> {
    return this.database.db
      .selectFrom('invoice_files')
      .selectAll()
      .where('biller_id', '=', billerId)
      .where('sha256', '=', sha256)
      .executeTakeFirstOrThrow();
  }
}

/** An import as the API shows it. */
export const importView = (row: Import): Record<string, unknown> => ({
  importId: row.import_id,
  billerId: row.biller_id,
  filename: row.file_name,
  sha256: row.sha256,
  state: row.state,
  bytes: row.bytes,
  bytesRead: row.bytes_read,
  records: row.records,
  created: row.created,
  updated: row.updated,
  unchanged: row.unchanged,
  setAside: row.set_aside,
  totalAmount: row.total_cents === null ? null : centsText(BigInt(row.total_cents)),
  problem: row.problem && { ...row.problem, tellPartner: tellPartner(row.problem.code) },
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});
