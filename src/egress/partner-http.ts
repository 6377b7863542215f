/** The one way out to a biller's partner: axios on an undici agent, guarded, limited, retried where safe, recorded. */
import type { IncomingHttpHeaders } from 'node:http';
import { finished } from 'node:stream';
import { AdapterError } from '@ic-host/contracts';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import axiosRetry, { type IAxiosRetryConfig } from 'axios-retry';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  wrap,
} from 'cockatiel';
import type { Dispatcher } from 'undici';
import { boundedStream, decoded, decodedBytes, readBody, tooLarge } from './answer-body.js';
import { axiosOver, callerOf, ParsedHeaders } from './axios-surface.js';
import {
  isPartnerFault,
  NOT_SENT,
  noTurn,
  notSent,
  OURS,
  PARTNER_FAILING,
  reasonOf,
  TOO_MANY_WAIT,
  transportError,
} from './call-errors.js';
import { CallTime } from './call-time.js';
import { agentOf } from './connections.js';
import { bytesToRecord, recordExchange } from './exchange-record.js';
import { halfOpenAfter } from './half-open.js';
import { hostGuard } from './host-guard.js';
import { notingNow } from './noted-calls.js';
import { LONGEST_FORM, redactedStart } from './redaction.js';
import { notingSent, type SentNote } from './sent-note.js';
import { Turn } from './turn.js';
import type { WayOut, WayOutOptions } from './way-out.js';
import { wholeAnswer } from './whole-answer.js';

/** Of a document. */
const MOST_STREAMED = 500_000_000;
const QUEUE = 10_000;
/** Without a call, after twenty failures in a row. */
const BROKEN_MS = 5_000;
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
const ACCEPTED = 'application/json, text/plain, */*';
const MOST_TARGETS = 100;
/** Read as an address, it names another one: what was put there was no name of anything. */
const DOT_SEGMENT = /[\\/](?:\.|%2e){1,2}(?:[\\/]|$)/i;

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
    circuitBreaker(handleWhen(isPartnerFault), {
      halfOpenAfter: halfOpenAfter(BROKEN_MS),
      breaker: new ConsecutiveBreaker(20),
    }),
  );

  /** Most adapters call the same few addresses over and over. */
  const targets = new Map<string, Target>();
  const targetOf = (config: InternalAxiosRequestConfig): Target => {
    const text = config.baseURL || config.params ? axios.getUri(config) : (config.url ?? '');
    const known = targets.get(text);
    if (known) return known;
    if (DOT_SEGMENT.test(text.split(/[?#]/, 1)[0] ?? ''))
      throw new AdapterError('unsupported', 'the address holds . or .. in the place of a name', {
        code: 'dot-segment',
      });
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
        if (config.partnerCall?.confidential) {
          seen = '(confidential)';
          options.learn?.(bytes.toString('utf8'));
        } else if (kept) seen = bytes.toString('utf8', 0, kept + LONGEST_FORM);
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

  const retries: IAxiosRetryConfig = {
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
  };
  const http = axiosOver(limited, limits.timeoutMs, (made) => axiosRetry(made, retries));
  return { http, close: () => agent.destroy() };
}
