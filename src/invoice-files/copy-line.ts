/** An invoice record as one line of COPY's text form, for the staging table. */
import type { InvoiceRecord } from '@ic-host/contracts';

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escaped = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (c) => ESCAPES[c] as string) : text;

/** The columns are those of the statement STAGE. */
export function copyLine(record: InvoiceRecord): string {
  const { invoiceFormatGuid, pastDue, allowPartialPayments, firstNotifyRequestedDate } = record;
  const { customerName, emailAddress, address1, city, state, zip } = record;
  const details = JSON.stringify({
    ...{ invoiceFormatGuid, pastDue, allowPartialPayments, firstNotifyRequestedDate },
    ...{ customerName, emailAddress, address1, city, state, zip },
  });
  const texts = [record.invoiceNumber, record.accountNumber, record.partnerAccountId].map(escaped).join('\t');
  const dates = `${record.invoiceDate}\t${record.invoiceDueDate}\t${record.autoPayCollectionDate ?? '\\N'}`;
  return `${texts}\t${dates}\t${record.totalAmountDue.cents}\t${record.invoiceTypeId}\t${escaped(details)}\n`;
}
