/** A biller's options: the host's own, whatever the adapter, each within what it can be; and those of its adapter's manifest. */
import type { AdapterManifest } from '@ic-host/contracts';
import { typeProblem } from '../adapters/setting-type.js';
import { LONGEST_TIMEOUT_MS } from '../egress/way-out.js';
import { Problem } from '../problem.js';
import { readShadow } from '../shadow/shadow-option.js';
import { readInbox } from './inbox-option.js';
import { isReference, referenceProblem } from './secret-reference.js';
import { readTls } from './tls-option.js';

/** Options of a biller that go before the limits of its adapter's manifest. */
export const LIMIT_OPTIONS = ['requestsPerSecond', 'concurrency', 'timeoutMs'] as const;
/** Options of a biller that the host itself understands, whatever the adapter. */
const NUMBER_OPTIONS = new Map<string, { least: number; most: number; isWhole?: boolean }>(
  Object.entries({
    requestsPerSecond: { least: 0.1, most: 1_000_000 },
    concurrency: { least: 1, most: 1_000, isWhole: true },
    // A timer of more than 24 days would end at once.
    ...{ timeoutMs: { least: 10, most: LONGEST_TIMEOUT_MS }, inboxSeconds: { least: 1, most: 86_400 } },
    maxDeliveryAgeHours: { least: 0, most: 876_000 },
    ...{ maxSetAsidePercent: { least: 0, most: 100 }, recordPercent: { least: 0, most: 100 } },
    fileEveryHours: { least: 1, most: 8_784 },
    reconcileNightly: { least: 0, most: 1_000_000, isWhole: true },
  }),
);
/** Options with parts of their own. */
const READ_OPTIONS = new Map<string, (value: unknown) => unknown>([
  ['inbox', readInbox],
  ['tls', readTls],
  ['shadowOf', readShadow],
]);

/** @throws Problem 422 `invalid-options` */
export function checkOptions(manifest: AdapterManifest, options: Record<string, unknown>, dataDir: string): void {
  for (const [key, value] of Object.entries(options)) {
    const refuse = (message: string): never => {
      throw new Problem(422, 'invalid-options', message);
    };
    const spec = manifest.options?.find((item) => item.key === key);
    const problem = spec && typeProblem(spec, value);
    if (problem) refuse(`the option ${key} ${problem}`);
    const [read, range] = [READ_OPTIONS.get(key), NUMBER_OPTIONS.get(key)];
    if (read) {
      try {
        for (const part of Object.values(Object(read(value)))) {
          const problem = isReference(part) ? referenceProblem(part, dataDir) : undefined;
          if (problem) throw new Error(problem);
        }
      } catch (error) {
        refuse((error as Error).message);
      }
    } else if (range) {
      const { least, most, isWhole } = range;
      if (typeof value !== 'number' || !(value >= least && value <= most) || (isWhole && !Number.isInteger(value)))
        refuse(`the option ${key} must be a ${isWhole ? 'whole ' : ''}number, ${least} to ${most}`);
    } else if (!spec) refuse(`neither the host nor the adapter ${manifest.id} has an option ${key}`);
  }
}
