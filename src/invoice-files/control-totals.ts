/** The control totals of an invoice file: one rule for the import and for the check without a host. */
import { AdapterError, type InvoiceFileHeader, type InvoiceFileTotals, Money } from '@ic-host/contracts';

export const DEFAULT_MAX_SET_ASIDE_PERCENT = 1;

/** Per cent of a file's records that may be set aside, by the biller's options. */
export const maxSetAsidePercent = ({ options }: { options: Record<string, unknown> }): number =>
  Number(options.maxSetAsidePercent ?? DEFAULT_MAX_SET_ASIDE_PERCENT);

export const refuseFile = (code: string, message: string): AdapterError =>
  new AdapterError('rejected', message, { code });

export const numberTwice = (invoiceNumber: string): AdapterError =>
  refuseFile('invoice-number-twice', `the invoice ${invoiceNumber} stands twice in the file`);

/** Cents of any size as text. */
export const centsText = (cents: bigint): string =>
  cents <= BigInt(Number.MAX_SAFE_INTEGER) && cents >= -BigInt(Number.MAX_SAFE_INTEGER)
    ? Money.ofCents(Number(cents)).toString()
    : `${cents} cents`;

/** @throws AdapterError `rejected`, code `invoice-count-differs`, `total-amount-differs` or `too-many-set-aside` */
export function checkControlTotals(
  { invoiceCount, totalInvoiceAmount }: InvoiceFileHeader,
  { records, totalCents }: InvoiceFileTotals,
  setAside: number,
  maxSetAsidePercent: number,
): void {
  if (invoiceCount !== records)
    throw refuseFile('invoice-count-differs', `the header says ${invoiceCount} invoices, the file holds ${records}`);
  if (BigInt(totalInvoiceAmount.cents) !== totalCents)
    throw refuseFile(
      'total-amount-differs',
      `the header says ${totalInvoiceAmount} in all, the records add up to ${centsText(totalCents)}`,
    );
  if (setAside * 100 > records * maxSetAsidePercent)
    throw refuseFile(
      'too-many-set-aside',
      `${setAside} of ${records} records are wrong, more than ${maxSetAsidePercent} %`,
    );
}
