/** InvoiceFileParser for Acme's daily file: a JSON object a line, a header first, `{ "kind": "end" }` last. */
import { isUtf8 } from 'node:buffer';
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
import { type Line, readLines } from '@ic-host/contracts/kit';
import { inject, injectable } from 'inversify';

type Fields = Record<string, unknown>;
const checkRecord = checkerOf(InvoiceRecord);
const checkHeader = checkerOf(InvoiceFileHeader);
const refuse = (code: string, message: string): AdapterError => new AdapterError('rejected', message, { code });

/** What is read of one file: nothing of it stays in the instance, which may read two at once. */
interface Reading {
  header: InvoiceFileHeader | undefined;
  ended: boolean;
  records: number;
  totalCents: bigint;
  bytesRead: number;
}

@injectable()
export class AcmeInvoiceFiles implements InvoiceFileParser {
  constructor(@inject(BILLER) protected readonly biller: Biller) {}

  async *parse({ fileName, bytes }: InvoiceFileSource, signal: AbortSignal): AsyncGenerator<InvoiceFilePart> {
    this.checkName(fileName);
    const reading: Reading = { header: undefined, ended: false, records: 0, totalCents: 0n, bytesRead: 0 };
    for await (const lines of readLines(bytes, signal)) {
      const records: InvoiceRecord[] = [];
      const setAside: SetAsideRecord[] = [];
      for (const line of lines) {
        reading.bytesRead = line.byteOffset + line.bytes.length;
        if (line.bytes.length === 0) continue;
        if (reading.ended) throw refuse('trailing-text', 'there is text behind the end of the file');
        const fields = parseLine(line);
        if (!reading.header) {
          reading.header = this.header(fields);
          yield { type: 'header', header: reading.header };
        } else if (fields.kind === 'end') reading.ended = true;
        else this.record(fields, line, reading, records, setAside);
      }
      if (records.length || setAside.length) yield { type: 'batch', records, setAside, bytesRead: reading.bytesRead };
    }
    if (!reading.ended) throw refuse('truncated', 'the file ends in the middle: its last line is missing');
    const { records, totalCents } = reading;
    yield { type: 'totals', totals: { records, totalCents, unknownFields: 0 } };
  }

  /** FILL IN: how the files of this partner are named. */
  protected checkName(fileName: string): void {
    const [, billerId] = /^(.+)-\d{8}\.jsonl$/.exec(fileName) ?? [];
    if (billerId !== this.biller.billerId)
      throw refuse('file-name', `the file must be named ${this.biller.billerId}-YYYYMMDD.jsonl, not ${fileName}`);
  }

  protected header(fields: Fields): InvoiceFileHeader {
    const header = new InvoiceFileHeader();
    try {
      header.billerGuid = text(fields, 'biller');
      header.fileCreationDate = PlainDate.parse(text(fields, 'created'));
      header.invoiceCount = fields.count as number;
      header.totalInvoiceAmount = Money.parse(text(fields, 'total'));
    } catch (error) {
      throw refuse('header-wrong', `the file's header is wrong: ${(error as Error).message}`);
    }
    const fault = checkHeader(header);
    if (fault) throw refuse('header-wrong', `${fault.field} in the file's header ${fault.message}`);
    return header;
  }

  protected record(fields: Fields, line: Line, reading: Reading, records: InvoiceRecord[], setAside: SetAsideRecord[]) {
    reading.records++;
    let field = 'amount';
    let code = 'not-an-amount';
    const invoiceNumber = typeof fields.invoice === 'string' ? fields.invoice : null;
    const aside = (message: string): void => {
      const place = { recordNumber: reading.records, byteOffset: line.byteOffset, invoiceNumber };
      setAside.push({ ...place, field, code, message });
    };
    try {
      const record = new InvoiceRecord();
      record.totalAmountDue = this.amount(fields);
      reading.totalCents += BigInt(record.totalAmountDue.cents);
      code = 'not-a-date';
      field = 'issued';
      record.invoiceDate = this.date(fields, field);
      field = 'due';
      record.invoiceDueDate = this.date(fields, field);
      this.fill(record, fields);
      const fault = checkRecord(record);
      if (fault) {
        ({ field, code } = fault);
        aside(`${fault.field} ${fault.message}`);
      } else records.push(record);
    } catch (error) {
      aside(`${field} is wrong: ${(error as Error).message}`);
    }
  }

  /** FILL IN: which field of the file is which. */
  protected fill(record: InvoiceRecord, fields: Fields): void {
    record.recordType = fields.kind as 'N' | 'R';
    record.invoiceNumber = fields.invoice as string;
    record.accountNumber = fields.account as string;
    record.partnerAccountId = fields.accountId as string;
    record.customerName = fields.name as string;
    record.invoiceFormatGuid = fields.format as string;
    record.invoiceTypeId = fields.type as number;
  }

  protected amount(fields: Fields): Money {
    return Money.parse(text(fields, 'amount'));
  }

  protected date(fields: Fields, name: string): PlainDate {
    return PlainDate.parse(text(fields, name));
  }
}

function parseLine({ bytes, byteOffset }: Line): Fields {
  if (!isUtf8(bytes)) throw refuse('not-utf8', `the line at byte ${byteOffset} is not UTF-8`);
  try {
    const fields = JSON.parse(bytes.toString('utf8'));
    if (typeof fields === 'object' && fields !== null) return fields as Fields;
  } catch {
    // said below
  }
  throw refuse('not-json', `the line at byte ${byteOffset} is no JSON object`);
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new RangeError(`${name} must be text`);
  return value;
}
