/** Reads the file of an import: its records batch by batch; what it tells beside them is kept, checked and shown. */
import { createReadStream } from 'node:fs';
import type {
  InvoiceFileBatch,
  InvoiceFileHeader,
  InvoiceFileParser,
  InvoiceFileTotals,
  InvoiceRecord,
  SetAsideRecord,
} from '@ic-host/contracts';
import type { Selectable } from 'kysely';
import type { BillerConfig } from '../billers/billers.js';
import type { Database } from '../store/database.js';
import type { InvoiceFilesTable } from '../store/tables.js';
import { asideRecords } from './aside-records.js';
import { checkControlTotals, maxSetAsidePercent, refuseFile } from './control-totals.js';

export type ImportRow = Selectable<InvoiceFilesTable>;
export type ReadFile = InvoiceFileTotals & { setAside: number };

const READ_BYTES = 1 << 18;
const TELL_EVERY_MS = 250;

export class FileRecords {
  private header: InvoiceFileHeader | undefined;
  private totals: InvoiceFileTotals | undefined;
  private records = 0;
  private setAside = 0;
  private toldAt = 0;

  constructor(
    private readonly row: ImportRow,
    private readonly biller: BillerConfig,
    private readonly parser: InvoiceFileParser,
    private readonly db: Database['db'],
  ) {}

  /** Once; what an earlier reading set aside is forgotten. @throws AdapterError `rejected` as the parser */
  async *batches(signal: AbortSignal): AsyncGenerator<InvoiceRecord[], undefined> {
    const { import_id, path, file_name: fileName } = this.row;
    await this.db.deleteFrom('set_aside_records').where('import_id', '=', import_id).execute();
    const bytes = createReadStream(path, { highWaterMark: READ_BYTES });
    for await (const part of asideRecords(this.parser.parse({ fileName, bytes }, signal))) {
      if (part.type === 'header') this.header = part.header;
      else if (part.type === 'totals') this.totals = part.totals;
      else {
        if (part.setAside.length) await this.keepAside(part.setAside);
        await this.tell(part);
        if (part.records.length) yield part.records;
      }
    }
    return undefined;
  }

  /** When all was read. @throws AdapterError `rejected` when the file must be refused */
  checked(): ReadFile {
    const { header, totals, setAside, biller } = this;
    if (!header) throw refuseFile('header-missing', 'the file has no header');
    if (!totals) throw new Error('the parser told no totals');
    if (header.billerGuid !== biller.guid) throw refuseFile('biller-guid', "the file's BillerGUID is another biller's");
    const most = maxSetAsidePercent(biller);
    checkControlTotals(header, totals, setAside, most);
    return { ...totals, setAside };
  }

  /** Writes down how far it is, now and then. */
  private async tell({ records, setAside, bytesRead }: InvoiceFileBatch): Promise<void> {
    this.records += records.length + setAside.length;
    this.setAside += setAside.length;
    if (performance.now() - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = performance.now();
    await this.db
      .updateTable('invoice_files')
      .set({ records: this.records, bytes_read: bytesRead, set_aside: this.setAside })
      .where('import_id', '=', this.row.import_id)
      .execute();
  }

  private async keepAside(records: readonly SetAsideRecord[]): Promise<void> {
    const rows = records.map((item) => ({
      import_id: this.row.import_id,
      record_number: item.recordNumber,
      byte_offset: item.byteOffset,
      invoice_number: item.invoiceNumber,
      field: item.field,
      code: item.code,
      message: item.message,
    }));
    await this.db.insertInto('set_aside_records').values(rows).execute();
  }
}
