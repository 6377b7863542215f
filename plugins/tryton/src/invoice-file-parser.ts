/** InvoiceFileParser for the portal's CSV export from Tryton: a header line, column names, a line an invoice, an end. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AdapterError,
  BILLER,
  type Biller,
  checkerOf,
  InvoiceFileHeader,
  type InvoiceFileParser,
  type InvoiceFilePart,
  type InvoiceFileSource,
  InvoiceRecord,
  Money,
  PlainDate,
  type SetAsideRecord,
} from '@ic-host/contracts';
import { CsvError, parse } from 'csv-parse';
import { inject, injectable } from 'inversify';

/** The columns that are read; others may stand beside them. */
const COLUMNS = [
  ...['RecordType', 'InvoiceNumber', 'AccountNumber', 'PartyId', 'CustomerName', 'InvoiceDate', 'DueDate'],
  ...['TotalAmountDue', 'InvoiceTypeId', 'Format'],
] as const;
type Column = (typeof COLUMNS)[number];
const BATCH = 500;
const LONGEST_LINE = 1 << 20;

const checkRecord = checkerOf(InvoiceRecord);
const checkHeader = checkerOf(InvoiceFileHeader);
const refuse = (code: string, message: string): AdapterError => new AdapterError('rejected', message, { code });

const emptyBatch = (): { records: InvoiceRecord[]; offsets: number[]; setAside: SetAsideRecord[] } => ({
  ...{ records: [], offsets: [], setAside: [] },
});

@injectable()
export class TrytonInvoiceFiles implements InvoiceFileParser {
  constructor(@inject(BILLER) private readonly biller: Biller) {}

  async *parse({ fileName, bytes }: InvoiceFileSource, signal: AbortSignal): AsyncGenerator<InvoiceFilePart> {
    this.checkName(fileName);
    let columns: Map<string, number> | undefined;
    let header: InvoiceFileHeader | undefined;
    let ended = false;
    let totals = { records: 0, totalCents: 0n, unknownFields: 0 };
    let batch = emptyBatch();
    let byteOffset = 0; // of the line that is being read
    for await (const { cells, end } of linesOf(bytes, signal)) {
      const at = byteOffset;
      byteOffset = end;
      if (ended) throw refuse('trailing-text', 'there is text behind the end of the file');
      if (!header) {
        header = headerOf(cells);
        yield { type: 'header', header };
      } else if (!columns) columns = columnsOf(cells);
      else if (cells.length === 1 && cells[0] === 'END') ended = true;
      else {
        const place = { recordNumber: totals.records + 1, byteOffset: at };
        const { cents, record, setAside } = recordOf(cells, columns, place);
        totals = { ...totals, records: place.recordNumber, totalCents: totals.totalCents + BigInt(cents) };
        if (record) {
          batch.records.push(record);
          batch.offsets.push(at);
        } else batch.setAside.push(setAside);
        if (batch.records.length + batch.setAside.length >= BATCH) {
          yield { type: 'batch', ...batch, bytesRead: end };
          batch = emptyBatch();
        }
      }
    }
    if (!header) throw refuse('header-missing', 'the file is empty');
    if (!ended) throw refuse('truncated', 'the file ends in the middle: its last line, END, is missing');
    if (batch.records.length + batch.setAside.length) yield { type: 'batch', ...batch, bytesRead: byteOffset };
    const known = COLUMNS.length;
    yield { type: 'totals', totals: { ...totals, unknownFields: ((columns?.size ?? known) - known) * totals.records } };
  }

  private checkName(fileName: string): void {
    const [, billerId] = /^(.+)-\d{8}\.csv$/.exec(fileName) ?? [];
    if (billerId !== this.biller.billerId)
      throw refuse('file-name', `the file must be named ${this.biller.billerId}-YYYYMMDD.csv, not ${fileName}`);
  }
}

