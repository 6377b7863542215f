/** A wrong adapter: the template's, with one realistic mistake. The suite must catch each, by a check that names it. */
import {
  type AdapterManifest,
  type AdapterModule,
  adapterModule,
  BILLER,
  type Biller,
  type ContractName,
  DOCUMENT_PROVIDER,
  type DocumentProvider,
  ENROLLMENT_SINK,
  type EnrollmentSink,
  INVOICE_FILE_PARSER,
  type InvoiceFileParser,
  LOGGER,
  PARTNER_HTTP,
  PAYMENT_SINK,
  type PaymentSink,
  RTDR_PROVIDER,
  type RtdrProvider,
  SETTINGS,
} from '@ic-host/contracts';
import type { AxiosInstance } from 'axios';
import { AcmeClient } from '../../template/src/acme-client.js';
import { AcmeDocuments } from '../../template/src/document-provider.js';
import { AcmeEnrollments } from '../../template/src/enrollment-sink.js';
import { AcmeInvoiceFiles } from '../../template/src/invoice-file-parser.js';
import { AcmePayments } from '../../template/src/payment-sink.js';
import { AcmeRtdr } from '../../template/src/rtdr-provider.js';

/** What the host gives an adapter. */
export interface Given {
  http: AxiosInstance;
  settings: import('@ic-host/contracts').AdapterSettings;
  log: import('@ic-host/contracts').AdapterLogger;
  biller: Biller;
}

/** The parts of an adapter that a mutant may bring instead of the right ones. */
export interface Parts {
  client?: (given: Given) => AcmeClient;
  rtdr?: (client: AcmeClient, given: Given) => RtdrProvider;
  payments?: (client: AcmeClient, given: Given) => PaymentSink;
  enrollments?: (client: AcmeClient, given: Given) => EnrollmentSink;
  documents?: (client: AcmeClient, given: Given) => DocumentProvider;
  files?: (given: Given) => InvoiceFileParser;
}

export interface Mutant {
  /** The mistake, in a few words. */
  mistake: string;
  contract: ContractName;
  /** Ids of the checks that must catch it. */
  caughtBy: readonly string[];
  module: AdapterModule;
  /** What its manifest says otherwise. */
  manifest?: (manifest: AdapterManifest) => AdapterManifest;
}

export const rightClient = ({ http, settings }: Given): AcmeClient => new AcmeClient(http, settings);

function moduleOf(parts: Parts): AdapterModule {
  return adapterModule(({ bind }) => {
    type Context = { get<T>(token: unknown): T };
    const given = (context: Context): Given => ({
      http: context.get(PARTNER_HTTP),
      settings: context.get(SETTINGS),
      log: context.get(LOGGER),
      biller: context.get(BILLER),
    });
    const made = <T>(make: (client: AcmeClient, given: Given) => T) => {
      return (context: unknown): T => {
        const all = given(context as Context);
        return make((parts.client ?? rightClient)(all), all);
      };
    };
    bind(RTDR_PROVIDER)
      .toDynamicValue(made(parts.rtdr ?? ((client) => new AcmeRtdr(client))))
      .inSingletonScope();
    bind(PAYMENT_SINK)
      .toDynamicValue(made(parts.payments ?? ((client) => new AcmePayments(client))))
      .inSingletonScope();
    bind(ENROLLMENT_SINK)
      .toDynamicValue(made(parts.enrollments ?? ((client) => new AcmeEnrollments(client))))
      .inSingletonScope();
    bind(DOCUMENT_PROVIDER)
      .toDynamicValue(made(parts.documents ?? ((client) => new AcmeDocuments(client))))
      .inSingletonScope();
    bind(INVOICE_FILE_PARSER)
      .toDynamicValue(made((_, all) => parts.files?.(all) ?? new AcmeInvoiceFiles(all.biller)))
      .inSingletonScope();
  });
}

/** @param caughtBy ids of checks, separated by spaces */
export const mutant =
  (contract: ContractName) =>
  (mistake: string, caughtBy: string, parts: Parts, manifest?: Mutant['manifest']): Mutant => ({
    ...{ mistake, contract, caughtBy: caughtBy.split(' '), module: moduleOf(parts) },
    ...(manifest ? { manifest } : {}),
  });
