/** Takes invoice files in, and imports each exactly once, all or nothing. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AdapterError, type InvoiceFileHeader, type InvoiceFileTotals, type InvoiceRecord } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import type { Selectable } from 'kysely';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers, HOST_OPTIONS, type HostOptions } from '../billers/billers.js';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import type { InvoiceFilesTable } from '../store/tables.js';
import { LOG, type Log } from '../telemetry/log.js';
import { centsText, checkControlTotals, DEFAULT_MAX_SET_ASIDE_PERCENT, refuseFile } from './control-totals.js';
import { APPLY, STAGE } from './statements.js';

type Import = Selectable<InvoiceFilesTable>;

@injectable()
export class InvoiceFiles {
  private readonly underWay = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
    @inject(LOG) private readonly log: Log,
  ) {}

  /**
   * Keeps the file, then imports it in the background.
   * @returns the import; the first one when the same bytes were taken for this biller before
   */
  async take(billerId: string, fileName: string, body: Readable): Promise<Import> {
    await this.scopes.contract(billerId, 'invoice-file-parser');
    const folder = join(this.host.dataDir, 'invoice-files');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const arriving = join(folder, `${crypto.randomUUID()}.part`);
    const hash = createHash('sha256');
    let bytes = 0;
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
        createWriteStream(arriving, { mode: 0o600, flush: true }),
      );
      const sha256 = hash.digest('hex');
      const path = join(folder, `${sha256}-${crypto.randomUUID()}`);
      const row = await this.database.db
        .insertInto('invoice_files')
        .values({ biller_id: billerId, file_name: fileName, sha256, bytes, path, state: 'running', finished_at: null })
        .onConflict((conflict) => conflict.columns(['biller_id', 'sha256']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (!row) {
        return this.database.db
          .selectFrom('invoice_files')
          .selectAll()
          .where('biller_id', '=', billerId)
          .where('sha256', '=', sha256)
          .executeTakeFirstOrThrow();
      }
      await rename(arriving, path);
      this.start(row);
      return row;
    } finally {
      await rm(arriving, { force: true });
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

  async setAside(importId: string, after: number, limit: number) {
    return this.database.db
      .selectFrom('set_aside_records')
      .selectAll()
      .where('import_id', '=', importId)
      .where('record_number', '>', after)
      .orderBy('record_number')
      .limit(limit)
      .execute();
  }

  /** Takes up what a crash left: files that are kept here and were not finished. */
  async resume(): Promise<void> {
    const rows = await this.database.db
      .selectFrom('invoice_files')
      .selectAll()
      .where('state', '=', 'running')
      .execute();
    for (const row of rows) if (existsSync(row.path)) this.start(row);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.underWay);
  }

  private start(row: Import): void {
    const run = this.import(row).catch((error) => {
      // It stays `running` and is taken up at the next start: nothing of it has been applied.
      if (!this.stopping.signal.aborted) this.log.error({ err: error, importId: row.import_id }, 'an import broke off');
    });
    this.underWay.add(run);
    run.finally(() => this.underWay.delete(run));
  }

  private async import(row: Import): Promise<void> {
    const client = await this.database.pool.connect();
    try {
      const lock = await client.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [row.import_id]);
      if (!lock.rows[0].got) return; // another host is at it
      const still = await client.query("select 1 from invoice_files where import_id = $1 and state = 'running'", [
        row.import_id,
      ]);
      if (still.rowCount) await this.importLocked(row, client);
    } finally {
      await client.query('select pg_advisory_unlock_all()').catch(() => undefined);
      client.release();
    }
    await rm(row.path, { force: true });
  }

  private async importLocked(row: Import, client: pg.PoolClient): Promise<void> {
    const { import_id: importId } = row;
    const clean = async (): Promise<void> => {
      await client.query('delete from invoice_staging where import_id = $1', [importId]);
    };
    await clean();
    await client.query('delete from set_aside_records where import_id = $1', [importId]);
    try {
      const totals = await this.stage(row, client);
      await client.query('begin');
      try {
        const counts = (await client.query(APPLY, [importId, row.biller_id])).rows[0];
        await client.query('delete from invoice_staging where import_id = $1', [importId]);
        await client.query(
          `update invoice_files set state = 'applied', finished_at = now(), records = $2, set_aside = $3, total_cents = $4,
             created = $5, updated = $6, unchanged = $7, bytes_read = bytes where import_id = $1`,
          [
            importId,
            totals.records,
            totals.setAside,
            String(totals.totalCents),
            counts.created,
            counts.updated,
            totals.records - totals.setAside - counts.created - counts.updated,
          ],
        );
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    } catch (error) {
      if (!AdapterError.is(error)) throw error;
      await clean();
      const problem = JSON.stringify({ code: error.code, detail: error.message });
      await client.query(
        "update invoice_files set state = 'refused', finished_at = now(), problem = $2 where import_id = $1",
        [importId, problem],
      );
    }
  }

  /** Copies the file's records into the staging table. @throws AdapterError `rejected` when the file must be refused */
  private async stage(row: Import, client: pg.PoolClient): Promise<InvoiceFileTotals & { setAside: number }> {
    const biller = await this.billers.get(row.biller_id);
    const parser = await this.scopes.contract(row.biller_id, 'invoice-file-parser');
    let header: InvoiceFileHeader | undefined;
    let totals: InvoiceFileTotals | undefined;
    let setAside = 0;
    const { db } = this.database;
    const signal = this.stopping.signal;
    const lines = async function* () {
      let seen = 0;
      for await (const part of parser.parse(
        { fileName: row.file_name, bytes: createReadStream(row.path, { highWaterMark: 1 << 18 }) },
        signal,
      )) {
        if (part.type === 'header') header = part.header;
        else if (part.type === 'totals') totals = part.totals;
        else {
          seen += part.records.length + part.setAside.length;
          setAside += part.setAside.length;
          if (part.setAside.length)
            await db
              .insertInto('set_aside_records')
              .values(
                part.setAside.map((item) => ({
                  import_id: row.import_id,
                  record_number: item.recordNumber,
                  byte_offset: item.byteOffset,
                  invoice_number: item.invoiceNumber?.replaceAll('\0', '') ?? null,
                  field: item.field,
                  code: item.code,
                  message: item.message,
                })),
              )
              .execute();
          await db
            .updateTable('invoice_files')
            .set({ records: seen, bytes_read: part.bytesRead, set_aside: setAside })
            .where('import_id', '=', row.import_id)
            .execute();
          if (part.records.length) yield part.records.map((record) => copyLine(row.import_id, record)).join('');
        }
      }
    };
    await pipeline(Readable.from(lines()), client.query(copyFrom(STAGE)));
    if (!header) throw refuseFile('header-missing', 'the file has no header');
    if (!totals) throw new Error('the parser told no totals');
    if (header.billerGuid !== biller.guid) throw refuseFile('biller-guid', "the file's BillerGUID is another biller's");
    checkControlTotals(
      header,
      totals,
      setAside,
      Number(biller.options.maxSetAsidePercent ?? DEFAULT_MAX_SET_ASIDE_PERCENT),
    );
    const twice = await client.query(
      'select invoice_number from invoice_staging where import_id = $1 group by 1 having count(*) > 1 limit 1',
      [row.import_id],
    );
    if (twice.rowCount)
      throw refuseFile('invoice-number-twice', `the invoice ${twice.rows[0].invoice_number} stands twice in the file`);
    return { ...totals, setAside };
  }
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const copyField = (value: string | number | undefined): string =>
  value === undefined
    ? '\\N'
    : typeof value === 'number'
      ? String(value)
      : value.replace(/[\\\t\n\r]/g, (c) => ESCAPES[c] as string);

/** One line of COPY's text form. */
function copyLine(importId: string, record: InvoiceRecord): string {
  const { invoiceFormatGuid, pastDue, allowPartialPayments, firstNotifyRequestedDate } = record;
  const { customerName, emailAddress, address1, city, state, zip } = record;
  const details = JSON.stringify({
    ...{ invoiceFormatGuid, pastDue, allowPartialPayments, firstNotifyRequestedDate },
    ...{ customerName, emailAddress, address1, city, state, zip },
  });
  return `${[
    importId,
    record.invoiceNumber,
    record.accountNumber,
    record.partnerAccountId,
    String(record.invoiceDate),
    String(record.invoiceDueDate),
    record.autoPayCollectionDate?.toString(),
    record.totalAmountDue.cents,
    record.invoiceTypeId,
    details,
  ]
    .map(copyField)
    .join('\t')}\n`;
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
  problem: row.problem,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});
