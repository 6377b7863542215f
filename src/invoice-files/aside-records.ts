/** Sets aside the records that can't be applied or must not be kept, whatever the adapter made of them. */
import { checkerOf, type InvoiceFilePart, InvoiceRecord, type SetAsideRecord } from '@ic-host/contracts';
import { holdsCardNumber, maskCardNumbers } from '../card-numbers.js';
import { isStorable } from '../store/storable-text.js';

type Batch = InvoiceFilePart & { type: 'batch' };

/** Everything of a record that anybody may have typed. */
const TEXTS = [
  ...(['invoiceNumber', 'accountNumber', 'partnerAccountId', 'customerName', 'emailAddress', 'address1'] as const),
  ...(['city', 'state', 'zip', 'invoiceFormatGuid'] as const),
] satisfies (keyof InvoiceRecord)[];

type Fault = Pick<SetAsideRecord, 'field' | 'code' | 'message'>;

const check = checkerOf(InvoiceRecord);

function faultOf(record: InvoiceRecord): Fault | undefined {
  const wrong = check(record);
  if (wrong) return { ...wrong, message: `${wrong.field} ${wrong.message}` };
  for (const field of TEXTS) {
    const text = record[field];
    if (text === undefined) continue;
    if (holdsCardNumber(text)) return { field, code: 'card-number', message: `${field} looks like a full card number` };
    if (!isStorable(text)) return { field, code: 'wrong-value', message: `${field} holds NUL or half of a character` };
  }
  return undefined;
}

const withoutCard = (item: SetAsideRecord): SetAsideRecord => ({
  ...item,
  invoiceNumber: item.invoiceNumber === null ? null : maskCardNumbers(item.invoiceNumber),
  message: maskCardNumbers(item.message),
});

/** A batch's records are numbered in their order, between those that the parser set aside itself. */
function asideOf(batch: Batch, index: number, before: number, fault: Fault): SetAsideRecord {
  const taken = new Set(batch.setAside.map(({ recordNumber }) => recordNumber));
  let recordNumber = before;
  for (let passed = -1; passed < index; ) if (!taken.has(++recordNumber)) passed++;
  const { invoiceNumber } = batch.records[index] as InvoiceRecord;
  return {
    recordNumber,
    byteOffset: batch.offsets?.[index] ?? batch.bytesRead,
    invoiceNumber: typeof invoiceNumber !== 'string' || holdsCardNumber(invoiceNumber) ? null : invoiceNumber,
    ...fault,
  };
}

export async function* asideRecords(parts: AsyncIterable<InvoiceFilePart>): AsyncGenerator<InvoiceFilePart> {
  let before = 0;
  for await (const part of parts) {
    if (part.type !== 'batch') {
      yield part;
      continue;
    }
    const aside = part.records.flatMap((record, index) => {
      const fault = faultOf(record);
      return fault ? [{ record, item: asideOf(part, index, before, fault) }] : [];
    });
    before += part.records.length + part.setAside.length;
    const masked = part.setAside.length ? part.setAside.map(withoutCard) : part.setAside;
    if (aside.length === 0) yield masked === part.setAside ? part : { ...part, setAside: masked };
    else {
      const gone = new Set(aside.map(({ record }) => record));
      yield {
        ...part,
        records: part.records.filter((record) => !gone.has(record)),
        setAside: [...masked, ...aside.map(({ item }) => item)],
      };
    }
  }
}
