/** The adapter's entry: which class implements which contract. Documents are left out: Tryton renders them as ODT. */
import { adapterModule, ENROLLMENT_SINK, INVOICE_FILE_PARSER, PAYMENT_SINK, RTDR_PROVIDER } from '@ic-host/contracts';
import { TrytonEnrollments } from './enrollment-sink.js';
import { TrytonInvoiceFiles } from './invoice-file-parser.js';
import { TrytonPayments } from './payment-sink.js';
import { TrytonRtdr } from './rtdr-provider.js';
import { TrytonClient } from './tryton-client.js';

export default adapterModule(({ bind }) => {
  bind(TrytonClient).toSelf().inSingletonScope();
  bind(TrytonEnrollments).toSelf().inSingletonScope();
  bind(RTDR_PROVIDER).to(TrytonRtdr).inSingletonScope();
  bind(PAYMENT_SINK).to(TrytonPayments).inSingletonScope();
  bind(ENROLLMENT_SINK).toService(TrytonEnrollments);
  bind(INVOICE_FILE_PARSER).to(TrytonInvoiceFiles).inSingletonScope();
});
