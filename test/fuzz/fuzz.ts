/** Spoils invoice files by the thousand: each is applied as the plain reference reader reads it, or refused with a code. */
import { BriteCoreInvoiceFiles } from '@ic-host/adapter-britecore/invoice-file-parser';
import { invoiceFile } from '@ic-host/adapter-britecore/sandbox';
import { AdapterError, type InvoiceFilePart, type InvoiceRecord } from '@ic-host/contracts';
import { aliveBytes } from '../alive-bytes.js';
import { type Chance, chanceOf, MUTATIONS } from './mutations.js';
import { type ReferenceResult, readByReference } from './reference-reader.js';

const SLOWEST_MS = 1_000;
/** Refused by the reader that streams, and not by one that holds everything: said so in the docs. */
const STREAMING_ONLY = /"Invoices" stands twice|too large/;

export interface FuzzFigures {
  files: number;
  applied: number;
  /** By code. */
  refused: Record<string, number>;
  slowestMs: number;
  /** What is alive in memory at the end, over that after the first tenth. */
  grewMb: number;
}

interface Outcome {
  code?: string;
  message?: string;
  result?: ReferenceResult;
}

const NAMES: [keyof InvoiceRecord, string][] = [
  ['recordType', 'RecordType'],
  ['invoiceFormatGuid', 'InvoiceFormatGuid'],
  ['invoiceNumber', 'InvoiceNumber'],
  ['invoiceDate', 'InvoiceDate'],
  ['invoiceDueDate', 'InvoiceDueDate'],
  ['autoPayCollectionDate', 'AutoPayCollectionDate'],
  ['totalAmountDue', 'TotalAmountDue'],
  ['invoiceTypeId', 'InvoiceTypeID'],
  ['allowPartialPayments', 'AllowPartialPayments'],
  ['firstNotifyRequestedDate', 'FirstNotifyRequestedDate'],
  ['pastDue', 'PastDue'],
  ['partnerAccountId', 'Custom1'],
  ['accountNumber', 'AccountNumber'],
  ['customerName', 'CustomerName'],
  ['emailAddress', 'EmailAddress'],
  ['address1', 'Address1'],
  ['city', 'City'],
  ['state', 'State'],
  ['zip', 'Zip'],
];
const MONEY = new Set<keyof InvoiceRecord>(['totalAmountDue', 'pastDue']);

function asReference(record: InvoiceRecord): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, name] of NAMES) {
    const value = record[key];
    if (value === undefined) continue;
    result[name] = MONEY.has(key) ? String((value as { cents: number }).cents) : String(value);
  }
  return result;
}

/** @param cut how long each chunk is */
export async function outcomeOf(bytes: Uint8Array, cut: () => number): Promise<Outcome> {
  const parser = new BriteCoreInvoiceFiles({
    ...{ billerId: '1663', name: '', guid: '', openBilling: true, invoiceTypeId: 164 },
  });
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; ) {
      const size = cut();
      yield bytes.subarray(at, at + size);
      at += size;
    }
  };
  const result: ReferenceResult = { records: [], setAside: [], header: {}, totalCents: 0n };
  try {
    const source = { fileName: '1663_11232026.JSON', bytes: chunks() };
    for await (const part of parser.parse(source, new AbortController().signal)) gather(part, result);
    return { result };
  } catch (error) {
    if (AdapterError.is(error) && error.kind === 'rejected') return { code: error.code, message: error.message };
    throw error;
  }
}

function gather(part: InvoiceFilePart, result: ReferenceResult): void {
  if (part.type === 'header') {
    const { billerGuid, fileCreationDate, invoiceCount, totalInvoiceAmount } = part.header;
    Object.assign(result.header, {
      ...{ BillerGUID: billerGuid, FileCreationDate: String(fileCreationDate), InvoiceCount: String(invoiceCount) },
      TotalInvoiceAmount: String(totalInvoiceAmount.cents),
    });
  } else if (part.type === 'totals') result.totalCents = part.totals.totalCents;
  else {
    result.records.push(...part.records.map(asReference));
    result.setAside.push(...part.setAside.map(({ recordNumber, field }) => ({ recordNumber, field })));
  }
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner));

/** @returns what is wrong with the outcome, in words */
export function compare({ result, message = '' }: Outcome, expected: ReferenceResult | undefined): string | undefined {
  if (result && !expected) return 'was read, and the reference refuses it';
  if (!result) return expected && !STREAMING_ONLY.test(message) ? `was refused (${message}), and is right` : undefined;
  const sorted = (records: Record<string, string>[]) => records.map((record) => Object.entries(record).sort());
  const [got, wanted] = [result, expected as ReferenceResult].map(({ records, ...rest }) =>
    text({ ...rest, records: sorted(records), header: Object.entries(rest.header).sort() }),
  );
  return got === wanted ? undefined : `differs from the reference:\n  got    ${got}\n  wanted ${wanted}`;
}

function goodFile(chance: Chance): Buffer {
  const layout = chance(2) ? 'flat' : 'grouped';
  const recipe = { invoices: 1 + chance(3), seed: chance(1_000), layout, billerGuid: 'guid' } as const;
  return Buffer.from([...invoiceFile(recipe)].join(''));
}

/** @throws Error with the number of the file, its mutations and what is wrong */
export async function fuzz(files: number, firstSeed = 1): Promise<FuzzFigures> {
  const figures: FuzzFigures = { files, applied: 0, refused: {}, slowestMs: 0, grewMb: 0 };
  let early = 0;
  for (let seed = firstSeed; seed < firstSeed + files; seed++) {
    const chance = chanceOf(seed);
    const names: string[] = [];
    let bytes = goodFile(chance);
    for (let times = chance(5) ? 1 : 2; times > 0; times--) {
      const name = Object.keys(MUTATIONS)[chance(Object.keys(MUTATIONS).length)] as string;
      names.push(name);
      bytes = MUTATIONS[name]?.(bytes, chance) ?? bytes;
    }
    const started = performance.now();
    const longest = bytes.length > 100_000 ? 100_000 : 1 + chance(300);
    const outcome = await outcomeOf(bytes, () => 1 + chance(longest));
    const ms = performance.now() - started;
    figures.slowestMs = Math.max(figures.slowestMs, ms);
    const wrong = ms > SLOWEST_MS ? `took ${ms.toFixed(0)} ms` : compare(outcome, readByReference(bytes));
    if (wrong) throw new Error(`seed ${seed} (${names.join(', then ')}): ${wrong}`);
    if (outcome.code) figures.refused[outcome.code] = (figures.refused[outcome.code] ?? 0) + 1;
    else figures.applied++;
    if (seed === firstSeed + Math.floor(files / 10)) early = aliveBytes();
  }
  figures.grewMb = Math.round((aliveBytes() - early) / 1e6);
  return figures;
}
