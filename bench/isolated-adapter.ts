/**
 * `npm run bench:isolation`: what it costs an adapter to run in a thread of its own: look-ups and payments a second, and
 * the speed at which an invoice file is read, beside the same adapter in the host's thread, in one interleaved run.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { invoiceFile, startSandbox } from '@ic-host/adapter-britecore/sandbox';
import {
  type AdapterLogger,
  INVOICE_FILE_PARSER,
  type InvoiceFileParser,
  Money,
  PAYMENT_SINK,
  type PaymentSink,
  PlainDate,
  RTDR_PROVIDER,
  type RtdrProvider,
} from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import { loadAdapters } from '../src/adapters/adapter-registry.js';
import { openScope } from '../src/adapters/open-scope.js';
import { DEFAULT_LIMITS } from '../src/egress/way-out.js';
import { aliveBytes } from '../test/alive-bytes.js';
import { median, withSpread } from './statistics.js';

const ROUNDS = 7;
const AT_ONCE = 8;
const CALLS = 800;
const INVOICES = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'ic-host bench '));
const sandbox = await startSandbox();
const { billerId, guid, settings } = sandbox.biller;
const { accountNumber, invoiceNumber } = sandbox.example;
const silent = (): void => undefined;
const log: AdapterLogger = { debug: silent, info: silent, warn: silent, error: silent };
const file = Buffer.from([...invoiceFile({ invoices: INVOICES, billerGuid: guid })].join(''));
const signal = new AbortController().signal;

async function bench(isolated: boolean) {
  const manifestFile = join(folder, `${isolated}.json`);
  const adapters = [{ source: resolve('plugins/britecore'), isolated }];
  writeFileSync(manifestFile, JSON.stringify({ hostApi: '1', adapters }));
  aliveBytes();
  const before = process.memoryUsage().rss;
  const started = performance.now();
  const registry = await loadAdapters(manifestFile);
  const loadMs = performance.now() - started;
  const { manifest, module } = registry.get('britecore');
  const { container, wayOut } = openScope({
    ...{ manifest, module, log, options: {}, allowPrivate: true, pace: async () => undefined },
    biller: { billerId, guid, name: billerId, openBilling: true, invoiceTypeId: 164 },
    read: (key) => settings[manifest.settings.find((spec) => spec.key === key)?.settingId ?? key],
    ...{ limits: { ...DEFAULT_LIMITS, concurrency: AT_ONCE }, tracer: trace.getTracer('bench') },
  });
  const rtdr = await container.getAsync<RtdrProvider>(RTDR_PROVIDER);
  const sink = await container.getAsync<PaymentSink>(PAYMENT_SINK);
  const parser = await container.getAsync<InvoiceFileParser>(INVOICE_FILE_PARSER);
  const perSecond = async (work: (index: number) => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    let next = 0;
    const worker = async () => {
      while (next < CALLS) await work(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return CALLS / ((performance.now() - began) / 1000);
  };
  let paid = 0;
  return {
    ...{ loadMs, memoryMb: (process.memoryUsage().rss - before) / 2 ** 20 },
    lookUps: () => perSecond(() => rtdr.lookUp({ accountNumber, heldInvoiceNumbers: [] }, signal)),
    payments: () =>
      perSecond(() =>
        sink.post(
          {
            ...{ transactionId: `${isolated}-${paid++}`, accountNumber, invoiceNumber, amount: Money.parse('0.01') },
            ...{ paymentDate: PlainDate.parse('2026-11-24'), method: 'Visa', source: 'Web', maskedNumber: '4242' },
            payerName: 'Jordan Example',
          },
          signal,
        ),
      ),
    read: async () => {
      const began = performance.now();
      let records = 0;
      const bytes = (async function* () {
        for (let at = 0; at < file.length; at += 1 << 18) yield file.subarray(at, at + (1 << 18));
      })();
      for await (const part of parser.parse({ fileName: `${billerId}_11232026.JSON`, bytes }, signal))
        if (part.type === 'batch') records += part.records.length;
      if (records !== INVOICES) throw new Error(`${records} of ${INVOICES} records were read`);
      return file.length / 1e6 / ((performance.now() - began) / 1000);
    },
    close: async () => {
      await wayOut.close();
      await registry.close();
    },
  };
}

const [own, thread] = [await bench(false), await bench(true)];
const measured = { lookUps: [[], []], payments: [[], []], read: [[], []] } as Record<
  'lookUps' | 'payments' | 'read',
  [number[], number[]]
>;
for (let round = 0; round <= ROUNDS; round++)
  for (const name of ['lookUps', 'payments', 'read'] as const)
    for (const [index, side] of [own, thread].entries()) {
      const figure = await side[name]();
      if (round > 0) measured[name][index as 0 | 1].push(figure); // the first warms up
    }
const units = { lookUps: 'look-ups a second', payments: 'payments a second', read: 'MB a second of an invoice file' };
for (const name of ['lookUps', 'payments', 'read'] as const) {
  const [inside, apart] = measured[name];
  const ratios = apart.map((figure, index) => figure / (inside[index] as number));
  console.log(
    `${units[name]}: ${median(inside).toFixed(0)} in the host's thread, ${median(apart).toFixed(0)} in one of its own: ${withSpread(ratios)}`,
  );
}
console.log(
  `loading: ${own.loadMs.toFixed(0)} ms and ${own.memoryMb.toFixed(0)} MB in the host's thread, ${thread.loadMs.toFixed(0)} ms and ${thread.memoryMb.toFixed(0)} MB in one of its own`,
);
await own.close();
await thread.close();
await sandbox.close();
rmSync(folder, { recursive: true, force: true });
