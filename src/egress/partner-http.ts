/** The one way out to a biller's partner: axios on an undici agent, guarded, limited, retried where safe, recorded. */
import type { IncomingHttpHeaders } from 'node:http';
import { finished, pipeline, type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AdapterError, type ManifestLimits } from '@ic-host/contracts';
import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import axios, {
  Axios,
  type AxiosAdapter,
  AxiosError,
  AxiosHeaders,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
} from 'axios';
import axiosRetry from 'axios-retry';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  wrap,
} from 'cockatiel';
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { CallTime } from './call-time.js';
import { bytesToRecord, recordExchange } from './exchange-record.js';
import { type HostGuard, hostGuard } from './host-guard.js';
import { notingNow } from './noted-calls.js';
import type { Pace } from './partner-pace.js';
import { LONGEST_FORM, type Redact, redactedStart } from './redaction.js';
import { notingSent, type SentNote } from './sent-note.js';
import type { TlsIdentity } from './tls-identity.js';
import { Turn } from './turn.js';
import { wholeAnswer } from './whole-answer.js';

export interface WayOut {
  http: AxiosInstance;
  close(): Promise<void>;
}

export interface WayOutOptions {
  billerId: string;
  adapterId: string;
  hosts: readonly string[];
  limits: Limits;
  pace: Pace;
  allowPrivate: boolean;
  redact: Redact;
  tracer: Tracer;
  /** Asked for with each new connection, so that a renewed certificate is used. @throws AdapterError `misconfigured` */
  tls?: (() => TlsIdentity) | undefined;
  /** URL of the proxy that partners are reached by; that of the environment is never used. */
  proxy?: string | undefined;
  /** What is not said to read is not sent: a shadow's way out. */
  readsOnly?: boolean | undefined;
  tap?: WireTap;
}

/** For whoever tests adapters on the host's own way out: sees each call, can spoil it, and sees the connections. */
export interface WireTap {
  /** The call's {@link SentNote} is its `opaque`. */
  intercept: Dispatcher.DispatcherComposeInterceptor;
  connector(connect: buildConnector.connector): buildConnector.connector;
  /** See {@link FIRST_PAUSE_MS}: hundreds of checks of faults would wait for it. */
  readonly firstPauseMs: number;
}

export type Limits = Required<ManifestLimits>;
export const DEFAULT_LIMITS: Limits = {
  requestsPerSecond: 50,
  concurrency: 10,
  timeoutMs: 30_000,
  maxResponseBytes: 20_000_000,
};
/** Of a document. */
const MOST_STREAMED = 500_000_000;
const CONNECT_MS = 10_000;
const QUEUE = 10_000;
/** The code of an error before anything was sent; the contracts' kit knows it. */
const NOT_SENT = 'IC_NOT_SENT';
const [NO_TURN, PARTNER_FAILING, TOO_MANY_WAIT] = ['NO_TURN', 'PARTNER_FAILING', 'TOO_MANY_WAIT'] as const;
/** Ends that say nothing of the partner: the caller gave up, or a limit of ours held the call back. */
const OURS = new Set<string | undefined>([
  ...[AxiosError.ERR_CANCELED, NOT_SENT, NO_TURN, PARTNER_FAILING, TOO_MANY_WAIT],
]);
const reasonOf = (error: AxiosError): string | undefined =>
  (error.cause as { code?: string } | undefined)?.code ?? error.code;
const READ_RETRIES = 2;
const LONGEST_PAUSE_MS = 2_000;
/** Before the first retry at the mean; twice as long before the second. */
const FIRST_PAUSE_MS = 100;

interface Answer {
  data: unknown;
  statusText: string;
  headers: IncomingHttpHeaders;
}

/** An address that the guard let pass. */
interface Target {
  origin: string;
  path: string;
  href: string;
  pathname: string;
}
const MOST_TARGETS = 100;

/** A fault of the partner's side opens the breaker; an answer, even a refusal, does not. */
const isPartnerFault = (error: unknown): boolean =>
  error instanceof AxiosError &&
  !OURS.has(reasonOf(error)) &&
  (error.response === undefined || error.response.status >= 500);

