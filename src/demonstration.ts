/** The demonstration: a biller on each adapter's own stand-in partner, a sample file, and what to try next. */
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { ADAPTERS, sandboxOf } from './adapters/adapter-registry.js';
import { ChangeBiller } from './deliveries/change-biller.js';
import type { RunningHost } from './host.js';
import { InvoiceFiles } from './invoice-files/invoice-files.js';

export interface Demonstration {
  /** To be printed: what to try, each command on one line. */
  lines: string[];
  close(): Promise<void>;
}

/** As a shell takes it for one word, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Starts the stand-in partner of one adapter: of the first that has one, where none is named. Doing it again changes
 * nothing that is there.
 */
export async function demonstrate(
  { container, url }: RunningHost,
  dataDir: string,
  adapterId?: string,
): Promise<Demonstration> {
  const { loaded } = container.get(ADAPTERS);
  const adapter =
    adapterId === undefined ? [...loaded.values()].find(({ manifest }) => manifest.sandbox) : loaded.get(adapterId);
  if (!adapter) throw new Error(`no loaded adapter ${adapterId ? `is named ${adapterId}` : 'has a sandbox'}`);
  const start = await sandboxOf(adapter);
  const sandbox = await start({ stateFile: join(dataDir, `sandbox-${adapter.manifest.id}.json`) });
  const { billerId, ...biller } = sandbox.biller;
  const input = { ...biller, adapter: adapter.manifest.id };
  const { known } = await container.get<ChangeBiller>(ChangeBiller).put(billerId, input, 'demonstration');
  await known;
  const { fileName, text } = sandbox.sampleFile;
  await container.get<InvoiceFiles>(InvoiceFiles).take(billerId, fileName, Readable.from([Buffer.from(text)]));
  const { accountNumber, invoiceNumber } = sandbox.example;
  const base = `${url}/v1/billers/${billerId}`;
  // The token itself is not printed: the shell takes it from where it is kept.
  const tokenFile = resolve(dataDir, 'api-token');
  const kept = process.env.IC_HOST_API_TOKEN ? '$IC_HOST_API_TOKEN' : `$(cat ${quoted(tokenFile)})`;
  const auth = `-H "Authorization: Bearer ${kept}"`;
  const payment = JSON.stringify({
    // Not the time in digits: every tenth number of 13 digits could be a card's.
    transactionId: `demo-${Date.now().toString(36)}`,
    accountNumber,
    invoiceNumber,
    amount: '15.00',
    paymentDate: new Date().toISOString().slice(0, 10),
    method: 'Visa',
    source: 'Web',
    maskedNumber: '4242',
    payerName: 'Jordan Example',
  });
  return {
    lines: [
      `The console: ${url}/ (log in with ${process.env.IC_HOST_API_TOKEN ? 'IC_HOST_API_TOKEN' : `what is in ${tokenFile}`})`,
      '',
      `The partner of biller ${billerId} is ${adapter.manifest.name}'s sandbox at ${sandbox.url}. Try:`,
      '',
      `curl -sS -X POST ${auth} ${base}/accounts/${encodeURIComponent(accountNumber)}/refresh`,
      '',
      `curl -sS -X POST ${auth} -H 'Content-Type: application/json' -H 'Prefer: wait=10' ${base}/payments -d ${quoted(payment)}`,
      '',
      ...(adapter.manifest.contracts.some(({ name }) => name === 'document-provider')
        ? [`curl -sS ${auth} ${base}/invoices/${invoiceNumber}/document -o invoice.pdf && head -c 8 invoice.pdf`, '']
        : []),
      ...(sandbox.askDirectly ? ['What the partner itself has:', '', sandbox.askDirectly, ''] : []),
    ],
    close: () => sandbox.close(),
  };
}
