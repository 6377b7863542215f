/** A call of a contract that was made once, with what the partner answered: kept to be made again without the partner. */
import { AdapterError } from './adapter-error.js';
import type { ContractName } from './adapter-manifest.js';
import { Money } from './money.js';
import type { Payment } from './payment-sink.js';
import { PlainDate } from './plain-date.js';

/** Stands for every secret in what is kept. */
export const MASK = '********';

/** One call to the partner, in the order in which they were answered. */
export interface RecordedExchange {
  operation: string;
  url: string;
  /** Its body, or nothing. */
  request: string;
  /** Null: no answer came. */
  status: number | null;
  response: string;
}

export type RecordedOutcome = { value: unknown } | { error: { kind: string; code: string } };

export interface RecordedCall {
  id: string;
  contract: ContractName;
  method: string;
  /** The call's arguments in JSON, without its signal. */
  input: unknown[];
  outcome: RecordedOutcome;
  exchanges: RecordedExchange[];
}

/** A recorded call with the biller it was made for: a file in an adapter's folder `fixtures`, which the suite makes again. */
export interface CallFixture extends RecordedCall {
  /** Settings by key, without the secret ones. */
  biller: {
    guid: string;
    openBilling: boolean;
    invoiceTypeId: number;
    settings: Record<string, string>;
    options: Record<string, unknown>;
  };
}

/** A recorded address without its host. */
export const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname + new URL(url).search : url);

/** A recorded body as JSON, or as the text that it is. */
export function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const recordedOutcome = (ended: { value: unknown } | { error: unknown }): RecordedOutcome => {
  if ('value' in ended) return { value: ended.value ?? null };
  const { kind, code } = AdapterError.is(ended.error) ? ended.error : { kind: 'failed', code: 'failed' };
  return { error: { kind, code } };
};

/** A payment, from the JSON that is kept of it. */
export const toPayment = (kept: Record<string, unknown>): Payment => ({
  ...(kept as unknown as Payment),
  amount: Money.parse(String(kept.amount)),
  paymentDate: PlainDate.parse(String(kept.paymentDate)),
});

/** A recorded call's arguments as the contract has them. */
export function argumentsOf({ contract, method, input }: RecordedCall): unknown[] {
  if (contract !== 'payment-sink') return [...input];
  const [first] = input as [Record<string, unknown>];
  if (method !== 'returnPayment') return [toPayment(first)];
  const payment = toPayment(first.payment as Record<string, unknown>);
  return [{ ...first, payment, returnedOn: PlainDate.parse(String(first.returnedOn)) }];
}