export function createWayOut(options: WayOutOptions): WayOut {
  const { limits, pace, tap } = options;
  const guard = hostGuard(options.hosts, options.allowPrivate);
  const agent = agentOf(options, guard);
  const dispatcher = tap ? agent.compose(tap.intercept) : agent;
  const streaming = dispatcher.compose(notingSent);
  const places = bulkhead(limits.concurrency, QUEUE);
  // Within them: what has waited while the partner failed is not sent one after the other all the same.
  const policy = wrap(
    places,
    circuitBreaker(handleWhen(isPartnerFault), { halfOpenAfter: 5_000, breaker: new ConsecutiveBreaker(20) }),
  );

  /** Most adapters call the same few addresses over and over. */
  const targets = new Map<string, Target>();
  const targetOf = (config: InternalAxiosRequestConfig): Target => {
    const text = config.baseURL || config.params ? axios.getUri(config) : (config.url ?? '');
    const known = targets.get(text);
    if (known) return known;
    const url = new URL(text);
    guard.check(url);
    const target = { origin: url.origin, path: url.pathname + url.search, href: url.href, pathname: url.pathname };
    if (targets.size >= MOST_TARGETS) targets.clear();
    targets.set(text, target);
    return target;
  };

  const send = async (config: InternalAxiosRequestConfig, turn: Turn): Promise<AxiosResponse> => {
    const url = targetOf(config);
    noteCall(config, url);
    if (turn.isOver) throw noTurn(config);
    try {
      await pace(turn);
    } catch {
      throw noTurn(config);
    } finally {
      turn.end();
    }
    const operation = config.partnerCall?.operation ?? url.pathname;
    const caller = callerOf(config);
    const time = new CallTime(timeOf(config), caller);
    let streams = false;
    const started = performance.now();
    const kept = bytesToRecord();
    const note: SentNote = { sent: false, operation, effect: config.partnerCall?.effect };
    let status: number | null = null;
    let seen = '';
    try {
      const request = {
        opaque: note,
        origin: url.origin,
        path: url.path,
        method: (config.method ?? 'get').toUpperCase() as Dispatcher.HttpMethod,
        headers: config.headers.setAccept(ACCEPTED, false).toJSON() as Record<string, string>,
        body: config.data ?? null,
      };
      const isRefused = (told: number): boolean => (config.validateStatus ? !config.validateStatus(told) : false);
      const whole = (bytes: Buffer): unknown => {
        if (config.partnerCall?.confidential) seen = '(confidential)';
        else if (kept) seen = bytes.toString('utf8', 0, kept + LONGEST_FORM);
        return config.responseType === 'arraybuffer' ? bytes : bytes.toString('utf8');
      };
      let answer: Answer;
      if (config.responseType === 'stream') {
        const begun = await streaming.request({ ...request, signal: time.signal });
        status = begun.statusCode;
        const body = decoded(begun);
        answer = { headers: begun.headers, statusText: begun.statusText, data: body };
        if (isRefused(status)) answer.data = whole(await readBody(body, limits.maxResponseBytes));
        else {
          seen = '(streamed)';
          streams = true;
          finished(body, () => time.release()); // also where it is broken already
          answer.data = boundedStream(body, MOST_STREAMED);
        }
      } else {
        const most = limits.maxResponseBytes;
        const { bytes, ...told } = await wholeAnswer(dispatcher, request, {
          time,
          most,
          tooLarge: () => tooLarge(most),
        });
        status = told.status;
        answer = { ...told, data: whole(await decodedBytes(told.headers, bytes, most)) };
      }
      const { data, statusText, headers } = answer;
      const refused = isRefused(status);
      const response = {
        ...{ data, status, statusText, config, request: null },
        headers: Object.assign(new ParsedHeaders(), headers),
      };
      if (refused) throw new AxiosError(`HTTP ${status}`, AxiosError.ERR_BAD_RESPONSE, config, null, response);
      return response;
    } catch (error) {
      if (error instanceof AxiosError || AdapterError.is(error)) throw error;
      throw transportError(error, config, { note, time, caller });
    } finally {
      if (!streams) time.release();
      if (kept)
        recordExchange({
          operation,
          url: options.redact(url.href),
          request: redactedStart(options.redact, String(config.data ?? ''), kept),
          status,
          response: redactedStart(options.redact, seen, kept),
          durationMs: Math.round(performance.now() - started),
        });
    }
  };

  const timeOf = (config: InternalAxiosRequestConfig): number => Math.ceil(config.timeout || limits.timeoutMs);

  const inTurn = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    const turn = new Turn(timeOf(config), callerOf(config));
    const isFree = places.executionSlots > 0;
    const answer = policy.execute(() => send(config, turn));
    if (isFree) return answer;
    try {
      return await Promise.race([
        answer,
        turn.over().then(() => {
          throw noTurn(config);
        }),
      ]);
    } finally {
      turn.end();
    }
  };

  /** @throws AxiosError where the call must not be sent */
  const noteCall = (config: InternalAxiosRequestConfig, { path, pathname }: Target): void => {
    const noted = notingNow();
    noted?.calls.push({
      ...{ operation: config.partnerCall?.operation ?? pathname, method: (config.method ?? 'get').toUpperCase() },
      ...{ path: options.redact(path), body: options.redact(String(config.data ?? '')) },
    });
    if (noted?.keptBack || (options.readsOnly && config.partnerCall?.effect !== 'read'))
      throw new AxiosError('a shadow sends nothing that may change something', NOT_SENT, config);
  };

  const limited = (config: InternalAxiosRequestConfig): Promise<AxiosResponse> =>
    options.tracer.startActiveSpan(
      `partner ${config.partnerCall?.operation ?? 'call'}`,
      { kind: SpanKind.CLIENT, attributes: { 'ic.biller': options.billerId, 'ic.adapter': options.adapterId } },
      async (span) => {
        try {
          const response = await inTurn(config);
          span.setAttribute('http.response.status_code', response.status);
          return response;
        } catch (error) {
          span.setStatus({
            code: SpanStatusCode.ERROR,
            message: error instanceof AxiosError ? (error.code ?? '') : 'refused',
          });
          // Only these two are sure to have sent nothing; whatever else went wrong passes as it is.
          if (!(error instanceof BrokenCircuitError || error instanceof BulkheadRejectedError)) throw error;
          throw error instanceof BrokenCircuitError
            ? notSent(config, PARTNER_FAILING, 'the partner failed too often; waiting before the next call')
            : notSent(config, TOO_MANY_WAIT, 'too many calls are waiting');
        } finally {
          span.end();
        }
      },
    );

  const http = axiosOver(limited, limits.timeoutMs);
  axiosRetry(http, {
    retries: READ_RETRIES,
    retryCondition: (error) => {
      const reason = reasonOf(error);
      if (error.config?.partnerCall?.effect !== 'read' || OURS.has(reason) || reason === AxiosError.ETIMEDOUT)
        return false;
      if (callerOf(error.config)?.aborted) return false;
      const status = error.response?.status;
      const asked = Number(error.response?.headers['retry-after'] ?? 0) * 1000;
      return status === undefined || ([429, 502, 503, 504].includes(status) && asked <= LONGEST_PAUSE_MS);
    },
    retryDelay: (count, error) => {
      const asked = Number(error.response?.headers['retry-after'] ?? 0) * 1000;
      return Math.max(asked, Math.random() * (tap?.firstPauseMs ?? FIRST_PAUSE_MS) * 2 ** count);
    },
  });
  return { http, close: () => agent.destroy() };
}

