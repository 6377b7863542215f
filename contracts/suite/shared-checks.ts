/** What every contract that makes calls must do alike: faults, time, secrets, settings, the one way out. */
import { inspect } from 'node:util';
import { AdapterError, type AdapterErrorKind } from '../src/adapter-error.js';
import type { ContractName } from '../src/adapter-manifest.js';
import {
  type Check,
  type CheckContext,
  CheckFailure,
  ensure,
  equal,
  errorOf,
  expectKind,
  skip,
  sleep,
} from './check.js';
import type { PartnerUnderTest } from './contract-config.js';
import type { SuiteScope, WireFault } from './suite-host.js';

/** A call of a contract that is right, on data of its own. */
export type RightCall = (scope: SuiteScope, signal?: AbortSignal) => Promise<unknown>;

/** One operation of a contract, for the checks that hold for all of them. */
export interface Subject {
  contract: ContractName;
  /** Such as `look-up`; goes into the checks' ids where a contract has several. */
  name: string;
  effect: 'read' | 'write';
  /** Its answer is a stream, whose end nobody can tell from a part of it. */
  streams?: boolean;
  /** Puts at the partner what a right call needs. */
  prepare(context: CheckContext, partner: PartnerUnderTest): Promise<RightCall>;
}

export const never: AbortSignal = new AbortController().signal;
/** West, east, and the ends of both; one with a quarter of an hour. */
const TIME_ZONES = ['UTC', 'America/New_York', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu'];
const RETRY_AFTER_S = 7;
/** Where a redirect leads. */
const ELSEWHERE = 'http://127.0.0.1:9/elsewhere';
const TIMEOUT_MS = 300;
/** Long past the time-out: a call that is still there then does not end by itself. */
const PATIENCE_MS = 4_000;
const ABORT_MS = 100;
/** What a loaded machine may add to that. */
const SLACK_MS = 150;
const AT_ONCE = 50;
const MANY_CALLS = 10_000;
const CALLS_AT_ONCE = 20;
const MOST_GROWTH_BYTES = 20_000_000;
/** Connections and timers that end take a moment to be gone. */
const SETTLE_MS = 200;

interface FaultCase {
  id: string;
  after: string;
  fault: WireFault;
  read: AdapterErrorKind[];
  write: AdapterErrorKind[];
  rule: string;
}

const page = (status: number, body: string, headers: Record<string, string> = {}): WireFault => ({
  ...{ kind: 'answer', status, body },
  headers: { 'content-type': 'text/html', ...headers },
});

const UNSURE = 'Whether the partner did it is not known: then nobody may say that it did, or that it did not.';
const NOTHING_DONE = 'Nothing happened at the partner, so the same call may be made again at once.';
const FAULTS: FaultCase[] = [
  {
    id: 'refused',
    after: 'when no connection can be made',
    fault: { kind: 'refused' },
    rule: NOTHING_DONE,
    read: ['unavailable'],
    write: ['unavailable'],
  },
  {
    id: 'reset',
    after: 'when the connection breaks after the request was sent',
    fault: { kind: 'reset' },
    rule: UNSURE,
    read: ['unavailable'],
    write: ['unknown-outcome'],
  },
  {
    id: 'answer-lost',
    after: "when the partner's answer is lost",
    fault: { kind: 'answer-lost' },
    rule: UNSURE,
    read: ['unavailable'],
    write: ['unknown-outcome'],
  },
  {
    id: 'http-500',
    after: 'when the partner answers HTTP 500',
    fault: page(500, 'oops'),
    rule: UNSURE,
    read: ['unavailable'],
    write: ['unknown-outcome'],
  },
  {
    id: 'http-503',
    after: 'when the partner answers HTTP 503',
    fault: page(503, 'busy'),
    rule: NOTHING_DONE,
    read: ['unavailable'],
    write: ['unavailable'],
  },
  {
    id: 'http-429',
    after: 'when the partner answers HTTP 429 with Retry-After',
    fault: page(429, 'slow down', { 'retry-after': String(RETRY_AFTER_S) }),
    rule: 'The host waits as long as the partner asks.',
    read: ['unavailable'],
    write: ['unavailable'],
  },
  {
    id: 'http-401',
    after: 'when the partner answers HTTP 401',
    fault: page(401, 'who are you'),
    rule: 'A key that is refused is a setting that a person must correct: the host pauses the biller.',
    read: ['misconfigured'],
    write: ['misconfigured'],
  },
  {
    id: 'redirect',
    after: 'when the partner answers with a redirect to another host',
    fault: page(302, '', { location: ELSEWHERE }),
    rule: 'A redirect is never followed: it could lead anywhere, with the key in hand.',
    read: ['misconfigured'],
    write: ['misconfigured'],
  },
  {
    id: 'html',
    after: 'when an HTML page comes with HTTP 200',
    fault: page(200, '<h1>Maintenance</h1>'),
    rule: "An answer that isn't the partner's says nothing; least of all that all went well.",
    read: ['malformed'],
    write: ['malformed', 'unknown-outcome'],
  },
  {
    id: 'empty',
    after: 'when the answer is empty',
    fault: page(200, ''),
    rule: 'An empty answer says nothing; least of all that all went well.',
    read: ['malformed'],
    write: ['malformed', 'unknown-outcome'],
  },
  {
    id: 'truncated',
    after: "when the partner's answer ends in the middle",
    fault: { kind: 'truncate' },
    rule: 'Half an answer is no answer.',
    read: ['malformed', 'unavailable'],
    write: ['malformed', 'unknown-outcome'],
  },
  {
    id: 'cut-off',
    after: 'when the connection breaks in the middle of the answer',
    fault: { kind: 'cut-off' },
    rule: 'Half an answer is no answer.',
    read: ['malformed', 'unavailable'],
    write: ['malformed', 'unknown-outcome'],
  },
];

/** Faults of a write hit its writes; what the adapter must ask before (a log-in, say) goes through. */
const hits = (effect: Subject['effect']) => (call: { effect: string | undefined }) =>
  effect === 'read' || call.effect === 'write';

/** The check's id: a contract with several operations names which. */
const idOf = (subject: Subject, id: string): string => (subject.name ? `${subject.name}-${id}` : id);
const of = ({ name }: Subject): string => (name ? ` (${name})` : '');

function faultCheck(subject: Subject, { id, after, fault, read, write, rule }: FaultCase): Check {
  const kinds = subject.effect === 'read' ? read : write;
  return {
    contract: subject.contract,
    id: idOf(subject, `fault-${id}`),
    title: `says ${kinds.join(' or ')} ${after}${of(subject)}`,
    rule,
    look: 'how the adapter makes an AdapterError of what its call threw; partnerFault() of the kit does it',
    writes: subject.effect === 'write',
    run: async (context) => {
      const call = await subject.prepare(context, context.partner);
      const scope = await context.open();
      // The answer of a partner that is asked first would be lost, too: only the one that counts is spoilt.
      scope.wire.fail(fault, hits(subject.effect));
      const error = await expectKind(settled(call(scope)), kinds, after);
      if (id === 'http-429') equal(error.retryAfterMs, RETRY_AFTER_S * 1000, 'retryAfterMs of the error');
      const elsewhere = scope.wire.calls.filter(({ url }) => url.startsWith(ELSEWHERE));
      equal(elsewhere.length, 0, 'calls to where the redirect leads');
      const sent = scope.wire.calls.filter((made) => made.effect === 'write').length;
      // A session may have run out: a call that was refused so is made again after a new log-in, once.
      if (subject.effect === 'write' && !(id === 'http-401' && sent === 2))
        equal(sent, 1, 'how often the write was sent');
    },
  };
}

/** A document streams: what is wrong with it may come while it is read. */
export async function settled(call: Promise<unknown>): Promise<unknown> {
  const answer = await call;
  const stream = (answer as { stream?: AsyncIterable<unknown> } | undefined)?.stream;
  if (!stream) return answer;
  let bytes = 0;
  try {
    for await (const chunk of stream) bytes += (chunk as Buffer).length;
  } catch (error) {
    // The host has begun to answer by then: that the stream breaks is all it can hand on.
    throw new AdapterError('unavailable', 'the stream broke', { cause: error });
  }
  return { bytes };
}

/** Where the host stands must move no day. The time zone is the process's: a check that uses this runs alone. */
export async function inTimeZones(run: (zone: string) => Promise<void>): Promise<void> {
  const before = process.env.TZ;
  try {
    for (const zone of TIME_ZONES) {
      process.env.TZ = zone;
      await run(zone);
    }
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

async function within<T>(call: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckFailure(message)), ms);
  });
  try {
    return await Promise.race([call, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Every form in which a secret can be written down. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const base64 = Buffer.from(secret)
    .toString('base64')
    .replace(/={1,2}$/, '');
  const query = new URLSearchParams({ k: secret }).toString().slice(2);
  const inUrls = [encodeURIComponent(secret), query, query.replaceAll('+', '%20')];
  return [secret, json, ascii, JSON.stringify(json).slice(1, -1), ...inUrls, base64];
}

const secretsOf = ({ manifest, partner }: CheckContext): string[] =>
  manifest.settings.flatMap(({ key, settingId, secret }) =>
    secret ? (partner.biller.settings[key] ?? partner.biller.settings[settingId ?? ''] ?? []) : [],
  );

/** What a person would see of a value in a log or a debugger, hidden parts included. */
const seen = (value: unknown): string =>
  inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: 200 }) +
  (value instanceof Error ? `${value.stack}${seenCause(value.cause)}` : '');
