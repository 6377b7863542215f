/**
 * Calls from one thread to another as if there were none: money, dates, errors, signals, streams and iterables keep
 * their meaning on the way.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { AdapterError, Money, PlainDate } from '@ic-host/contracts';

/** What of a worker or its parent is needed here. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: Message) => void): unknown;
}

type Message =
  | { t: 'call'; id: number; name: string; args: unknown }
  | { t: 'answer'; id: number; value: unknown }
  | { t: 'failed'; id: number; error: unknown }
  /** `forget`: nobody asks for it any more. */
  | { t: 'abort' | 'forget'; signal: number }
  | { t: 'pull' | 'leave' | 'end'; source: number }
  | { t: 'part'; source: number; value: unknown }
  | { t: 'broken'; source: number; error: unknown };

export type Handler = (...args: never[]) => unknown;

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Sink {
  push(message: Message & { source: number }): void;
  fail(error: Error): void;
}

/** What a call holds until it and all that came of it have ended. */
class Held {
  private open = 1;
  private readonly releases: (() => void)[] = [];

  add(release: () => void): void {
    this.releases.push(release);
  }
  more(): void {
    this.open++;
  }
  less(): void {
    if (--this.open === 0) for (const release of this.releases) release();
  }
}

const isIterable = (value: object): value is AsyncIterable<unknown> =>
  typeof (value as AsyncIterable<unknown>)[Symbol.asyncIterator] === 'function';

export class Wire {
  private next = 1;
  private readonly calls = new Map<number, Pending>();
  private readonly sources = new Map<number, { iterator: AsyncIterator<unknown>; within: <T>(work: () => T) => T }>();
  private readonly sinks = new Map<number, Sink>();
  private readonly signals = new Map<number, AbortController>();
  private over: Error | undefined;

  constructor(
    private readonly port: Port,
    private readonly handlers: Record<string, Handler>,
  ) {
    port.on('message', (message) => this.receive(message));
  }

  /** @throws whatever the other side's handler threw, or what ended the wire */
  call(name: string, ...args: unknown[]): Promise<unknown> {
    if (this.over) return Promise.reject(this.over);
    const id = this.next++;
    const held = new Held();
    const answered = new Promise<unknown>((resolve, reject) => {
      this.calls.set(id, { resolve, reject });
      this.port.postMessage({ t: 'call', id, name, args: this.encode(args, held) });
    });
    return answered.then((value) => this.decode(value, held)).finally(() => held.less());
  }

  /** Nothing comes any more: whoever waits is told so. */
  end(error: Error): void {
    this.over = error;
    for (const { reject } of this.calls.values()) reject(error);
    this.calls.clear();
    for (const sink of this.sinks.values()) sink.fail(error);
    this.sinks.clear();
    for (const { iterator } of this.sources.values()) void Promise.resolve(iterator.return?.()).catch(() => undefined);
    this.sources.clear();
  }

  private async receive(message: Message): Promise<void> {
    switch (message.t) {
      case 'call':
        return this.handle(message.id, message.name, message.args);
      case 'answer':
        return this.settle(message.id, ({ resolve }) => resolve(message.value));
      case 'failed':
        return this.settle(message.id, ({ reject }) => reject(this.readable(message.error)));
      case 'abort':
      case 'forget':
        if (message.t === 'abort') this.signals.get(message.signal)?.abort();
        this.signals.delete(message.signal);
        return;
      case 'pull':
        return this.give(message.source);
      case 'leave':
        void Promise.resolve(this.sources.get(message.source)?.iterator.return?.()).catch(() => undefined);
        this.sources.delete(message.source);
        return;
      default:
        this.sinks.get(message.source)?.push(message);
    }
  }

