/**
 * Imports an invoice file exactly once, all of it or nothing, whatever happens to the process meanwhile; a biller's files in
 * the order in which they came.
 */
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AdapterError } from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import { bulkhead } from 'cockatiel';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import type pg from 'pg';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { THREAD_ENDED } from '../adapters/isolation/isolated-adapter.js';
import { Billers } from '../billers/billers.js';
import { HOST_OPTIONS, type HostOptions } from '../host-options.js';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import { isDatabaseGone } from '../store/database-gone.js';
import { LOG, type Log } from '../telemetry/log.js';
import { applyInvoiceFile } from './apply-invoice-file.js';
import { ATTEND, EARLIER_ON_THEIR_WAY, OVERTAKEN } from './file-order.js';
import { FileRecords, type ImportRow } from './file-records.js';
import { DROP_STAGING } from './statements.js';

type Row = ImportRow;
/**
 * Files under way at once on one host: each has a connection to its end and needs another now and then, and the files of
 * a morning, one of each biller, must not have them all.
 */
const AT_ONCE = 4;
const LOOK_EVERY_MS = 15_000;
const EARLIER_EVERY_MS = 500;
const FILE_LOST = 'file-lost';
/** A host that is down for longer, with a file that nobody else has, is taken for gone. */
const GIVEN_UP_AFTER = '1 hour';
const IMPORT_FAILED = 'import-failed';
/** Codes of imports that wait for their file to be handed over again. */
export const HANDED_OVER_AGAIN = [FILE_LOST, IMPORT_FAILED, OVERTAKEN];
/** SQLSTATEs of what a file holds: PostgreSQL's other errors are of the moment. */
const OF_DATA = /^2[23]/;
/** As of deliveries: what ends its host as often would end it for ever. */
const MOST_TIMES_LOST = 5;
/** $1 import id. */
const BEGIN = 'update invoice_files set times_lost = times_lost + 1 where import_id = $1 returning times_lost';
const LEFT_AFTER_MS = 6 * 3_600_000;

/** Where the files that were handed over wait for their import. */
export const invoiceFileFolder = (dataDir: string): string => join(dataDir, 'invoice-files');

