/** PaymentSink, version 1: tells a partner of payments taken, and of payments returned. */
import { IsBoolean, IsIn, IsNotEmpty, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { IsIdentifier, IsMoney, IsPlainDate } from './boundary-types.js';
import type { Money } from './money.js';
import type { PlainDate } from './plain-date.js';

export const PAYMENT_SINK_VERSION = '1';

export const PAYMENT_METHODS = ['Visa', 'MC', 'AMEX', 'Discover', 'ACH'] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

/** A payment that was taken and that the partner must be told of. */
export class Payment {
  /** Our id of the payment: the same on every repeat. */
  @IsIdentifier(100) transactionId!: string;
  @IsIdentifier(200) accountNumber!: string;
  @IsIdentifier(200) invoiceNumber!: string;
  /** What was paid; positive. */
  @IsMoney() amount!: Money;
  /** The payer's day of payment. */
  @IsPlainDate() paymentDate!: PlainDate;
  @IsIn(PAYMENT_METHODS) method!: PaymentMethod;
  /** The channel: `AutoPay`, `Pay By Text`, `Web` … */
  @IsString() @IsNotEmpty() @MaxLength(50) source!: string;
  /** The bank's name where known; for ACH only. */
  @IsOptional() @IsString() @MaxLength(100) bankName?: string;
  /** Up to the last four digits of the card or bank account, never more. */
  @Matches(/^[0-9]{1,4}$/, { message: 'maskedNumber must be the last 1 to 4 digits' }) maskedNumber!: string;
  @IsString() @IsNotEmpty() @MaxLength(200) payerName!: string;
}

/** The partner's word that it has a payment. */
export class PaymentReceipt {
  /** True when the partner knew our transaction id already: the payment is there once. */
  @IsBoolean() duplicate!: boolean;
  /** The partner's number of the payment, where it gave one. */
  @IsOptional() @IsString() confirmationNumber?: string;
  /** What pays the account off after this payment, where the partner tells it. */
  @IsOptional() @IsMoney() payoffAmount?: Money;
  /** The partner's own words. */
  @IsString({ each: true }) partnerMessages!: string[];
}

/** A payment that the bank took back (ACH reject, NSF). */
export class PaymentReturn {
  /** The payment, as it was posted. */
  payment!: Payment;
  /** The partner's number of it, from its receipt. */
  @IsString() @IsNotEmpty() confirmationNumber!: string;
  /** The bank's return code, such as `R01`. */
  @IsString() @IsNotEmpty() @MaxLength(10) code!: string;
  @IsPlainDate() returnedOn!: PlainDate;
  /** True: the partner is to switch automatic payment off for the account. */
  @IsBoolean() disableAutoPay!: boolean;
}

/**
 * How a repeat of a payment is made safe:
 * - `idempotent`: the partner recognises our transaction id and answers `duplicate`;
 * - `findable`: `find` tells whether it is there, and is asked before every repeat;
 * - `unsafe`: neither; an unknown outcome goes to a person at once.
 */
export type RepeatSafety = 'idempotent' | 'findable' | 'unsafe';

export interface PaymentSink {
  readonly repeatSafety: RepeatSafety;
  /**
   * Posts one payment.
   * @throws AdapterError `rejected` with the partner's messages when it says no; `unknown-outcome` when it may have it
   * @example const { duplicate, confirmationNumber } = await sink.post(payment, signal)
   */
  post(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt>;
  /**
   * Looks for a payment by our transaction id; undefined when the partner certainly doesn't have it. One that was returned, or voided
   * there, is found: what isn't found is posted again. Reading only.
   */
  find?(payment: Payment, signal: AbortSignal): Promise<PaymentReceipt | undefined>;
  /** Capability `returns`: tells of a returned payment. Must be safe to repeat as `post` is. */
  returnPayment?(returned: PaymentReturn, signal: AbortSignal): Promise<{ partnerMessages: string[] }>;
}
