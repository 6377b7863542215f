/** An invoice record as one line of COPY's text form: for the staging table, or for the invoices themselves. */
import type { InvoiceRecord } from '@ic-host/contracts';

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escaped = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (c) => ESCAPES[c] as string) : text;

/** What only a file tells. */
function detailsOf(record: InvoiceRecord): string {
  // Field by field: spreads of smaller objects took a third of this function.
  const details = JSON.stringify({
    invoiceFormatGuid: record.invoiceFormatGuid,
    pastDue: record.pastDue,
    allowPartialPayments: record.allowPartialPayments,
    firstNotifyRequestedDate: record.firstNotifyRequestedDate,
    customerName: record.customerName,
    emailAddress: record.emailAddress,
    address1: record.address1,
    city: record.city,
    state: record.state,
    zip: record.zip,
  });
  return escaped(details);
}

const datesOf = (record: InvoiceRecord): string =>
  `${record.invoiceDate}\t${record.invoiceDueDate}\t${record.autoPayCollectionDate ?? '\\N'}`;

/** The columns are those of the statement STAGE. */
export function copyLine(record: InvoiceRecord): string {
  const texts = `${escaped(record.invoiceNumber)}\t${escaped(record.accountNumber)}\t${escaped(record.partnerAccountId)}`;
  return `${texts}\t${datesOf(record)}\t${record.totalAmountDue.cents}\t${record.invoiceTypeId}\t${detailsOf(record)}\n`;
}

/** The columns are those of the statement COPY_NEW. */
export function newInvoiceLine(billerId: string, record: InvoiceRecord): string {
  const texts = `${escaped(billerId)}\t${escaped(record.invoiceNumber)}\t${escaped(record.accountNumber)}`;
  const { cents } = record.totalAmountDue;
  return `${texts}\t${datesOf(record)}\t${cents}\t${cents}\t${record.invoiceTypeId}\tactive\t${detailsOf(record)}\n`;
}

/** The columns are those of the statement COPY_ACCOUNTS. */
export const accountLine = ({ accountNumber, partnerAccountId }: InvoiceRecord): string =>
  `${escaped(accountNumber)}\t${escaped(partnerAccountId)}\n`;
