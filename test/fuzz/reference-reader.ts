/**
 * What an invoice file of BriteCore's means, written a second time and as plainly as can be: all of it in memory, by
 * JSON.parse. The fuzzer compares the real parser with it; nothing of the real one is used here.
 */

export interface ReferenceResult {
  /** The records that are right, as text by their field. */
  records: Record<string, string>[];
  /** Number and first wrong field of those that are not. */
  setAside: { recordNumber: number; field: string }[];
  header: Record<string, string>;
  totalCents: bigint;
}

class Digits {
  constructor(readonly text: string) {}
}

const HEADER = { BillerGUID: 'text', FileCreationDate: 'date', InvoiceCount: 'integer', TotalInvoiceAmount: 'money' };
/** In the order in which the first wrong one is named; `?` may be missing. */
const FIELDS: [group: 'InvoiceHeader' | 'CustomerRecord', name: string, type: string, longest?: number][] = [
  ['InvoiceHeader', 'RecordType', 'N|R'],
  ['InvoiceHeader', 'InvoiceFormatGuid', 'text', 100],
  ['InvoiceHeader', 'InvoiceNumber', 'text', 200],
  ['InvoiceHeader', 'InvoiceDate', 'date'],
  ['InvoiceHeader', 'InvoiceDueDate', 'date'],
  ['InvoiceHeader', 'AutoPayCollectionDate', 'date?'],
  ['InvoiceHeader', 'TotalAmountDue', 'money'],
  ['InvoiceHeader', 'InvoiceTypeID', 'integer'],
  ['InvoiceHeader', 'AllowPartialPayments', 'boolean?'],
  ['InvoiceHeader', 'FirstNotifyRequestedDate', 'date?'],
  ['InvoiceHeader', 'PastDue', 'money?'],
  ['InvoiceHeader', 'Custom1', 'text', 200],
  ['CustomerRecord', 'AccountNumber', 'text', 200],
  ['CustomerRecord', 'CustomerName', 'text', 500],
  ['CustomerRecord', 'EmailAddress', 'text?', 320],
  ['CustomerRecord', 'Address1', 'text?', 500],
  ['CustomerRecord', 'City', 'text?', 200],
  ['CustomerRecord', 'State', 'text?', 50],
  ['CustomerRecord', 'Zip', 'text?', 20],
];

const plain = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Digits)
    ? (value as Record<string, unknown>)
    : {};
const own = (object: Record<string, unknown>, name: string): unknown =>
  Object.getOwnPropertyDescriptor(object, name)?.value;
const blank = (value: unknown): boolean => value === undefined || value === null || value === '';
const cents = (text: string): bigint => {
  const [whole = '', decimals = ''] = text.replace('-', '').split('.');
  const all = BigInt(whole + decimals.padEnd(2, '0'));
  return text.startsWith('-') ? -all : all;
};

/** @returns the value as text; undefined where it is wrong */
function read(type: string, value: unknown): string | undefined {
  const text = value instanceof Digits ? value.text : value;
  switch (type.replace('?', '')) {
    case 'text':
      return typeof value === 'string' && !value.includes('\0') && !/\p{Surrogate}/u.test(value) ? value : undefined;
    case 'N|R':
      return value === 'N' || value === 'R' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'integer': {
      const fits = value instanceof Digits ? /^-?[0-9]{1,9}$/ : /^[0-9]{1,9}$/;
      return typeof text === 'string' && fits.test(text) ? String(Number(text) + 0) : undefined;
    }
    case 'money':
      return typeof text === 'string' && /^-?[0-9]{1,13}([.][0-9]{1,2})?$/.test(text) ? String(cents(text)) : undefined;
    case 'date': {
      const [, month = '', day = '', year = ''] =
        /^([0-9]{2})\/([0-9]{2})\/([0-9]{4})$/.exec(typeof value === 'string' ? value : '') ?? [];
      const iso = `${year}-${month}-${day}`;
      const at = new Date(`${iso}T00:00:00Z`);
      return year > '0000' && !Number.isNaN(+at) && at.toISOString().startsWith(iso) ? iso : undefined;
    }
    default:
      throw new Error(`no type ${type}`);
  }
}

/** @returns undefined where the file as a whole is wrong */
export function readByReference(bytes: Uint8Array): ReferenceResult | undefined {
  let top: Record<string, unknown>;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); // takes a byte order mark away
    const keep = (_: string, value: unknown, { source }: { source?: string }): unknown =>
      typeof value === 'number' ? new Digits(source ?? '') : value;
    top = plain(JSON.parse(text, keep as never));
  } catch {
    return undefined;
  }
  const invoices = own(top, 'Invoices');
  const group = own(top, 'FileHeader');
  const source = group === undefined ? top : plain(group);
  if (!Array.isArray(invoices)) return undefined;
  const header: Record<string, string> = {};
  for (const [name, type] of Object.entries(HEADER)) {
    const value = own(source, name);
    const found = blank(value) ? undefined : read(type, value);
    if (found === undefined || found.length > 100) return undefined;
    header[name] = found;
  }
  const result: ReferenceResult = { records: [], setAside: [], header, totalCents: 0n };
  for (const [index, invoice] of invoices.entries()) {
    const record: Record<string, string> = {};
    const object = plain(invoice);
    const grouped = own(object, 'InvoiceHeader') !== undefined || own(object, 'CustomerRecord') !== undefined;
    const wrong: { name: string; tooLong: boolean }[] = [];
    for (const [place, name, type, longest] of FIELDS) {
      const value = own(grouped ? plain(own(object, place)) : object, name);
      if (blank(value)) {
        if (!type.endsWith('?')) wrong.push({ name, tooLong: false });
        continue;
      }
      const found = read(type, value);
      if (found === undefined) wrong.push({ name, tooLong: false });
      else if (longest && found.length > longest) wrong.push({ name, tooLong: true });
      if (found !== undefined) record[name] = found;
      if (name === 'TotalAmountDue' && found !== undefined) result.totalCents += BigInt(found);
    }
    // What is no value at all is named before what is too long.
    const first = wrong.find(({ tooLong }) => !tooLong) ?? wrong[0];
    if (first) result.setAside.push({ recordNumber: index + 1, field: first.name });
    else result.records.push(record);
  }
  return result;
}