  private settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.calls.get(id);
    this.calls.delete(id);
    if (pending) how(pending);
  }

  private async handle(id: number, name: string, args: unknown): Promise<void> {
    try {
      const handler = this.handlers[name] as (...args: unknown[]) => unknown;
      const value = await handler(...(this.decode(args) as unknown[]));
      this.port.postMessage({ t: 'answer', id, value: this.encode(value) });
    } catch (error) {
      this.port.postMessage({ t: 'failed', id, error: this.tellable(error) });
    }
  }

  private async give(source: number): Promise<void> {
    const held = this.sources.get(source);
    if (!held) return;
    try {
      const { value, done } = await held.within(() => held.iterator.next());
      if (done) this.sources.delete(source);
      this.port.postMessage(done ? { t: 'end', source } : { t: 'part', source, value: this.encode(value) });
    } catch (error) {
      this.sources.delete(source);
      this.port.postMessage({ t: 'broken', source, error: this.tellable(error) });
    }
  }

  private async *taken(source: number, held: Held | undefined): AsyncGenerator<unknown> {
    let waiting: Pending | undefined;
    this.sinks.set(source, {
      push: (message) => {
        if (message.t === 'part') waiting?.resolve({ coded: message.value });
        else if (message.t === 'broken') waiting?.reject(this.readable(message.error));
        else waiting?.resolve(undefined);
      },
      fail: (error) => waiting?.reject(error),
    });
    let isOver = false;
    try {
      for (;;) {
        if (this.over) throw this.over;
        const part = await new Promise<unknown>((resolve, reject) => {
          waiting = { resolve, reject };
          this.port.postMessage({ t: 'pull', source });
        }).catch((error) => {
          isOver = true;
          throw error;
        });
        if (part === undefined) {
          isOver = true;
          return;
        }
        yield this.decode((part as { coded: unknown }).coded);
      }
    } finally {
      this.sinks.delete(source);
      if (!isOver) this.port.postMessage({ t: 'leave', source });
      held?.less();
    }
  }

  private encode(value: unknown, held?: Held): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    if (Money.is(value)) return { $: 'money', cents: value.cents };
    if (value instanceof PlainDate) return { $: 'date', text: value.toString() };
    if (value instanceof Error || AdapterError.is(value)) return this.encodeError(value);
    if (value instanceof AbortSignal) return this.encodeSignal(value, held);
    if (value instanceof Uint8Array) return { $: 'bytes', bytes: new Uint8Array(value) };
    if (Array.isArray(value)) return value.map((item) => this.encode(item, held));
    if (isIterable(value)) {
      const source = this.next++;
      this.sources.set(source, { iterator: value[Symbol.asyncIterator](), within: AsyncLocalStorage.snapshot() });
      return { $: value instanceof Readable ? 'stream' : 'iterable', source };
    }
    const plain = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.encode(item, held)]));
    // What a partner says may look like a word of ours.
    return Object.hasOwn(plain, '$') ? { $: 'plain', plain } : plain;
  }

  /** What went wrong, whatever it is. */
  private tellable(error: unknown): unknown {
    try {
      return this.encode(error);
    } catch {
      return this.encode(new Error('what went wrong can’t be told'));
    }
  }

  private encodeSignal(signal: AbortSignal, held: Held | undefined): unknown {
    const id = this.next++;
    const abort = (): void => this.port.postMessage({ t: 'abort', signal: id });
    signal.addEventListener('abort', abort);
    held?.add(() => {
      signal.removeEventListener('abort', abort);
      this.port.postMessage({ t: 'forget', signal: id });
    });
    return { $: 'signal', signal: id, aborted: signal.aborted };
  }

  private encodeError(error: Error): unknown {
    const { name, message, stack, cause } = error;
    const { code } = error as { code?: unknown };
    const told = { name, message, stack, ...(cause === undefined ? {} : { cause: this.encode(cause) }) };
    if (!AdapterError.is(error))
      return { $: 'error', ...told, ...(typeof code === 'string' ? { code } : {}), more: this.encode(moreOf(error)) };
    const { kind, partnerMessages, retryAfterMs } = error;
    return { $: 'adapter-error', ...told, kind, code, partnerMessages: [...partnerMessages], retryAfterMs };
  }

  private decode(value: unknown, held?: Held): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.decode(item, held));
    const coded = value as Record<string, unknown> & { $?: string };
    switch (coded.$) {
      case 'money':
        return Money.ofCents(coded.cents as number);
      case 'date':
        return PlainDate.parse(coded.text as string);
      case 'bytes': {
        const { buffer, byteOffset, byteLength } = coded.bytes as Uint8Array<ArrayBuffer>;
        return Buffer.from(buffer, byteOffset, byteLength);
      }
      case 'signal': {
        const controller = new AbortController();
        if (coded.aborted) controller.abort();
        else this.signals.set(coded.signal as number, controller);
        return controller.signal;
      }
      case 'iterable':
      case 'stream': {
        held?.more();
        const parts = this.taken(coded.source as number, held);
        return coded.$ === 'stream' ? Readable.from(parts, { objectMode: false }) : parts;
      }
      case 'error':
      case 'adapter-error':
        return this.decodeError(coded);
    }
    const plain = coded.$ === 'plain' ? (coded.plain as object) : coded;
    return Object.fromEntries(Object.entries(plain).map(([key, item]) => [key, this.decode(item, held)]));
  }

  /** What the other side says went wrong; what can't be read says so itself. */
  private readable(error: unknown): unknown {
    try {
      return this.decode(error);
    } catch (unreadable) {
      return unreadable;
    }
  }

  private decodeError(coded: Record<string, unknown>): Error {
    const { name, message, stack, code } = coded as Record<string, string>;
    const cause = coded.cause === undefined ? {} : { cause: this.decode(coded.cause) };
    const error =
      coded.$ === 'error'
        ? Object.assign(
            new Error(message, cause),
            { name, ...(code ? { code } : {}) },
            this.decode(coded.more) as object,
          )
        : new AdapterError(coded.kind as never, message ?? '', {
            ...{ code: code ?? '', partnerMessages: coded.partnerMessages as string[], ...cause },
            ...(coded.retryAfterMs === undefined ? {} : { retryAfterMs: coded.retryAfterMs as number }),
          });
    if (stack) error.stack = stack;
    return error;
  }
}

/** Of an error of axios: what adapters look at. */
function moreOf(error: Error): object {
  const { isAxiosError, response } = error as {
    isAxiosError?: boolean;
    response?: { status: number; statusText: string; headers: object; data: unknown };
  };
  if (!isAxiosError) return {};
  if (!response) return { isAxiosError };
  const { status, statusText, headers, data } = response;
  return { isAxiosError, response: { status, statusText, headers: { ...headers }, data } };
}
