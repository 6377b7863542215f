/** The tables as TypeScript sees them; migrations.ts makes them. Money is whole cents, dates are YYYY-MM-DD text. */
import type { ColumnType, Generated } from 'kysely';

type Json<T> = ColumnType<T, string, string>;
type Now = ColumnType<Date, Date | undefined, Date>;

export interface BillersTable {
  biller_id: string;
  name: string;
  guid: string;
  adapter: string;
  /** By key of the manifest; secrets sealed. */
  settings: Json<Record<string, unknown>>;
  options: Json<Record<string, unknown>>;
  open_billing: boolean;
  invoice_type_id: number;
  invoice_format_guid: string | null;
  created_at: Now;
  updated_at: Now;
}

export interface AccountsTable {
  biller_id: string;
  account_number: string;
  partner_account_id: string | null;
  block_ach: boolean;
  block_card: boolean;
  block_reason: string | null;
  /** When the partner was last asked with success. */
  refreshed_at: Date | null;
}

export interface InvoicesTable {
  biller_id: string;
  invoice_number: string;
  account_number: string;
  invoice_date: string;
  invoice_due_date: string;
  auto_pay_collection_date: string | null;
  total_amount_due: number;
  balance_due: number;
  invoice_type_id: number;
  status: 'active' | 'deactivated';
  /** What only an invoice file tells: customer, format, past due … */
  details: Json<Record<string, unknown>>;
  updated_at: Now;
}

export interface ChangesTable {
  seq: Generated<number>;
  xid: Generated<string>;
  biller_id: string;
  account_number: string;
  invoice_number: string;
  change: 'created' | 'updated' | 'deactivated';
  source: 'refresh' | 'invoice-file';
  invoice_date: string;
  invoice_due_date: string;
  auto_pay_collection_date: string | null;
  total_amount_due: number;
  balance_due: number;
  invoice_type_id: number;
  status: 'active' | 'deactivated';
  at: Now;
}

