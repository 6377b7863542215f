/** Secrets are masked by their value: in every form they take on the way, and in whatever they are put. */
import { AdapterError, type AdapterLogger } from '@ic-host/contracts';
import type { Span, Tracer } from '@opentelemetry/api';
import { AxiosHeaders } from 'axios';
import { expect } from 'chai';
import fc from 'fast-check';
import { KnownSecrets } from '../../src/egress/known-secrets.js';
import {
  redactedError,
  redactedLogger,
  redactedStart,
  redactedTracer,
  redactorOf,
  toldBy,
} from '../../src/egress/redaction.js';

const SECRET = 'as"d\\fé;\'/k+';
const redact = redactorOf([SECRET]);
const MASKED = '********';

describe('a secret in a text', () => {
  const hex = Buffer.from(SECRET).toString('hex');
  for (const [form, text] of [
    ['as it is', SECRET],
    ['in JSON', JSON.stringify({ a: SECRET })],
    ['in JSON in JSON in JSON in JSON', [1, 2, 3].reduce((text) => JSON.stringify(text), JSON.stringify(SECRET))],
    ['in JSON that escapes strokes', JSON.stringify(SECRET).replaceAll('/', '\\/')],
    ['in JSON that escapes what is not ASCII', JSON.stringify(SECRET).replace('é', '\\u00e9')],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a URL in small letters', encodeURIComponent(SECRET).toLowerCase()],
    ['in a form', new URLSearchParams({ k: SECRET }).toString()],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
    ['in base64 of more', Buffer.from(`user:${SECRET}!`).toString('base64')],
    ['in hexadecimal', hex],
    ['in hexadecimal in capitals', hex.toUpperCase()],
    ['in a page', `<p>${SECRET.replaceAll('"', '&quot;').replaceAll("'", '&#39;')}</p>`],
  ] as const)
    it(`is masked ${form}`, () =>
      expect(redact(`x ${text} y`))
        .to.include(MASKED)
        .and.not.include('fé')
        .and.not.include('f%C3')
        .and.not.include('667fc3'));

  it('is masked whatever it is, and whatever stands around it', () => {
    const written: ((text: string) => string)[] = [
      (text) => text,
      (text) => JSON.stringify(text),
      (text) => JSON.stringify(JSON.stringify({ text })),
      (text) => encodeURIComponent(text),
      (text) => new URLSearchParams({ text }).toString(),
      (text) => Buffer.from(text).toString('hex'),
    ];
    const secret = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }).filter((text) => text.isWellFormed());
    const around = fc.string({ maxLength: 10 });
    fc.assert(
      fc.property(secret, around, fc.constantFrom(...written), (value, other, form) => {
        const text = form(`${other}${value}${other}`);
        const bare = form(value).replace(/^"|"$/g, '');
        fc.pre(!MASKED.includes(value) && !other.includes(value));
        expect(redactorOf([value])(text).includes(bare) && bare !== MASKED).to.equal(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is masked in base64, wherever in it it begins', () =>
    fc.assert(
      fc.property(fc.string({ minLength: 10, maxLength: 40 }), fc.string({ maxLength: 9 }), (value, before) => {
        const text = Buffer.from(`${before}${value}${before}`).toString('base64');
        expect(redactorOf([value])(text)).to.include(MASKED);
      }),
    ));

  it('leaves nothing of one that holds another', () => {
    expect(redactorOf(['abcdef', 'xabcdefx'])('xabcdefx abcdef')).to.equal(`${MASKED} ${MASKED}`);
    expect(redactorOf([''])('nothing to mask')).to.equal('nothing to mask');
  });

  it('is masked where a text is cut in its middle', () => {
    const long = `${'x'.repeat(95)}${SECRET}`;
    expect(redactedStart(redact, long, 100)).to.equal(`${'x'.repeat(95)}*****`);
    expect(toldBy([`${'x'.repeat(3_995)}${SECRET}`], redact)[0]).to.not.include(SECRET.slice(0, 4));
    expect(toldBy([SECRET, 7, ...Array(100).fill('m')], redact)).to.have.length(50);
  });
});

describe('secrets that come on the way', () => {
  it('are masked from then on: of settings as they are now, and keys in confidential answers', () => {
    const secrets = new KnownSecrets();
    const { redact } = secrets;
    const [key, jwt] = ['3f9c0e7d-2b4a-4c1e-9d55-7a8b6c5d4e3f', `${'aGVhZGVyMTIzNDU2Nzg'}.${'cGF5bG9hZDEyMzQ1Njc4'}`];
    const text = `with first, second, ${key}, ${jwt} and ${Buffer.from(`user:7:${key}`).toString('base64')}`;
    expect(redact(text)).to.equal(text);
    secrets.give('first');
    secrets.give('second');
    secrets.learn(JSON.stringify({ user: 7, name: 'Acme Insurance', host: 'api.example.com', key, jwt }));
    expect(redact(text)).to.match(/^with \*{8}, \*{8}, \*{8}, \*{8}\.\*{8} and .*\*{8}/);
    expect(redact('Acme Insurance at api.example.com')).to.equal('Acme Insurance at api.example.com');
  });
  it('are forgotten when many have come since', () => {
    const secrets = new KnownSecrets();
    const key = (n: number) => `the-key-of-a-session-${n}`;
    for (let n = 0; n < 20; n++) secrets.learn(`{"key":"${key(n)}"}`);
    expect(secrets.redact(key(19))).to.equal(MASKED);
    expect(secrets.redact(key(1))).to.equal(key(1));
  });
});

describe('a secret in what an adapter logs', () => {
  const logged = (fields: object, message = 'm'): string => {
    const lines: string[] = [];
    const log = (more: object, text: string): void => void lines.push(JSON.stringify([more, text]));
    redactedLogger({ debug: log, info: log, warn: log, error: log } as AdapterLogger, redact).info(fields, message);
    return lines.join();
  };
  class Client {
    readonly key = SECRET;
    constructor(readonly inner?: unknown) {}
  }
  const circle: Record<string, unknown> = { key: SECRET };
  circle.self = circle;
  for (const [where, fields] of [
    ['a text', { key: SECRET }],
    ['a list in a list', { keys: [[SECRET]] }],
    ['the headers of a call', { config: { headers: new AxiosHeaders({ Authorization: SECRET }) } }],
    ['an instance of a class', { client: new Client(new Client()) }],
    ['what has a form of its own in JSON', { made: { toJSON: () => ({ key: SECRET }) } }],
    ['the name of a field', { [SECRET]: 1 }],
    [
      'an error, its cause and its code',
      { err: Object.assign(new Error(SECRET, { cause: SECRET }), { code: SECRET }) },
    ],
    ['an object without a prototype', Object.assign(Object.create(null), { key: SECRET })],
    ['something very deep', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].reduce((inner: object) => ({ inner }), { key: SECRET })],
    ['something that holds itself', circle],
  ] as [string, object][])
    it(`is masked in ${where}`, () =>
      expect(logged(fields, `message ${SECRET}`)).to.not.include(JSON.stringify(SECRET).slice(1, 5)));

  it('bytes are not told at all, and a field that can’t be read ends nothing', () => {
    expect(logged({ body: Buffer.from(SECRET) })).to.equal(
      JSON.stringify([{ body: `${Buffer.byteLength(SECRET)} bytes` }, 'm']),
    );
    const broken = {
      get key(): string {
        throw new Error('no');
      },
    };
    expect(logged({ broken })).to.include('can’t be read');
  });
  it('all else is as it was', () => {
    const fields = { n: 1, yes: true, nothing: null, list: [1, 'a'], day: new Date(0), of: { a: { b: 'c' } } };
    expect(logged(fields)).to.equal(JSON.stringify([fields, 'm']));
  });
  it('very much of it is left out', () =>
    expect(logged({ all: Array.from({ length: 100_000 }, (_, n) => ({ n })) }).length).to.be.below(20_000));
});

describe('a secret in an error', () => {
  const of = (error: unknown) => {
    const told = redactedError(error, redact) as AdapterError & { code?: unknown };
    return { told, text: JSON.stringify([told.message, told.stack, told.code, told.partnerMessages, told.cause]) };
  };
  it('is masked in all that it says, and what it is stays', () => {
    const details = { code: `c-${SECRET}`, partnerMessages: [SECRET], retryAfterMs: 7, cause: new Error(SECRET) };
    const { told, text } = of(new AdapterError('rejected', SECRET, details));
    expect(text).to.not.include('fé');
    expect(told).to.include({ kind: 'rejected', code: `c-${MASKED}`, retryAfterMs: 7 });
    expect((told.cause as Error).message).to.equal(MASKED);
    expect(AdapterError.is(told)).to.equal(true);
    expect(of(new AdapterError('unavailable', 'm')).told.retryAfterMs).to.equal(undefined);
  });
  it('is left behind with what else an error carried', () => {
    const { told } = of(Object.assign(new TypeError('m'), { config: { key: SECRET }, code: 'E' }));
    expect([told.name, told.code, 'config' in told]).to.deep.equal(['TypeError', 'E', false]);
    expect(of(SECRET).told.message).to.equal(MASKED);
  });
  it('that is its own cause has an end', () => {
    const error = new Error(SECRET);
    error.cause = error;
    expect(of(error).text).to.not.include('fé');
  });
});

describe('a secret in what an adapter says to a span', () => {
  it('is masked in its name, attributes, events, errors, and in spans within', () => {
    const said: unknown[] = [];
    const span: Span = new Proxy({} as Span, {
      get:
        (_, name) =>
        (...args: unknown[]) => {
          if (name === 'isRecording') return true;
          said.push([name, ...args]);
          return span;
        },
    });
    const tracer = {
      startSpan: (...args: unknown[]) => {
        said.push(args);
        return span;
      },
      startActiveSpan: (name: string, ...rest: unknown[]) => {
        const work = rest.pop() as (span: Span) => unknown;
        said.push([name, ...rest]);
        return work(span);
      },
    } as unknown as Tracer;
    const masked = redactedTracer(tracer, redact);
    masked.startActiveSpan(SECRET, { attributes: { key: SECRET } }, (active) => {
      active.setAttribute('key', SECRET).addEvent(SECRET, { key: [SECRET] });
      active.recordException(new Error(SECRET));
      active.setStatus({ code: 2, message: SECRET });
      expect(active.isRecording()).to.equal(true);
    });
    masked.startSpan(SECRET, { attributes: { key: SECRET } }).updateName(SECRET);
    expect(said).to.have.length(7);
    const text = JSON.stringify(said, (_, value) => (value instanceof Error ? [value.message, value.stack] : value));
    expect(text).to.include(MASKED).and.to.not.include('fé');
  });
});
