/**
 * Cuts a fixture from a recorded call: of the partner's answers only what the adapter uses, and stand-ins for whatever
 * tells of whom it was. After each step the call is made again, so that it still leads to the same.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { type CallFixture, pathOf, type RecordedCall, type RecordedOutcome } from '@ic-host/contracts';
import { meaningOf } from '@ic-host/contracts/suite';
import { type Replay, withoutCardNumbers } from './replay.js';

/** Where a fixture's partner is said to be. */
const PARTNER = 'https://partner.example';
/** Of what a contract is given and answers: what tells of whom it is. */
const IDENTIFYING = new Set([
  ...['accountNumber', 'partnerAccountId', 'heldInvoiceNumbers', 'invoiceNumber', 'transactionId'],
  ...['payerName', 'bankName', 'maskedNumber', 'confirmationNumber'],
]);
/** A shorter text is replaced only where it stands alone. */
const SHORTEST_WITHIN = 5;

export class FixtureCutter {
  private readonly seen = new Set<string>();
  private readonly salt = randomBytes(16);

  constructor(private readonly replay: Replay) {}

  /** @returns the fixture; or why there is none; or undefined: another of the same form was cut already */
  async cut(kept: RecordedCall): Promise<CallFixture | { id: string; why: string } | undefined> {
    const recording = withoutCardNumbers(kept);
    const { contract, method, input, outcome } = recording;
    const raw = formOf(recording);
    if (this.seen.has(raw)) return undefined;
    this.seen.add(raw);
    const exchanges = recording.exchanges.map(({ operation, url, request, status, response }) => ({
      ...{ operation, url: PARTNER + pathOf(url), request, status, response },
    }));
    const id = `${contract}.${method}-${recording.id}`;
    const whole: CallFixture = {
      ...{ id, contract, method, input, outcome, exchanges },
      biller: atPartner(this.replay.recordedOf),
    };
    const wrong = await this.replay.differences(whole);
    if (wrong.length) return { id, why: wrong.join('; ') };
    const pruned = await this.pruned(whole);
    const form = formOf(pruned);
    if (this.seen.has(form)) return undefined;
    this.seen.add(form);
    const cut = await this.anonymous({ ...pruned, outcome: meaningOf(outcome) as RecordedOutcome });
    return cut ?? { id, why: 'it comes out otherwise when account numbers and names are replaced' };
  }

  /** Without what makes no difference; whole branches first. */
  private async pruned(fixture: CallFixture): Promise<CallFixture> {
    let kept = fixture;
    const isNeedless = async (index: number, body: unknown): Promise<boolean> => {
      const without = withAnswer(kept, index, JSON.stringify(body));
      if ((await this.replay.differences(without)).length) return false;
      kept = without;
      return true;
    };
    for (const index of fixture.exchanges.keys()) {
      const visit = async (path: readonly string[]): Promise<void> => {
        const body = jsonOf(kept.exchanges[index]?.response);
        for (const key of keysAt(body, path)) {
          const here = [...path, key];
          if (key === EACH || !(await isNeedless(index, without(jsonOf(kept.exchanges[index]?.response), here))))
            await visit(here);
        }
      };
      await visit([]);
    }
    return kept;
  }

  private async anonymous(fixture: CallFixture): Promise<CallFixture | undefined> {
    const names = new Map<string, string>();
    for (const text of [fixture.biller.guid, ...identifying(fixture)]) names.set(text, this.standIn(text));
    let kept = renamed(fixture, names);
    if ((await this.replay.differences(kept)).length) return undefined;
    // Numbers and ids of the partner's own, where nothing hangs on what they are.
    for (const text of otherIds(kept, new Set(names.values()))) {
      const without = renamed(kept, new Map([[text, this.standIn(text)]]));
      if ((await this.replay.differences(without)).length === 0) kept = without;
    }
    return kept;
  }

  /** Of the same form: letters for letters, digits for digits. */
  private standIn(text: string): string {
    const bytes = createHmac('sha256', this.salt).update(text).digest();
    let place = 0;
    const next = (from: string): string => from[(bytes[place++ % bytes.length] ?? 0) % from.length] ?? '';
    return text
      .replace(/[1-9]/g, () => next('123456789'))
      .replace(/\p{Lu}/gu, () => next('ABCDEFGHJKLMNPRSTUVWXYZ'))
      .replace(/\p{Ll}/gu, () => next(UUID.test(text) ? 'abcdef' : 'abcdefghijkmnoprstuvwxyz'));
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** All items of a list. */
const EACH = '[]';

const jsonOf = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  const inner = key === EACH ? (Array.isArray(value) ? value : []) : isObject(value) ? [value[key]] : [];
  return inner.flatMap((item) => valuesAt(item, rest));
}

const keysAt = (value: unknown, path: readonly string[]): string[] => [
  ...new Set(
    valuesAt(value, path).flatMap((item) => (Array.isArray(item) ? [EACH] : isObject(item) ? Object.keys(item) : [])),
  ),
];

function without(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === EACH) return Array.isArray(value) ? value.map((item) => without(item, rest)) : value;
  if (!isObject(value) || Array.isArray(value) || key === undefined || !(key in value)) return value;
  const { [key]: inner, ...others } = value;
  return rest.length ? { ...value, [key]: without(inner, rest) } : others;
}

