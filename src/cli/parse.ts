/** `ic-host parse FILE`: checks an invoice file without a host. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { InvoiceFileParser } from '@ic-host/contracts';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import type { InvoiceFileReport } from '../invoice-files/check-invoice-file.js';
import { wholeNumber } from './option-values.js';
import { describeUse, EXIT, printJson } from './terminal.js';

const BAR_FROM_BYTES = 5_000_000;
const MB = 1_000_000;

async function parserOf(manifest: string, id: string | undefined, fileName: string): Promise<InvoiceFileParser> {
  // Loaded when it is run: the command line's help and completion must be quick.
  const [{ BILLER, INVOICE_FILE_PARSER }, { Container }, { loadAdapters }] = await Promise.all([
    import('@ic-host/contracts'),
    import('inversify'),
    import('../adapters/adapter-registry.js'),
  ]);
  const adapters = await loadAdapters(manifest);
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

/** A bar with rate and time left, on a terminal and for a file that takes long enough. */
function barOf(size: number, wanted: boolean): { update(bytes: number, records: number): void; stop(): void } {
  if (!wanted || !process.stderr.isTTY || size < BAR_FROM_BYTES)
    return { update: () => undefined, stop: () => undefined };
  const format = '{bar} {percentage} % | {records} records | {rate} MB/s | {eta_formatted} left';
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true });
  const started = performance.now();
  bar.start(size, 0, { records: 0, rate: '…' });
  return {
    update: (bytes, records) =>
      bar.update(bytes, { records, rate: (bytes / MB / ((performance.now() - started) / 1000)).toFixed(0) }),
    stop: () => bar.stop(),
  };
}

function print({ header, ...report }: InvoiceFileReport): void {
  if (header)
    console.log(
      `header: ${header.invoiceCount} invoices, ${header.totalInvoiceAmount} in all, made ${header.fileCreationDate}`,
    );
  console.log(`read: ${report.records} records, ${report.setAside} set aside, ${report.unknownFields} unknown fields`);
  for (const item of report.firstSetAside)
    console.log(
      `  record ${item.recordNumber} at byte ${item.byteOffset} (${item.invoiceNumber ?? 'no number'}): ${item.message} [${item.code}]`,
    );
  const more = report.setAside - report.firstSetAside.length;
  if (more > 0) console.log(`  … and ${more} more; --shown ${report.setAside} lists them all`);
  console.log(
    report.state === 'ok'
      ? 'ok: a host would apply this file'
      : `refused: ${report.problem?.detail} [${report.problem?.code}]`,
  );
}

export function parseCommand(program: Command): void {
  const command = program
    .command('parse')
    .argument('<file>', 'the invoice file')
    .description('check an invoice file without a host')
    .option('--adapter <id>', 'whose file it is; the first adapter that reads files')
    .option('--manifest <file>', 'which adapters to load', 'adapter.manifest.json')
    .option('--shown <number>', 'how many of the records set aside are listed', wholeNumber(0), 20)
    .option('--json', 'for programs')
    .action(async (file: string, options) => {
      try {
        const parser = await parserOf(options.manifest, options.adapter, basename(file));
        const { checkInvoiceFile } = await import('../invoice-files/check-invoice-file.js');
        const bar = barOf(statSync(file).size, !options.json);
        const report = await checkInvoiceFile(file, parser, { shown: options.shown, progress: bar.update });
        bar.stop();
        if (options.json) printJson(report);
        else print(report);
        process.exitCode = report.state === 'ok' ? EXIT.done : EXIT.failed;
      } catch (error) {
        console.error(`ic-host: ${(error as Error).message}`);
        process.exitCode = EXIT.cannot;
      }
    });
  describeUse(command, ['parse 1663_11232026.JSON', 'parse 1663-20261123.csv --adapter tryton', 'parse FILE --json'], {
    0: 'a host would apply the file',
    1: 'a host would refuse it; why is said',
    2: 'it could not be read',
  });
}
