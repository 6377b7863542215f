/** Sets records aside that hold what looks like a full card number, whatever the adapter made of them. */
import type { InvoiceFilePart, InvoiceRecord, SetAsideRecord } from '@ic-host/contracts';
import { holdsCardNumber, maskCardNumbers } from '../card-numbers.js';

type Batch = InvoiceFilePart & { type: 'batch' };

/** Everything of a record that anybody may have typed. */
const TEXTS = [
  ...(['invoiceNumber', 'accountNumber', 'partnerAccountId', 'customerName', 'emailAddress', 'address1'] as const),
  ...(['city', 'state', 'zip', 'invoiceFormatGuid'] as const),
] satisfies (keyof InvoiceRecord)[];

const fieldWithCard = (record: InvoiceRecord): (typeof TEXTS)[number] | undefined =>
  TEXTS.find((field) => {
    const text = record[field];
    return text !== undefined && holdsCardNumber(text);
  });

const withoutCard = (item: SetAsideRecord): SetAsideRecord => ({
  ...item,
  invoiceNumber: item.invoiceNumber === null ? null : maskCardNumbers(item.invoiceNumber),
  message: maskCardNumbers(item.message),
});

/** A batch's records are numbered in their order, between those that the parser set aside itself. */
function asideOf(batch: Batch, index: number, before: number, field: string): SetAsideRecord {
  const taken = new Set(batch.setAside.map(({ recordNumber }) => recordNumber));
  let recordNumber = before;
  for (let passed = -1; passed < index; ) if (!taken.has(++recordNumber)) passed++;
  const { invoiceNumber } = batch.records[index] as InvoiceRecord;
  return {
    recordNumber,
    byteOffset: batch.offsets?.[index] ?? batch.bytesRead,
    invoiceNumber: holdsCardNumber(invoiceNumber) ? null : invoiceNumber,
    ...{ field, code: 'card-number', message: `${field} looks like a full card number` },
  };
}

export async function* asideCardNumbers(parts: AsyncIterable<InvoiceFilePart>): AsyncGenerator<InvoiceFilePart> {
  let before = 0;
  for await (const part of parts) {
    if (part.type !== 'batch') {
      yield part;
      continue;
    }
    const aside = part.records.flatMap((record, index) => {
      const field = fieldWithCard(record);
      return field ? [{ record, item: asideOf(part, index, before, field) }] : [];
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
