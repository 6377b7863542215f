/** How a call fails: whether anything was sent, and whose fault it is. */
import { AdapterError } from '@ic-host/contracts';
import { AxiosError, CanceledError, type InternalAxiosRequestConfig } from 'axios';
import type { CallTime } from './call-time.js';
import type { SentNote } from './sent-note.js';

/** The code of an error before anything was sent; the contracts' kit knows it. */
export const NOT_SENT = 'IC_NOT_SENT';
export const [NO_TURN, PARTNER_FAILING, TOO_MANY_WAIT] = ['NO_TURN', 'PARTNER_FAILING', 'TOO_MANY_WAIT'] as const;
/** Ends that say nothing of the partner: the caller gave up, or a limit of ours held the call back. */
export const OURS = new Set<string | undefined>([
  ...[AxiosError.ERR_CANCELED, NOT_SENT, NO_TURN, PARTNER_FAILING, TOO_MANY_WAIT],
]);
export const reasonOf = (error: AxiosError): string | undefined =>
  (error.cause as { code?: string } | undefined)?.code ?? error.code;

/** A fault of the partner's side opens the breaker; an answer, even a refusal, does not. */
export const isPartnerFault = (error: unknown): boolean =>
  error instanceof AxiosError &&
  !OURS.has(reasonOf(error)) &&
  (error.response === undefined || error.response.status >= 500);

export const noTurn = (config: InternalAxiosRequestConfig): AxiosError =>
  notSent(config, NO_TURN, 'the call did not get its turn in time');

export function transportError(
  error: unknown,
  config: InternalAxiosRequestConfig,
  { note, time, caller }: { note: SentNote; time: CallTime; caller: AbortSignal | undefined },
): AxiosError | AdapterError {
  const code = (error as { code?: string }).code ?? 'ERR_NETWORK';
  if (code === 'EGRESS_REFUSED')
    return new AdapterError('misconfigured', (error as Error).message, { code: 'egress-refused' });
  const [message, told] = time.isOver
    ? ['no answer in time', AxiosError.ETIMEDOUT]
    : caller?.aborted
      ? ['the call was given up', AxiosError.ERR_CANCELED]
      : [(error as Error).message, code];
  if (!note.sent) return notSent(config, told, message);
  return told === AxiosError.ERR_CANCELED ? new CanceledError(message, config) : new AxiosError(message, told, config);
}

/** @param code the reason, for the adapter's error to name */
export function notSent(config: InternalAxiosRequestConfig, code: string, message: string): AxiosError {
  const unsent = new AxiosError(`${message}, before anything was sent`, NOT_SENT, config);
  unsent.cause = Object.assign(new Error(message), { code });
  return unsent;
}
