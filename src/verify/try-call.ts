/** Makes one call of one adapter, as the host would, and tells all about it. */
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  AccountLookup,
  AdapterError,
  type AdapterErrorKind,
  CONTRACT_NAMES,
  type ContractName,
  checkerOf,
  ENROLLMENT_KINDS,
  Enrollment,
  Payment,
  PlainDate,
} from '@ic-host/contracts';
import type { BillerUnderTest, SuiteScope } from '@ic-host/contracts/suite';
import { plainToInstance } from 'class-transformer';
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
type Call = (scope: SuiteScope, signal: AbortSignal) => Promise<unknown>;

// biome-ignore lint/suspicious/noExplicitAny: any class can be a boundary type
function rightly<T extends object>(type: new (...args: any[]) => T, given: T): T {
  const fault = checkerOf(type, { closed: true })(given);
  if (fault) throw new Error(`${fault.field || 'what is given'} ${fault.message}`);
  return given;
}

/** What may be left out of a payment that is only tried. */
const PAYMENT = {
  ...{ transactionId: 'try-1', invoiceNumber: 'none', amount: '1.00', paymentDate: '2026-11-24', method: 'Visa' },
  ...{ source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
};
const payment = (given: Arguments): Payment => rightly(Payment, plainToInstance(Payment, { ...PAYMENT, ...given }));
const text = (given: Arguments, name: string): string => {
  const value = given[name];
  if (typeof value === 'string' && value) return value;
  throw new Error(`${name} is required, as text`);
};
const switching =
  (method: 'setPaperless' | 'setAutopay') =>
  (given: Arguments): Call => {
    const wish = rightly(Enrollment, given as unknown as Enrollment);
    return (scope, signal) => scope.get('enrollment-sink')[method](wish, signal);
  };
const missing = (name: string): never => {
  throw new AdapterError('unsupported', `the adapter has no ${name}`);
};

/** By name, each from its arguments in JSON. @throws Error in words where they are wrong, which says nothing of the adapter */
export const CALLS: Record<string, (given: Arguments) => Call> = {
  'rtdr-provider.lookUp': (given) => {
    const request = rightly(AccountLookup, { heldInvoiceNumbers: [], ...(given as { accountNumber: string }) });
    return (scope, signal) => scope.get('rtdr-provider').lookUp(request, signal);
  },
  'payment-sink.post': (given) => {
    const made = payment(given);
    return (scope, signal) => scope.get('payment-sink').post(made, signal);
  },
  'payment-sink.find': (given) => {
    const made = payment(given);
    return async (scope, signal) => {
      const sink = scope.get('payment-sink');
      return (sink.find ?? missing('find')).call(sink, made, signal);
    };
  },
  'payment-sink.returnPayment': ({ code = 'R01', returnedOn = '2026-11-25', disableAutoPay = false, ...given }) => {
    const { confirmationNumber, ...paid } = given;
    const returned = {
      ...{ payment: payment(paid), confirmationNumber: text({ confirmationNumber }, 'confirmationNumber') },
      ...{
        code: String(code),
        returnedOn: PlainDate.parse(String(returnedOn)),
        disableAutoPay: disableAutoPay === true,
      },
    };
    return async (scope, signal) => {
      const sink = scope.get('payment-sink');
      return (sink.returnPayment ?? missing('returnPayment')).call(sink, returned, signal);
    };
  },
  'enrollment-sink.setPaperless': switching('setPaperless'),
  'enrollment-sink.setAutopay': switching('setAutopay'),
  'enrollment-sink.readBack': (given) => {
    const accountNumber = text(given, 'accountNumber');
    const kind = ENROLLMENT_KINDS.find((known) => known === given.kind);
    if (!kind) throw new Error(`kind must be one of ${ENROLLMENT_KINDS.join(', ')}`);
    return async (scope, signal) => {
      const sink = scope.get('enrollment-sink');
      return (sink.readBack ?? missing('readBack')).call(sink, kind, accountNumber, signal);
    };
  },
  'document-provider.fetch': (given) => {
    const invoiceNumber = text(given, 'invoiceNumber');
    return async (scope, signal) => {
      const { stream, length } = await scope.get('document-provider').fetch({ invoiceNumber }, signal);
      let bytes = 0;
      for await (const chunk of stream) bytes += (chunk as Buffer).length;
      return { bytes, length: length ?? null };
    };
  },
  'invoice-file-parser.parse': (given) => {
    const file = text(given, 'file');
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`there is no file ${file}`);
    return async (scope, signal) => {
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
    };
  },
};

/** @throws Error in words when there is no such call, its arguments are wrong, or the adapter does not implement the contract */
export async function tryCall(
  adapter: LoadedAdapter,
  biller: BillerUnderTest,
  name: string,
  given: Arguments,
  allowPrivate: boolean,
): Promise<Tried> {
  const prepare = CALLS[name];
  if (!prepare) throw new Error(`there is no ${name}; there are ${Object.keys(CALLS).join(', ')}`);
  const contract = CONTRACT_NAMES.find((known) => name.startsWith(`${known}.`)) as ContractName;
  if (!adapter.manifest.contracts.some((claimed) => claimed.name === contract))
    throw new Error(`the adapter ${adapter.manifest.id} does not implement ${contract}`);
  const call = prepare(given);
  const bench = await AdapterBench.start(adapter, { allowPrivate });
  const scope = await bench.open(biller);
  const started = performance.now();
  const { exchanges, ...ended } = await recordingExchanges(() => call(scope, NEVER), { bytes: KEPT_BYTES });
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
