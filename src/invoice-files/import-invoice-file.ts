/** Imports an invoice file exactly once, all of it or nothing, whatever happens to the process meanwhile. */
import { createReadStream, existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AdapterError,
  type InvoiceFileHeader,
  type InvoiceFilePart,
  type InvoiceFileTotals,
  type SetAsideRecord,
} from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import { inject, injectable } from 'inversify';
import type { Selectable } from 'kysely';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers, HOST_OPTIONS, type HostOptions } from '../billers/billers.js';
import { DATABASE, type Database } from '../store/database.js';
import type { InvoiceFilesTable } from '../store/tables.js';
import { LOG, type Log } from '../telemetry/log.js';
import { asideCardNumbers } from './aside-card-numbers.js';
import { checkControlTotals, DEFAULT_MAX_SET_ASIDE_PERCENT, refuseFile } from './control-totals.js';
import { copyLine } from './copy-line.js';
import {
  APPLY_ACCOUNTS,
  addNew,
  DROP_STAGING,
  FIND_TWICE,
  KNOWS_ANY,
  MAKE_STAGING,
  MORE_MEMORY,
  STAGE,
  SUSPECT_TWICE,
  TAKE_TURNS,
  UPDATE_CHANGED,
} from './statements.js';

type Row = Selectable<InvoiceFilesTable>;
type Staged = InvoiceFileTotals & { setAside: number };

const READ_BYTES = 1 << 18;
const UNIQUE_VIOLATION = '23505';
const TELL_EVERY_MS = 250;
const LOOK_EVERY_MS = 15_000;
const LEFT_AFTER_MS = 6 * 3_600_000;

/** Where the files that were handed over wait for their import. */
export const invoiceFileFolder = (dataDir: string): string => join(dataDir, 'invoice-files');

@injectable()
export class ImportInvoiceFile {
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** Imports in the background. One that breaks off has applied nothing, stays `running`, and is taken up again. */
  start(row: Row): void {
    if (this.underWay.has(row.import_id) || this.stopping.signal.aborted) return;
    const run = this.traced(row)
      .catch((error) => {
        if (!this.stopping.signal.aborted)
          this.log.error({ err: error, importId: row.import_id }, 'an import broke off; it will be taken up again');
      })
      .finally(() => this.underWay.delete(row.import_id));
    this.underWay.set(row.import_id, run);
  }

  /** Takes up what a crash left, here or on another host that keeps its files in the same place; now and every while. */
  async resume(): Promise<void> {
    const running = this.database.db.selectFrom('invoice_files').selectAll().where('state', '=', 'running');
    const rows = await running.execute();
    await this.sweep(new Set(rows.map(({ path }) => path)));
    for (const row of rows) {
      if (existsSync(row.path)) this.start(row);
      else if (row.kept_by === this.host.dataDirId && !this.underWay.has(row.import_id))
        await this.refuse(row, 'file-lost', 'the file is no longer in the data directory; hand it over again');
    }
    this.timer ??= setInterval(() => {
      this.resume().catch((error) => this.log.error({ err: error }, 'imports could not be looked for'));
    }, LOOK_EVERY_MS);
  }

  /** Removes what crashes left of files: arrived halfway, or imported and not yet removed. */
  private async sweep(wanted: ReadonlySet<string>): Promise<void> {
    const folder = invoiceFileFolder(this.host.dataDir);
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const left = wanted.has(path) ? undefined : await stat(path).catch(() => undefined);
      if (left && Date.now() - left.mtimeMs > LEFT_AFTER_MS) await rm(path, { force: true });
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await Promise.allSettled(this.underWay.values());
  }

  /** A trace of its own: the request that brought the file is answered long before it ends. */
  private traced(row: Row): Promise<void> {
    const attributes = { 'ic.biller': row.biller_id, 'ic.import': row.import_id, 'ic.import.bytes': row.bytes };
    return trace
      .getTracer('ic-host')
      .startActiveSpan('import', { root: true, attributes }, (span) => this.import(row).finally(() => span.end()));
  }

