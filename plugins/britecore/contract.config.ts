/** What the contract suite needs to know of BriteCore: how to start a partner and fill it. */
import { Money } from '@ic-host/contracts';
import type { AccountSpec, ContractConfig, FileRecordSpec, FileSpec, PartnerUnderTest } from '@ic-host/contracts/suite';
import { type BriteCoreSandbox, startSandbox } from './sandbox/sandbox.js';

/** `YYYY-MM-DD` as BriteCore writes it. */
const us = (day: string): string => `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;

function fill({ book }: BriteCoreSandbox, { accountNumber, invoices, blocked = false }: AccountSpec): void {
  book.put({
    number: accountNumber,
    insured: 'Jordan Example',
    policyStatus: blocked ? 'Active, Cancellation Pending' : 'Active',
    poorPaymentHistory: blocked,
    invoices: invoices.map(({ invoiceNumber, cents, invoiceDate, dueDate }) => ({
      ...{ id: invoiceNumber, billDate: us(invoiceDate), dueDate: us(dueDate), policyStatus: 'Active' },
      ...{ paidInFull: cents === 0, balance: cents },
    })),
  });
}

const WRONG: Partial<Record<NonNullable<FileSpec['wrong']>, Record<string, unknown>>> = {
  'date-of-first': { InvoiceDate: '02/30/2026' },
  'record-type-of-first': { RecordType: 'D' },
  'amount-of-first': { TotalAmountDue: '1,000.00' },
};

const invoice = (record: FileRecordSpec, wrong: Record<string, unknown>): string =>
  JSON.stringify({
    InvoiceHeader: {
      ...{ RecordType: 'R', InvoiceFormatGuid: 'format', InvoiceNumber: record.invoiceNumber },
      ...{ InvoiceDate: us(record.invoiceDate), InvoiceDueDate: us(record.dueDate), InvoiceTypeID: 164 },
      ...{ TotalAmountDue: Money.ofCents(record.cents).toString(), Custom1: `id-of-${record.accountNumber}` },
      ...wrong,
    },
    CustomerRecord: { AccountNumber: record.accountNumber, CustomerName: record.customerName },
  });

function* fileText(spec: FileSpec, guid: string): Generator<string> {
  const list = spec.count === undefined ? [...spec.records] : spec.records;
  const count = spec.count ?? (list as FileRecordSpec[]).length;
  const cents = spec.totalCents ?? (list as FileRecordSpec[]).reduce((sum, record) => sum + record.cents, 0);
  const header = {
    ...{ BillerGUID: guid, FileCreationDate: '11/23/2026', InvoiceCount: spec.wrong === 'count' ? count + 1 : count },
    TotalInvoiceAmount: Money.ofCents(spec.wrong === 'total' ? cents + 1 : cents).toString(),
  };
  yield `{"FileHeader":${JSON.stringify(header)},"Invoices":[`;
  let index = 0;
  for (const record of list)
    yield `${index ? ',' : ''}${invoice(record, (index++ === 0 && spec.wrong && WRONG[spec.wrong]) || {})}`;
  yield ']}';
}

const config: ContractConfig = {
  start: async ({ key }): Promise<PartnerUnderTest> => {
    const sandbox = await startSandbox({ key });
    const { billerId, guid } = sandbox.biller;
    return {
      biller: sandbox.biller,
      known: sandbox.example,
      account: async (spec) => fill(sandbox, spec),
      ledger: async (transactionId) =>
        sandbox.book.ledger
          .filter((entry) => entry.transactionId === transactionId)
          .map(({ policyNumber, amount, paymentDate, returned }) => ({
            ...{ accountNumber: policyNumber, cents: amount, paymentDate, returned },
          })),
      enrollment: async (kind, accountNumber) => sandbox.book[kind][accountNumber] ?? false,
      document: async (invoiceNumber, head, zeros) => void sandbox.documents.set(invoiceNumber, { head, zeros }),
      invoiceFile: (spec) => ({ fileName: `${billerId}_11232026.JSON`, chunks: fileText(spec, guid) }),
      close: () => sandbox.close(),
    };
  },
};

export default config;
