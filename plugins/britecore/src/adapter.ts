/** The adapter's entry: BriteCore's side of the five contracts. */
import {
  adapterModule,
  DOCUMENT_PROVIDER,
  ENROLLMENT_SINK,
  INVOICE_FILE_PARSER,
  PAYMENT_SINK,
  RTDR_PROVIDER,
} from '@ic-host/contracts';
import { BriteCoreClient } from './britecore-client.js';
import { BriteCoreDocuments } from './document-provider.js';
import { BriteCoreEnrollments } from './enrollment-sink.js';
import { BriteCoreInvoiceFiles } from './invoice-file-parser.js';
import { BriteCorePayments } from './payment-sink.js';
import { BriteCoreRtdr } from './rtdr-provider.js';

export default adapterModule(({ bind }) => {
  bind(BriteCoreClient).toSelf().inSingletonScope();
  bind(RTDR_PROVIDER).to(BriteCoreRtdr).inSingletonScope();
  bind(PAYMENT_SINK).to(BriteCorePayments).inSingletonScope();
  bind(ENROLLMENT_SINK).to(BriteCoreEnrollments).inSingletonScope();
  bind(DOCUMENT_PROVIDER).to(BriteCoreDocuments).inSingletonScope();
  bind(INVOICE_FILE_PARSER).to(BriteCoreInvoiceFiles).inSingletonScope();
});
