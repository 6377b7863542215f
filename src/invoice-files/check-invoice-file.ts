/** Checks an invoice file without a host: what an import would say of it, in bounded memory. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import {
  AdapterError,
  type InvoiceFileBatch,
  type InvoiceFileHeader,
  type InvoiceFileParser,
  type InvoiceFileTotals,
  type SetAsideRecord,
} from '@ic-host/contracts';
import { NEVER } from '../egress/call-time.js';
import { asideRecords } from './aside-records.js';
import {
  centsText,
  checkControlTotals,
  DEFAULT_MAX_SET_ASIDE_PERCENT,
  numberTwice,
  refuseFile,
} from './control-totals.js';
import { SeenNumbers } from './seen-numbers.js';

const READ_BYTES = 1 << 18;

export interface InvoiceFileReport {
  file: string;
  state: 'ok' | 'refused';
  problem: { code: string; detail: string } | null;
  header: InvoiceFileHeader | null;
  /** Read before the file ended or was refused, the ones set aside included. */
  records: number;
  /** Exact sum of all amounts that could be read; null where the file wasn't read to its end. */
  totalAmount: string | null;
  unknownFields: number;
  setAside: number;
  firstSetAside: SetAsideRecord[];
}

export interface CheckOptions {
  /** How many of the records set aside are reported one by one. */
  shown: number;
  progress?: (bytes: number, records: number) => void;
}

export async function checkInvoiceFile(
  file: string,
  parser: InvoiceFileParser,
  { shown, progress }: CheckOptions,
): Promise<InvoiceFileReport> {
  const report: InvoiceFileReport = {
    ...{ file, state: 'ok', problem: null, header: null, records: 0, totalAmount: null },
    ...{ unknownFields: 0, setAside: 0, firstSetAside: [] },
  };
  const parts = () =>
    asideRecords(
      parser.parse({ fileName: basename(file), bytes: createReadStream(file, { highWaterMark: READ_BYTES }) }, NEVER),
    );
  const seen = new SeenNumbers();
  const suspects = new Map<string, number>();
  let totals: InvoiceFileTotals | undefined;
  try {
    for await (const part of parts()) {
      if (part.type === 'header') report.header = part.header;
      else if (part.type === 'totals') totals = part.totals;
      else {
        report.records += part.records.length + part.setAside.length;
        report.setAside += part.setAside.length;
        report.firstSetAside.push(...part.setAside.slice(0, shown - report.firstSetAside.length));
        for (const number of numbersOf(part)) if (seen.add(number)) suspects.set(number, 0);
        progress?.(part.bytesRead, report.records);
      }
    }
    if (totals) {
      report.totalAmount = centsText(totals.totalCents);
      report.unknownFields = totals.unknownFields;
    }
    if (!totals || !report.header) throw refuseFile('header-missing', 'the file has no header');
    checkControlTotals(report.header, totals, report.setAside, DEFAULT_MAX_SET_ASIDE_PERCENT);
    if (suspects.size) await refuseTwice(parts(), suspects);
  } catch (error) {
    if (!AdapterError.is(error)) throw error;
    report.state = 'refused';
    report.problem = { code: error.code, detail: error.message };
  }
  return report;
}

/** Looks again, for the numbers that a hash said stand twice. */
async function refuseTwice(
  parts: ReturnType<InvoiceFileParser['parse']>,
  suspects: Map<string, number>,
): Promise<void> {
  for await (const part of parts) {
    if (part.type !== 'batch') continue;
    for (const number of numbersOf(part)) {
      const times = suspects.get(number);
      if (times === undefined) continue;
      if (times > 0) throw numberTwice(number);
      suspects.set(number, 1);
    }
  }
}

/** Of the records that are set aside, too, where they are known. */
function* numbersOf({ records, setAside }: InvoiceFileBatch): Generator<string> {
  for (const { invoiceNumber } of records) yield invoiceNumber;
  for (const { invoiceNumber } of setAside) if (invoiceNumber !== null) yield invoiceNumber;
}
