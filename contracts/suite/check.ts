/** What a check of the contract suite is, and how it says that something is wrong. */
import { isDeepStrictEqual } from 'node:util';
import { AdapterError, type AdapterErrorKind } from '../src/adapter-error.js';
import type { AdapterManifest, ContractName } from '../src/adapter-manifest.js';
import type { ContractConfig, PartnerUnderTest } from './contract-config.js';
import type { OpenOptions, SuiteHost, SuiteScope } from './suite-host.js';

/** One thing that every adapter with the contract must do. */
export interface Check {
  contract: ContractName;
  /** Stable, in kebab-case, unique in its contract. */
  id: string;
  /** What the adapter does when it is right, as a sentence that goes on "the adapter …". */
  title: string;
  /** Which rule of the contract this holds, and why there is one. */
  rule: string;
  /** What to look at first when it fails. */
  look: string;
  /** True: it changes something at the partner, so a live partner sees it only when writing is allowed. */
  writes: boolean;
  /** True: it takes seconds, and is left out where a quick answer is wanted. */
  slow?: boolean;
  /** True: it changes or measures what belongs to the whole process, so no other check runs beside it. */
  alone?: boolean;
  run(context: CheckContext): Promise<void>;
}

export interface CheckContext {
  manifest: AdapterManifest;
  config: ContractConfig;
  partner: PartnerUnderTest;
  host: SuiteHost;
  /** A biller of its own on the partner; closed when the check has ended. */
  open(options?: OpenOptions): Promise<SuiteScope>;
  /** A second partner that knows nothing of the first; closed when the check has ended. */
  openOther(): Promise<{ partner: PartnerUnderTest; scope: SuiteScope }>;
  /** Text that no other check uses, for account, invoice and transaction numbers. */
  fresh(prefix: string): string;
  hasCapability(contract: ContractName, capability: string): boolean;
}

/** The adapter is not right. */
export class CheckFailure extends Error {}
/** It can't be found out here. */
export class CheckSkipped extends Error {}

export const fail = (message: string): never => {
  throw new CheckFailure(message);
};

/** @param reason what the contract config lacks, or why it does not apply */
export const skip = (reason: string): never => {
  throw new CheckSkipped(reason);
};

/** A value in JSON, its beginning. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? 'undefined';
  return text.length > 400 ? `${text.slice(0, 400)} …` : text;
};

export function equal(got: unknown, wanted: unknown, what: string): void {
  if (!isDeepStrictEqual(got, wanted)) fail(`${what}: expected ${shown(wanted)}, got ${shown(got)}`);
}

export function ensure(condition: unknown, message: string): asserts condition {
  if (!condition) fail(message);
}

/** What something throws; fails where it doesn't, or throws what is no AdapterError. */
export async function errorOf(call: Promise<unknown>, after: string): Promise<AdapterError> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    if (AdapterError.is(error)) return error;
    return fail(
      `${after}, it threw ${shown(String(error))}, which is no AdapterError: the host can't tell what it means`,
    );
  }
  return fail(`${after}, it answered ${shown(answer)} as if all were well`);
}

export async function expectKind(
  call: Promise<unknown>,
  kinds: readonly AdapterErrorKind[],
  after: string,
): Promise<AdapterError> {
  const error = await errorOf(call, after);
  ensure(
    kinds.includes(error.kind),
    `${after}, the error's kind must be ${kinds.join(' or ')}; it is ${error.kind} (${error.message})`,
  );
  return error;
}

/** What the config can do here, or else the check is skipped. */
export function can<T>(ability: T | undefined, name: string): T {
  return ability ?? skip(`contract.config has no ${name}`);
}

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
