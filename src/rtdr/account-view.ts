/** An account as the API answers it. */
import type { Explanation } from '../explain/explanation.js';
import { type AccountRow, heldBlock } from './account-store.js';
import { invoiceView, type ToldRow } from './invoice-view.js';

export interface RefreshedAccount {
  accountNumber: string;
  partnerAccountId: string | null;
  paymentBlock: { ach: boolean; card: boolean; reason: string | null };
  changes: { recordType: 'N' | 'U' | 'D'; invoiceNumber: string }[];
  invoices: Record<string, unknown>[];
  /** True: the partner could not be asked, this is what we held. */
  stale: boolean;
  refreshedAt: string | null;
  problem?: Record<string, unknown>;
  /** Where it was asked for. */
  explanation?: Explanation;
}

export const accountView = (accountNumber: string, account: AccountRow | undefined, invoices: ToldRow[]) => ({
  accountNumber,
  partnerAccountId: account?.partner_account_id ?? null,
  paymentBlock: {
    ...heldBlock(account),
    reason: account?.block_reason ?? null,
  },
  invoices: invoices.map(invoiceView),
  refreshedAt: account?.refreshed_at?.toISOString() ?? null,
});
