/** An adapter that can't be made: nothing was asked of its partner for whoever wanted it. */
import { AdapterError } from '@ic-host/contracts';

/** What it says is its own; anything else is a fault of it, or of its biller's settings, and nothing is in doubt for it. */
export function notMade(error: unknown): AdapterError {
  if (AdapterError.is(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AdapterError('misconfigured', `the adapter can't be made: ${message}`, {
    ...{ code: 'adapter-failed', cause: error },
  });
}
