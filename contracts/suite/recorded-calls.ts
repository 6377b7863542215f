/** Recorded calls, made again on an adapter with the partner's answers as they were: what was right stays right. */
import { isDeepStrictEqual } from 'node:util';
import { AdapterError } from '../src/adapter-error.js';
import type { AdapterManifest } from '../src/adapter-manifest.js';
import {
  argumentsOf,
  bodyOf,
  type CallFixture,
  MASK,
  pathOf,
  type RecordedCall,
  type RecordedOutcome,
  recordedOutcome,
} from '../src/recorded-call.js';
import { type Check, fail, shown } from './check.js';
import type { BillerUnderTest, SuiteHost, SuiteScope, WireCall } from './suite-host.js';

const CALL_MS = 10_000;

export interface CalledAgain {
  outcome: RecordedOutcome;
  sent: readonly WireCall[];
  /** Calls that were not recorded: without an answer nothing is said of the outcome. */
  unanswered: readonly string[];
}

/** Makes a recorded call again; the partner is not asked. */
export async function callAgain(scope: SuiteScope, call: RecordedCall): Promise<CalledAgain> {
  const { wire } = scope;
  wire.clear();
  wire.answerAs(call.exchanges);
  let ended: { value: unknown } | { error: unknown };
  try {
    const implementation = scope.get(call.contract) as unknown as Record<string, unknown>;
    const method = implementation[call.method];
    if (typeof method !== 'function') throw new AdapterError('unsupported', `the adapter has no ${call.method}`);
    ended = { value: await method.apply(implementation, [...argumentsOf(call), AbortSignal.timeout(CALL_MS)]) };
  } catch (error) {
    ended = { error };
  }
  // As it would have been kept: in JSON.
  const outcome: RecordedOutcome = JSON.parse(JSON.stringify(recordedOutcome(ended)));
  return { outcome, sent: [...wire.calls], unanswered: [...new Set(wire.unanswered)] };
}

/** The biller that a fixture's call is made for; its secrets are what they were masked with. */
export const billerOf = (
  { biller: { guid, openBilling, invoiceTypeId, settings, options } }: Pick<CallFixture, 'biller'>,
  manifest: AdapterManifest,
): BillerUnderTest => ({
  ...{ billerId: 'recorded', guid, openBilling, invoiceTypeId, options },
  settings: {
    ...Object.fromEntries(manifest.settings.filter(({ secret }) => secret).map(({ key }) => [key, MASK])),
    ...settings,
  },
});

/** What is said to people may be put in other words. */
const WORDS = new Set(['because', 'reason', 'ineligibleReason', 'partnerMessages']);

/** A value without words, its lists in one order: two that mean the same are equal. */
export function meaningOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(meaningOf);
    return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !WORDS.has(key));
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, meaningOf(item)]));
}

/** The innermost place at which two values differ, first of several. */
function firstDifference(place: string, was: unknown, is: unknown): string {
  if (typeof was === 'object' && typeof is === 'object' && was && is)
    for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
      const [a, b] = [was, is].map((one) => (one as Record<string, unknown>)[key]);
      if (!isDeepStrictEqual(a, b)) return firstDifference(`${place}, ${key}`, a, b);
    }
  return `${place} was ${shown(was)} and is ${shown(is)}`;
}

/** In what a call's second time differs from what is recorded of it: in its outcome, and in what a write sends. */
export function differencesOf(call: RecordedCall, { outcome, sent, unanswered }: CalledAgain): string[] {
  if (unanswered.length) return unanswered.map((made) => `it calls ${made}, which it did not`);
  const differences: string[] = [];
  const compare = (what: string, was: unknown, is: unknown): void => {
    if (!isDeepStrictEqual(was, is)) differences.push(firstDifference(what, was, is));
  };
  compare('its outcome', meaningOf(call.outcome), meaningOf(outcome));
  if (call.contract === 'rtdr-provider') return differences;
  compare(
    'what it sends',
    call.exchanges.map(({ url, request }) => [pathOf(url), bodyOf(request)]),
    sent.map(({ url, body }) => [pathOf(url), bodyOf(body)]),
  );
  return differences;
}

/** Makes a fixture's call again, for a biller of its own. @returns as {@link differencesOf} */
export async function fixtureDifferences(
  host: SuiteHost,
  manifest: AdapterManifest,
  fixture: CallFixture,
): Promise<string[]> {
  const scope = await host.open(billerOf(fixture, manifest));
  try {
    return differencesOf(fixture, await callAgain(scope, fixture));
  } finally {
    await scope.close();
  }
}

/** Stable and in kebab-case, as ids of checks are. */
const idOf = (name: string): string => `recorded-${name.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()}`;

/** One check a fixture. */
export const recordedCheck = (fixture: CallFixture): Check => ({
  contract: fixture.contract,
  id: idOf(fixture.id),
  title: `does as it did in the recorded call ${fixture.id}`,
  rule: 'The same answers of the partner lead to the same outcome, and the same wish to the same call.',
  look: `fixtures/${fixture.id}.json, and what was changed since; if the new outcome is right, cut the fixture anew.`,
  writes: false,
  async run({ host, manifest }) {
    const differences = await fixtureDifferences(host, manifest, fixture);
    if (differences.length) fail(differences.join('; '));
  },
});
