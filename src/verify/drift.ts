/** Keeps what a partner answers, masked, and later tells what has changed in the form of its answers. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartnerUnderTest } from '@ic-host/contracts/suite';
import type { LoadedAdapter } from '../adapters/adapter-registry.js';
import type { Exchange } from '../egress/exchange-record.js';
import { tryCall } from './try-call.js';

/** What stands at a path of an answer, such as `data.invoices[].balance`. */
interface Place {
  types: string[];
  /** Of texts that look like a word of a fixed set: which there were. */
  words: string[];
}
export type Form = Record<string, Place>;

const WORD = /^[A-Za-z][A-Za-z _-]{0,30}$/;
const MOST_WORDS = 12;

/** Which calls of the adapter read, each with what is asked of an account. */
const READS: [call: string, given: object][] = [
  ['rtdr-provider.lookUp', {}],
  ['enrollment-sink.readBack', { kind: 'autopay' }],
];

/** The form of a JSON text; of any other text, that it is none. */
export function formOf(text: string): Form {
  const form: Form = {};
  const look = (value: unknown, path: string): void => {
    const type = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
    form[path] ??= { types: [], words: [] };
    const place = form[path];
    if (!place.types.includes(type)) place.types.push(type);
    if (
      typeof value === 'string' &&
      WORD.test(value) &&
      !place.words.includes(value) &&
      place.words.length < MOST_WORDS
    )
      place.words.push(value);
    if (Array.isArray(value)) for (const item of value) look(item, `${path}[]`);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) look(inner, path ? `${path}.${key}` : key);
  };
  try {
    look(JSON.parse(text), '');
  } catch {
    form[''] = { types: ['no JSON'], words: [] };
  }
  return form;
}

/** Of what stood in a list that is empty now, nothing can be said. */
const isInEmptyList = (path: string, now: Form): boolean =>
  [...path.matchAll(/\[\]/g)].some(
    ({ index }) => now[path.slice(0, index)]?.types.includes('list') && !now[path.slice(0, index + 2)],
  );

/** What has changed, in words. */
export function driftOf(before: Form, now: Form): string[] {
  const found: string[] = [];
  for (const [path, { types, words }] of Object.entries(before)) {
    const place = now[path];
    const name = path || 'the answer';
    if (!place && isInEmptyList(path, now)) continue;
    if (!place) found.push(`${name} is gone`);
    else {
      const other = place.types.filter((type) => !types.includes(type));
      if (other.length) found.push(`${name} is ${other.join(' or ')}, and was ${types.join(' or ')}`);
      const fresh = place.words.filter((word) => !words.includes(word));
      if (words.length && fresh.length) found.push(`${name} has a new value: ${fresh.join(', ')}`);
    }
  }
  for (const path of Object.keys(now)) if (!before[path]) found.push(`${path || 'the answer'} is new`);
  return found;
}

/** Makes the calls that read, on what is known at the partner. @returns exchanges by operation, secrets masked */
async function ask(adapter: LoadedAdapter, { biller, known }: PartnerUnderTest, allowPrivate: boolean) {
  if (!known) throw new Error('nothing is known at the partner: name an account and an invoice as `known`');
  const found = new Map<string, Exchange>();
  const { accountNumber } = known;
  for (const [call, given] of READS) {
    if (!adapter.manifest.contracts.some(({ name }) => call.startsWith(`${name}.`))) continue;
    const { exchanges } = await tryCall(adapter, biller, call, { accountNumber, ...given }, allowPrivate);
    for (const exchange of exchanges) if (!found.has(exchange.operation)) found.set(exchange.operation, exchange);
  }
  return found;
}

const fileOf = (folder: string, operation: string): string => join(folder, `${operation.replace(/\W+/g, '-')}.json`);

/** @returns the files written */
export async function recordExchanges(
  adapter: LoadedAdapter,
  partner: PartnerUnderTest,
  folder: string,
  allowPrivate: boolean,
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const exchanges = await ask(adapter, partner, allowPrivate);
  for (const [operation, exchange] of exchanges)
    writeFileSync(fileOf(folder, operation), `${JSON.stringify(exchange, null, 2)}\n`);
  return [...exchanges.keys()].map((operation) => fileOf(folder, operation));
}

/** Asks again, and compares with what was kept. @returns what has changed, by operation */
export async function findDrift(
  adapter: LoadedAdapter,
  partner: PartnerUnderTest,
  folder: string,
  allowPrivate: boolean,
): Promise<Map<string, string[]>> {
  if (!existsSync(folder)) throw new Error(`${folder} is not there: keep exchanges with --record first`);
  const exchanges = await ask(adapter, partner, allowPrivate);
  const changed = new Map<string, string[]>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const kept = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Exchange;
    const now = exchanges.get(kept.operation);
    const drift = now ? driftOf(formOf(kept.response), formOf(now.response)) : ['it is not called any more'];
    if (now && now.status !== kept.status) drift.unshift(`the status is ${now.status}, and was ${kept.status}`);
    changed.set(kept.operation, drift);
  }
  return changed;
}
