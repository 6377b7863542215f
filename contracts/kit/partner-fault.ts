/** Turns what went wrong on the wire into the kind of error a host acts on. */
import { type AxiosError, isAxiosError } from 'axios';
import { AdapterError, type AdapterErrorKind } from '../src/adapter-error.js';

/** The host's word that not a byte of the request has left: nothing can have happened at the partner. */
const NOT_SENT = 'IC_NOT_SENT';

const kindOfStatus = (status: number, effect: 'read' | 'write'): AdapterErrorKind => {
  if (status === 429 || status === 503) return 'unavailable'; // the partner says that it did nothing
  if (status === 400 || status === 422) return 'rejected';
  if (status === 408 || status === 409 || status >= 500) return effect === 'write' ? 'unknown-outcome' : 'unavailable';
  return 'misconfigured'; // 3xx, 401, 403, 404, 405 …: not the address or the key that this partner wants
};

/** Seconds, or a time: by the clock of whoever says it, where the answer tells that, since ours may be another. */
function retryAfterMs({ 'retry-after': asked, date }: Record<string, unknown>): number | undefined {
  if (typeof asked !== 'string' || asked === '') return undefined;
  if (/^\d{1,9}$/.test(asked)) return Number(asked) * 1000;
  const at = Date.parse(asked);
  const now = Date.parse(String(date)) || Date.now();
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/**
 * @param effect `read` when the call changes nothing at the partner: then nothing about its outcome can be unknown
 * @param operation the partner's name of the operation, for the message
 */
export function partnerFault(error: unknown, operation: string, effect: 'read' | 'write'): AdapterError {
  if (AdapterError.is(error)) return error;
  if (!isAxiosError(error)) {
    const aborted = error instanceof Error && error.name === 'AbortError';
    return new AdapterError(
      effect === 'write' ? 'unknown-outcome' : aborted ? 'unavailable' : 'malformed',
      `${operation}: ${error instanceof Error ? error.message : 'failed'}`,
      { cause: error },
    );
  }
  const status = error.response?.status;
  if (status !== undefined) {
    const wait = retryAfterMs(error.response?.headers ?? {});
    return new AdapterError(kindOfStatus(status, effect), `${operation}: the partner answered HTTP ${status}`, {
      code: `http-${status}`,
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
    });
  }
  const notSent = error.code === NOT_SENT;
  const { code = error.code ?? 'UNKNOWN', message: reason = error.message } = (error.cause ??
    {}) as Partial<AxiosError>;
  return new AdapterError(
    notSent || effect === 'read' ? 'unavailable' : 'unknown-outcome',
    `${operation}: ${reason}${notSent ? ', before anything was sent' : ''}`,
    { code: code.toLowerCase().replaceAll('_', '-') },
  );
}

/** For writes: a partner that doesn't know the account has said no. @throws AdapterError, whatever it is given */
export const asRejection = (error: unknown): never => {
  if (!(AdapterError.is(error) && error.kind === 'not-found')) throw error;
  throw new AdapterError('rejected', error.message, { partnerMessages: error.partnerMessages });
};
