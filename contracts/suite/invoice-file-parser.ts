/** The suite's checks of InvoiceFileParser. */
import { checkerOf } from '../src/boundary-types.js';
import {
  InvoiceFileHeader,
  type InvoiceFileTotals,
  InvoiceRecord,
  type SetAsideRecord,
} from '../src/invoice-file-parser.js';
import { type Check, type CheckContext, can, ensure, equal, expectKind, sleep } from './check.js';
import type { FileRecordSpec, FileSpec } from './contract-config.js';
import { inTimeZones, never } from './shared-checks.js';

const contract = 'invoice-file-parser';
const checkRecord = checkerOf(InvoiceRecord);
const checkHeader = checkerOf(InvoiceFileHeader);
const MANY = 40_000;
const MOST_GROWTH_BYTES = 40_000_000;

interface Read {
  records: InvoiceRecord[];
  setAside: SetAsideRecord[];
  headers: InvoiceFileHeader[];
  totals: InvoiceFileTotals[];
  batches: number;
  bytesRead: number[];
}

const record = (index: number, more: Partial<FileRecordSpec> = {}): FileRecordSpec => ({
  ...{ invoiceNumber: `inv-${index}`, accountNumber: `acc-${index}`, customerName: `Customer ${index}` },
  ...{ cents: 10_000 + index, invoiceDate: '2026-11-01', dueDate: '2026-12-01' },
  ...more,
});
const records = (count: number): FileRecordSpec[] => Array.from({ length: count }, (_, index) => record(index));

function file(context: CheckContext, spec: FileSpec): { fileName: string; bytes: Buffer } {
  const { fileName, chunks } = can(context.partner.invoiceFile, 'invoiceFile()').call(context.partner, spec);
  return { fileName, bytes: Buffer.concat([...chunks].map((chunk) => Buffer.from(chunk as string))) };
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  context: CheckContext,
  { fileName, bytes }: { fileName: string; bytes: Buffer | AsyncIterable<Uint8Array> },
  signal = never,
): Promise<Read> {
  const parser = (await context.open()).get(contract);
  const result: Read = { records: [], setAside: [], headers: [], totals: [], batches: 0, bytesRead: [] };
  const source = Buffer.isBuffer(bytes) ? inChunks(bytes, 1 << 16) : bytes;
  for await (const part of parser.parse({ fileName, bytes: source }, signal)) {
    if (result.totals.length) ensure(false, 'a part came behind the totals');
    if (part.type === 'header') result.headers.push(part.header);
    else if (part.type === 'totals') result.totals.push(part.totals);
    else {
      result.batches++;
      result.records.push(...part.records);
      result.setAside.push(...part.setAside);
      result.bytesRead.push(part.bytesRead);
    }
  }
  return result;
}

const told = ({ records }: Read) =>
  records.map(({ invoiceNumber, accountNumber, customerName, totalAmountDue, invoiceDate, invoiceDueDate }) => ({
    ...{ invoiceNumber, accountNumber, customerName, cents: totalAmountDue.cents },
    ...{ invoiceDate: String(invoiceDate), dueDate: String(invoiceDueDate) },
  }));
const wanted = (list: FileRecordSpec[]) =>
  list.map(({ invoiceNumber, accountNumber, customerName, cents, invoiceDate, dueDate }) => ({
    ...{ invoiceNumber, accountNumber, customerName, cents, invoiceDate, dueDate },
  }));

const check = (id: string, parts: Omit<Check, 'contract' | 'id' | 'writes'>): Check => ({
  ...{ contract, id, writes: false },
  ...parts,
});

/** A file of which the first record has something wrong with it. */
function setAside(wrong: NonNullable<FileSpec['wrong']>, title: string): Check {
  return check(wrong, {
    title,
    rule: 'One wrong record is set aside with its reason; the others are applied.',
    look: 'what becomes of a field that can’t be read: a default, a null, an exception that ends the file',
    run: async (context) => {
      const list = records(5);
      const result = await read(context, file(context, { records: list, wrong }));
      equal(told(result), wanted(list.slice(1)), 'the records that are right');
      equal(result.setAside.length, 1, 'number of records set aside');
      const [first] = result.setAside;
      equal([first?.recordNumber, first?.invoiceNumber], [1, 'inv-0'], 'number and invoice of the record set aside');
      ensure(
        first?.field && first.code && first.message.includes(' '),
        'a record set aside says field, code and message',
      );
      equal(result.totals[0]?.records, 5, 'records in the totals, the one set aside included');
    },
  });
}

