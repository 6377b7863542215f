/**
 * A partner for benches, as a process of its own: BriteCore's answers, ready made, after a time that its environment sets.
 * An account's number says how many pages of invoices it has: `p5-17` has five. It speaks just as much HTTP as its callers
 * do: a partner has machines of its own, and what it takes of these two cores is taken from what is measured.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';

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

/** The requests of one connection, one after another: their bodies are plain ASCII, of a length told before. */
function serve(socket: Socket): void {
  let text = '';
  const answerNext = (): boolean => {
    const head = text.indexOf('\r\n\r\n');
    if (head < 0) return false;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
    const end = head + 4 + length;
    if (text.length < end) return false;
    const path = text.slice(text.indexOf(' ') + 1, text.indexOf(' HTTP/'));
    const body = answer(path, text.slice(head + 4, end) || '{}');
    text = text.slice(end);
    const start = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ';
    const send = (): boolean => socket.write(`${start}${body.length}\r\n\r\n${body}`, 'latin1');
    if (LATENCY_MS) setTimeout(send, LATENCY_MS);
    else send();
    return true;
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    text += chunk;
    while (answerNext());
  });
  socket.on('error', () => socket.destroy());
}

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('disconnect', () => process.exit());
