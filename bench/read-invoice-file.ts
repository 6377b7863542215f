/** Reads one invoice file with one reader in a process of its own, and prints what it took; started by invoice-file.ts. */
import 'reflect-metadata';
import { createReadStream, readFileSync } from 'node:fs';
import { basename } from 'node:path';

export interface Reading {
  ms: number;
  records: number;
  /** The process's highest resident memory. */
  peakMb: number;
}

type Reader = (file: string) => Promise<number> | number;

/** Loads what a reader needs before the clock starts. */
const READERS: Record<string, () => Promise<Reader>> = {
  'ic-host': async () => {
    const { BriteCoreInvoiceFiles } = await import('@ic-host/adapter-britecore/invoice-file-parser');
    return async (file) => {
      const fileName = basename(file);
      const parser = new BriteCoreInvoiceFiles({
        ...{ billerId: fileName.slice(0, fileName.indexOf('_')), name: '', guid: '', openBilling: true },
        invoiceTypeId: 164,
      });
      let records = 0;
      const source = { fileName, bytes: createReadStream(file, { highWaterMark: 1 << 18 }) };
      for await (const part of parser.parse(source, new AbortController().signal))
        if (part.type === 'batch') records += part.records.length;
      return records;
    };
  },
  // Nothing but the parsing: no field is looked at.
  'JSON.parse': async () => (file) => JSON.parse(readFileSync(file) as unknown as string).Invoices.length,
  'stream-json': async () => {
    const [{ parser }, { pick }, { streamArray }, { default: chain }] = await Promise.all([
      import('stream-json'),
      import('stream-json/filters/pick.js'),
      import('stream-json/streamers/stream-array.js'),
      import('stream-chain'),
    ]);
    return (file) =>
      new Promise((done, fail) => {
        let records = 0;
        chain([createReadStream(file), parser(), pick({ filter: 'Invoices' }), streamArray()])
          .on('data', () => records++)
          .on('end', () => done(records))
          .on('error', fail);
      });
  },
  '@streamparser/json': async () => {
    const { JSONParser } = await import('@streamparser/json-node');
    return (file) =>
      new Promise((done, fail) => {
        let records = 0;
        createReadStream(file)
          .pipe(new JSONParser({ paths: ['$.Invoices.*'], keepStack: false }))
          .on('data', () => records++)
          .on('end', () => done(records))
          .on('error', fail);
      });
  },
};

const [name = '', file = ''] = process.argv.slice(2);
const read = await READERS[name]?.();
if (!read) throw new Error(`no reader ${name}`);
const started = performance.now();
const records = await read(file);
const ms = performance.now() - started;
const reading: Reading = { ms, records, peakMb: process.resourceUsage().maxRSS / 1024 };
console.log(JSON.stringify(reading));
