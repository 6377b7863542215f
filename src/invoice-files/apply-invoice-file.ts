/** Reads an invoice file on a connection, and applies it in one transaction: all of it, or nothing. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { InvoiceRecord } from '@ic-host/contracts';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { DEADLOCK } from '../store/retry-deadlock.js';
import { numberTwice } from './control-totals.js';
import { accountLine, copyLine, newInvoiceLine } from './copy-line.js';
import { takeTurn } from './file-order.js';
import type { FileRecords, ImportRow, ReadFile } from './file-records.js';
import { FILE_APPLIED } from './latest-files.js';
import {
  addNew,
  applyAccounts,
  COPY_ACCOUNTS,
  COPY_NEW,
  FIND_TWICE,
  findTwiceAside,
  KNOWS_ANY,
  MAKE_STAGED_ACCOUNTS,
  MAKE_STAGING,
  MORE_MEMORY,
  STAGE,
  SUSPECT_TWICE,
  TELL_COPIED,
  UPDATE_CHANGED,
} from './statements.js';

const UNIQUE_VIOLATION = '23505';
/** Somebody else makes the same invoices, or is in our way. */
const TAKEN = new Set([UNIQUE_VIOLATION, DEADLOCK]);
/** Then the accounts that they name. */
const COPIED_AT_ONCE = 100_000;
const READ_AHEAD = 8;

interface Reading {
  /** The file from its beginning. */
  recordsOf(): Promise<FileRecords>;
  signal: AbortSignal;
}

/** @throws AdapterError `rejected` when the file must be refused; a transaction may be open then, in which nothing is committed */
export async function applyInvoiceFile(client: pg.PoolClient, row: ImportRow, reading: Reading): Promise<void> {
  if (!(await copyAll(client, row, reading))) await stageAndApply(client, row, reading);
}

/**
 * A biller's first file: its invoices are copied to where they belong.
 * @returns false where that can't be: there are invoices, or somebody makes some of them meanwhile, or one stands twice
 */
async function copyAll(client: pg.PoolClient, row: ImportRow, { recordsOf, signal }: Reading): Promise<boolean> {
  const { biller_id: billerId } = row;
  const file = await recordsOf();
  await client.query(`begin; ${MORE_MEMORY}`);
  await takeTurn(row, client);
  try {
    if ((await client.query(KNOWS_ANY, [billerId])).rowCount) {
      await client.query('rollback');
      return false;
    }
    await client.query(MAKE_STAGED_ACCOUNTS);
    // Read ahead, so that the database finds the next records ready when it has taken the accounts.
    const ahead = Readable.from(file.batches(signal), { highWaterMark: READ_AHEAD });
    const batches: AsyncIterator<InvoiceRecord[], undefined> = ahead[Symbol.asyncIterator]();
    let accounts: string[];
    do {
      accounts = [];
      const some = async function* (): AsyncGenerator<string> {
        for (let records = 0; records < COPIED_AT_ONCE; ) {
          const { value, done } = await batches.next();
          if (done) return;
          records += value.length;
          for (const record of value) accounts.push(accountLine(record));
          yield value.map((record) => newInvoiceLine(billerId, record)).join('');
        }
      };
      await pipeline(Readable.from(some()), client.query(copyFrom(COPY_NEW)));
      await pipeline(Readable.from([accounts.join('')]), client.query(copyFrom(COPY_ACCOUNTS)));
    } while (accounts.length);
    const read = file.checked();
    await refuseTwiceAside(client, row, read, 'invoices');
    const created = (await client.query(TELL_COPIED, [billerId])).rowCount ?? 0;
    await client.query(applyAccounts('staged_accounts'), [billerId]);
    await applied(client, row, read, { created, updated: 0 });
    return true;
  } catch (error) {
    if (!TAKEN.has((error as { code?: string }).code ?? '')) throw error;
    await client.query('rollback');
    return false;
  }
}

async function stageAndApply(client: pg.PoolClient, row: ImportRow, { recordsOf, signal }: Reading): Promise<void> {
  const file = await recordsOf();
  await client.query(MAKE_STAGING);
  const batches = file.batches(signal);
  const lines = async function* (): AsyncGenerator<string> {
    for await (const records of batches) yield records.map(copyLine).join('');
  };
  await pipeline(Readable.from(lines()), client.query(copyFrom(STAGE)));
  const read = file.checked();
  await refuseTwiceAside(client, row, read, 'staged');
  await client.query('begin');
  await client.query(MORE_MEMORY);
  await takeTurn(row, client);
  if ((await client.query(KNOWS_ANY, [row.biller_id])).rowCount) await refuseTwice(client);
  await applied(client, row, read, await apply(client, row.biller_id));
}

async function applied(
  client: pg.PoolClient,
  row: ImportRow,
  { records, setAside, totalCents }: ReadFile,
  { created, updated }: { created: number; updated: number },
): Promise<void> {
  const unchanged = records - setAside - created - updated;
  await client.query(
    `update invoice_files set state = 'applied', finished_at = now(), records = $2, set_aside = $3,
         total_cents = $4, created = $5, updated = $6, unchanged = $7, bytes_read = bytes where import_id = $1`,
    [row.import_id, records, setAside, String(totalCents), created, updated, unchanged],
  );
  await client.query(FILE_APPLIED, [row.biller_id]);
  await client.query('commit');
}

/** @throws AdapterError `rejected`, code `invoice-number-twice` */
async function refuseTwice(client: pg.PoolClient): Promise<void> {
  if (!(await client.query(SUSPECT_TWICE)).rowCount) return;
  const [twice] = (await client.query(FIND_TWICE)).rows;
  if (twice) throw numberTwice(twice.invoice_number);
}

/** Which of the two is right nobody knows, though one can't be applied. @throws as {@link refuseTwice} */
async function refuseTwiceAside(
  client: pg.PoolClient,
  { import_id, biller_id }: ImportRow,
  { setAside }: ReadFile,
  applied: 'staged' | 'invoices',
): Promise<void> {
  if (!setAside) return;
  const [twice] = (await client.query(findTwiceAside(applied), [import_id, biller_id])).rows;
  if (twice) throw numberTwice(twice.invoice_number);
}

async function apply(client: pg.PoolClient, billerId: string): Promise<{ created: number; updated: number }> {
  const run = async (statement: string): Promise<number> => (await client.query(statement, [billerId])).rowCount ?? 0;
  await run(applyAccounts('staged'));
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
