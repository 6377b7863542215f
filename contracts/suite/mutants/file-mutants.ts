/** Parsers of invoice files that are wrong. */
import {
  AdapterError,
  InvoiceFileHeader,
  type InvoiceFilePart,
  type InvoiceFileSource,
  type InvoiceRecord,
  Money,
  PlainDate,
  type SetAsideRecord,
} from '@ic-host/contracts';
import type { Line } from '@ic-host/contracts/kit';
import { AcmeInvoiceFiles } from '../../template/src/invoice-file-parser.js';
import { mutant } from './mutant.js';

const of = mutant('invoice-file-parser');
type Fields = Record<string, unknown>;

/** Changes the parts as they come. */
const yielding = (change: (parts: AsyncIterable<InvoiceFilePart>) => AsyncGenerator<InvoiceFilePart>) =>
  class extends AcmeInvoiceFiles {
    override parse(file: InvoiceFileSource, signal: AbortSignal): AsyncGenerator<InvoiceFilePart> {
      return change(super.parse(file, signal));
    }
  };
/** Changes one kind of part. */
const each = (change: (part: InvoiceFilePart) => InvoiceFilePart | undefined) =>
  yielding(async function* (parts) {
    for await (const part of parts) {
      const changed = change(part);
      if (changed) yield changed;
    }
  });
/** Reads another source. */
const reading = (change: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>) =>
  class extends AcmeInvoiceFiles {
    override parse({ fileName, bytes }: InvoiceFileSource, signal: AbortSignal): AsyncGenerator<InvoiceFilePart> {
      return super.parse({ fileName, bytes: change(bytes) }, signal);
    }
  };

class FloatMoney extends AcmeInvoiceFiles {
  protected override amount(fields: Fields): Money {
    Money.parse(String(fields.amount));
    return Money.ofCents(Math.floor(Number(fields.amount) * 100));
  }
}
class AnyAmount extends AcmeInvoiceFiles {
  protected override amount(fields: Fields): Money {
    return Money.ofCents(Math.round(Number.parseFloat(String(fields.amount)) * 100));
  }
}
class LocalDates extends AcmeInvoiceFiles {
  protected override date(fields: Fields, name: string): PlainDate {
    PlainDate.parse(String(fields[name]));
    const at = new Date(String(fields[name]));
    return PlainDate.of(at.getFullYear(), at.getMonth() + 1, at.getDate());
  }
}
class RollsDatesOver extends AcmeInvoiceFiles {
  protected override date(fields: Fields, name: string): PlainDate {
    const [year = 0, month = 0, day = 0] = String(fields[name]).split('-').map(Number);
    const at = new Date(Date.UTC(year, month - 1, day));
    return PlainDate.of(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate());
  }
}
class Trims extends AcmeInvoiceFiles {
  protected override fill(record: InvoiceRecord, fields: Fields): void {
    super.fill(record, fields);
    record.customerName = record.customerName.trim();
  }
}
class AnyKind extends AcmeInvoiceFiles {
  protected override fill(record: InvoiceRecord, fields: Fields): void {
    super.fill(record, fields);
    record.recordType = 'R';
  }
}
class AnyName extends AcmeInvoiceFiles {
  protected override checkName(): void {
    // Not looked at.
  }
}
class OneWrongEndsAll extends AcmeInvoiceFiles {
  protected override record(...args: Parameters<AcmeInvoiceFiles['record']>): void {
    super.record(...args);
    if (args[4].length) throw new AdapterError('rejected', 'a record is wrong', { code: 'record-wrong' });
  }
}
class CountsRightOnly extends AcmeInvoiceFiles {
  protected override record(...args: Parameters<AcmeInvoiceFiles['record']>): void {
    const [, , read, , setAside] = args;
    const before = setAside.length;
    super.record(...args);
    if (setAside.length > before) read.records--;
  }
}
class OffsetInCharacters extends AcmeInvoiceFiles {
  private before = 0;
  protected override record(fields: Fields, line: Line, ...rest: [never, InvoiceRecord[], SetAsideRecord[]]): void {
    super.record(fields, { ...line, byteOffset: this.before }, ...rest);
    this.before += line.bytes.toString().length + 1;
  }
}
class CountInInstance extends AcmeInvoiceFiles {
  private count = 0;
  override async *parse(file: InvoiceFileSource, signal: AbortSignal): AsyncGenerator<InvoiceFilePart> {
    for await (const part of super.parse(file, signal)) {
      if (part.type === 'batch') this.count += part.records.length + part.setAside.length;
      yield part.type === 'totals' ? { ...part, totals: { ...part.totals, records: this.count } } : part;
    }
  }
}
class IgnoresAbort extends AcmeInvoiceFiles {
  override parse(file: InvoiceFileSource): AsyncGenerator<InvoiceFilePart> {
    return super.parse(file, new AbortController().signal);
  }
}

