/** Ends what npm has started with npm. */
import { statusOf } from '../process-status.js';

const LOOK_EVERY_MS = 250;

/**
 * npm runs it through a shell, which takes a signal for itself, and is not told where npm itself is killed: then the host would
 * go on, and nobody would know.
 */
export function endWithNpm(end: () => void): void {
  const isShell = /^(ba|da)?sh$/.test(statusOf(process.ppid)?.name ?? '');
  const callers = (): string => [process.ppid, isShell ? statusOf(process.ppid)?.ppid : undefined].join();
  const first = callers();
  const watch = setInterval(() => {
    if (callers() === first) return;
    clearInterval(watch);
    end();
  }, LOOK_EVERY_MS).unref();
}
