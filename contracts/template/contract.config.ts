/** What the contract suite needs to know of Acme: how to start a partner and fill it. */
import { Money } from '@ic-host/contracts';
import type { ContractConfig, FileRecordSpec, FileSpec } from '@ic-host/contracts/suite';
import { startSandbox } from './sandbox/sandbox.js';

const WRONG: Partial<Record<NonNullable<FileSpec['wrong']>, Record<string, unknown>>> = {
  'date-of-first': { issued: '2026-02-30' },
  'record-type-of-first': { kind: 'D' },
  'amount-of-first': { amount: '1,000.00' },
};

/** FILL IN: a file in the partner's format. */
function* fileLines(spec: FileSpec, guid: string): Generator<string> {
  const list = spec.count === undefined ? [...spec.records] : spec.records;
  const count = spec.count ?? (list as FileRecordSpec[]).length;
  const cents = spec.totalCents ?? (list as FileRecordSpec[]).reduce((sum, record) => sum + record.cents, 0);
  const told = { count: spec.wrong === 'count' ? count + 1 : count, cents: spec.wrong === 'total' ? cents + 1 : cents };
  const header = { kind: 'header', biller: guid, created: '2026-11-23', count: told.count };
  yield `${JSON.stringify({ ...header, total: Money.ofCents(told.cents).toString() })}\n`;
  let first = true;
  for (const { invoiceNumber, accountNumber, customerName, invoiceDate, dueDate, cents } of list) {
    const record = {
      ...{ kind: 'R', invoice: invoiceNumber, account: accountNumber, accountId: 'id', name: customerName },
      ...{ issued: invoiceDate, due: dueDate, amount: Money.ofCents(cents).toString(), type: 164, format: 'acme' },
      ...(first && spec.wrong ? WRONG[spec.wrong] : {}),
    };
    first = false;
    yield `${JSON.stringify(record)}\n`;
  }
  yield '{"kind":"end"}\n';
}

const config: ContractConfig = {
  start: async ({ key }) => {
    const sandbox = await startSandbox({ key });
    const { accounts, payments, documents, biller, example, close } = sandbox;
    return {
      ...{ biller, known: example, close },
      account: async ({ accountNumber, invoices, blocked = false }) => {
        const list = invoices.map(({ invoiceNumber, cents, invoiceDate, dueDate }) => ({
          ...{ number: invoiceNumber, cents, issued: invoiceDate, due: dueDate },
        }));
        accounts.set(accountNumber, { blocked, invoices: list, enrolled: {} });
      },
      ledger: async (transactionId) =>
        payments
          .filter(({ id }) => id === transactionId)
          .map(({ account, cents, paidOn, returned }) => ({
            accountNumber: account,
            cents,
            paymentDate: paidOn,
            returned,
          })),
      enrollment: async (kind, accountNumber) => accounts.get(accountNumber)?.enrolled[kind] ?? false,
      document: async (invoiceNumber, head, zeros) => void documents.set(invoiceNumber, { head, zeros }),
      invoiceFile: (spec) => ({ fileName: `${biller.billerId}-20261123.jsonl`, chunks: fileLines(spec, biller.guid) }),
    };
  },
};

export default config;
