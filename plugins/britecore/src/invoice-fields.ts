/** BriteCore's invoice file as data: which IC field stands where, of what type. Another naming is another table. */
import type { InvoiceRecord } from '@ic-host/contracts';
import type { JsonField } from '@ic-host/contracts/kit';

export interface FieldSpec extends JsonField<InvoiceRecord> {
  /** IC FileSpecID. */
  id: number;
  group: 'InvoiceHeader' | 'CustomerRecord';
}

const field = (
  id: number,
  name: string,
  group: FieldSpec['group'],
  required: boolean,
  type: FieldSpec['type'],
  to: FieldSpec['to'],
): FieldSpec => ({ id, name, group, required, type, to });

export const INVOICE_FIELDS: readonly FieldSpec[] = [
  { ...field(8, 'RecordType', 'InvoiceHeader', true, 'text', 'recordType'), oneOf: ['N', 'R'] },
  field(9, 'InvoiceFormatGuid', 'InvoiceHeader', true, 'text', 'invoiceFormatGuid'),
  field(10, 'InvoiceNumber', 'InvoiceHeader', true, 'text', 'invoiceNumber'),
  field(11, 'InvoiceDate', 'InvoiceHeader', true, 'us-date', 'invoiceDate'),
  field(12, 'InvoiceDueDate', 'InvoiceHeader', true, 'us-date', 'invoiceDueDate'),
  field(248, 'AutoPayCollectionDate', 'InvoiceHeader', false, 'us-date', 'autoPayCollectionDate'),
  field(13, 'TotalAmountDue', 'InvoiceHeader', true, 'money', 'totalAmountDue'),
  field(252, 'InvoiceTypeID', 'InvoiceHeader', true, 'integer', 'invoiceTypeId'),
  field(20, 'AllowPartialPayments', 'InvoiceHeader', false, 'boolean', 'allowPartialPayments'),
  field(23, 'FirstNotifyRequestedDate', 'InvoiceHeader', false, 'us-date', 'firstNotifyRequestedDate'),
  field(407, 'PastDue', 'InvoiceHeader', false, 'money', 'pastDue'),
  field(38, 'Custom1', 'InvoiceHeader', true, 'text', 'partnerAccountId'),
  field(59, 'AccountNumber', 'CustomerRecord', true, 'text', 'accountNumber'),
  field(60, 'CustomerName', 'CustomerRecord', true, 'text', 'customerName'),
  field(67, 'EmailAddress', 'CustomerRecord', false, 'text', 'emailAddress'),
  field(61, 'Address1', 'CustomerRecord', false, 'text', 'address1'),
  field(63, 'City', 'CustomerRecord', false, 'text', 'city'),
  field(64, 'State', 'CustomerRecord', false, 'text', 'state'),
  field(65, 'Zip', 'CustomerRecord', false, 'text', 'zip'),
];

/** There, but not used: the biller's questionnaire or the design document says so. */
export const IGNORED_FIELDS = new Set(['PaymentExpirationDate', 'AutoPayEnabled', 'TotalInvoiceAmount', 'RowType']);
