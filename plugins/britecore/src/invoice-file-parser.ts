/** InvoiceFileParser for BriteCore's daily file: JSON, grouped or flat, read by bytes in bounded memory. */
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
import { type ArrayElement, readJsonArray } from '@ic-host/contracts/kit';
import { inject, injectable } from 'inversify';
import { type FieldSpec, IGNORED_FIELDS, INVOICE_FIELDS } from './invoice-fields.js';
import { asObject } from './wire-types.js';

const refuse = (code: string, message: string): AdapterError => new AdapterError('rejected', message, { code });
const checkRecord = checkerOf(InvoiceRecord);
const checkHeader = checkerOf(InvoiceFileHeader);
const GROUPS = ['InvoiceHeader', 'CustomerRecord'];
const KNOWN = new Set([...INVOICE_FIELDS.map((spec) => spec.name), ...IGNORED_FIELDS, ...GROUPS]);

/** A field that can't be read, and why. */
class FieldFault extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

function readAmount(value: unknown): Money {
  try {
    if (typeof value === 'string') return Money.parse(value);
    if (typeof value === 'number') return Money.fromJsonNumber(value);
  } catch {
    // said below
  }
  throw new FieldFault('not-an-amount', 'must be a plain decimal amount with at most two decimals');
}

function readUsDate(value: unknown): PlainDate {
  try {
    if (typeof value === 'string') return PlainDate.parseUs(value);
  } catch {
    // said below
  }
  throw new FieldFault('not-a-date', 'must be a real calendar date, MM/DD/YYYY');
}

const READERS: Record<FieldSpec['type'], (value: unknown) => unknown> = {
  text: (value) => {
    if (typeof value !== 'string') throw new FieldFault('wrong-type', 'must be text');
    if (value.includes('\0')) throw new FieldFault('wrong-value', 'must not hold a NUL character');
    if (!value.isWellFormed()) throw new FieldFault('wrong-value', 'holds half of a Unicode character');
    return value;
  },
  money: readAmount,
  date: readUsDate,
  integer: (value) => {
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
    if (!Number.isInteger(number) || Math.abs(number as number) > 2_147_483_647)
      throw new FieldFault('wrong-type', 'must be a whole number');
    return number;
  },
  boolean: (value) => {
    if (typeof value !== 'boolean') throw new FieldFault('wrong-type', 'must be true or false');
    return value;
  },
  'record-type': (value) => {
    if (value !== 'N' && value !== 'R') throw new FieldFault('not-allowed', 'must be N or R');
    return value;
  },
};

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

@injectable()
export class BriteCoreInvoiceFiles implements InvoiceFileParser {
  constructor(@inject(BILLER) private readonly biller: Biller) {}

  async *parse({ fileName, bytes }: InvoiceFileSource, signal: AbortSignal): AsyncGenerator<InvoiceFilePart> {
    this.checkName(fileName);
    let recordNumber = 0;
    let totalCents = 0n;
    let unknownFields = 0;
    for await (const part of readJsonArray(bytes, 'Invoices', signal)) {
      if (part.type === 'frame') {
        yield { type: 'header', header: this.header(part.frame) };
        continue;
      }
      const records: InvoiceRecord[] = [];
      const setAside: SetAsideRecord[] = [];
      for (const element of part.elements) {
        recordNumber++;
        const read = readElement(element);
        unknownFields += read.unknownFields;
        if (read.amount) totalCents += BigInt(read.amount.cents);
        if (read.fault)
          setAside.push({
            recordNumber,
            byteOffset: element.byteOffset,
            invoiceNumber: read.invoiceNumber,
            ...read.fault,
          });
        else records.push(read.record);
      }
      yield { type: 'batch', records, setAside, bytesRead: part.bytesRead };
    }
    yield { type: 'totals', totals: { records: recordNumber, totalCents, unknownFields } };
  }

  private checkName(fileName: string): void {
    const match = /^(.+)_(\d{8})\.JSON$/i.exec(fileName);
    const day = match?.[2] as string;
    if (!match || !isUsDay(day))
      throw refuse('file-name', `the file must be named ${this.biller.billerId}_MMDDYYYY.JSON, not ${fileName}`);
    if (match[1] !== this.biller.billerId)
      throw refuse('file-name', `the file's name names another biller: ${match[1]}`);
  }

