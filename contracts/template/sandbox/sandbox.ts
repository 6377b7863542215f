/** A stand-in Acme on loopback: for the contract suite, the demonstration and `ic-host sandbox`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Money, type RunningSandbox, type SandboxOptions } from '@ic-host/contracts';

export interface AcmeInvoice {
  number: string;
  /** `YYYY-MM-DD` */
  issued: string;
  due: string;
  cents: number;
}

export interface AcmePayment {
  id: string;
  account: string;
  cents: number;
  paidOn: string;
  confirmation: string;
  returned: boolean;
}

export interface AcmeAccount {
  blocked: boolean;
  invoices: AcmeInvoice[];
  enrolled: Record<string, boolean>;
}

export interface AcmeSandbox extends RunningSandbox {
  accounts: Map<string, AcmeAccount>;
  payments: AcmePayment[];
  documents: Map<string, { head: Buffer; zeros: number }>;
}

const PAGE = 50;
const KEY = 'acme-key';
const BILLER = { billerId: '1700', name: 'Acme (demonstration)', guid: '5f0c8f0e-0000-4000-8000-000000001700' };
const MEGABYTE = Buffer.alloc(1 << 20);

function* bytesOf({ head, zeros }: { head: Buffer; zeros: number }): Generator<Buffer> {
  yield head;
  for (let left = zeros; left > 0; left -= MEGABYTE.length) yield MEGABYTE.subarray(0, left);
}

/** A refusal, as Acme says it. */
class No extends Error {
  constructor(
    readonly status: 404 | 422,
    message: string,
  ) {
    super(message);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
}

/** Serves until closed. */
export async function startSandbox({ port = 0, key = KEY }: SandboxOptions = {}): Promise<AcmeSandbox> {
  const accounts = new Map<string, AcmeAccount>();
  const payments: AcmePayment[] = [];
  const documents: AcmeSandbox['documents'] = new Map();
  const accountOf = (number: string, status: 404 | 422 = 404): AcmeAccount => {
    const account = accounts.get(number);
    if (!account) throw new No(status, `there is no account ${number}`);
    return account;
  };

  function post(body: Record<string, unknown>): object {
    const known = payments.find(({ id }) => id === body.id);
    if (known) return { confirmation: known.confirmation, duplicate: true };
    const account = accountOf(String(body.account), 422);
    const { cents } = Money.parse(String(body.amount));
    const confirmation = `A${1_000_000 + payments.length}`;
    const { id, account: number, paidOn } = body as Record<string, string>;
    payments.push({ id: id ?? '', account: number ?? '', cents, paidOn: paidOn ?? '', confirmation, returned: false });
    const invoice = account.invoices.find(({ number }) => number === body.invoice);
    if (invoice) invoice.cents -= cents;
    return { confirmation, duplicate: false };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const [area, name = '', what] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    const body = await bodyOf(request);
    const json = (value: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.headers['x-api-key'] !== encodeURIComponent(key)) return void response.writeHead(401).end('{}');
    if (area === 'payments' && !name) return void json(post(body));
    if (area === 'payments' && what === 'return') {
      const payment = payments.find(({ confirmation }) => confirmation === name);
      if (!payment) throw new No(422, `there is no payment ${name}`);
      payment.returned = true;
      return void json({});
    }
    if (area === 'accounts' && !what) {
      const { blocked } = accountOf(name);
      return void json({ id: `id-of-${name}`, blocked, ...(blocked ? { blockReason: 'two payments came back' } : {}) });
    }
    if (area === 'accounts' && what === 'invoices') {
      const { invoices } = accountOf(name);
      const page = Number(url.searchParams.get('page') ?? 1);
      const shown = invoices.slice((page - 1) * PAGE, page * PAGE).map(({ cents, ...invoice }) => ({
        ...invoice,
        owed: Money.ofCents(cents).toString(),
      }));
      return void json({ page, pages: Math.max(1, Math.ceil(invoices.length / PAGE)), invoices: shown });
    }
    if (area === 'accounts' && what) {
      const { enrolled } = accountOf(name);
      if (request.method === 'PUT') enrolled[what] = body.enabled === true;
      return void json({ enabled: enrolled[what] ?? false });
    }
    const document = documents.get(name);
    if (!document) throw new No(404, `there is no document of ${name}`);
    const length = document.head.length + document.zeros;
    const headers = { 'content-type': 'application/pdf', 'content-length': length };
    Readable.from(bytesOf(document)).pipe(response.writeHead(200, headers));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      const status = error instanceof No ? error.status : 400;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: error.message }));
    });
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const example = { accountNumber: 'A-1001', invoiceNumber: 'I-5001' };
  const invoice = { number: example.invoiceNumber, issued: '2026-11-01', due: '2026-12-01', cents: 11_500 };
  accounts.set(example.accountNumber, { blocked: false, invoices: [invoice], enrolled: {} });
  documents.set(example.invoiceNumber, { head: Buffer.from('%PDF-1.4\n%%EOF\n'), zeros: 0 });
  const lines = [
    { kind: 'header', biller: BILLER.guid, created: '2026-11-23', count: 1, total: '115.00' },
    {
      ...{ kind: 'R', invoice: example.invoiceNumber, account: example.accountNumber, accountId: 'id-of-A-1001' },
      ...{
        name: 'Jordan Example',
        issued: '2026-11-01',
        due: '2026-12-01',
        amount: '115.00',
        type: 164,
        format: 'acme',
      },
    },
    { kind: 'end' },
  ];
  return {
    ...{ url, accounts, payments, documents, example },
    biller: { ...BILLER, openBilling: true, settings: { baseUrl: url, apiKey: key } },
    sampleFile: {
      fileName: `${BILLER.billerId}-20261123.jsonl`,
      text: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
