/** What an adapter tells of an attempt, as it is kept: an adapter that tells it badly must not keep it from being written. */
import { ADAPTER_ERROR_KINDS, AdapterError, Money, type PaymentReceipt } from '@ic-host/contracts';

/** Of a delivery that the partner took. */
export interface Success {
  duplicate?: boolean;
  confirmationNumber?: string;
  /** A decimal string. */
  payoffAmount?: string;
  partnerMessages: string[];
}

/** @param told a receipt, or what a sink gives without one @throws AdapterError `malformed` where nothing was told */
export function successOf(told: unknown): Success {
  if (typeof told !== 'object' || told === null)
    throw new AdapterError('malformed', 'the adapter gave no receipt', { code: 'receipt-missing' });
  const { duplicate, confirmationNumber, payoffAmount, partnerMessages } = told as Partial<PaymentReceipt>;
  return {
    ...(duplicate === undefined ? {} : { duplicate: duplicate === true }),
    ...((confirmationNumber ?? undefined) === undefined ? {} : { confirmationNumber: String(confirmationNumber) }),
    ...(Money.is(payoffAmount) ? { payoffAmount: payoffAmount.toString() } : {}),
    partnerMessages: Array.isArray(partnerMessages) ? partnerMessages.map(String) : [],
  };
}

/** Of a kind that nobody knows, it says nothing of what happened at the partner. */
export function failureOf(error: AdapterError): AdapterError {
  if (ADAPTER_ERROR_KINDS.includes(error.kind)) return error;
  const { code, partnerMessages } = error;
  return new AdapterError('unknown-outcome', error.message, { code, partnerMessages, cause: error });
}
