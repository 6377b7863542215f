/** A stand-in BriteCore over HTTP, with faults on demand: for tests, the demonstration and `ic-host sandbox`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningSandbox, SandboxOptions } from '@ic-host/contracts';
import { Money } from '@ic-host/contracts';
import { Book, type SandboxInvoice } from './book.js';
import { invoicePdf } from './pdf.js';

export { type InvoiceFileRecipe, invoiceFile } from './invoice-file-maker.js';

export type FaultKind =
  | 'delay'
  | 'delay-after'
  | 'status'
  | 'reset'
  | 'reset-after'
  | 'truncate'
  | 'html'
  | 'hang'
  | 'shrinking-pages';

/** What goes wrong next. `operation` is the last part of the URL, `*` any. */
export interface Fault {
  operation: string;
  kind: FaultKind;
  /** How often; once when left out. */
  times?: number;
  status?: number;
  retryAfter?: number;
  delayMs?: number;
  /** Only on this page of get_invoices. */
  page?: number;
}

export interface BriteCoreSandbox extends RunningSandbox {
  book: Book;
  /** The calls that came in, without their key; the latest ones. */
  calls: { operation: string; body: Record<string, unknown> }[];
  /** How many came in, the ones no longer remembered included. */
  readonly called: number;
  /** Instead of a page made from the invoice: these bytes, and so many zeros. */
  documents: Map<string, { head: Buffer; zeros: number }>;
  /** How many callers hung up before they were answered. */
  readonly abandoned: number;
  fault(fault: Fault): void;
  clearFaults(): void;
}

type Answer = { success: boolean; messages: string[]; data: unknown };
/** How many calls are remembered, at the most. */
const MOST_CALLS = 2_000;
const API_KEY = "asdfghjkl;'";
export const DEMONSTRATION_BILLER = { billerId: '1663', guid: '7c0e5d3e-41cb-4a4a-8a2f-166300000001' };
const ok = (data: unknown, ...messages: string[]): Answer => ({ success: true, messages, data });
const no = (message: string): Answer => ({ success: false, messages: [message], data: {} });
const text = (cents: number): string => Money.ofCents(cents).toString();

const wireInvoice = (invoice: SandboxInvoice) => ({
  id: invoice.id,
  type: 'Invoice',
  amount: invoice.balance / 100,
  balance: invoice.balance === 0 ? '' : text(invoice.balance),
  credit: '',
  data: {
    details: {
      policyStatus: invoice.policyStatus,
      billDate: invoice.billDate,
      dueDate: invoice.dueDate,
      paidInFull: invoice.paidInFull,
    },
  },
});

const OPERATIONS: Record<string, (book: Book, body: Record<string, unknown>) => Answer> = {
  retrieve_policy: (book, { policy_number }) => {
    const policy = book.policyOf(policy_number);
    if (!policy) return no('policy_number not found');
    return ok({
      id: policy.id,
      policy_number: policy.number,
      date_added: '2025-05-01T19:42:34+00:00',
      inception_date: '2025-05-30',
      system_tags: [{ name: 'Poor Payment History', type: 'internal', value: policy.poorPaymentHistory }],
      active_revision: { policy_status: policy.policyStatus },
    });
  },
  get_invoices: (book, { policy_id, page_number = 1, page_size = 50 }) => {
    const policy = book.policies.find((item) => item.id === policy_id);
    if (!policy) return no('policy_id not found');
    const from = (Number(page_number) - 1) * Number(page_size);
    return ok({
      policy_id,
      page_number,
      page_size,
      total_pages: Math.max(1, Math.ceil(policy.invoices.length / Number(page_size))),
      invoices: policy.invoices.slice(from, from + Number(page_size)).map(wireInvoice),
    });
  },
  retrieve_updated_invoice_balance: (book, body) => {
    const invoice = book.invoiceOf(body.invoiceNumber ?? body.invoice_id);
    return invoice ? ok({ balance: text(invoice.balance) }) : no('invoice not found');
  },
  make_payment_by_invoice_or_policy: (book, body) => {
    const policy = book.policyOf(body.policy_number);
    if (!policy) return no('policy_number not found');
    const cents = Money.fromJsonNumber(Number(body.amount)).cents;
    const { entry, duplicate } = book.pay({
      transactionId: String(body.payment_transaction_id),
      policyNumber: policy.number,
      invoiceNumber: String(body.invoice_number),
      amount: cents,
      paymentDate: String(body.payment_date),
    });
    const payoff = policy.invoices.reduce((sum, invoice) => sum + invoice.balance, 0);
    return ok(
      { isDuplicate: duplicate, payoffAmount: payoff / 100, confirmationNumber: entry.confirmationNumber },
      'Updated account balances.',
    );
  },
  mark_payment_nsf: (book, body) => {
    const entry = book.ledger.find((item) => item.confirmationNumber === body.confirmation_number);
    if (!entry) return no('payment not found');
    if (!entry.returned) {
      entry.returned = true;
      const invoice = book.invoiceOf(entry.invoiceNumber);
      if (invoice) invoice.balance += entry.amount;
      if (body.disable_auto_pay) book.autopay[entry.policyNumber] = false;
      book.save();
    }
    return ok({});
  },
  invoice_cloud_autopay_is_enrolled: (book, { policy_number }) =>
    book.policyOf(policy_number)
      ? ok({ isEnrolled: book.autopay[String(policy_number)] ?? false })
      : no('policy_number not found'),
};