export const DELIVERY_KINDS = ['payment', 'return', 'paperless', 'autopay'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];
export const DELIVERY_STATES = ['queued', 'delivered', 'rejected', 'parked', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface DeliveriesTable {
  id: Generated<string>;
  biller_id: string;
  kind: DeliveryKind;
  /** Transaction id of a payment or return, account number of an enrollment. */
  key: string;
  state: DeliveryState;
  request: Json<Record<string, unknown>>;
  result: Json<Record<string, unknown>>;
  /** Goes up with every new wish; an attempt settles only the wish it was made for. */
  version: Generated<number>;
  attempts: Generated<number>;
  lease_token: string | null;
  lease_until: Date | null;
  next_attempt_at: Date | null;
  /** Until then the partner may still be working on an attempt of unknown outcome. */
  doubtful_until: Date | null;
  /** Whose token handed it over; null: before this was kept. */
  accepted_by: string | null;
  created_at: Now;
  updated_at: Now;
}

/** The deliveries that have a lease; a trigger keeps it. */
export interface LeasedDeliveriesTable {
  delivery_id: string;
  biller_id: string;
}

/** The deliveries that are queued, parked, rejected or cancelled; triggers keep it. */
export interface UndeliveredTable {
  delivery_id: string;
  biller_id: string;
  state: Exclude<DeliveryState, 'delivered'>;
  created_at: Date;
}

export interface DeliveryAttemptsTable {
  id: Generated<number>;
  delivery_id: string;
  at: Date;
  duration_ms: number;
  outcome: string;
  code: string | null;
  message: string | null;
  exchanges: Json<unknown[]>;
}

/** How a biller's partner stands, as all hosts see it. */
export interface PartnerStatesTable {
  biller_id: string;
  /** Deliveries that failed in a row. */
  failures: Generated<number>;
  /** While set, deliveries wait; after `blocked_until` one goes as a probe. */
  blocked_since: Date | null;
  blocked_until: Date | null;
  /** Blocks in a row. */
  blocks: Generated<number>;
  /** `by-hand`: until a person resumes it; the others end by themselves. */
  cause: 'failing' | 'misconfigured' | 'by-hand' | null;
  code: string | null;
  detail: string | null;
}

/** When the next call to a biller's partner may be made, by all hosts together. */
export interface PartnerPacesTable {
  biller_id: string;
  next_at: Date;
}

/** What operators did. */
export interface AuditTable {
  id: Generated<number>;
  at: Now;
  actor: string;
  action: string;
  subject: string;
  reason: string | null;
  details: Json<Record<string, unknown>>;
}

export interface InvoiceFilesTable {
  import_id: Generated<string>;
  biller_id: string;
  file_name: string;
  sha256: string;
  bytes: number;
  /** Where the file is kept, and the data directory that this is in. */
  path: string;
  kept_by: string;
  state: 'running' | 'applied' | 'refused';
  records: Generated<number>;
  bytes_read: Generated<number>;
  created: Generated<number>;
  updated: Generated<number>;
  unchanged: Generated<number>;
  set_aside: Generated<number>;
  total_cents: ColumnType<string | null, string | null | undefined, string | null>;
  problem: ColumnType<{ code: string; detail: string } | null, string | null | undefined, string | null>;
  created_at: Now;
  finished_at: Date | null;
  /** Of two of a biller, the one with the greater was taken later. */
  place: Generated<number>;
  /** When a host last had it in hand, while it is running. */
  attended_at: Now;
  /** How often its host, or its adapter's thread, ended in the middle of it. */
  times_lost: Generated<number>;
}

/** How a biller's inbox was when it was last looked at. */
export interface InboxStatesTable {
  biller_id: string;
  looked_at: Date;
  /** Names of the files in it. */
  waiting: Json<string[]>;
  /** Why it could not be read, in words. */
  problem: string | null;
}

export interface SetAsideTable {
  import_id: string;
  record_number: number;
  byte_offset: number;
  invoice_number: string | null;
  field: string;
  code: string;
  message: string;
}

/** Log-ins of the console. */
export interface SessionsTable {
  /** SHA-256 of what the cookie holds. */
  token_hash: string;
  /** Null: the host's own token. */
  token_id: string | null;
  created_at: Now;
  expires_at: Date;
  last_used_at: Now;
}

export interface ApiTokensTable {
  token_id: string;
  name: string;
  /** SHA-256 of the whole token, which has 256 random bits. */
  secret_hash: string;
  scope: 'read' | 'operate' | 'configure';
  /** Null: all. */
  billers: string[] | null;
  made_by: string;
  created_at: Now;
  expires_at: Date | null;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

/** Keys that seal secrets, themselves sealed; one row for each master key that opens it. */
export interface DataKeysTable {
  key_id: string;
  /** Beginning of the SHA-256 of what derives from the master key. */
  master_id: string;
  wrapped: string;
  created_at: Now;
}

/** How far each kind of what grows was trimmed. */
export interface TrimsTable {
  kind: 'exchanges' | 'changes';
  up_to: Date;
  /** Of changes: the latest that is gone, with `position`. */
  xid: string | null;
  position: number;
}

/** Adapters that a worker has, on whatever host. */
export interface ServedAdaptersTable {
  adapter: string;
  seen_at: Date;
}

/** When a biller's file was applied last, or the same one came again. */
export interface LatestFilesTable {
  biller_id: string;
  applied_at: Date;
}

export interface Tables {
  billers: BillersTable;
  accounts: AccountsTable;
  invoices: InvoicesTable;
  changes: ChangesTable;
  deliveries: DeliveriesTable;
  leased_deliveries: LeasedDeliveriesTable;
  undelivered: UndeliveredTable;
  delivery_attempts: DeliveryAttemptsTable;
  partner_states: PartnerStatesTable;
  partner_paces: PartnerPacesTable;
  audit: AuditTable;
  invoice_files: InvoiceFilesTable;
  inbox_states: InboxStatesTable;
  latest_files: LatestFilesTable;
  set_aside_records: SetAsideTable;
  sessions: SessionsTable;
  api_tokens: ApiTokensTable;
  data_keys: DataKeysTable;
  trims: TrimsTable;
  served_adapters: ServedAdaptersTable;
}