const noTurn = (config: InternalAxiosRequestConfig): AxiosError =>
  notSent(config, NO_TURN, 'the call did not get its turn in time');

/** An answer's headers as undici reads them: lower case, no two of one name. axios would make sure of it four times. */
class ParsedHeaders extends AxiosHeaders {
  override normalize(): this {
    return this;
  }
}

/**
 * axios copies its defaults and what a call is given, level by level, for every call: a third of what a call costs. So of
 * the defaults it has only those that this way out goes by, and of a call nothing that has levels.
 */
function axiosOver(adapter: AxiosAdapter, timeout: number): AxiosInstance {
  const { headers, transformRequest, transformResponse, validateStatus } = axios.create().defaults;
  const defaults: AxiosRequestConfig = { adapter, timeout, transformRequest, transformResponse, validateStatus };
  // Headers of every call are seen, and copied, once somebody has asked for them to add one.
  Object.defineProperty(defaults, 'headers', {
    configurable: true,
    get() {
      Object.defineProperty(defaults, 'headers', { value: headers, enumerable: true, writable: true });
      return headers;
    },
  });
  const client = new Axios(defaults);
  const send = client.request.bind(client);
  const request = (config: AxiosRequestConfig) => send(withoutLevels(config));
  const http = (first: string | AxiosRequestConfig, config?: AxiosRequestConfig) =>
    request(typeof first === 'string' ? { ...config, url: first } : first);
  for (const method of ['get', 'delete', 'head', 'options'] as const)
    client[method] = ((url: string, config?: AxiosRequestConfig) => request({ ...config, method, url })) as never;
  for (const method of ['post', 'put', 'patch'] as const)
    client[method] = ((url: string, data?: unknown, config?: AxiosRequestConfig) =>
      request({ ...config, method, url, data })) as never;
  for (const method of ['getUri', 'postForm', 'putForm', 'patchForm'] as const)
    client[method] = client[method].bind(client) as never;
  client.request = http as never;
  const create = (config?: AxiosRequestConfig) => axios.create({ timeout, ...config, adapter });
  return Object.assign(http, client, { create }) as AxiosInstance;
}