const withAnswer = (fixture: CallFixture, index: number, response: string): CallFixture => ({
  ...fixture,
  exchanges: fixture.exchanges.map((exchange, at) => (at === index ? { ...exchange, response } : exchange)),
});

/** What two calls of one form have alike: everything but texts and numbers. */
function formOf({ contract, method, outcome, exchanges }: RecordedCall): string {
  const form = (value: unknown): unknown => {
    if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(form(item))))].sort();
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, form(item)]));
    return typeof value === 'string' || typeof value === 'number' ? typeof value : value;
  };
  const said = exchanges.map(({ operation, status, response }) => [operation, status, form(jsonOf(response))]);
  return JSON.stringify([contract, method, 'error' in outcome ? outcome : form(outcome), said]);
}

/** The biller's addresses lead to nobody. */
function atPartner({ settings, ...biller }: CallFixture['biller']): CallFixture['biller'] {
  const moved = Object.entries(settings).map(([key, value]) => {
    const isAddress = /^https?:/.test(value) && URL.canParse(value);
    return [key, isAddress ? PARTNER + pathOf(value) : value];
  });
  return { ...biller, settings: Object.fromEntries(moved) };
}

function* identifying({ method, input, outcome }: CallFixture): Generator<string> {
  const within = function* (value: unknown, named: boolean): Generator<string> {
    if (typeof value === 'string') {
      if (named && value) yield value;
    } else if (Array.isArray(value)) for (const item of value) yield* within(item, named);
    else if (isObject(value))
      for (const [key, item] of Object.entries(value)) yield* within(item, IDENTIFYING.has(key));
  };
  yield* within(input, false);
  yield* within(outcome, false);
  if (method === 'readBack') yield String(input[1]);
}

const DAY_OR_NUMBER = /^[\d./:TZ+-]*$/;
function* otherIds({ exchanges }: CallFixture, known: ReadonlySet<string>): Generator<string> {
  const found = new Set<string>();
  const within = (value: unknown): void => {
    if (typeof value === 'string' && /\d/.test(value) && !DAY_OR_NUMBER.test(value) && !known.has(value))
      found.add(value);
    else if (isObject(value)) Object.values(value).forEach(within);
  };
  for (const { response } of exchanges) within(jsonOf(response));
  yield* found;
}

/** The same with other names, wherever and however they stand in it. */
function renamed(fixture: CallFixture, names: ReadonlyMap<string, string>): CallFixture {
  const longest = [...names].toSorted(([a], [b]) => b.length - a.length);
  const text = (value: string): string => {
    const whole = names.get(value);
    if (whole !== undefined) return whole;
    // Through stand-ins of no text, so that no name is replaced in another's place.
    const parts = longest.filter(([from]) => from.length >= SHORTEST_WITHIN && value.includes(from));
    const marked = parts.reduce((all, [from], at) => all.replaceAll(from, `\0${at}\0`), value);
    return parts.reduce((all, [, to], at) => all.replaceAll(`\0${at}\0`, to), marked);
  };
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return names.has(String(value)) ? Number(names.get(String(value))) : value;
    if (Array.isArray(value)) return value.map(deep);
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), deep(item)]));
    return value;
  };
  const body = (said: string): string => {
    const json = jsonOf(said);
    return json === undefined ? text(said) : JSON.stringify(deep(json));
  };
  const address = (url: string): string =>
    url.replace(/[^/?&=#:]+/g, (part) => {
      const plain = decodeURIComponent(part.replaceAll('+', ' '));
      const other = text(plain);
      return other === plain ? part : encodeURIComponent(other);
    });
  return {
    ...fixture,
    input: deep(fixture.input) as unknown[],
    outcome: deep(fixture.outcome) as RecordedOutcome,
    exchanges: fixture.exchanges.map((exchange) => ({
      ...exchange,
      ...{ url: address(exchange.url), request: body(exchange.request), response: body(exchange.response) },
    })),
    biller: deep(fixture.biller) as CallFixture['biller'],
  };
}
