/** InvoiceFileParser, version 1: reads a partner's daily invoice file, however large, in bounded memory. */
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { IsIdentifier, IsMoney, IsPlainDate } from './boundary-types.js';
import type { Money } from './money.js';
import type { PlainDate } from './plain-date.js';

export const INVOICE_FILE_PARSER_VERSION = '1';

export interface InvoiceFileSource {
  /** The name it was handed over with, without a folder. */
  fileName: string;
  bytes: AsyncIterable<Uint8Array>;
}

/** What the file says of itself. */
export class InvoiceFileHeader {
  /** IC field BillerGUID. */
  @IsString() @IsNotEmpty() @MaxLength(100) billerGuid!: string;
  /** IC field FileCreationDate. */
  @IsPlainDate() fileCreationDate!: PlainDate;
  /** IC field InvoiceCount: how many records the file holds. */
  @IsInt() invoiceCount!: number;
  /** IC field TotalInvoiceAmount: exact sum of TotalAmountDue over all records. */
  @IsMoney() totalInvoiceAmount!: Money;
}

/** One invoice of a file. Field names are IC's; the partner's naming is the parser's affair. */
export class InvoiceRecord {
  /** N: new policy, R: daily update. */
  @IsIn(['N', 'R']) recordType!: 'N' | 'R';
  @IsIdentifier(200) invoiceNumber!: string;
  @IsIdentifier(200) accountNumber!: string;
  @IsString() @IsNotEmpty() @MaxLength(100) invoiceFormatGuid!: string;
  @IsPlainDate() invoiceDate!: PlainDate;
  @IsPlainDate() invoiceDueDate!: PlainDate;
  @IsOptional() @IsPlainDate() autoPayCollectionDate?: PlainDate;
  /** This invoice plus the trailing balance; may be zero or negative. */
  @IsMoney() totalAmountDue!: Money;
  /** The trailing balance. */
  @IsOptional() @IsMoney() pastDue?: Money;
  @IsInt() @Min(-2_147_483_648) @Max(2_147_483_647) invoiceTypeId!: number;
  @IsOptional() @IsBoolean() allowPartialPayments?: boolean;
  @IsOptional() @IsPlainDate() firstNotifyRequestedDate?: PlainDate;
  /** IC field Custom1. */
  @IsString() @IsNotEmpty() @MaxLength(200) partnerAccountId!: string;
  @IsString() @IsNotEmpty() @MaxLength(500) customerName!: string;
  @IsOptional() @IsString() @MaxLength(320) emailAddress?: string;
  @IsOptional() @IsString() @MaxLength(500) address1?: string;
  @IsOptional() @IsString() @MaxLength(200) city?: string;
  @IsOptional() @IsString() @MaxLength(50) state?: string;
  @IsOptional() @IsString() @MaxLength(20) zip?: string;
}

/** A record that can't be applied, and why. */
export interface SetAsideRecord {
  /** Position in the file, from 1. */
  recordNumber: number;
  /** Where its text begins, from 0, in bytes. */
  byteOffset: number;
  invoiceNumber: string | null;
  /** The partner's name of the field. */
  field: string;
  /** `missing`, `wrong-type`, `not-an-amount`, `not-a-date`, `not-allowed`, `too-long` … */
  code: string;
  message: string;
}

export interface InvoiceFileTotals {
  /** Every record that could be read, the ones set aside included. */
  records: number;
  /** Exact sum of TotalAmountDue in cents of every record whose amount could be read. */
  totalCents: bigint;
  unknownFields: number;
}

/** Neighbouring records of the file, in its order. */
export interface InvoiceFileBatch {
  type: 'batch';
  records: InvoiceRecord[];
  /** Where the text of each of the records begins, from 0, in bytes: told where the host itself sets one aside. */
  offsets?: number[];
  setAside: SetAsideRecord[];
  bytesRead: number;
}

/** A parser yields any number of batches, one header wherever the file has it, and the totals last. */
export type InvoiceFilePart =
  | { type: 'header'; header: InvoiceFileHeader }
  | InvoiceFileBatch
  | { type: 'totals'; totals: InvoiceFileTotals };

export interface InvoiceFileParser {
  /**
   * Reads a file. Nothing is kept of a batch once the next one is asked for.
   * @throws AdapterError `rejected` with a code when the whole file must be refused: `file-name`, `not-json`,
   *   `truncated`, `trailing-text`, `not-utf8`, `header-missing`, `header-wrong`
   * @example for await (const part of parser.parse({ fileName, bytes }, signal)) …
   */
  parse(file: InvoiceFileSource, signal: AbortSignal): AsyncIterable<InvoiceFilePart>;
}
