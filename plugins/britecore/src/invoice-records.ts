/** Reads one record of an invoice file: quickly where it is plain, exactly and with the reason where it is not. */
import { checkerOf, InvoiceRecord, type Money, type SetAsideRecord } from '@ic-host/contracts';
import { type ElementBatch, JsonRecordReader, refuseDocument } from '@ic-host/contracts/kit';
import { FieldFault, isBlank, parseExactly, readField } from './field-values.js';
import { IGNORED_FIELDS, INVOICE_FIELDS } from './invoice-fields.js';
import { asObject } from './wire-types.js';

const check = checkerOf(InvoiceRecord);
const GROUPS = ['InvoiceHeader', 'CustomerRecord'] as const;
const KNOWN = new Set<string>([...INVOICE_FIELDS.map(({ name }) => name), ...IGNORED_FIELDS, ...GROUPS]);

export interface ReadBatch {
  records: InvoiceRecord[];
  offsets: number[];
  setAside: SetAsideRecord[];
  /** Of all records whose amount could be read. */
  totalCents: bigint;
  unknownFields: number;
}

export class InvoiceRecords {
  private readonly plain = new JsonRecordReader(() => new InvoiceRecord(), INVOICE_FIELDS, IGNORED_FIELDS);

  /**
   * @param before how many records came before
   * @throws AdapterError `rejected`, code `not-json`, where an element is not JSON: then the file is not
   */
  read({ bytes, spans, byteOffset }: ElementBatch, before: number): ReadBatch {
    const batch: ReadBatch = { records: [], offsets: [], setAside: [], totalCents: 0n, unknownFields: 0 };
    const latin1 = bytes.toString('latin1');
    let cents = 0; // of this batch: at most a few thousand amounts, far from what a double can't hold
    for (let index = 0; index < spans.length; index += 2) {
      const start = spans[index] as number;
      const end = spans[index + 1] as number;
      const record = this.plain.read(bytes, latin1, start, end);
      if (record && check(record) === undefined) {
        batch.records.push(record);
        batch.offsets.push(byteOffset + start);
        batch.unknownFields += this.plain.unknown.length;
        cents += record.totalAmountDue.cents;
        if (!Number.isSafeInteger(cents)) {
          batch.totalCents += BigInt(cents - record.totalAmountDue.cents);
          cents = record.totalAmountDue.cents;
        }
        continue;
      }
      const exact = readExactly(bytes.toString('utf8', start, end), byteOffset + start);
      batch.unknownFields += exact.unknownFields;
      if (exact.amount) batch.totalCents += BigInt(exact.amount.cents);
      if (exact.fault)
        batch.setAside.push({
          recordNumber: before + index / 2 + 1,
          byteOffset: byteOffset + start,
          invoiceNumber: exact.invoiceNumber,
          ...exact.fault,
        });
      else {
        batch.records.push(exact.record);
        batch.offsets.push(byteOffset + start);
      }
    }
    batch.totalCents += BigInt(cents);
    return batch;
  }
}

interface ExactRecord {
  record: InvoiceRecord;
  invoiceNumber: string | null;
  amount?: Money;
  unknownFields: number;
  fault?: { field: string; code: string; message: string };
}

function readExactly(text: string, byteOffset: number): ExactRecord {
  let parsed: unknown;
  try {
    parsed = parseExactly(text);
  } catch {
    throw refuseDocument('not-json', `the record at byte ${byteOffset} is not JSON`);
  }
  const source = asObject(parsed);
  const grouped = GROUPS.some((group) => Object.hasOwn(source, group));
  const groups = {
    InvoiceHeader: grouped ? asObject(source.InvoiceHeader) : source,
    CustomerRecord: grouped ? asObject(source.CustomerRecord) : source,
  };
  const record = new InvoiceRecord();
  const result: ExactRecord = { record, invoiceNumber: null, unknownFields: 0 };
  const target = record as unknown as Record<string, unknown>;
  for (const spec of INVOICE_FIELDS) {
    const group = groups[spec.group];
    const value = Object.hasOwn(group, spec.name) ? group[spec.name] : undefined;
    try {
      if (!isBlank(value)) target[spec.to] = readField(spec, value);
      else if (spec.required) throw new FieldFault('missing', 'is required');
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      result.fault ??= { field: spec.name, code: error.code, message: `${spec.name} ${error.message}` };
    }
  }
  if (typeof record.invoiceNumber === 'string') result.invoiceNumber = record.invoiceNumber.slice(0, 200);
  if (record.totalAmountDue) result.amount = record.totalAmountDue;
  for (const part of new Set([source, ...Object.values(groups)]))
    for (const name of Object.keys(part)) if (!KNOWN.has(name)) result.unknownFields++;
  const wrong = result.fault ? undefined : check(record);
  if (wrong) {
    const name = INVOICE_FIELDS.find((spec) => spec.to === wrong.field)?.name ?? wrong.field;
    result.fault = { field: name, code: wrong.code, message: `${name} ${wrong.message}` };
  }
  return result;
}
