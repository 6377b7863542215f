/** BriteCore's invoice file as data: which IC field stands where, of what type. Another naming is another table. */
import type { InvoiceRecord } from '@ic-host/contracts';

export interface FieldSpec {
  /** IC FileSpecID. */
  id: number;
  /** IC field, which is BriteCore's name of it too. */
  name: string;
  record: 'InvoiceHeader' | 'CustomerRecord';
  required: boolean;
  type: 'text' | 'money' | 'date' | 'integer' | 'boolean' | 'record-type';
  /** The field of an {@link InvoiceRecord} it becomes. */
  to: keyof InvoiceRecord;
}

const field = (
  id: number,
  name: string,
  record: FieldSpec['record'],
  required: boolean,
  type: FieldSpec['type'],
  to: FieldSpec['to'],
): FieldSpec => ({ id, name, record, required, type, to });

export const INVOICE_FIELDS: readonly FieldSpec[] = [
  field(8, 'RecordType', 'InvoiceHeader', true, 'record-type', 'recordType'),
  field(9, 'InvoiceFormatGuid', 'InvoiceHeader', true, 'text', 'invoiceFormatGuid'),
  field(10, 'InvoiceNumber', 'InvoiceHeader', true, 'text', 'invoiceNumber'),
  field(11, 'InvoiceDate', 'InvoiceHeader', true, 'date', 'invoiceDate'),
  field(12, 'InvoiceDueDate', 'InvoiceHeader', true, 'date', 'invoiceDueDate'),
  field(248, 'AutoPayCollectionDate', 'InvoiceHeader', false, 'date', 'autoPayCollectionDate'),
  field(13, 'TotalAmountDue', 'InvoiceHeader', true, 'money', 'totalAmountDue'),
  field(252, 'InvoiceTypeID', 'InvoiceHeader', true, 'integer', 'invoiceTypeId'),
  field(20, 'AllowPartialPayments', 'InvoiceHeader', false, 'boolean', 'allowPartialPayments'),
  field(23, 'FirstNotifyRequestedDate', 'InvoiceHeader', false, 'date', 'firstNotifyRequestedDate'),
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
