/** The adapter's entry: which class implements which contract. */
import {
  adapterModule,
  DOCUMENT_PROVIDER,
  ENROLLMENT_SINK,
  INVOICE_FILE_PARSER,
  PAYMENT_SINK,
  RTDR_PROVIDER,
} from '@ic-host/contracts';
import { AcmeClient } from './acme-client.js';
import { AcmeDocuments } from './document-provider.js';
import { AcmeEnrollments } from './enrollment-sink.js';
import { AcmeInvoiceFiles } from './invoice-file-parser.js';
import { AcmePayments } from './payment-sink.js';
import { AcmeRtdr } from './rtdr-provider.js';

export default adapterModule(({ bind }) => {
  bind(AcmeClient).toSelf().inSingletonScope();
  bind(RTDR_PROVIDER).to(AcmeRtdr).inSingletonScope();
  bind(PAYMENT_SINK).to(AcmePayments).inSingletonScope();
  bind(ENROLLMENT_SINK).to(AcmeEnrollments).inSingletonScope();
  bind(DOCUMENT_PROVIDER).to(AcmeDocuments).inSingletonScope();
  bind(INVOICE_FILE_PARSER).to(AcmeInvoiceFiles).inSingletonScope();
});
