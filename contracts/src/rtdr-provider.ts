/** RtdrProvider, version 1: asks a partner, in real time, what one account owes. */
import { IsBoolean, IsInt, IsNotEmpty, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsListOf, IsMoney, IsPart, IsPlainDate } from './boundary-types.js';
import type { Money } from './money.js';
import type { PlainDate } from './plain-date.js';

export const RTDR_PROVIDER_VERSION = '1';

/** What the host asks for. */
export class AccountLookup {
  /** The biller's account number as the payer knows it (BriteCore: policy number). Opaque text, never trimmed. */
  @IsString() @IsNotEmpty() @MaxLength(200) accountNumber!: string;
  /** The partner's own id of the account, where an earlier look-up or invoice file told it: may be out of date. */
  @IsOptional() @IsString() partnerAccountId?: string;
  /** Invoices the host holds active for this account, for partners that can only be asked invoice by invoice. */
  @IsString({ each: true }) heldInvoiceNumbers!: string[];
}

/** What a partner told that decided something: for whoever must say why. */
export class Evidence {
  /** The partner's own name of it, a path in its answer such as `system_tags[].value`. */
  @IsString() @IsNotEmpty() @MaxLength(200) field!: string;
  /** What was there, as text. The host masks secrets in it. */
  @IsString() @MaxLength(500) value!: string;
  /** The call that told it, by the name it has in `partnerCall.operation`. */
  @IsOptional() @IsString() operation?: string;
}

/** One invoice as the partner tells it. */
export class PartnerInvoice {
  /** The partner's id of the invoice, unique for the biller. */
  @IsString() @IsNotEmpty() @MaxLength(200) invoiceNumber!: string;
  /** False: it exists, but nothing is to be done with it — not created, not updated, not deactivated. */
  @IsBoolean() eligible!: boolean;
  /** Why it is not eligible, in words. */
  @IsOptional() @IsString() ineligibleReason?: string;
  /** What the partner told that makes it so. */
  @IsOptional() @IsListOf(() => Evidence) because?: Evidence[];
  /** Left out where this partner call does not tell dates: such an invoice can be updated, not created. */
  @IsOptional() @IsPlainDate() invoiceDate?: PlainDate;
  @IsOptional() @IsPlainDate() invoiceDueDate?: PlainDate;
  @IsOptional() @IsPlainDate() autoPayCollectionDate?: PlainDate;
  /** All that is owed with this invoice. Required of an eligible invoice. */
  @IsOptional() @IsMoney() totalAmountDue?: Money;
  /** What is still unpaid of it. Required of an eligible invoice. */
  @IsOptional() @IsMoney() balanceDue?: Money;
  /** The portal's kind of invoice; the biller's own when left out. */
  @IsOptional() @IsInt() @Min(-2_147_483_648) @Max(2_147_483_647) invoiceTypeId?: number;
}

/** Whether, and why, the account may not pay. */
export class PaymentBlock {
  /** True: no payment by bank account. */
  @IsBoolean() ach!: boolean;
  /** True: no payment by card. */
  @IsBoolean() card!: boolean;
  /** In words a support clerk can read to the payer's face; null when nothing is blocked. */
  @IsOptional() @IsString() @JSONSchema({ type: ['string', 'null'] as never }) reason!: string | null;
  /** What the partner told that was looked at, whether it blocks or not. */
  @IsOptional() @IsListOf(() => Evidence) because?: Evidence[];
}

/** The partner's answer about one account. */
export class AccountSnapshot {
  /** The partner's own id of the account, to be remembered. */
  @IsOptional() @IsString() partnerAccountId?: string;
  /** Left out where this partner call knows nothing of blocks: what is held stays. */
  @IsOptional() @IsPart(() => PaymentBlock) paymentBlock?: PaymentBlock;
  @IsListOf(() => PartnerInvoice) invoices!: PartnerInvoice[];
  /**
   * True only when every page arrived and agreed. Only then may an invoice that is missing be deactivated; nor is one where the answer
   * names an invoice twice, since then the list has moved between its pages.
   */
  @IsBoolean() complete!: boolean;
}

export interface RtdrProvider {
  /**
   * Looks one account up. Reading only: may be called at any time, any number of times.
   * @throws AdapterError `not-found` when the partner doesn't know the account; any other kind but `unknown-outcome`
   * @example const { invoices, complete } = await rtdr.lookUp({ accountNumber: 'FM4000264061', heldInvoiceNumbers: [] }, signal)
   */
  lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot>;
}