  private header(frame: unknown): InvoiceFileHeader {
    const top = asObject(frame);
    if (!Array.isArray(top.Invoices)) throw refuse('not-json', 'the file has no list named Invoices');
    const source = 'FileHeader' in top ? asObject(top.FileHeader) : top;
    const header = new InvoiceFileHeader();
    const take = (name: string, read: (value: unknown) => unknown): never => {
      if (isBlank(source[name])) throw refuse('header-missing', `${name} is missing in the file's header`);
      try {
        return read(source[name]) as never;
      } catch (error) {
        throw refuse('header-wrong', `${name} in the file's header ${(error as Error).message}`);
      }
    };
    header.billerGuid = take('BillerGUID', READERS.text);
    header.fileCreationDate = take('FileCreationDate', readUsDate);
    header.invoiceCount = take('InvoiceCount', READERS.integer);
    header.totalInvoiceAmount = take('TotalInvoiceAmount', readAmount);
    const fault = checkHeader(header);
    if (fault) throw refuse('header-wrong', `${fault.field} in the file's header ${fault.message}`);
    return header;
  }
}

const isUsDay = (digits: string): boolean => {
  try {
    PlainDate.of(Number(digits.slice(4)), Number(digits.slice(0, 2)), Number(digits.slice(2, 4)));
    return true;
  } catch {
    return false;
  }
};

interface ReadElement {
  record: InvoiceRecord;
  invoiceNumber: string | null;
  amount?: Money;
  unknownFields: number;
  fault?: { field: string; code: string; message: string };
}

/** Numbers that a double may have changed come back as their own text, for the amount reader to judge. */
function parseElement({ bytes, inexactNumbers }: ArrayElement): unknown {
  const text = utf8.decode(bytes);
  if (!inexactNumbers) return JSON.parse(text);
  const exact = (_: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? context?.source : value;
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function readElement(element: ArrayElement): ReadElement {
  let parsed: unknown;
  try {
    parsed = parseElement(element);
  } catch (error) {
    throw error instanceof SyntaxError
      ? refuse('not-json', `the record at byte ${element.byteOffset} is not JSON`)
      : refuse('not-utf8', `the record at byte ${element.byteOffset} is not UTF-8`);
  }
  const source = asObject(parsed);
  const grouped = Object.hasOwn(source, 'InvoiceHeader') || Object.hasOwn(source, 'CustomerRecord');
  const groups = {
    InvoiceHeader: grouped ? asObject(source.InvoiceHeader) : source,
    CustomerRecord: grouped ? asObject(source.CustomerRecord) : source,
  };
  const record = new InvoiceRecord();
  const result: ReadElement = { record, invoiceNumber: null, unknownFields: 0 };
  const target = record as unknown as Record<string, unknown>;
  for (const spec of INVOICE_FIELDS) {
    const group = groups[spec.record];
    const value = Object.hasOwn(group, spec.name) ? group[spec.name] : undefined;
    try {
      if (isBlank(value)) {
        if (spec.required) throw new FieldFault('missing', 'is required');
        continue;
      }
      target[spec.to] = READERS[spec.type](value);
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      result.fault ??= { field: spec.name, code: error.code, message: `${spec.name} ${error.message}` };
    }
  }
  if (typeof record.invoiceNumber === 'string') result.invoiceNumber = record.invoiceNumber.slice(0, 200);
  if (record.totalAmountDue) result.amount = record.totalAmountDue;
  for (const group of new Set(Object.values(groups)))
    for (const name of Object.keys(group)) if (!KNOWN.has(name)) result.unknownFields++;
  const wrong = result.fault ? undefined : checkRecord(record);
  if (wrong) {
    const name = INVOICE_FIELDS.find((spec) => spec.to === wrong.field)?.name ?? wrong.field;
    result.fault = { field: name, code: wrong.code, message: `${name} ${wrong.message}` };
  }
  return result;
}
