/** Makes valid invoice files of any size: the same seed, the same bytes. */
import { Money } from '@ic-host/contracts';

export interface InvoiceFileRecipe {
  invoices: number;
  seed?: number;
  billerGuid: string;
  layout?: 'grouped' | 'flat';
  /** Percent of the invoices whose amounts differ from those of the same recipe without it: the next day's file. */
  changedPercent?: number;
}

/** 32 bits that depend on all of the words given (the finisher of MurmurHash3). */
function mix(...words: number[]): number {
  let hash = 0x9e3779b9;
  for (const word of words) {
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

const FIRST = ['Jordan', 'Riley', 'Casey', 'Sam', 'Zoë', 'Álvaro', 'Mei', 'O"Neal', 'Renée', 'Kim'];
const LAST = ['Example', 'Exämple', 'Sample', 'Placeholder', 'Specimen', 'Muster', 'Esempio', 'Przykład'];
const STREETS = ['Main St', 'Oak Ave', '2nd Street', 'County Road 12', 'Lakeview Terrace', 'Mill Lane'];
const CITIES = ['Springfield', 'St. Louis', 'Columbia', 'Cañon City', 'Rolla', 'Jefferson City'];
const pick = <T>(list: readonly T[], number: number): T => list[number % list.length] as T;
const hex = (number: number): string => number.toString(16).padStart(8, '0');

const guid = (seed: number, kind: number, index: number): string => {
  const [a, b, c, d] = [0, 1, 2, 3].map((part) => hex(mix(seed, kind, index, part))) as [
    string,
    string,
    string,
    string,
  ];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${d}${c.slice(4)}`;
};
const twoDigits = (number: number): string => String(number).padStart(2, '0');
const LAYOUT_NOTE = { format: '0b5e7a54-0000-4000-8000-000000000164', created: '11/23/2026' };

function centsOf({ seed = 1, changedPercent = 0 }: InvoiceFileRecipe, index: number): number {
  const cents = (mix(seed, 1, index) % 200_000) - 5_000; // some are credits
  return mix(seed, 2, index) % 10_000 < changedPercent * 100 ? cents + 100 : cents;
}

function invoice(recipe: InvoiceFileRecipe, index: number): string {
  const { seed = 1, layout = 'grouped' } = recipe;
  const chance = mix(seed, 3, index);
  const account = Math.floor(index / 2); // two invoices an account
  const who = mix(seed, 4, account);
  const month = (chance % 12) + 1;
  const due = `${twoDigits(month)}/${twoDigits((chance % 28) + 1)}/2026`;
  const header = {
    RecordType: chance % 9 ? 'R' : 'N',
    InvoiceFormatGuid: LAYOUT_NOTE.format,
    InvoiceNumber: guid(seed, 5, index),
    InvoiceDate: `${twoDigits(month)}/01/2026`,
    InvoiceDueDate: due,
    AutoPayCollectionDate: due,
    TotalAmountDue: Money.ofCents(centsOf(recipe, index)).toString(),
    InvoiceTypeID: 164,
    AllowPartialPayments: chance % 3 !== 0,
    FirstNotifyRequestedDate: `${twoDigits(month)}/02/2026`,
    PastDue: chance % 5 ? '0.00' : Money.ofCents(chance % 10_000).toString(),
    Custom1: guid(seed, 6, account),
  };
  const first = pick(FIRST, who);
  const customer = {
    AccountNumber: `FM${String(4_000_000_000 + account)}`,
    CustomerName: `${first} ${pick(LAST, who >>> 8)}`,
    ...(who % 4 ? { EmailAddress: `customer.${account}@mail.example` } : {}),
    Address1: `${(who % 9_000) + 1} ${pick(STREETS, who >>> 4)}`,
    City: pick(CITIES, who >>> 6),
    State: 'MO',
    Zip: String(63_001 + (who % 2_700)),
  };
  return JSON.stringify(
    layout === 'grouped' ? { InvoiceHeader: header, CustomerRecord: customer } : { ...header, ...customer },
  );
}

const AT_ONCE = 500;

/** The file's text, some hundred kilobytes at a time. */
export function* invoiceFile(recipe: InvoiceFileRecipe): Generator<string> {
  let total = 0;
  for (let index = 0; index < recipe.invoices; index++) total += centsOf(recipe, index);
  const header = {
    BillerGUID: recipe.billerGuid,
    FileCreationDate: LAYOUT_NOTE.created,
    InvoiceCount: recipe.invoices,
    TotalInvoiceAmount: Money.ofCents(total).toString(),
  };
  const grouped = (recipe.layout ?? 'grouped') === 'grouped';
  yield grouped
    ? `{"FileHeader":${JSON.stringify(header)},"Invoices":[\n`
    : `${JSON.stringify(header).slice(0, -1)},"Invoices":[\n`;
  for (let from = 0; from < recipe.invoices; from += AT_ONCE) {
    const lines: string[] = [];
    for (let index = from; index < Math.min(from + AT_ONCE, recipe.invoices); index++)
      lines.push(invoice(recipe, index));
    yield `${from ? ',\n' : ''}${lines.join(',\n')}`;
  }
  yield '\n]}\n';
}