/** What axios takes for no plain object it hands on as it is. */
class Declared {}
const PLAIN: ReadonlySet<unknown> = new Set([Object.prototype, Array.prototype]);
const ACCEPTED = 'application/json, text/plain, */*';
const AS_JSON = [
  (data: unknown, headers: AxiosHeaders) => {
    headers.setContentType('application/json', false);
    return data;
  },
];

/**
 * Whoever may give the call up. Kept from axios, which takes any end of a call that was given up for "cancelled": a call
 * that was never sent, and an answer that was there already, would be of unknown outcome.
 */
const callerOf = (config: AxiosRequestConfig & { caller?: AbortSignal }): AbortSignal | undefined =>
  config.caller ?? (config.signal as AbortSignal | undefined);

function withoutLevels({ signal, ...config }: AxiosRequestConfig): AxiosRequestConfig {
  const { data, headers = {}, partnerCall, transformRequest } = config;
  const isPlain = typeof data === 'object' && data !== null && PLAIN.has(Object.getPrototypeOf(data));
  const isJson = isPlain && !transformRequest && !Object.keys(headers).some((name) => /^content-type$/i.test(name));
  return {
    ...config,
    ...(signal ? { caller: signal } : {}),
    ...(partnerCall ? { partnerCall: Object.assign(new Declared(), partnerCall) } : {}),
    ...(isJson ? { data: JSON.stringify(data), transformRequest: AS_JSON as never } : {}),
  };
}

function agentOf(options: WayOutOptions, guard: HostGuard): Agent | ProxyAgent {
  const { limits, proxy, tap, tls } = options;
  const pool = { connections: limits.concurrency, pipelining: 1, maxResponseSize: -1 };
  // What a name resolves to is then the proxy's to see, and to refuse.
  if (proxy) return new ProxyAgent({ ...pool, uri: proxy, requestTls: { ...VERIFIED, ...tls?.() } });
  const connect = connectorOf(options, guard);
  return new Agent({ ...pool, connect: tap?.connector(connect) ?? connect });
}

/** Whatever the environment says. */
const VERIFIED = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;