async function* decodedByChunk(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) yield Buffer.from(Buffer.from(chunk).toString('utf8'));
}
async function* allAtOnce(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  yield Buffer.concat(chunks);
}
async function* mended(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let last = '';
  for await (const chunk of bytes) {
    last = (last + Buffer.from(chunk).toString('latin1')).slice(-200);
    yield chunk;
  }
  if (!last.includes('"end"')) yield Buffer.from(last.endsWith('\n') ? '{"kind":"end"}' : '\n{"kind":"end"}');
}
/** Lines without their last, which may be cut: what is left looks whole. */
async function* wholeLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of mended(allAtOnce(bytes))) {
    const lines = Buffer.from(chunk)
      .toString('utf8')
      .split('\n')
      .filter((line) => {
        try {
          JSON.parse(line);
          return true;
        } catch {
          return false;
        }
      });
    yield Buffer.from(`${lines.join('\n')}\n`);
  }
}

export const fileMutants = [
  of('floats for money', 'money', { files: ({ biller }) => new FloatMoney(biller) }),
  of('reads half an amount', 'amount-of-first', { files: ({ biller }) => new AnyAmount(biller) }),
  of('dates by the machine’s time zone', 'dates', { files: ({ biller }) => new LocalDates(biller) }),
  of('the 30th of February is the 2nd of March', 'date-of-first', {
    files: ({ biller }) => new RollsDatesOver(biller),
  }),
  of('trims names', 'texts', { files: ({ biller }) => new Trims(biller) }),
  of('takes records of any kind', 'record-type-of-first', { files: ({ biller }) => new AnyKind(biller) }),
  of('takes files of any name', 'other-name', { files: ({ biller }) => new AnyName(biller) }),
  of('one wrong record ends the file', 'date-of-first amount-of-first', {
    files: ({ biller }) => new OneWrongEndsAll(biller),
  }),
  of('drops wrong records without a word', 'date-of-first', {
    files: ({ biller }) => new (each((part) => (part.type === 'batch' ? { ...part, setAside: [] } : part)))(biller),
  }),
  of('counts only what is right', 'date-of-first', { files: ({ biller }) => new CountsRightOnly(biller) }),
  of('offsets in characters', 'place', { files: ({ biller }) => new OffsetInCharacters(biller) }),
  of('sums in floats', 'totals', {
    files: ({ biller }) =>
      new (yielding(async function* (parts) {
        let sum = 0;
        for await (const part of parts) {
          if (part.type === 'batch')
            for (const { totalAmountDue } of part.records) sum += Number(String(totalAmountDue));
          if (part.type !== 'totals') yield part;
          else yield { ...part, totals: { ...part.totals, totalCents: BigInt(Math.floor(sum * 100)) } };
        }
      }))(biller),
  }),
  of('corrects the count of the header', 'count-as-told', {
    files: ({ biller }) =>
      new (yielding(async function* (parts) {
        const all: InvoiceFilePart[] = [];
        for await (const part of parts) all.push(part);
        const records = all.reduce((sum, part) => sum + (part.type === 'batch' ? part.records.length : 0), 0);
        for (const part of all)
          yield part.type === 'header'
            ? { ...part, header: Object.assign(new InvoiceFileHeader(), part.header, { invoiceCount: records }) }
            : part;
      }))(biller),
  }),
  of('reads the whole file first', 'memory', { files: ({ biller }) => new (reading(allAtOnce))(biller) }),
  of('decodes chunk by chunk', 'chunks', { files: ({ biller }) => new (reading(decodedByChunk))(biller) }),
  of('takes a file that is cut off', 'truncated', { files: ({ biller }) => new (reading(wholeLines))(biller) }),
  of('a count kept in the instance', 'two-at-once', { files: ({ biller }) => new CountInInstance(biller) }),
  of('ignores the abort', 'abort', { files: ({ biller }) => new IgnoresAbort(biller) }),
  of('forgets the totals', 'totals reads', {
    files: ({ biller }) => new (each((part) => (part.type === 'totals' ? undefined : part)))(biller),
  }),
  of('says it read more than there is', 'progress', {
    files: ({ biller }) =>
      new (each((part) => (part.type === 'batch' ? { ...part, bytesRead: part.bytesRead * 2 } : part)))(biller),
  }),
];
