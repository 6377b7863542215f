/**
 * Masks a biller's secrets by their value, in every form they take on the way; and card numbers, which are nobody's to
 * keep. Applied to all that an adapter or its partner says before it is logged, traced, recorded or shown.
 */
import { AdapterError, type AdapterLogger, MASK } from '@ic-host/contracts';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import type { ServiceIdentifier } from 'inversify';
import { maskCardNumbers } from '../card-numbers.js';

export type Redact = (text: string) => string;

/** In a biller's container: what masks its secrets. The host's own; no adapter can name it. */
export const REDACT: ServiceIdentifier<Redact> = Symbol('redact');

/** Beneath this, what is left of a form says too little of the secret, and too much else would be masked. */
const SHORTEST_PART = 8;
const JSON_DEPTH = 4;

/** Base64 of a text that holds the secret: what of it is the same wherever the secret begins. */
function base64Parts(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const parts = [bytes.toString('base64')];
  for (const shift of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/={1,2}$/, '');
    // The first characters mix with what stands before, the last with what stands behind.
    const part = whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    if (part.length >= SHORTEST_PART) parts.push(part);
  }
  return parts.flatMap((part) => [part, part.replaceAll('+', '-').replaceAll('/', '_')]);
}

const escapedUnicode = (text: string): string =>
  text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

const NAMES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const decimal = (char: string): string => `&#${char.codePointAt(0)};`;
const hexadecimal = (char: string): string => `&#x${char.codePointAt(0)?.toString(16)};`;
/** The ways in which pages name a character: which of them they name differs as much. */
const ENTITIES: ((char: string) => string)[] = [
  ...[(char: string) => NAMES[char] ?? decimal(char), decimal, hexadecimal],
  (char) => hexadecimal(char).toUpperCase().replace('X', 'x'),
  (char) => decimal(char).replace('#', '#0'),
];
const NAMED = [/[&<>"']/gu, /[&<>"]/gu, /[&<>"']|[^\0-\x7f]/gu, /[^A-Za-z0-9 ]/gu];

/** Nothing that any encoding changes. */
const PLAIN = /^[A-Za-z0-9 ]*$/;

const htmlForms = (text: string): string[] =>
  PLAIN.test(text) ? [] : NAMED.flatMap((named) => ENTITIES.map((entity) => text.replace(named, entity)));

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const query = new URLSearchParams({ k: secret }).toString().slice(2);
  const percent = [encodeURIComponent(secret), query, query.replaceAll('+', '%20'), encodeURIComponent(json)];
  const lower = percent.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  // A partner's log of a request in an error in an answer: JSON in JSON in JSON.
  const quoted = [json, json.replaceAll('/', '\\/'), escapedUnicode(json)];
  for (let from = 0; from < 3 * (JSON_DEPTH - 1); from++) quoted.push(JSON.stringify(quoted[from]).slice(1, -1));
  const hex = Buffer.from(secret).toString('hex');
  return [
    ...[secret, ...quoted, ...[secret, ...quoted].flatMap(htmlForms)],
    ...[...percent, ...lower, hex, hex.toUpperCase(), ...base64Parts(secret)],
  ];
}

/** @param secrets values to mask; the longest form first, so that one inside another leaves nothing behind */
export function redactorOf(secrets: readonly string[]): Redact {
  let ordered: string[] | undefined; // made when there is something to mask: most billers are quiet
  return (text) => {
    ordered ??= [...new Set(secrets.filter((secret) => secret !== '').flatMap(formsOf))].sort(
      (a, b) => b.length - a.length,
    );
    return maskCardNumbers(ordered.reduce((masked, form) => masked.replaceAll(form, MASK), text));
  };
}

/** A masked text of at most so many characters: a secret that the cut goes through is masked all the same. */
export const redactedStart = (redact: Redact, text: string, most: number): string =>
  redact(text.slice(0, most + LONGEST_FORM)).slice(0, most);
export const LONGEST_FORM = 2_048;

/** Of what a partner says, which is kept with each attempt and shown: to mask and keep all of twenty megabytes helps nobody. */
const MOST_TEXT = 4_000;
const MOST_MESSAGES = 50;

/** Masked; of a long text its beginning. */
export const bounded = (text: string, redact: Redact): string =>
  text.length <= MOST_TEXT ? redact(text) : `${redactedStart(redact, text, MOST_TEXT)}…`;

/** A partner's own words, masked; no more of them than anybody reads. */
export const toldBy = (partnerMessages: readonly unknown[], redact: Redact): string[] =>
  partnerMessages.slice(0, MOST_MESSAGES).map((message) => bounded(String(message), redact));

/** The same, its texts masked; instances of classes are left as they are, an error's message and stack excepted. */
function redacted<T>(value: T, redact: Redact, depth = 0): T {
  if (typeof value === 'string') return redact(value) as T;
  if (typeof value !== 'object' || value === null || depth > 8) return value;
  if (Array.isArray(value)) return value.map((item) => redacted(item, redact, depth + 1)) as T;
  if (value instanceof Error) return redactedError(value, redact) as T;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, redacted(inner, redact, depth + 1)]),
  ) as T;
}