/** One connection: by the guard's resolver, TLS verified whatever the environment says. */
function connectorOf({ limits, tls }: WayOutOptions, guard: HostGuard): buildConnector.connector {
  const build = (protocol: 'http:' | 'https:', identity: TlsIdentity = {}): buildConnector.connector =>
    buildConnector({
      ...{ timeout: Math.min(CONNECT_MS, limits.timeoutMs), lookup: guard.lookup[protocol] },
      ...{ ...VERIFIED, ...identity },
    } as buildConnector.BuildOptions);
  const plain = build('http:');
  const secure = build('https:');
  return (options, callback) => {
    if (options.protocol !== 'https:') return plain(options, callback);
    if (!tls) return secure(options, callback);
    let identity: TlsIdentity;
    try {
      identity = tls();
    } catch (error) {
      return callback(error as Error, null);
    }
    return build('https:', identity)(options, callback);
  };
}

const DECODERS: Record<string, () => Transform> = {
  ...{ gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress },
};

/**
 * We ask for no encoding, but some answer with one all the same.
 * @returns what reads it, undefined where it is plain; the headers then say nothing of it any more
 * @throws AdapterError `malformed`
 */
function decoderOf(headers: IncomingHttpHeaders): Transform | undefined {
  const told = headers['content-encoding'];
  if (told === undefined || told.toLowerCase() === 'identity') return undefined;
  const decoder = DECODERS[told.toLowerCase()];
  if (!decoder)
    throw new AdapterError('malformed', `the partner's answer is encoded as ${told}`, { code: 'answer-encoding' });
  delete headers['content-encoding'];
  delete headers['content-length'];
  return decoder();
}

/** @throws AdapterError `malformed`, or what the decoder throws */
async function decodedBytes(headers: IncomingHttpHeaders, bytes: Buffer, most: number): Promise<Buffer> {
  const decoder = decoderOf(headers);
  if (!decoder) return bytes;
  decoder.end(bytes);
  return readBody(decoder, most);
}

/** @throws AdapterError `malformed` */
function decoded({ headers, body }: Pick<Dispatcher.ResponseData, 'headers' | 'body'>): Readable {
  let plain: Transform | undefined;
  try {
    plain = decoderOf(headers);
  } catch (error) {
    body.on('error', () => undefined).destroy();
    throw error;
  }
  if (!plain) return body;
  pipeline(body, plain, () => undefined); // an error is told to whoever reads it
  return plain;
}

/** @throws AdapterError `malformed` to its reader */
function boundedStream(body: Readable, most: number): Readable {
  let size = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > most) done(tooLarge(most));
      else done(null, chunk);
    },
  });
  pipeline(body, bounded, () => undefined);
  return bounded;
}

const tooLarge = (most: number): AdapterError =>
  new AdapterError('malformed', `the partner's answer is larger than ${most} bytes`, { code: 'answer-too-large' });

async function readBody(body: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) {
      body.destroy();
      throw tooLarge(most);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function transportError(
  error: unknown,
  config: InternalAxiosRequestConfig,
  { note, time, caller }: { note: SentNote; time: CallTime; caller: AbortSignal | undefined },
): AxiosError | AdapterError {
  const code = (error as { code?: string }).code ?? 'ERR_NETWORK';
  if (code === 'EGRESS_REFUSED')
    return new AdapterError('misconfigured', (error as Error).message, { code: 'egress-refused' });
  const [message, told] = time.isOver
    ? ['no answer in time', AxiosError.ETIMEDOUT]
    : caller?.aborted
      ? ['the call was given up', AxiosError.ERR_CANCELED]
      : [(error as Error).message, code];
  if (!note.sent) return notSent(config, told, message);
  return told === AxiosError.ERR_CANCELED ? new CanceledError(message, config) : new AxiosError(message, told, config);
}

/** @param code the reason, for the adapter's error to name */
function notSent(config: InternalAxiosRequestConfig, code: string, message: string): AxiosError {
  const unsent = new AxiosError(`${message}, before anything was sent`, NOT_SENT, config);
  unsent.cause = Object.assign(new Error(message), { code });
  return unsent;
}
