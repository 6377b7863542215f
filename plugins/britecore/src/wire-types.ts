/** The fields of BriteCore's answers that this adapter uses; everything may be missing. */

export interface Envelope {
  success: boolean;
  /** Gathered from `messages` or `message`, list or plain string. */
  messages: string[];
  data: unknown;
}

export interface PolicyData {
  id?: unknown;
  system_tags?: unknown;
  active_revision?: { policy_status?: unknown } | null;
}

export interface InvoiceDetails {
  billDate?: unknown;
  dueDate?: unknown;
  paidInFull?: unknown;
  policyStatus?: unknown;
}

export interface InvoiceData {
  id?: unknown;
  balance?: unknown;
  /** The design document writes `detail` once and shows `details` in its sample. */
  data?: { details?: InvoiceDetails; detail?: InvoiceDetails } | null;
}

export const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