const seenCause = (cause: unknown): string => (cause === undefined ? '' : seen(cause));

export function sharedChecks(subject: Subject): Check[] {
  const { contract, effect } = subject;
  const check = (id: string, parts: Omit<Check, 'contract' | 'id' | 'writes'>): Check => ({
    ...{ contract, id: idOf(subject, id), writes: effect === 'write' },
    ...parts,
    title: parts.title + of(subject),
  });
  const ready = async (context: CheckContext) => subject.prepare(context, context.partner);
  return [
    ...FAULTS.filter(({ id }) => !subject.streams || id !== 'truncated').map((fault) => faultCheck(subject, fault)),

    check('time-out', {
      title: 'gives a call up when its time is over',
      rule: 'A partner that hangs must not hold a worker: the limit timeoutMs ends a call.',
      look: 'whether the call goes through PARTNER_HTTP, without a time-out of its own that is longer',
      run: async (context) => {
        const call = await ready(context);
        const scope = await context.open({ timeoutMs: TIMEOUT_MS });
        scope.wire.fail({ kind: 'hang' }, hits(effect));
        const ended = within(settled(call(scope)), PATIENCE_MS, `it was still waiting after ${PATIENCE_MS} ms`);
        await expectKind(
          ended,
          [effect === 'read' ? 'unavailable' : 'unknown-outcome'],
          'when no answer comes in time',
        );
      },
    }),

    check('abort', {
      title: 'ends within 100 ms when it is told to, and leaves no connection open',
      rule: 'A caller that hung up, or a host that stops, must not be waited for.',
      look: 'whether the AbortSignal is handed on to every call',
      run: async (context) => {
        const call = await ready(context);
        const scope = await context.open();
        scope.wire.fail({ kind: 'hang' });
        const controller = new AbortController();
        const pending = settled(call(scope, controller.signal)).then(
          () => undefined,
          (error: unknown) => error,
        );
        for (let tries = 100; scope.wire.calls.length === 0 && tries > 0; tries--) await sleep(10);
        ensure(scope.wire.calls.length > 0, 'it made no call through PARTNER_HTTP');
        const before = performance.now();
        controller.abort();
        const late = `it went on for more than ${ABORT_MS} ms after it was aborted`;
        await within(pending, ABORT_MS + SLACK_MS, late);
        ensure(performance.now() - before <= ABORT_MS + SLACK_MS, late);
        const error = await pending;
        ensure(AdapterError.is(error), `aborted, it threw ${String(error)}, which is no AdapterError`);
        const kinds = effect === 'read' ? ['unavailable'] : ['unknown-outcome', 'unavailable'];
        ensure(kinds.includes(error.kind), `aborted, it said ${error.kind}, not ${kinds.join(' or ')}`);
        for (let tries = 20; scope.wire.openSockets > 0 && tries > 0; tries--) await sleep(10);
        equal(scope.wire.openSockets, 0, 'connections open after the abort');
      },
    }),

    check('secrets', {
      title: 'keeps its keys to itself: they reach the partner, and no log, span, error or object shows them',
      rule: 'Whoever reads a log must not be able to move money.',
      look: 'what is logged, put into an error (its cause, its config), a URL or a span; and what is handed back',
      run: async (context) => {
        const secrets = secretsOf(context);
        if (secrets.length === 0) skip('the manifest has no secret setting');
        const call = await ready(context);
        const scope = await context.open();
        const shown: [where: string, text: string][] = [];
        const answer = await scope.watch(() => call(scope));
        shown.push(['what it hands back', seen(answer)]);
        (answer as { stream?: { destroy(): void } } | undefined)?.stream?.destroy();
        const sent = scope.wire.calls.map(({ url, headers, body }) => `${url}\n${headers}\n${body}`).join('\n');
        ensure(
          secrets.some((secret) => formsOf(secret).some((form) => sent.includes(form))) ||
            sent.includes('Authorization'),
          'no key reached the partner: every call must carry one',
        );
        for (const { url } of scope.wire.calls) shown.push(['the URL of a call', url]);
        for (const fault of ['reset', 'answer-lost'] as const) {
          scope.wire.clear();
          scope.wire.fail({ kind: fault });
          shown.push([`the error after ${fault}`, seen(await errorOf(settled(call(scope)), `after ${fault}`))]);
        }
        for (const status of [200, 401, 500]) {
          scope.wire.clear();
          // A partner that repeats what it was sent.
          scope.wire.fail({ kind: 'answer', status, body: `You sent ${secrets.join(' and ')}` });
          shown.push([
            `the error after HTTP ${status}`,
            seen(await errorOf(settled(call(scope)), `after HTTP ${status}`)),
          ]);
        }
        shown.push(...scope.told.map((text) => ['a log or a span', text] as [string, string]));
        for (const [where, text] of shown)
          for (const secret of secrets)
            for (const form of formsOf(secret)) ensure(!text.includes(form), `a key stands in ${where}`);
      },
    }),

    check('one-way-out', {
      title: 'reaches its partner through PARTNER_HTTP and by no other way',
      rule: 'Limits, allowed hosts, masking and the record of exchanges hold only there.',
      look: 'imports of fetch, http, axios itself, or a client library with a transport of its own',
      run: async (context) => {
        const call = await ready(context);
        const scope = await context.open();
        await settled(scope.watch(() => call(scope)));
        equal(scope.wire.strayConnections, [], 'connections made past PARTNER_HTTP');
        ensure(scope.wire.calls.length > 0, 'it made no call through PARTNER_HTTP');
        for (const made of scope.wire.calls)
          ensure(made.effect !== undefined, `a call of ${made.operation} does not say partnerCall: read or write`);
        const writes = scope.wire.calls.some((made) => made.effect === 'write');
        equal(writes, effect === 'write', 'whether a call is marked as a write');
      },
    }),

    check('two-billers', {
      title: 'keeps two billers apart',
      rule: "One biller's customers must never see another's data, nor its payments go there.",
      look: 'state outside the instance: module variables, caches, a client made once for all',
      run: async (context) => {
        const other = await context.openOther();
        const [mine, theirs] = [await ready(context), await subject.prepare(context, other.partner)];
        const scope = await context.open();
        await settled(mine(scope));
        await settled(theirs(other.scope));
        const hostOf = (where: SuiteScope) => [...new Set(where.wire.calls.map(({ url }) => new URL(url).host))];
        const shared = hostOf(scope).filter((host) => hostOf(other.scope).includes(host));
        equal(shared, [], "partners that both billers' calls went to");
        ensure(hostOf(other.scope).length > 0, "the second biller's call never left: it was answered from the first's");
      },
    }),

    check('settings', {
      title: 'names the setting that is missing',
      rule: 'The host tells the operator what to fill in, from the error alone.',
      look: 'settings.require(key) where a setting is needed',
      run: async (context) => {
        const call = await ready(context);
        const { settings } = context.manifest;
        const required = settings.filter((setting) => setting.required);
        if (required.length === 0) skip('the manifest has no required setting');
        const without = async (missing: typeof settings, name: string): Promise<boolean> => {
          const gone = missing.flatMap(({ key, settingId }) => [key, settingId ?? key].map((at) => [at, undefined]));
          const scope = await context.open({ settings: Object.fromEntries(gone) });
          const error = await settled(call(scope)).then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          if (error === undefined) return false; // this operation does without it
          ensure(AdapterError.is(error), `without ${name} it threw ${String(error)}, which is no AdapterError`);
          equal(error.kind, 'misconfigured', `kind of the error without ${name}`);
          const named = missing.some(({ key }) => error.message.includes(key));
          ensure(named, `the error does not name the setting that is missing (${name}): ${error.message}`);
          return true;
        };
        for (const setting of required) await without([setting], `the setting ${setting.key}`);
        ensure(await without(settings, 'any setting'), 'without any setting it answered as if all were well');
      },
    }),

    check('many-at-once', {
      title: `answers ${AT_ONCE} calls at once, each with its own`,
      rule: 'A host makes many calls of one biller at once; they share an instance.',
      look: 'fields of the class that hold what belongs to one call',
      run: async (context) => {
        const calls = await Promise.all(Array.from({ length: AT_ONCE }, () => ready(context)));
        const scope = await context.open();
        const alone: unknown[] = [];
        if (effect === 'read') for (const call of calls) alone.push(await settled(call(scope)));
        const together = await Promise.all(calls.map((call) => settled(call(scope))));
        if (effect === 'read')
          equal(together, alone, 'what 50 calls at once answer, beside what they answered one by one');
      },
    }),
  ];
}

