/** The host's log: one JSON object a line on standard error, so that standard output stays the user's. */

import { trace } from '@opentelemetry/api';
import type { ServiceIdentifier } from 'inversify';
import { destination, type Logger, pino } from 'pino';

export type Log = Logger;
export const LOG: ServiceIdentifier<Log> = Symbol('log');

/** A line that was written in a traced piece of work names its trace. */
const mixin = (): object => {
  const at = trace.getActiveSpan()?.spanContext();
  return at ? { trace_id: at.traceId, span_id: at.spanId } : {};
};

export const createLog = (level: string): Log =>
  pino({ level, base: null, mixin }, destination({ fd: 2, sync: false }));