/** Of what is logged: of more nobody reads, and what an adapter logs may hold all of a connection. */
const [MOST_LOGGED, DEEPEST_LOGGED] = [1_000, 6];

/** What an adapter logs, as JSON would have it, masked. Instances of classes, too: a client's headers are one. */
function loggable(value: unknown, redact: Redact, left = { values: MOST_LOGGED }, depth = 0): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (left.values-- <= 0 || depth > DEEPEST_LOGGED) return '…';
  if (value instanceof Error) return redactedError(value, redact);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  const inner = (one: unknown): unknown => loggable(one, redact, left, depth + 1);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return inner(toJSON.call(value));
  if (Array.isArray(value)) return value.slice(0, MOST_LOGGED).map(inner);
  const entries = Object.entries(value).slice(0, MOST_LOGGED);
  return Object.fromEntries(entries.map(([key, one]) => [redact(key), inner(one)]));
}

/** A longer chain of causes ends here: one may lead back to its beginning. */
const MOST_CAUSES = 10;

/**
 * An error that says the same without a secret; what else it carried (a request, its headers) stays behind.
 * @param causes how many of its causes are told
 */
export function redactedError(error: unknown, redact: Redact, causes = MOST_CAUSES): Error {
  const given = error instanceof Error || AdapterError.is(error) ? error : new Error(String(error));
  const cause =
    given.cause === undefined || causes === 0 ? {} : { cause: redactedError(given.cause, redact, causes - 1) };
  if (AdapterError.is(given)) {
    const { kind, partnerMessages, retryAfterMs } = given;
    const code = bounded(String(given.code), redact);
    const details = { code, partnerMessages: toldBy(partnerMessages, redact), ...cause };
    const anew = new AdapterError(kind, bounded(given.message, redact), {
      ...details,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
    return withStack(anew, given, redact);
  }
  const anew: Error & { code?: unknown } = new Error(bounded(given.message, redact), cause);
  anew.name = given.name;
  const { code } = given as { code?: unknown };
  if (code !== undefined) anew.code = typeof code === 'string' ? bounded(code, redact) : code;
  return withStack(anew, given, redact);
}

const withStack = <T extends Error>(anew: T, { stack }: Error, redact: Redact): T => {
  if (stack !== undefined) anew.stack = bounded(stack, redact);
  return anew;
};

export function redactedLogger(log: AdapterLogger, redact: Redact): AdapterLogger {
  const level =
    (name: keyof AdapterLogger) =>
    (fields: object, message: string): void => {
      let said: unknown;
      try {
        said = loggable(fields, redact);
      } catch {
        said = { fields: 'they can’t be read' }; // whoever logs has done nothing wrong by it
      }
      log[name](said as object, redact(String(message)));
    };
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}

/** What an adapter writes on spans of its own. */
export function redactedTracer(tracer: Tracer, redact: Redact): Tracer {
  const options = <T extends { attributes?: Attributes } | undefined>(given: T): T =>
    given?.attributes ? { ...given, attributes: redacted(given.attributes, redact) } : given;
  return {
    startSpan: (name, given, within) => redactedSpan(tracer.startSpan(redact(name), options(given), within), redact),
    startActiveSpan: (name: string, ...args: unknown[]) => {
      const work = args.pop() as (span: Span) => unknown;
      const [given, within] = args as [object | undefined, unknown];
      const rest = [options(given ?? {}), ...(within === undefined ? [] : [within])];
      return (tracer.startActiveSpan as (...all: unknown[]) => unknown)(redact(name), ...rest, (span: Span) =>
        work(redactedSpan(span, redact)),
      );
    },
  } as Tracer;
}

/** Whatever is said to a span is masked first. */
function redactedSpan(span: Span, redact: Redact): Span {
  const proxy: Span = new Proxy(span, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const answer = value.apply(target, redacted(args, redact));
        return answer === target ? proxy : answer;
      };
    },
  });
  return proxy;
}
