/** What an adapter brings to the contract suite: `contract.config.ts`, whose default export is a {@link ContractConfig}. */
import type { EnrollmentKind } from '../src/enrollment-sink.js';
import type { Check } from './check.js';
import type { BillerUnderTest } from './suite-host.js';

export interface ContractConfig {
  /**
   * Starts a partner that knows nothing yet: the adapter's stand-in, or a real one. Called again for a second biller.
   * @param key a secret the partner is to accept, with quotes and letters of other scripts in it
   */
  start(options: { key: string }): Promise<PartnerUnderTest>;
  /** Why no partner can be started on this machine, and what to do about it; undefined where one can. */
  missing?(): string | undefined;
  /** True: there is one partner and no second; what needs two is not checked. */
  single?: boolean;
  /**
   * True: the partner can only be asked for single invoices, by their numbers. Look-ups are then given the numbers of the
   * account, as of one that came by file; they tell what is owed of each, and are never complete.
   */
  byInvoice?: boolean;
  /** How many checks at a time the partner bears: a real one, unlike a stand-in, may be too slow for the many of a quick run. */
  atOnce?: number;
  /** Checks of the adapter's own, run with the others. */
  checks?: readonly Check[];
}

/** An account that the partner is to have, instead of whatever it had under that number. */
export interface AccountSpec {
  accountNumber: string;
  invoices: InvoiceSpec[];
  /** True: its payments are blocked, in the way that the partner says it. */
  blocked?: boolean;
}

export interface InvoiceSpec {
  invoiceNumber: string;
  /** Of what is due and unpaid, whole cents. */
  cents: number;
  /** `YYYY-MM-DD` */
  invoiceDate: string;
  dueDate: string;
}

/** A payment as it stands at the partner. */
export interface LedgerEntry {
  accountNumber: string;
  cents: number;
  /** `YYYY-MM-DD`, where the partner keeps it. */
  paymentDate?: string;
  returned?: boolean;
}

export interface FileRecordSpec extends InvoiceSpec {
  accountNumber: string;
  customerName: string;
}

/** An invoice file; what it says of itself is right unless `header` says otherwise. */
export interface FileSpec {
  records: Iterable<FileRecordSpec>;
  /** How many there are, and their sum, where `records` can be gone through once only. */
  count?: number;
  totalCents?: number;
  /** What to put wrong. */
  wrong?: 'count' | 'total' | 'date-of-first' | 'record-type-of-first' | 'amount-of-first';
}

/** Whatever is left out can't be checked; the report says so. */
export interface PartnerUnderTest {
  biller: BillerUnderTest;
  /** Number of an account, and of an invoice of it, that are there from the start: for partners that can't be filled. */
  known?: { accountNumber: string; invoiceNumber: string };
  /** Makes an account. */
  account?(spec: AccountSpec): Promise<void>;
  /** What the partner has of one of our payments: an entry for each time it is there. */
  ledger?(transactionId: string): Promise<LedgerEntry[]>;
  /** What the partner has of an enrollment. */
  enrollment?(kind: EnrollmentKind, accountNumber: string): Promise<boolean>;
  /** Gives an invoice a document: these bytes, and then as many zeros more. */
  document?(invoiceNumber: string, head: Buffer, zeros: number): Promise<void>;
  /** A file in the partner's format. */
  invoiceFile?(spec: FileSpec): { fileName: string; chunks: Iterable<string | Uint8Array> };
  close(): Promise<void>;
}
