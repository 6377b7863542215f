/**
 * What an adapter leaves behind and what then fails: a promise that nobody waits for, a timer, an event. Node ends a process for
 * it, and with it everybody else's deliveries. Here it is told, and the host goes on. Whatever fails outside of an adapter ends the
 * process as ever: nobody knows what else of the host it has stopped.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Redact, redactedError } from '../egress/redaction.js';

/** Whose code runs. */
export interface AdapterAtWork {
  adapterId: string;
  /** Left out while it is loaded. */
  billerId?: string;
  /** Masks the biller's secrets. */
  redact: Redact;
}

const atWork = new AsyncLocalStorage<AdapterAtWork>();

/** Runs an adapter's code: what it leaves behind is known as its own. */
export const asAdapter = <T>(of: AdapterAtWork, work: () => T): T => atWork.run(of, work);

/** Of an adapter, in a minute: one that leaves something behind with each call would fill the disk with it. */
const TOLD_A_MINUTE = 20;

/** From now on, in this process. @param tell told of each, secrets masked */
export function outliveAdapters(tell: (fault: Error, of: AdapterAtWork) => void): void {
  const told = new Map<string, number>();
  setInterval(() => told.clear(), 60_000).unref();
  const failed = (fault: unknown): void => {
    const of = atWork.getStore();
    if (!of) {
      // What else hangs on an error may be a call with a partner's key in it.
      console.error(redactedError(fault, (text) => text));
      process.exit(1);
    }
    const count = told.get(of.adapterId) ?? 0;
    told.set(of.adapterId, count + 1);
    if (count < TOLD_A_MINUTE) tell(redactedError(fault, of.redact), of);
  };
  process.on('unhandledRejection', failed).on('uncaughtException', failed);
}