/** Slow, so it is made for one operation of an adapter and not for each. */
export const memoryCheck = (subject: Subject): Check => ({
  contract: subject.contract,
  id: idOf(subject, 'memory'),
  title: `uses no more memory after 10,000 calls than after 1,000${of(subject)}`,
  rule: 'A host runs for months.',
  slow: true,
  alone: true,
  look: 'lists and maps that only grow, listeners on the AbortSignal that are never removed',
  writes: subject.effect === 'write',
  run: async (context) => {
    const call = await subject.prepare(context, context.partner);
    const scope = await context.open();
    scope.wire.repeatAnswers();
    const { signal } = new AbortController();
    let left = 0;
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        await settled(call(scope, signal));
        if (scope.wire.calls.length > 500) scope.forget();
      }
    };
    const run = async (times: number): Promise<number> => {
      left = times;
      await Promise.all(Array.from({ length: CALLS_AT_ONCE }, lane));
      scope.forget();
      await sleep(SETTLE_MS);
      return context.host.aliveBytes();
    };
    const early = await run(MANY_CALLS / 10);
    const grew = (await run(MANY_CALLS * 0.9)) - early;
    ensure(grew < MOST_GROWTH_BYTES, `memory grew by ${(grew / 1e6).toFixed(0)} MB over ${MANY_CALLS} calls`);
  },
});
