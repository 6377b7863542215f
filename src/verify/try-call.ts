/** Makes one call of one adapter, as the host would, and tells all about it. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import {
  AdapterError,
  type AdapterErrorKind,
  CONTRACT_NAMES,
  type ContractName,
  type Payment,
  PlainDate,
  toPayment,
} from '@ic-host/contracts';
import type { BillerUnderTest, SuiteScope } from '@ic-host/contracts/suite';
import type { LoadedAdapter } from '../adapters/adapter-registry.js';
import { NEVER } from '../egress/call-time.js';
import { type Exchange, recordingExchanges } from '../egress/exchange-record.js';
import { AdapterBench } from './adapter-bench.js';
import { MEANINGS } from './error-meanings.js';

export interface Tried {
  ms: number;
  /** Secrets masked. */
  exchanges: readonly Exchange[];
  result?: unknown;
  error?: { kind: AdapterErrorKind | 'none'; code: string; message: string; partnerMessages: readonly string[] };
  /** In words. */
  hostWould: string;
}

/** Of each request and answer. */
const KEPT_BYTES = 1_000_000;

type Arguments = Record<string, unknown>;
type Call = (scope: SuiteScope, given: Arguments, signal: AbortSignal) => Promise<unknown>;

/** What may be left out of a payment that is only tried. */
const PAYMENT = {
  ...{ transactionId: 'try-1', invoiceNumber: 'none', amount: '1.00', paymentDate: '2026-11-24', method: 'Visa' },
  ...{ source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
};
const payment = (given: Arguments): Payment => toPayment({ ...PAYMENT, ...given });
const enrollment = ({ accountNumber, enabled }: Arguments) => ({
  accountNumber: String(accountNumber),
  enabled: enabled === true,
});
const missing = (name: string): never => {
  throw new AdapterError('unsupported', `the adapter has no ${name}`);
};

export const CALLS: Record<string, Call> = {
  'rtdr-provider.lookUp': (scope, given, signal) =>
    scope.get('rtdr-provider').lookUp({ heldInvoiceNumbers: [], ...(given as { accountNumber: string }) }, signal),
  'payment-sink.post': (scope, given, signal) => scope.get('payment-sink').post(payment(given), signal),
  'payment-sink.find': async (scope, given, signal) =>
    (scope.get('payment-sink').find ?? missing('find')).call(scope.get('payment-sink'), payment(given), signal),
  'payment-sink.returnPayment': async (scope, given, signal) =>
    (scope.get('payment-sink').returnPayment ?? missing('returnPayment')).call(
      scope.get('payment-sink'),
      {
        ...{
          payment: payment(given),
          confirmationNumber: String(given.confirmationNumber),
          code: String(given.code ?? 'R01'),
        },
        ...{
          returnedOn: PlainDate.parse(String(given.returnedOn ?? '2026-11-25')),
          disableAutoPay: given.disableAutoPay === true,
        },
      },
      signal,
    ),
  'enrollment-sink.setPaperless': (scope, given, signal) =>
    scope.get('enrollment-sink').setPaperless(enrollment(given), signal),
  'enrollment-sink.setAutopay': (scope, given, signal) =>
    scope.get('enrollment-sink').setAutopay(enrollment(given), signal),
  'enrollment-sink.readBack': async (scope, given, signal) =>
    (scope.get('enrollment-sink').readBack ?? missing('readBack')).call(
      scope.get('enrollment-sink'),
      given.kind === 'autopay' ? 'autopay' : 'paperless',
      String(given.accountNumber),
      signal,
    ),
  'document-provider.fetch': async (scope, given, signal) => {
    const { stream, length } = await scope.get('document-provider').fetch(given as { invoiceNumber: string }, signal);
    let bytes = 0;
    for await (const chunk of stream) bytes += (chunk as Buffer).length;
    return { bytes, length: length ?? null };
  },
  'invoice-file-parser.parse': async (scope, given, signal) => {
    const file = String(given.file);
    const found = { header: null as unknown, totals: null as unknown, records: 0, setAside: [] as unknown[] };
    const source = { fileName: basename(file), bytes: createReadStream(file) };
    for await (const part of scope.get('invoice-file-parser').parse(source, signal)) {
      if (part.type === 'header') found.header = part.header;
      else if (part.type === 'totals') found.totals = { ...part.totals, totalCents: String(part.totals.totalCents) };
      else {
        found.records += part.records.length;
        found.setAside.push(...part.setAside.slice(0, 20));
      }
    }
    return found;
  },
};

/** @throws Error in words when there is no such call, or the adapter does not implement the contract */
export async function tryCall(
  adapter: LoadedAdapter,
  biller: BillerUnderTest,
  name: string,
  given: Arguments,
  allowPrivate: boolean,
): Promise<Tried> {
  const call = CALLS[name];
  if (!call) throw new Error(`there is no ${name}; there are ${Object.keys(CALLS).join(', ')}`);
  const contract = CONTRACT_NAMES.find((known) => name.startsWith(`${known}.`)) as ContractName;
  if (!adapter.manifest.contracts.some((claimed) => claimed.name === contract))
    throw new Error(`the adapter ${adapter.manifest.id} does not implement ${contract}`);
  const bench = await AdapterBench.start(adapter, { allowPrivate });
  const scope = await bench.open(biller);
  const started = performance.now();
  const { exchanges, ...ended } = await recordingExchanges(() => call(scope, given, NEVER), {
    bytes: KEPT_BYTES,
  });
  const ms = Math.round(performance.now() - started);
  await scope.close();
  await bench.close();
  if ('value' in ended) return { ms, exchanges, result: ended.value, hostWould: 'take this as the answer' };
  const { error } = ended;
  if (!AdapterError.is(error))
    return {
      ...{ ms, exchanges, error: { kind: 'none', code: '', message: String(error), partnerMessages: [] } },
      hostWould: 'take it for an unknown outcome: what is thrown must be an AdapterError',
    };
  const { kind, code, message, partnerMessages } = error;
  const { delivery, read } = MEANINGS[kind];
  const isDelivery = contract === 'payment-sink' || contract === 'enrollment-sink';
  const what = isDelivery ? `the delivery ${delivery}` : `whoever asked ${read}`;
  return { ms, exchanges, error: { kind, code, message, partnerMessages }, hostWould: what };
}
