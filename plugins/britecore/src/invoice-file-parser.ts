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
  PlainDate,
} from '@ic-host/contracts';
import { readJsonArray } from '@ic-host/contracts/kit';
import { inject, injectable } from 'inversify';
import { isBlank, parseExactly, readAmount, readInteger, readText, readUsDate } from './field-values.js';
import { InvoiceRecords } from './invoice-records.js';
import { asObject } from './wire-types.js';

const refuse = (code: string, message: string): AdapterError => new AdapterError('rejected', message, { code });
const checkHeader = checkerOf(InvoiceFileHeader);

@injectable()
export class BriteCoreInvoiceFiles implements InvoiceFileParser {
  constructor(@inject(BILLER) private readonly biller: Biller) {}

  async *parse({ fileName, bytes }: InvoiceFileSource, signal: AbortSignal): AsyncGenerator<InvoiceFilePart> {
    this.checkName(fileName);
    const reader = new InvoiceRecords();
    const totals = { records: 0, totalCents: 0n, unknownFields: 0 };
    for await (const part of readJsonArray(bytes, 'Invoices', signal)) {
      if (part.type === 'frame') {
        yield { type: 'header', header: headerOf(part.text) };
        continue;
      }
      const { records, offsets, setAside, totalCents, unknownFields } = reader.read(part, totals.records);
      totals.records += part.spans.length / 2;
      totals.totalCents += totalCents;
      totals.unknownFields += unknownFields;
      yield { type: 'batch', records, offsets, setAside, bytesRead: part.bytesRead };
    }
    yield { type: 'totals', totals };
  }

  private checkName(fileName: string): void {
    const [, billerId, month, day, year] = /^(.+)_(\d{2})(\d{2})(\d{4})\.JSON$/i.exec(fileName) ?? [];
    if (!PlainDate.exists(Number(year), Number(month), Number(day)))
      throw refuse('file-name', `the file must be named ${this.biller.billerId}_MMDDYYYY.JSON, not ${fileName}`);
    if (billerId !== this.biller.billerId)
      throw refuse('file-name', `the file's name names another biller: ${billerId}`);
  }
}

function headerOf(text: string): InvoiceFileHeader {
  let top: Record<string, unknown>;
  try {
    top = asObject(parseExactly(text));
  } catch {
    throw refuse('not-json', "the part of the file outside its records can't be read: it is nested too deeply");
  }
  if (!Array.isArray(top.Invoices)) throw refuse('not-json', 'the file has no list named Invoices');
  const source = 'FileHeader' in top ? asObject(top.FileHeader) : top;
  const take = <T>(name: string, read: (value: unknown) => T): T => {
    if (isBlank(source[name])) throw refuse('header-missing', `${name} is missing in the file's header`);
    try {
      return read(source[name]);
    } catch (error) {
      throw refuse('header-wrong', `${name} in the file's header ${(error as Error).message}`);
    }
  };
  const header = new InvoiceFileHeader();
  header.billerGuid = take('BillerGUID', readText);
  header.fileCreationDate = take('FileCreationDate', readUsDate);
  header.invoiceCount = take('InvoiceCount', readInteger);
  header.totalInvoiceAmount = take('TotalInvoiceAmount', readAmount);
  const fault = checkHeader(header);
  if (fault) throw refuse('header-wrong', `${fault.field} in the file's header ${fault.message}`);
  return header;
}