  private async import(row: Row): Promise<void> {
    const client = await this.database.pool.connect();
    let broken: Error | undefined;
    const breaks = (error: Error): void => {
      broken = error;
    };
    client.on('error', breaks); // told by the query it breaks, too
    try {
      // Held by the connection, as the staged rows are: no other host imports this file meanwhile.
      const lock = await client.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [row.import_id]);
      if (!lock.rows[0].got) return;
      const still = "select 1 from invoice_files where import_id = $1 and state = 'running'";
      if ((await client.query(still, [row.import_id])).rowCount) await this.importLocked(row, client);
      await rm(row.path, { force: true });
    } catch (error) {
      broken ??= error as Error;
      throw error;
    } finally {
      client.off('error', breaks);
      if (!broken) await client.query(`${DROP_STAGING}; select pg_advisory_unlock_all()`);
      client.release(broken ?? false);
    }
  }

  private async importLocked(row: Row, client: pg.PoolClient): Promise<void> {
    await this.database.db.deleteFrom('set_aside_records').where('import_id', '=', row.import_id).execute();
    try {
      await client.query(MAKE_STAGING);
      const staged = await this.stage(row, client);
      await client.query('begin');
      await client.query(MORE_MEMORY);
      await client.query(TAKE_TURNS, [row.biller_id]);
      if ((await client.query(KNOWS_ANY, [row.biller_id])).rowCount) await refuseTwice(client);
      const { created, updated } = await apply(client, row.biller_id);
      await client.query(
        `update invoice_files set state = 'applied', finished_at = now(), records = $2, set_aside = $3,
           total_cents = $4, created = $5, updated = $6, unchanged = $7, bytes_read = bytes where import_id = $1`,
        [
          ...[row.import_id, staged.records, staged.setAside, String(staged.totalCents), created, updated],
          staged.records - staged.setAside - created - updated,
        ],
      );
      await client.query('commit');
    } catch (error) {
      if (!AdapterError.is(error) || error.kind !== 'rejected') throw error;
      await client.query('rollback');
      await this.refuse(row, error.code, error.message);
    }
  }

  private async refuse({ import_id }: Row, code: string, detail: string): Promise<void> {
    await this.database.db
      .updateTable('invoice_files')
      .set({ state: 'refused', finished_at: new Date(), problem: JSON.stringify({ code, detail }) })
      .where('import_id', '=', import_id)
      .where('state', '=', 'running')
      .execute();
  }

  /** Copies the file's records into the staging table. @throws AdapterError `rejected` when the file must be refused */
  private async stage(row: Row, client: pg.PoolClient): Promise<Staged> {
    const biller = await this.billers.get(row.biller_id);
    const parser = await this.scopes.contract(row.biller_id, 'invoice-file-parser');
    const source = { fileName: row.file_name, bytes: createReadStream(row.path, { highWaterMark: READ_BYTES }) };
    const parts = asideCardNumbers(parser.parse(source, this.stopping.signal));
    let header: InvoiceFileHeader | undefined;
    let totals: InvoiceFileTotals | undefined;
    let setAside = 0;
    const progress = this.progressOf(row);
    const keepAside = this.keepAside.bind(this);
    const lines = async function* (): AsyncGenerator<string> {
      for await (const part of parts) {
        if (part.type === 'header') header = part.header;
        else if (part.type === 'totals') totals = part.totals;
        else {
          setAside += part.setAside.length;
          if (part.setAside.length) await keepAside(row, part.setAside);
          await progress(part);
          if (part.records.length) yield part.records.map(copyLine).join('');
        }
      }
    };
    await pipeline(Readable.from(lines()), client.query(copyFrom(STAGE)));
    if (!header) throw refuseFile('header-missing', 'the file has no header');
    if (!totals) throw new Error('the parser told no totals');
    if (header.billerGuid !== biller.guid) throw refuseFile('biller-guid', "the file's BillerGUID is another biller's");
    const most = Number(biller.options.maxSetAsidePercent ?? DEFAULT_MAX_SET_ASIDE_PERCENT);
    checkControlTotals(header, totals, setAside, most);
    return { ...totals, setAside };
  }

  /** Writes down how far the import is, now and then. */
  private progressOf({ import_id }: Row): (batch: InvoiceFilePart & { type: 'batch' }) => Promise<void> {
    let records = 0;
    let setAside = 0;
    let told = 0;
    return async (batch) => {
      records += batch.records.length + batch.setAside.length;
      setAside += batch.setAside.length;
      if (performance.now() - told < TELL_EVERY_MS) return;
      told = performance.now();
      await this.database.db
        .updateTable('invoice_files')
        .set({ records, bytes_read: batch.bytesRead, set_aside: setAside })
        .where('import_id', '=', import_id)
        .execute();
    };
  }

  private async keepAside({ import_id }: Row, records: readonly SetAsideRecord[]): Promise<void> {
    const rows = records.map((item) => ({
      import_id,
      record_number: item.recordNumber,
      byte_offset: item.byteOffset,
      invoice_number: item.invoiceNumber?.replaceAll('\0', '') ?? null,
      field: item.field,
      code: item.code,
      message: item.message,
    }));
    await this.database.db.insertInto('set_aside_records').values(rows).execute();
  }
}

/** @throws AdapterError `rejected`, code `invoice-number-twice` */
async function refuseTwice(client: pg.PoolClient): Promise<void> {
  if (!(await client.query(SUSPECT_TWICE)).rowCount) return;
  const [twice] = (await client.query(FIND_TWICE)).rows;
  if (twice) throw refuseFile('invoice-number-twice', `the invoice ${twice.invoice_number} stands twice in the file`);
}

async function apply(client: pg.PoolClient, billerId: string): Promise<{ created: number; updated: number }> {
  const run = async (statement: string): Promise<number> => (await client.query(statement, [billerId])).rowCount ?? 0;
  await run(APPLY_ACCOUNTS);
  const updated = await run(UPDATE_CHANGED);
  await client.query('savepoint before_new');
  try {
    return { created: await run(addNew('fail')), updated };
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    await client.query('rollback to savepoint before_new');
    await refuseTwice(client);
    const created = await run(addNew('skip'));
    return { created, updated: updated + (await run(UPDATE_CHANGED)) };
  }
}
