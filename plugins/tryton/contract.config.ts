/** What the contract suite needs to know of Tryton: how to start a real one, and fill it. */
import type { ContractConfig } from '@ic-host/contracts/suite';
import { invoiceFile, TrytonBook } from './partner/book.js';
import { HOW_TO_GET_IT, isInstalled, startTryton } from './partner/tryton-server.js';

const BILLER = { billerId: '1700', guid: '0d9a6c1e-6c3f-4b0e-9a57-2f0c7b1f1700' };
const CATEGORIES = { paperless: 'Paperless', autopay: 'AutoPay' };

const config: ContractConfig = {
  atOnce: 3,
  missing: () => (isInstalled() ? undefined : HOW_TO_GET_IT),
  start: async ({ key }) => {
    const server = await startTryton(key);
    const book = await TrytonBook.open(server);
    return {
      biller: { ...BILLER, settings: { baseUrl: server.url, user: server.user, password: key } },
      account: (spec) => book.put(spec),
      ledger: (transactionId) => book.ledger(transactionId),
      enrollment: (kind, accountNumber) => book.isIn(accountNumber, CATEGORIES[kind]),
      invoiceFile: (spec) => ({ fileName: `${BILLER.billerId}-20261123.csv`, chunks: invoiceFile(spec, BILLER.guid) }),
      close: () => server.close(),
    };
  },
};

export default config;