function refused(
  id: string,
  title: string,
  rule: string,
  spoil: (file: { fileName: string; bytes: Buffer }) => typeof file,
) {
  return check(id, {
    title,
    rule,
    look: 'what ends the reading: the end of the bytes, or the end of the document',
    run: async (context) => {
      const spoilt = spoil(file(context, { records: records(3) }));
      const error = await expectKind(read(context, spoilt), ['rejected'], title);
      ensure(error.code !== 'rejected', 'the error has no code of its own: the partner is told by it what to mend');
    },
  });
}

export const invoiceFileParserChecks: Check[] = [
  check('reads', {
    title: 'reads every record of a file, in order',
    rule: 'parse yields batches, one header, and the totals last.',
    look: 'the mapping of fields',
    run: async (context) => {
      const list = records(250);
      const result = await read(context, file(context, { records: list }));
      equal(told(result), wanted(list), 'the records');
      equal([result.headers.length, result.totals.length], [1, 1], 'number of headers and totals');
      for (const item of result.records) equal(checkRecord(item), undefined, 'what is wrong with a record');
      equal(checkHeader(result.headers[0] as InvoiceFileHeader), undefined, 'what is wrong with the header');
    },
  }),

  check('money', {
    title: 'reads every amount to the cent',
    rule: 'Money is exact, from the text of the number.',
    look: 'parseFloat, Number(…) * 100; an amount that went through a double',
    run: async (context) => {
      const cents = [10, 20, 30, 1, 99, 0, -310, 1_999, 109_995, 450_360, 435, 8_990_009, 99_999_999_999];
      const list = cents.map((amount, index) => record(index, { cents: amount }));
      equal(told(await read(context, file(context, { records: list }))), wanted(list), 'the amounts');
    },
  }),

  check('dates', {
    alone: true,
    title: 'reads every date as it stands, in five time zones',
    rule: 'A due date is a day, not a moment.',
    look: 'new Date(…), day and month in each other’s place',
    run: async (context) => {
      const days = ['2028-02-29', '2026-12-31', '2027-01-01', '2026-03-08', '2026-02-03', '2026-10-12'];
      const list = days.map((day, index) => record(index, { invoiceDate: day, dueDate: day }));
      const source = file(context, { records: list });
      await inTimeZones(async (zone) => {
        equal(told(await read(context, source)), wanted(list), `the dates, in ${zone}`);
      });
    },
  }),

  check('texts', {
    title: 'reads names and numbers of any script as they are',
    rule: 'Text is opaque: nothing is trimmed, folded or cut.',
    look: 'trim(), encodings, escapes',
    run: async (context) => {
      const parts = ['Ж-40/5 ñ', '000', ' a ', 'a"b\\c', '北京', '😀', 'O\'Neal, "Q"', '\u2028'];
      const list = parts.map((part, index) =>
        record(index, {
          invoiceNumber: `${part}${index}`,
          accountNumber: `${part}${index}${part}`,
          customerName: `${part}x${part}`,
        }),
      );
      equal(told(await read(context, file(context, { records: list }))), wanted(list), 'the records');
    },
  }),

  check('chunks', {
    title: 'reads the same, wherever the bytes are cut',
    rule: 'A file comes in chunks that end anywhere: inside an escape, a character, a number.',
    look: 'a decoder that is made anew for each chunk; a split by lines within one chunk',
    run: async (context) => {
      const list = [record(0, { customerName: 'Zoë "Q" \\ 北京 😀' }), record(1), record(2, { cents: -5 })];
      const { fileName, bytes } = file(context, { records: list });
      for (const size of [1, 2, 3, 5, 7, 64, bytes.length]) {
        const result = await read(context, { fileName, bytes: inChunks(bytes, size) });
        equal(told(result), wanted(list), `the records, in chunks of ${size}`);
      }
      for (let at = 1; at < bytes.length; at += 3) {
        const halves = (async function* () {
          yield bytes.subarray(0, at);
          yield bytes.subarray(at);
        })();
        equal((await read(context, { fileName, bytes: halves })).records.length, 3, `records, cut at byte ${at}`);
      }
    },
  }),

  check('totals', {
    title: 'counts and adds up what it read, exactly',
    rule: 'The host compares them with the header: that is how a lost record is found.',
    look: 'sums of floats; a count of the records that are right only',
    run: async (context) => {
      const list = Array.from({ length: 1_000 }, (_, index) => record(index, { cents: 10 + (index % 3) * 10 }));
      const { totals } = await read(context, file(context, { records: list }));
      const sum = list.reduce((all, { cents }) => all + cents, 0);
      equal([totals[0]?.records, totals[0]?.totalCents], [1_000, BigInt(sum)], 'records, and total in cents');
    },
  }),

  check('count-as-told', {
    title: 'tells the count of the header as the file has it, though it is wrong',
    rule: 'The host refuses a file whose count is wrong; a parser that corrects it hides a lost record.',
    look: 'a header made of what was counted',
    run: async (context) => {
      const { headers, totals } = await read(context, file(context, { records: records(3), wrong: 'count' }));
      ensure(headers[0]?.invoiceCount !== 3, 'the header says 3, and the file does not');
      equal(totals[0]?.records, 3, 'records in the totals');
    },
  }),

  check('total-as-told', {
    title: 'tells the total of the header as the file has it, though it is wrong',
    rule: 'The host refuses a file whose total is wrong; a parser that corrects it hides a lost cent.',
    look: 'a header made of what was added up',
    run: async (context) => {
      const list = records(3);
      const { headers, totals } = await read(context, file(context, { records: list, wrong: 'total' }));
      const sum = list.reduce((all, { cents }) => all + cents, 0);
      ensure(headers[0]?.totalInvoiceAmount.cents !== sum, 'the header tells the sum, and the file does not');
      equal(totals[0]?.totalCents, BigInt(sum), 'total in cents');
    },
  }),

  setAside('date-of-first', 'sets a record with a date that is no day aside, and goes on'),
  setAside('amount-of-first', 'sets a record with an amount that is none aside, and goes on'),
  setAside('record-type-of-first', 'sets a record of a kind that is never sent aside, and goes on'),

  check('place', {
    title: 'says where in the file a record that it set aside begins',
    rule: "The partner's engineers look it up there.",
    look: 'offsets counted in characters, or within a chunk',
    run: async (context) => {
      const first = record(0, { customerName: 'Zoë 北京 😀' });
      const { fileName, bytes } = file(context, { records: [first, record(1)], wrong: 'date-of-first' });
      const { setAside } = await read(context, { fileName, bytes: inChunks(bytes, 11) });
      const offset = setAside[0]?.byteOffset ?? -1;
      const at = bytes.indexOf('inv-0');
      const between = bytes.subarray(Math.max(0, offset), at);
      ensure(
        !between.includes(context.partner.biller.guid),
        `byteOffset ${offset} is before the header, which is not it`,
      );
      ensure(
        offset >= 0 && offset <= at && !bytes.subarray(offset, at).includes('inv-1'),
        `byteOffset ${offset} is not where the record is, at ${at}`,
      );
      ensure(at - offset < 2_000, `byteOffset ${offset} is far before the record, at ${at}`);
    },
  }),

  refused(
    'truncated',
    'refuses a file that ends in the middle',
    'What is missing could be anything.',
    ({ fileName, bytes }) => ({
      ...{ fileName, bytes: bytes.subarray(0, Math.floor(bytes.length * 0.6)) },
    }),
  ),
  refused('empty', 'refuses an empty file', 'No file is not a file without invoices.', ({ fileName }) => ({
    ...{ fileName, bytes: Buffer.alloc(0) },
  })),
  refused('other-file', 'refuses a file that is something else', 'A picture has no invoices.', ({ fileName }) => ({
    ...{ fileName, bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2, 3]) },
  })),
  refused(
    'other-name',
    'refuses a file whose name is not its kind',
    'The name says whose it is, and of which day.',
    ({ bytes }) => ({
      ...{ fileName: 'holiday.jpg', bytes },
    }),
  ),

  check('memory', {
    slow: true,
    alone: true,
    title: 'reads a file of any length in the same memory, as it comes',
    rule: 'The daily file can hold millions of invoices.',
    look: 'a list of all records, a string of the whole file, a parser that gives everything at its end',
    run: async (context) => {
      const total = (MANY * (MANY - 1)) / 2 + MANY * 10_000;
      const many = (function* () {
        for (let index = 0; index < MANY; index++) yield record(index);
      })();
      const make = can(context.partner.invoiceFile, 'invoiceFile()').bind(context.partner);
      const { fileName, chunks } = make({ records: many, count: MANY, totalCents: total });
      let ended = false;
      const bytes = (async function* () {
        for (const chunk of chunks) {
          yield Buffer.from(chunk as string);
        }
        ended = true;
      })();
      const parser = (await context.open()).get(contract);
      const before = await context.host.aliveBytes();
      let [most, seen, early, next] = [0, 0, 0, 0];
      for await (const part of parser.parse({ fileName, bytes }, never)) {
        if (part.type !== 'batch') continue;
        seen += part.records.length;
        if (!ended) early = seen;
        if (seen < next) continue;
        next = seen + MANY / 8;
        most = Math.max(most, (await context.host.aliveBytes()) - before);
      }
      equal(seen, MANY, 'number of records');
      ensure(early > MANY / 2, `only ${early} of ${MANY} records had come when the last bytes were read`);
      ensure(most < MOST_GROWTH_BYTES, `memory grew by ${(most / 1e6).toFixed(0)} MB`);
    },
  }),

  check('abort', {
    title: 'stops reading when it is told to',
    rule: 'A host that stops must not read a file to its end first.',
    look: 'whether the AbortSignal is looked at between two chunks',
    run: async (context) => {
      const { fileName, bytes } = file(context, { records: records(3_000) });
      const controller = new AbortController();
      let given = 0;
      const endless = (async function* () {
        for (const half of [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)])
          for await (const chunk of inChunks(half, 20_000)) {
            if (++given === 3) controller.abort();
            await sleep(1);
            yield chunk;
          }
      })();
      const ended = await read(context, { fileName, bytes: endless }, controller.signal).then(
        () => 'read to its end',
        () => 'stopped',
      );
      equal(ended, 'stopped', 'a file whose reading was aborted');
    },
  }),

  check('progress', {
    title: 'says how far it has come, and ends at the last byte',
    rule: 'The operator sees a bar.',
    look: 'bytesRead of each batch',
    run: async (context) => {
      const { fileName, bytes } = file(context, { records: records(2_000) });
      const { bytesRead } = await read(context, { fileName, bytes: inChunks(bytes, 10_000) });
      ensure(
        bytesRead.every((at, index) => at > 0 && at <= bytes.length && at >= (bytesRead[index - 1] ?? 0)),
        `bytesRead must go up and stay within the file: ${bytesRead.slice(0, 10)}`,
      );
    },
  }),

  check('two-at-once', {
    title: 'reads two files at once, and one after another, without mixing them',
    rule: 'A biller may have two files in the inbox; they share an instance.',
    look: 'fields of the class that hold what belongs to one file',
    run: async (context) => {
      const lists = [records(50), records(80).map((item) => ({ ...item, accountNumber: `b-${item.accountNumber}` }))];
      const parser = (await context.open()).get(contract);
      const readAll = async (list: FileRecordSpec[]) => {
        const { fileName, bytes } = file(context, { records: list });
        const accounts: string[] = [];
        let totals: InvoiceFileTotals | undefined;
        for await (const part of parser.parse({ fileName, bytes: inChunks(bytes, 500) }, never)) {
          if (part.type === 'batch') accounts.push(...part.records.map(({ accountNumber }) => accountNumber));
          if (part.type === 'totals') totals = part.totals;
          await sleep(0);
        }
        return { accounts, counted: totals?.records };
      };
      const expected = lists.map((list) => ({
        accounts: list.map((item) => item.accountNumber),
        counted: list.length,
      }));
      equal(await Promise.all(lists.map(readAll)), expected, 'what two files read at once hold');
      equal(await readAll(lists[0] ?? []), expected[0], 'what a file read later holds');
    },
  }),
];