@injectable()
export class ImportInvoiceFile {
  /** With those that wait for their turn. */
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly turns = bulkhead(AT_ONCE, Number.POSITIVE_INFINITY);
  /** Those that were lost, one after the other: of some that were lost together, the one that was at fault shows. */
  private readonly lostTurns = bulkhead(1, Number.POSITIVE_INFINITY);
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
    const turn = () =>
      this.turns.execute(async () => {
        if (!this.stopping.signal.aborted) await this.traced(row);
      });
    const run = this.afterEarlier(row)
      .then(() => (row.times_lost ? this.lostTurns.execute(turn) : turn()))
      .catch((error) => {
        if (!this.stopping.signal.aborted)
          this.log.error({ err: error, importId: row.import_id }, 'an import broke off; it will be taken up again');
      })
      .finally(() => this.underWay.delete(row.import_id));
    this.underWay.set(row.import_id, run);
  }

  /** Takes up what a crash left, here or on another host that keeps its files in the same place; now and every while. */
  async resume(): Promise<void> {
    if (this.underWay.size) await this.database.pool.query(ATTEND, [[...this.underWay.keys()]]);
    const rows = await this.database.db
      .selectFrom('invoice_files')
      .selectAll()
      .select(sql<boolean>`attended_at < now() - ${sql.lit(GIVEN_UP_AFTER)}::interval`.as('isGivenUp'))
      .where('state', '=', 'running')
      .orderBy('place')
      .execute();
    await this.sweep(new Set(rows.map(({ path }) => path)));
    for (const { isGivenUp, ...row } of rows) {
      if (existsSync(row.path)) this.start(row);
      else if (this.underWay.has(row.import_id)) continue;
      else if (row.kept_by === this.host.dataDirId)
        await this.refuse(row, FILE_LOST, 'the file is no longer in the data directory; hand it over again');
      else if (isGivenUp) await this.refuse(row, FILE_LOST, 'the host that kept the file is gone; hand it over again');
    }
    this.timer ??= setInterval(() => {
      this.resume().catch((error) => this.log.error({ err: error }, 'imports could not be looked for'));
    }, LOOK_EVERY_MS);
  }

  /**
   * Resolves when no file of the biller that came before is on its way, here or on another host. It has no place among those
   * under way meanwhile: what it waits for may need one. What nobody has in hand any more holds up none.
   */
  private async afterEarlier({ biller_id, place }: Row): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const { rows } = await this.database.pool.query<{ import_id: string }>(EARLIER_ON_THEIR_WAY, [biller_id, place]);
      if (!rows.length) return;
      const own = rows.flatMap(({ import_id }) => this.underWay.get(import_id) ?? []);
      await (own.length
        ? Promise.all(own)
        : wait(EARLIER_EVERY_MS, undefined, { ref: false, signal }).catch(() => undefined));
    }
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
    const [begun] = (await client.query<{ times_lost: number }>(BEGIN, [row.import_id])).rows;
    if (begun && begun.times_lost > MOST_TIMES_LOST) {
      const detail = `${MOST_TIMES_LOST} times what read it ended in the middle of it; the log says why`;
      this.log.error({ importId: row.import_id }, 'an import ends its host again and again, and is given up');
      return this.refuse(row, IMPORT_FAILED, `the import failed on our side: ${detail}`);
    }
    try {
      await applyInvoiceFile(client, row, { recordsOf: () => this.recordsOf(row), signal: this.stopping.signal });
    } catch (error) {
      if (this.stopping.signal.aborted || !isOfTheFile(error)) {
        await client.query('rollback').catch(() => undefined); // the connection may be what broke
        await this.cameBack(row, error);
        throw error;
      }
      await client.query('rollback');
      if (AdapterError.is(error) && error.kind === 'rejected') return this.refuse(row, error.code, error.message);
      this.log.error({ err: error, importId: row.import_id }, 'an import failed, as it would again');
      await this.refuse(row, IMPORT_FAILED, `the import failed on our side: ${(error as Error).message}`);
    }
  }

  /** What broke it off did not end its host, nor its adapter's thread: this time is not counted. */
  private async cameBack({ import_id }: Row, error: unknown): Promise<void> {
    if (AdapterError.is(error) && error.code === THREAD_ENDED) return;
    await this.database.db
      .updateTable('invoice_files')
      .set({ times_lost: sql`times_lost - 1` })
      .where('import_id', '=', import_id)
      .execute()
      .catch(() => undefined); // counted once too often
  }

  private async recordsOf(row: Row): Promise<FileRecords> {
    const parser = await this.scopes.contract(row.biller_id, 'invoice-file-parser');
    return new FileRecords(row, await this.billers.get(row.biller_id), parser, this.database.db);
  }

  private async refuse({ import_id }: Row, code: string, detail: string): Promise<void> {
    await this.database.db
      .updateTable('invoice_files')
      .set({ state: 'refused', finished_at: sql`now()`, problem: JSON.stringify({ code, detail }) })
      .where('import_id', '=', import_id)
      .where('state', '=', 'running')
      .execute();
  }
}

/** Whether the same file would fail again: it wasn't the database, the disk, the adapter's absence, its settings or its thread's end. */
function isOfTheFile(error: unknown): boolean {
  if (AdapterError.is(error)) return error.kind !== 'unavailable' && error.kind !== 'misconfigured';
  if (error instanceof Problem) return false;
  const { code = '', severity, syscall } = error as { code?: string; severity?: string; syscall?: string };
  if (severity !== undefined) return OF_DATA.test(code);
  return syscall === undefined && !isDatabaseGone(error);
}
