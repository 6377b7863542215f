/** Runs the contract suite on one adapter. */
import type { AdapterManifest, ContractName } from '../src/adapter-manifest.js';
import type { CallFixture } from '../src/recorded-call.js';
import { type Check, type CheckContext, CheckFailure, CheckSkipped, skip } from './check.js';
import type { ContractConfig, PartnerUnderTest } from './contract-config.js';
import { documentProviderChecks } from './document-provider.js';
import { enrollmentSinkChecks } from './enrollment-sink.js';
import { invoiceFileParserChecks } from './invoice-file-parser.js';
import { LeftBehind } from './left-behind.js';
import { paymentSinkChecks } from './payment-sink.js';
import { recordedCheck } from './recorded-calls.js';
import { rtdrProviderChecks } from './rtdr-provider.js';
import type { SuiteHost, SuiteScope } from './suite-host.js';

/** All checks, by contract. */
export const CHECKS: Record<ContractName, readonly Check[]> = {
  'rtdr-provider': rtdrProviderChecks,
  'payment-sink': paymentSinkChecks,
  'enrollment-sink': enrollmentSinkChecks,
  'document-provider': documentProviderChecks,
  'invoice-file-parser': invoiceFileParserChecks,
};

export interface CheckResult {
  check: Check;
  state: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  message: string;
  ms: number;
}

export interface SuiteRun {
  manifest: AdapterManifest;
  config: ContractConfig;
  host: SuiteHost;
  /** Calls that the adapter brings in its folder `fixtures`: a check each. */
  fixtures?: readonly CallFixture[];
  /** Which checks; all when left out. */
  choose?: (check: Check) => boolean;
  /** False: the checks that write are skipped, as at a live partner. */
  allowWrites?: boolean;
  /** How many checks run beside one another, unless the partner bears fewer; 1 when left out. */
  atOnce?: number;
}

/** A key that would show wherever it is not masked: quotes, a backslash, another script. */
const awkwardKey = (number: number): string => `k"e'y\\é;${number}-${Math.random().toString(36).slice(2)}`;
/** How long a check may take; and once one has hung, whose author is waiting for the others. */
const [LONGEST_MS, AFTER_A_HANG_MS] = [120_000, 10_000];

let runs = 0;

/** The checks that an adapter's manifest calls for, its own included, one result each. */
export async function* runSuite(run: SuiteRun): AsyncGenerator<CheckResult> {
  const { manifest, config, host, fixtures = [], choose = () => true, allowWrites = true } = run;
  const atOnce = Math.min(run.atOnce ?? 1, config.atOnce ?? Number.POSITIVE_INFINITY);
  const claimed = new Set(manifest.contracts.map(({ name }) => name));
  const recorded = fixtures.filter(({ contract }) => claimed.has(contract)).map(recordedCheck);
  const checks = [...claimed].flatMap((name) => CHECKS[name]).concat(config.checks ?? [], recorded);
  const chosen = checks.filter(choose);
  if (chosen.length === 0) return;
  const id = `${Date.now().toString(36)}${(runs++).toString(36)}`;
  let counter = 0;
  const fresh = (prefix: string): string => `${prefix}-${id}-${counter++}`;
  const partner = await inTime(
    config.start({ key: awkwardKey(0) }),
    LONGEST_MS,
    (ms) => new Error(`the partner of contract.config.ts has not started within ${ms / 1000} s`),
  );
  const left = new LeftBehind<Check>();
  let longestMs = LONGEST_MS;
  const hang = (ms: number): CheckFailure => {
    longestMs = AFTER_A_HANG_MS;
    return new CheckFailure(`it did not end within ${ms / 1000} s: a call hangs`);
  };
  const runOne = async (check: Check): Promise<CheckResult> => {
    const started = performance.now();
    const ended = (state: CheckResult['state'], message = ''): CheckResult => ({
      ...{ check, state, message, ms: performance.now() - started },
    });
    if (check.writes && !allowWrites) {
      return ended('skipped', 'it writes, and writing is not allowed here: --allow-writes');
    }
    const opened: { close(): Promise<void> }[] = [];
    const keep = <T extends { close(): Promise<void> }>(item: T): T => {
      opened.push(item);
      return item;
    };
    const context: CheckContext = {
      ...{ manifest, config, partner, host, fresh },
      open: async (options) => keep(await host.open(partner.biller, options)),
      openOther: async () => {
        if (config.single) skip('there is one partner only');
        const other: PartnerUnderTest = keep(await config.start({ key: awkwardKey(++counter) }));
        const scope: SuiteScope = keep(await host.open(other.biller));
        return { partner: other, scope };
      },
      hasCapability: (contract, capability) =>
        manifest.contracts.some(({ name, capabilities }) => name === contract && capabilities?.includes(capability)),
    };
    try {
      await left.watching(check, () => inTime(check.run(context), longestMs, hang));
      const [fault] = await left.of(check);
      return fault === undefined ? ended('passed') : ended('failed', leftText(fault));
    } catch (error) {
      if (error instanceof CheckSkipped) return ended('skipped', error.message);
      if (error instanceof CheckFailure) return ended('failed', error.message);
      return ended('failed', `it threw ${(error as Error)?.stack ?? String(error)}`);
    } finally {
      for (const item of opened.reverse()) await item.close();
    }
  };
  try {
    const beside = atOnce > 1 ? chosen.filter(({ alone }) => !alone) : [];
    yield* inLanes(beside, atOnce, runOne);
    for (const check of chosen) if (!beside.includes(check)) yield await runOne(check);
    for (const [check, fault] of left.late()) yield { check, state: 'failed', message: leftText(fault), ms: 0 };
  } finally {
    left.end();
    await partner.close();
  }
}

const leftText = (fault: unknown): string =>
  `it left something behind that failed, where nobody waited for it: ${(fault as Error)?.stack ?? String(fault)}`;

async function inTime<T>(work: Promise<T>, ms: number, late: (ms: number) => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late(ms)), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Results as they come. */
async function* inLanes(
  checks: readonly Check[],
  atOnce: number,
  runOne: (check: Check) => Promise<CheckResult>,
): AsyncGenerator<CheckResult> {
  const waiting = [...checks];
  const running = new Map<Check, Promise<CheckResult>>();
  while (waiting.length || running.size) {
    while (running.size < atOnce && waiting.length) {
      const check = waiting.shift() as Check;
      running.set(check, runOne(check));
    }
    const result = await Promise.race(running.values());
    running.delete(result.check);
    yield result;
  }
}
