/** An adapter that fails by a mistake of its own, as whoever asked through it is told. */
import { Problem } from '../problem.js';
import type { Log } from '../telemetry/log.js';

/** Tells the log what it threw, which is nobody else's business. */
export function adapterFailed(log: Log, thrown: { err: unknown; billerId?: string }): Problem {
  log.error(thrown, 'an adapter threw something else than an AdapterError');
  return new Problem(502, 'adapter-failed', 'the adapter failed unexpectedly');
}
