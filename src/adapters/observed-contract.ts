/**
 * Tells of each call of a contract's method: a span, and metrics by biller, adapter, contract and outcome. No error
 * leaves it with a secret in it, nor do a partner's own words, which are kept and shown. What we go on with, such as the
 * partner's number of a payment, stays as it is, whatever it looks like.
 */
import { AdapterError, type ContractName } from '@ic-host/contracts';
import { context, metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Redact, redactedError, toldBy } from '../egress/redaction.js';
import { type AdapterAtWork, asAdapter } from './adapter-faults.js';
import { endedBy, LONGEST_CALL_MS } from './adapter-patience.js';

export interface ObservedBy extends AdapterAtWork {
  billerId: string;
  contract: ContractName;
}

const ADAPTER_HANGS = 'adapter-hangs';
const observed = new WeakMap<object, object>();

/** The same implementation, each of its methods told of. */
export function observedContract<T extends object>(implementation: T, by: ObservedBy): T {
  const known = observed.get(implementation);
  if (known) return known as T;
  const proxy = new Proxy(implementation, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function' || typeof name === 'symbol') return value;
      return (...args: unknown[]) => call(by, name, args, () => value.apply(target, args));
    },
  });
  observed.set(implementation, proxy);
  return proxy;
}

/** Asked for when they are needed: a meter that was asked for before telemetry began would be deaf. */
const instruments = () => {
  const meter = metrics.getMeter('ic-host');
  return {
    calls: meter.createCounter('ic_host.contract.calls', { description: 'Calls of adapters, by what came of them' }),
    duration: meter.createHistogram('ic_host.contract.duration', {
      ...{ description: 'How long calls of adapters take', unit: 's' },
      advice: { explicitBucketBoundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] },
    }),
  };
};
let made: ReturnType<typeof instruments> | undefined;

function call(by: ObservedBy, method: string, args: readonly unknown[], work: () => unknown): unknown {
  const { billerId, adapterId, contract, redact } = by;
  made ??= instruments();
  const { calls, duration } = made;
  const of = { 'ic.adapter': adapterId, 'ic.contract': contract, 'ic.method': method };
  const span = trace
    .getTracer('ic-host')
    .startSpan(`${contract}.${method}`, { attributes: { 'ic.biller': billerId, ...of } });
  const within = trace.setSpan(context.active(), span);
  const started = performance.now();
  let ended = false;
  const end = (error?: unknown): void => {
    if (ended) return;
    ended = true;
    const outcome = error === undefined ? 'ok' : AdapterError.is(error) ? error.kind : 'failed';
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    span.setAttribute('ic.outcome', outcome);
    span.end();
    calls.add(1, { 'ic.biller': billerId, ...of, 'ic.outcome': outcome });
    duration.record((performance.now() - started) / 1000, of);
  };
  const failed = (error: unknown): Error => {
    end(error);
    return redactedError(error, redact);
  };
  const last = args.at(-1);
  const signal = last instanceof AbortSignal ? last : undefined;
  const inTime = <T>(answer: Promise<T>): Promise<T> =>
    endedBy(answer, LONGEST_CALL_MS, (when) => hanging(contract, method, when), signal);
  let result: unknown;
  try {
    result = asAdapter(by, () => context.with(within, work));
  } catch (error) {
    throw failed(error);
  }
  if (isIterable(result))
    return iterated(result, (next) => inTime(asAdapter(by, () => context.with(within, next))), end, failed);
  if (!isPromise(result)) {
    end();
    return result;
  }
  return inTime(result).then(
    (value) => {
      end();
      return withoutSecrets(value, redact);
    },
    (error) => {
      throw failed(error);
    },
  );
}

/** Nobody knows what it has done by then, or may still do. */
const hanging = (contract: ContractName, method: string, when: string): AdapterError =>
  new AdapterError(
    contract === 'payment-sink' || contract === 'enrollment-sink' ? 'unknown-outcome' : 'unavailable',
    `the adapter hangs: ${method} has not ended ${when}`,
    { code: ADAPTER_HANGS },
  );

function withoutSecrets(value: unknown, redact: Redact): unknown {
  const { partnerMessages } = (value ?? {}) as { partnerMessages?: unknown };
  return Array.isArray(partnerMessages)
    ? { ...(value as object), partnerMessages: toldBy(partnerMessages, redact) }
    : value;
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { then?: unknown })?.then === 'function';
const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof (value as AsyncIterable<unknown>)?.[Symbol.asyncIterator] === 'function';

/** Ends with its last part, or where its reader leaves it. */
async function* iterated(
  parts: AsyncIterable<unknown>,
  next: (work: () => Promise<IteratorResult<unknown>>) => Promise<IteratorResult<unknown>>,
  end: () => void,
  failed: (error: unknown) => Error,
) {
  const iterator = parts[Symbol.asyncIterator]();
  let hangs = false;
  try {
    for (;;) {
      const { value, done } = await next(() => iterator.next());
      if (done) return;
      yield value;
    }
  } catch (error) {
    hangs = AdapterError.is(error) && error.code === ADAPTER_HANGS;
    throw failed(error);
  } finally {
    end();
    const returned = iterator.return?.();
    if (hangs)
      returned?.catch(() => undefined); // it comes when what hangs has ended
    else await returned;
  }
}
