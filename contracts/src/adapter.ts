/** How an adapter joins a host: one module that binds contracts, and the tokens of what the host gives it. */
import 'reflect-metadata';
import type { Tracer } from '@opentelemetry/api';
import type { AxiosInstance } from 'axios';
import { ContainerModule, type ContainerModuleLoadOptions, type ServiceIdentifier } from 'inversify';
import type { ContractName } from './adapter-manifest.js';
import type { DocumentProvider } from './document-provider.js';
import type { EnrollmentSink } from './enrollment-sink.js';
import type { InvoiceFileParser } from './invoice-file-parser.js';
import type { PaymentSink } from './payment-sink.js';
import type { RtdrProvider } from './rtdr-provider.js';

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`ic-host/${name}`);

/** The tokens under which an adapter binds its contracts. */
export const RTDR_PROVIDER = token<RtdrProvider>('rtdr-provider@1');
export const PAYMENT_SINK = token<PaymentSink>('payment-sink@1');
export const ENROLLMENT_SINK = token<EnrollmentSink>('enrollment-sink@1');
export const DOCUMENT_PROVIDER = token<DocumentProvider>('document-provider@1');
export const INVOICE_FILE_PARSER = token<InvoiceFileParser>('invoice-file-parser@1');

export interface ContractTypes {
  'rtdr-provider': RtdrProvider;
  'payment-sink': PaymentSink;
  'enrollment-sink': EnrollmentSink;
  'document-provider': DocumentProvider;
  'invoice-file-parser': InvoiceFileParser;
}

export const CONTRACT_TOKENS: { [Name in ContractName]: ServiceIdentifier<ContractTypes[Name]> } = {
  'rtdr-provider': RTDR_PROVIDER,
  'payment-sink': PAYMENT_SINK,
  'enrollment-sink': ENROLLMENT_SINK,
  'document-provider': DOCUMENT_PROVIDER,
  'invoice-file-parser': INVOICE_FILE_PARSER,
};

/** The biller a scope belongs to. */
export interface Biller {
  billerId: string;
  name: string;
  guid: string;
  openBilling: boolean;
  /** The portal's kind of invoice for this biller, unless an invoice says otherwise. */
  invoiceTypeId: number;
}

/** A biller's settings and options on this adapter, by the keys of the manifest. */
export interface AdapterSettings {
  /** A setting's text; undefined when it isn't set and has no default. */
  get(key: string): string | undefined;
  /** @throws AdapterError `misconfigured` naming the setting when it isn't set */
  require(key: string): string;
  /** One of the biller's options, or its default. */
  option(key: string): string | number | boolean | undefined;
}

export interface AdapterLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** What the host gives every adapter, one of each per biller. */
export const BILLER = token<Biller>('biller');
export const SETTINGS = token<AdapterSettings>('settings');
/** The only way out: an axios whose transport holds this biller's limits and allowed hosts. */
export const PARTNER_HTTP = token<AxiosInstance>('partner-http');
export const LOGGER = token<AdapterLogger>('logger');
export const CLOCK = token<Clock>('clock');
export const TRACER = token<Tracer>('tracer');

declare module 'axios' {
  interface AxiosRequestConfig {
    /** What the call is, for limits, spans and the record of exchanges. */
    partnerCall?: {
      /** The partner's name of the operation. */
      operation: string;
      /** `read` changes nothing at the partner, so the way out may repeat it; `write` is never repeated there. */
      effect: 'read' | 'write';
      /** The answer is a secret of its own, such as a session's key: it is recorded nowhere, and what looks like a key in it is masked from then on. */
      confidential?: boolean;
    };
  }
}

const MARK = Symbol.for('ic-host.adapter-module');

export interface AdapterModule {
  readonly module: ContainerModule;
}

/**
 * The default export of an adapter's entry.
 * @example export default adapterModule(({ bind }) => { bind(RTDR_PROVIDER).to(AcmeRtdrProvider).inSingletonScope() })
 */
export function adapterModule(load: (options: ContainerModuleLoadOptions) => void): AdapterModule {
  // Whatever an author's arrow function happens to return is dropped: inversify would make something of it.
  const module = new ContainerModule((options) => {
    load(options);
  });
  return Object.defineProperty({ module }, MARK, { value: true });
}

export const isAdapterModule = (value: unknown): value is AdapterModule =>
  typeof value === 'object' && value !== null && MARK in value;
