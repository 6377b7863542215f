/** `ic-host parse FILE`: checks an invoice file without a host, for a partner's engineers. */
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  AdapterError,
  BILLER,
  INVOICE_FILE_PARSER,
  type InvoiceFileHeader,
  type InvoiceFileParser,
  type InvoiceFileTotals,
  type SetAsideRecord,
} from '@ic-host/contracts';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { Container } from 'inversify';
import { type AdapterRegistry, loadAdapters } from '../adapters/adapter-registry.js';
import { checkControlTotals, DEFAULT_MAX_SET_ASIDE_PERCENT, refuseFile } from '../invoice-files/control-totals.js';

const SHOWN = 20;
const BAR_FROM_BYTES = 5_000_000;

interface Report {
  file: string;
  state: 'ok' | 'refused';
  problem: { code: string; detail: string } | null;
  header: InvoiceFileHeader | null;
  records: number;
  totalCents: string | null;
  unknownFields: number;
  setAside: number;
  firstSetAside: SetAsideRecord[];
}

function parserOf(adapters: AdapterRegistry, id: string | undefined, fileName: string): InvoiceFileParser {
  const able = [...adapters.loaded.values()].find(({ manifest }) =>
    id ? manifest.id === id : manifest.contracts.some(({ name }) => name === 'invoice-file-parser'),
  );
  if (!able) throw new Error('no loaded adapter can read invoice files');
  const container = new Container();
  // The name tells the biller; whether the GUID is that biller's only a host can know.
  const billerId = fileName.slice(0, fileName.lastIndexOf('_'));
  container.bind(BILLER).toConstantValue({ billerId, name: '', guid: '', openBilling: true, invoiceTypeId: 0 });
  container.load(able.module);
  return container.get(INVOICE_FILE_PARSER);
}

async function check(file: string, parser: InvoiceFileParser, progress: (bytes: number) => void): Promise<Report> {
  const report: Report = {
    ...{ file, state: 'ok', problem: null, header: null, records: 0, totalCents: null },
    ...{ unknownFields: 0, setAside: 0, firstSetAside: [] },
  };
  const seen = new Set<string>();
  let totals: InvoiceFileTotals | undefined;
  try {
    const source = { fileName: basename(file), bytes: createReadStream(file, { highWaterMark: 1 << 18 }) };
    for await (const part of parser.parse(source, new AbortController().signal)) {
      if (part.type === 'header') report.header = part.header;
      else if (part.type === 'totals') totals = part.totals;
      else {
        report.setAside += part.setAside.length;
        report.firstSetAside.push(...part.setAside.slice(0, SHOWN - report.firstSetAside.length));
        for (const { invoiceNumber } of part.records) {
          if (seen.has(invoiceNumber))
            throw refuseFile('invoice-number-twice', `the invoice ${invoiceNumber} stands twice`);
          seen.add(invoiceNumber);
        }
        progress(part.bytesRead);
      }
    }
    if (!totals || !report.header) throw refuseFile('header-missing', 'the file has no header');
    checkControlTotals(report.header, totals, report.setAside, DEFAULT_MAX_SET_ASIDE_PERCENT);
  } catch (error) {
    if (!AdapterError.is(error)) throw error;
    report.state = 'refused';
    report.problem = { code: error.code, detail: error.message };
  }
  report.records = totals?.records ?? seen.size + report.setAside;
  report.totalCents = totals ? String(totals.totalCents) : null;
  report.unknownFields = totals?.unknownFields ?? 0;
  return report;
}

function print({ state, problem, header, records, setAside, firstSetAside, unknownFields }: Report): void {
  if (header)
    console.log(
      `header: ${header.invoiceCount} invoices, ${header.totalInvoiceAmount} in all, made ${header.fileCreationDate}`,
    );
  console.log(`read: ${records} records, ${setAside} set aside, ${unknownFields} unknown fields`);
  for (const item of firstSetAside)
    console.log(
      `  record ${item.recordNumber} at byte ${item.byteOffset} (${item.invoiceNumber ?? 'no number'}): ${item.message} [${item.code}]`,
    );
  if (setAside > firstSetAside.length) console.log(`  … and ${setAside - firstSetAside.length} more`);
  console.log(state === 'ok' ? 'ok: a host would apply this file' : `refused: ${problem?.detail} [${problem?.code}]`);
}

export function parseCommand(program: Command): void {
  program
    .command('parse')
    .argument('<file>', 'the invoice file')
    .description('check an invoice file without a host; exit status 1 when it would be refused')
    .option('--adapter <id>', 'whose file it is; the first adapter that reads files')
    .option('--manifest <file>', 'which adapters to load', 'adapter.manifest.json')
    .option('--json', 'for programs')
    .action(async (file: string, options) => {
      const parser = parserOf(await loadAdapters(options.manifest), options.adapter, basename(file));
      const { size } = statSync(file);
      const bar = size > BAR_FROM_BYTES && !options.json ? new SingleBar({ stream: process.stderr }) : undefined;
      bar?.start(size, 0);
      const report = await check(file, parser, (bytes) => bar?.update(bytes));
      bar?.stop();
      if (options.json) console.log(JSON.stringify(report, null, 2));
      else print(report);
      if (report.state === 'refused') process.exitCode = 1;
    });
}
