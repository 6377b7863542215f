/** What the stand-in BriteCore knows: policies, invoices, a ledger, enrollments. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

export interface SandboxInvoice {
  id: string;
  billDate: string;
  dueDate: string;
  policyStatus: string;
  paidInFull: boolean;
  /** In cents. */
  balance: number;
}

export interface SandboxPolicy {
  id: string;
  number: string;
  policyStatus: string;
  poorPaymentHistory: boolean;
  insured: string;
  invoices: SandboxInvoice[];
}

export interface LedgerEntry {
  transactionId: string;
  policyNumber: string;
  invoiceNumber: string;
  /** In cents. */
  amount: number;
  /** As it was sent. */
  paymentDate: string;
  confirmationNumber: string;
  returned: boolean;
}

const guid = (seed: number): string => {
  const hex = (n: number) => (Math.imul(n + 1, 2654435761) >>> 0).toString(16).padStart(8, '0');
  return `${hex(seed)}-${hex(seed + 7).slice(0, 4)}-4${hex(seed + 13).slice(0, 3)}-8${hex(seed + 29).slice(0, 3)}-${hex(seed + 41)}${hex(seed + 53).slice(0, 4)}`;
};

const invoice = (id: string, index: number, balance: number, policyStatus = 'Active'): SandboxInvoice => ({
  id,
  billDate: `${String((index % 12) + 1).padStart(2, '0')}/01/2026`,
  dueDate: `${String((index % 12) + 1).padStart(2, '0')}/28/2026`,
  policyStatus,
  paidInFull: balance === 0,
  balance,
});

/** The design document's samples, and enough beside them to be worth showing. */
export function seedPolicies(): SandboxPolicy[] {
  const policy = (number: string, insured: string, seed: number, invoices: SandboxInvoice[]): SandboxPolicy => ({
    id: guid(seed),
    number,
    insured,
    policyStatus: 'Active',
    poorPaymentHistory: false,
    invoices,
  });
  const sample = policy('FM4000264061', 'Jordan Example', 1, [
    { ...invoice('f2fa7664-a055-4780-bf51-2b33f0889d42', 4, 11500), billDate: '05/01/2025', dueDate: '05/31/2025' },
    {
      ...invoice('ccdff4de-3727-4c8f-bed7-c10a8b066c44', 5, 11500),
      billDate: '05/30/2025',
      dueDate: '06/30/2025',
      paidInFull: true,
    },
  ]);
  sample.id = '88713b24-0589-404c-9eae-e0419560c90f';
  const blocked = policy('FM400001115', 'Riley Example', 100, [invoice(guid(101), 2, 24075)]);
  blocked.policyStatus = 'Active, Cancellation Pending';
  blocked.poorPaymentHistory = true;
  const paged = policy(
    'FM400003000',
    'Casey Example',
    200,
    Array.from({ length: 120 }, (_, index) => invoice(guid(300 + index), index, 1000 + index)),
  );
  const inactive = policy('FM400004000', 'Sam Example', 500, [
    invoice(guid(501), 1, 5000),
    invoice(guid(502), 2, 7500, 'Cancelled'),
    invoice(guid(503), 3, 0),
  ]);
  const unicode = policy('Ж-40/5 ñ', 'Zoë Exämple', 600, [invoice(guid(601), 6, 3010)]);
  return [sample, blocked, paged, inactive, unicode];
}

export class Book {
  policies = seedPolicies();
  ledger: LedgerEntry[] = [];
  paperless: Record<string, boolean> = {};
  autopay: Record<string, boolean> = {};

  constructor(private readonly file?: string) {
    if (file && existsSync(file)) Object.assign(this, JSON.parse(readFileSync(file, 'utf8')));
  }

  save(): void {
    if (!this.file) return;
    const { policies, ledger, paperless, autopay } = this;
    // Whole or not at all: whoever ends it by force starts it again on this.
    writeFileSync(`${this.file}.new`, JSON.stringify({ policies, ledger, paperless, autopay }));
    renameSync(`${this.file}.new`, this.file);
  }

  /** Adds a policy, in the place of one with the same number. */
  put(policy: Omit<SandboxPolicy, 'id'>): void {
    const known = this.policyOf(policy.number);
    const made = { ...policy, id: known?.id ?? guid(1_000 + this.policies.length) };
    if (known) this.policies[this.policies.indexOf(known)] = made;
    else this.policies.push(made);
  }

  policyOf(number: unknown): SandboxPolicy | undefined {
    return this.policies.find((policy) => policy.number === number);
  }

  invoiceOf(id: unknown): SandboxInvoice | undefined {
    return this.policies.flatMap((policy) => policy.invoices).find((item) => item.id === id);
  }

  /** Idempotent on the transaction id, as BriteCore is. */
  pay(entry: Omit<LedgerEntry, 'confirmationNumber' | 'returned'>): { entry: LedgerEntry; duplicate: boolean } {
    const known = this.ledger.find((item) => item.transactionId === entry.transactionId);
    if (known) return { entry: known, duplicate: true };
    const made = { ...entry, confirmationNumber: String(35871617128868 + this.ledger.length), returned: false };
    this.ledger.push(made);
    const paid = this.invoiceOf(entry.invoiceNumber);
    if (paid) {
      paid.balance -= entry.amount;
      paid.paidInFull = paid.balance <= 0;
    }
    this.save();
    return { entry: made, duplicate: false };
  }
}
