/** A real Tryton with a few accounts, for the demonstration and `ic-host sandbox`. It begins anew each time. */
import { randomBytes } from 'node:crypto';
import type { RunningSandbox, SandboxOptions } from '@ic-host/contracts';
import { invoiceFile, TrytonBook } from './book.js';
import { startTryton } from './tryton-server.js';

const BILLER = { billerId: '1700', name: 'Harbor Mutual', guid: '0d9a6c1e-6c3f-4b0e-9a57-2f0c7b1f1700' };
const RECORDS = ['HM-1001', 'HM-1002', 'HM-1003'].map((accountNumber, index) => ({
  ...{ accountNumber, invoiceNumber: `${accountNumber}-1`, customerName: 'Jordan Example' },
  ...{ cents: 11_500 + index, invoiceDate: '2026-11-01', dueDate: '2026-12-01' },
}));

export async function startSandbox({ key }: SandboxOptions): Promise<RunningSandbox> {
  const password = key ?? randomBytes(12).toString('base64url');
  const server = await startTryton(password);
  const book = await TrytonBook.open(server);
  for (const { accountNumber, ...invoice } of RECORDS) await book.put({ accountNumber, invoices: [invoice] });
  const [first] = RECORDS as [(typeof RECORDS)[number]];
  const { accountNumber, invoiceNumber } = first;
  const fields = ['number', 'state', 'amount_to_pay', 'payment_lines.move.description'];
  const params = [[['number', '=', invoiceNumber]], 0, null, null, fields, {}];
  const question = JSON.stringify({ id: 1, method: 'model.account.invoice.search_read', params });
  const json = "-H 'Content-Type: application/json'";
  return {
    url: server.url,
    biller: {
      ...{ ...BILLER, openBilling: true },
      settings: { baseUrl: server.url, user: server.user, password },
    },
    sampleFile: {
      fileName: `${BILLER.billerId}-20261123.csv`,
      text: [...invoiceFile({ records: RECORDS }, BILLER.guid)].join(''),
    },
    example: { accountNumber, invoiceNumber },
    askDirectly: `curl -sS -u '${server.user}:${password}' ${json} ${server.url} -d '${question}'`,
    close: () => server.close(),
  };
}