/** @throws AdapterError `rejected` where the bytes are no CSV in UTF-8 */
async function* linesOf(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<{ cells: string[]; end: number }> {
  const parser = parse({ info: true, relax_column_count: true, bom: true, max_record_size: LONGEST_LINE });
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const checked = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      utf8.decode(chunk, { stream: true });
      yield chunk;
    }
    utf8.decode();
  };
  const fed = pipeline(Readable.from(checked(), { objectMode: false }), parser);
  fed.catch(() => undefined); // told by the loop below
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { bytes: number } }>)
      yield { cells: record, end: info.bytes };
  } catch (error) {
    if (error instanceof TypeError) throw refuse('not-utf8', 'the file is not UTF-8');
    if (!(error instanceof CsvError)) throw error;
    const cut = error.code === 'CSV_QUOTE_NOT_CLOSED';
    throw refuse(cut ? 'truncated' : 'not-csv', `the file is no CSV: ${error.code}, line ${error.lines}`);
  } finally {
    parser.destroy();
  }
}

function headerOf([kind, guid, created, count, total, ...more]: string[]): InvoiceFileHeader {
  if (kind !== 'HEADER' || more.length) throw refuse('header-missing', 'the first line must be HEADER and four fields');
  const header = new InvoiceFileHeader();
  try {
    header.billerGuid = guid ?? '';
    header.fileCreationDate = PlainDate.parse(created ?? '');
    header.invoiceCount = /^\d{1,9}$/.test(count ?? '') ? Number(count) : Number.NaN;
    header.totalInvoiceAmount = Money.parse(total ?? '');
  } catch (error) {
    throw refuse('header-wrong', `the file's header is wrong: ${(error as Error).message}`);
  }
  const fault = checkHeader(header);
  if (fault) throw refuse('header-wrong', `${fault.field} in the file's header ${fault.message}`);
  return header;
}

function columnsOf(names: string[]): Map<string, number> {
  const columns = new Map(names.map((name, index) => [name, index]));
  const lacking = COLUMNS.filter((name) => !columns.has(name));
  if (lacking.length) throw refuse('columns-missing', `the file has no column ${lacking.join(', ')}`);
  if (columns.size !== names.length) throw refuse('columns-wrong', 'a column stands in the file twice');
  return columns;
}

type Read = { cents: number } & (
  | { record: InvoiceRecord; setAside?: undefined }
  | { record?: undefined; setAside: SetAsideRecord }
);

function recordOf(cells: string[], columns: Map<string, number>, place: { recordNumber: number; byteOffset: number }) {
  const cell = (name: Column): string => cells[columns.get(name) as number] ?? '';
  let cents = 0;
  const aside = (field: string, code: string, message: string): Read => ({
    ...{ cents, setAside: { ...place, invoiceNumber: cell('InvoiceNumber') || null, field, code, message } },
  });
  const record = new InvoiceRecord();
  let field: Column = 'TotalAmountDue';
  try {
    record.totalAmountDue = Money.parse(cell(field));
    cents = record.totalAmountDue.cents;
    if (cells.length !== columns.size)
      return aside('', 'wrong-length', `the line has ${cells.length} fields, not ${columns.size}`);
    field = 'InvoiceDate';
    record.invoiceDate = PlainDate.parse(cell(field));
    field = 'DueDate';
    record.invoiceDueDate = PlainDate.parse(cell(field));
  } catch (error) {
    const code = field === 'TotalAmountDue' ? 'not-an-amount' : 'not-a-date';
    return aside(field, code, `${field} is wrong: ${(error as Error).message}`);
  }
  record.recordType = cell('RecordType') as 'N' | 'R';
  record.invoiceNumber = cell('InvoiceNumber');
  record.accountNumber = cell('AccountNumber');
  record.partnerAccountId = cell('PartyId');
  record.customerName = cell('CustomerName');
  record.invoiceFormatGuid = cell('Format');
  record.invoiceTypeId = Number(cell('InvoiceTypeId') || Number.NaN);
  const fault = checkRecord(record);
  return fault ? aside(fault.field, fault.code, `${fault.field} ${fault.message}`) : { cents, record };
}