const enroll =
  (kind: 'paperless' | 'autopay') =>
  (book: Book, body: Record<string, unknown>): Answer => {
    const policy = book.policyOf(body.policy_number ?? body.accountNumber);
    if (!policy) return no('policy_number not found');
    book[kind][policy.number] = body.enable === true;
    book.save();
    return kind === 'autopay'
      ? ok([])
      : ok({ suppressedPrinting: body.enable, invoiceNumbers: policy.invoices.map((invoice) => invoice.id) });
  };
OPERATIONS.invoice_cloud_suppress_insured_deliverable_printings = enroll('paperless');
OPERATIONS.invoice_cloud_supress_insured_deliverable_printings = enroll('paperless');
OPERATIONS.invoice_cloud_autopay_enroll = enroll('autopay');

const MEGABYTE = Buffer.alloc(1 << 20);
function* bytesOf({ head, zeros }: { head: Buffer; zeros: number }): Generator<Buffer> {
  yield head;
  for (let left = zeros; left > 0; left -= MEGABYTE.length) yield MEGABYTE.subarray(0, left);
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
}

/** Serves until closed. Loopback only. */
export async function startSandbox({
  port = 0,
  stateFile,
  key: apiKey = API_KEY,
}: SandboxOptions = {}): Promise<BriteCoreSandbox> {
  const book = new Book(stateFile);
  const calls: BriteCoreSandbox['calls'] = [];
  const documents: BriteCoreSandbox['documents'] = new Map();
  let called = 0;
  let abandoned = 0;
  let faults: (Fault & { left: number })[] = [];
  const fault = (wanted: Fault): void => void faults.push({ ...wanted, left: wanted.times ?? 1 });

  const takeFault = (operation: string, body: Record<string, unknown>): Fault | undefined => {
    const found = faults.find(
      (item) =>
        item.left > 0 &&
        (item.operation === '*' || item.operation === operation) &&
        (item.page === undefined || item.page === body.page_number),
    );
    if (found) found.left--;
    return found;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://sandbox').pathname;
    const operation = path.slice(path.lastIndexOf('/') + 1);
    if (path === '/sandbox/ledger') return void response.end(JSON.stringify(book.ledger));
    const body = await readBody(request);
    if (path === '/sandbox/faults') {
      fault(body as unknown as Fault);
      return void response.writeHead(204).end();
    }
    const { api_key: key, ...shown } = body;
    called++;
    calls.push({ operation, body: shown });
    if (calls.length > MOST_CALLS) calls.splice(0, MOST_CALLS / 2);
    const wrong = takeFault(operation, body);
    if (wrong?.kind === 'delay') await wait(wrong.delayMs ?? 1000);
    if (wrong?.kind === 'hang') return;
    if (wrong?.kind === 'reset') return void request.socket.resetAndDestroy();
    if (wrong?.kind === 'html')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Oops</h1>');
    if (wrong?.kind === 'status') {
      const headers: Record<string, string> =
        wrong.retryAfter === undefined ? {} : { 'retry-after': String(wrong.retryAfter) };
      return void response.writeHead(wrong.status ?? 500, headers).end('fault');
    }
    if (key !== apiKey) return void response.writeHead(401).end(JSON.stringify(no('Invalid api_key')));
    const document = documents.get(String(body.invoice_number));
    if (operation === 'retrieve_invoice_document' && document) {
      const headers = { 'content-type': 'application/pdf', 'content-length': document.head.length + document.zeros };
      return void Readable.from(bytesOf(document)).pipe(response.writeHead(200, headers));
    }
    if (operation === 'retrieve_invoice_document') {
      const invoice = book.invoiceOf(body.invoice_number);
      if (invoice) {
        const pdf = invoicePdf([
          `Invoice ${invoice.id}`,
          `Due ${invoice.dueDate}`,
          `Balance $${text(invoice.balance)}`,
        ]);
        return void response
          .writeHead(200, { 'content-type': 'application/pdf', 'content-length': pdf.length })
          .end(pdf);
      }
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(no('invoice not found')));
    }
    const run = OPERATIONS[operation];
    if (!run) return void response.writeHead(404).end('no such operation');
    const told = run(book, body);
    if (wrong?.kind === 'reset-after') return void request.socket.resetAndDestroy();
    if (wrong?.kind === 'delay-after') await wait(wrong.delayMs ?? 1000);
    if (wrong?.kind === 'shrinking-pages') (told.data as { total_pages: number }).total_pages -= 1;
    const sent = JSON.stringify(told);
    response.writeHead(200, { 'content-type': 'application/json' });
    if (wrong?.kind === 'truncate') return void response.end(sent.slice(0, sent.length / 2));
    response.end(sent);
  };

  const server = createServer((request, response) => {
    response.once('close', () => {
      if (!response.writableFinished) abandoned++;
    });
    answer(request, response).catch(() => response.writeHead(400).end('bad request'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [sample] = book.policies;
  return {
    url,
    book,
    calls,
    documents,
    get called() {
      return called;
    },
    get abandoned() {
      return abandoned;
    },
    fault,
    clearFaults: () => {
      faults = [];
    },
    biller: {
      ...DEMONSTRATION_BILLER,
      name: 'United Frontier Mutual (demonstration)',
      openBilling: true,
      settings: { '8': url, '10': apiKey, '11': url, '14': url, '17': url, '20': url, '101': url },
    },
    sampleFile: { fileName: `${DEMONSTRATION_BILLER.billerId}_11232026.JSON`, text: sampleFile(book) },
    example: { accountNumber: sample?.number ?? '', invoiceNumber: sample?.invoices[0]?.id ?? '' },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sampleFile(book: Book): string {
  const rows = book.policies.flatMap((policy) => policy.invoices.slice(0, 3).map((invoice) => ({ policy, invoice })));
  return JSON.stringify(
    {
      FileHeader: {
        BillerGUID: DEMONSTRATION_BILLER.guid,
        FileCreationDate: '11/23/2026',
        InvoiceCount: rows.length,
        TotalInvoiceAmount: text(rows.reduce((sum, { invoice }) => sum + invoice.balance, 0)),
      },
      Invoices: rows.map(({ policy, invoice }) => ({
        InvoiceHeader: {
          RecordType: 'R',
          InvoiceFormatGuid: '0b5e7a54-0000-4000-8000-000000000164',
          InvoiceNumber: invoice.id,
          InvoiceDate: invoice.billDate,
          InvoiceDueDate: invoice.dueDate,
          AutoPayCollectionDate: invoice.dueDate,
          TotalAmountDue: text(invoice.balance),
          InvoiceTypeID: 164,
          AllowPartialPayments: true,
          PastDue: '0.00',
          Custom1: policy.id,
        },
        CustomerRecord: {
          AccountNumber: policy.number,
          CustomerName: policy.insured,
          City: 'Springfield',
          State: 'MO',
          Zip: '65801',
        },
      })),
    },
    null,
    1,
  );
}
