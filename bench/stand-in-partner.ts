/**
 * A partner for benches, as a process of its own: BriteCore's answers, ready made, after a time that its environment sets.
 * An account's number says how many pages of invoices it has: `p5-17` has five.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const LATENCY_MS = Number(process.env.LATENCY_MS ?? 0);
const PER_PAGE = 2;

const envelope = (data: unknown): string => JSON.stringify({ success: true, messages: [], data });
const invoice = (of: string, number: number) => ({
  id: `${of}-${number}`,
  balance: '125.50',
  data: {
    details: { paidInFull: false, policyStatus: 'Active', billDate: '2026-11-01', dueDate: '2026-12-01' },
  },
});
const pagesOf = (id: string): number => Number(/^p(\d+)-/.exec(id)?.[1] ?? 1);

const known = new Map<string, string>();
function answer(path: string, text: string): string {
  const body = JSON.parse(text) as Record<string, string | number>;
  if (path.endsWith('/get_invoices')) {
    const of = `${body.policy_id}/${body.page_number}`;
    let page = known.get(of);
    if (page === undefined) {
      const invoices = Array.from({ length: PER_PAGE }, (_, index) => invoice(of.replace('/', '-'), index));
      page = envelope({ invoices, total_pages: pagesOf(String(body.policy_id)) });
      known.set(of, page);
    }
    return page;
  }
  if (path.endsWith('/retrieve_policy')) return envelope({ id: body.policy_number, paymentMethods: {} });
  return envelope({ isDuplicate: false, confirmationNumber: String(body.payment_transaction_id ?? '') });
}

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    const end = (): void => {
      const body = answer(request.url ?? '', text || '{}');
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
      response.end(body);
    };
    if (LATENCY_MS) setTimeout(end, LATENCY_MS);
    else end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('disconnect', () => process.exit());
