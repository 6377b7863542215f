/** An invoice record as one line of COPY's text form, for the staging table. */
import type { InvoiceRecord } from '@ic-host/contracts';

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escaped = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (c) => ESCAPES[c] as string) : text;

/** The columns are those of the statement STAGE. */
export function copyLine(record: InvoiceRecord): string {
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
  const texts = `${escaped(record.invoiceNumber)}\t${escaped(record.accountNumber)}\t${escaped(record.partnerAccountId)}`;
  const dates = `${record.invoiceDate}\t${record.invoiceDueDate}\t${record.autoPayCollectionDate ?? '\\N'}`;
  return `${texts}\t${dates}\t${record.totalAmountDue.cents}\t${record.invoiceTypeId}\t${escaped(details)}\n`;
}
