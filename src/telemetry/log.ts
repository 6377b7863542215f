/** The host's log: one JSON object a line on standard error, so that standard output stays the user's. */

import { trace } from '@opentelemetry/api';
import type { ServiceIdentifier } from 'inversify';
import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type Log = Logger;
export const LOG: ServiceIdentifier<Log> = Symbol('log');

/** A line that was written in a traced piece of work names its trace. */
const mixin = (): object => {
  const at = trace.getActiveSpan()?.spanContext();
  return at ? { trace_id: at.traceId, span_id: at.spanId } : {};
};

const SPARINGLY_MS = 60_000;

/** @returns logs what fails on and on, such as without a database, at most once a minute */
export function sparingly(log: Log, message: string): (error: unknown, more?: object) => void {
  let next = Number.NEGATIVE_INFINITY;
  return (error, more) => {
    if (performance.now() < next) return;
    next = performance.now() + SPARINGLY_MS;
    log.error({ err: error, ...more }, message);
  };
}

/** What says what went wrong, with its causes. Whatever else hangs on an error (a connection with its key, a row) is left. */
function err(error: Error): object {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, code } = pino.stdSerializers.err(error) as pino.SerializedError;
  const several = error instanceof AggregateError ? { aggregateErrors: error.errors.map(err) } : {};
  return { type, message, code, stack, ...several };
}

export const createLog = (level: string, to: DestinationStream = destination({ fd: 2, sync: false })): Log =>
  pino({ level, base: null, mixin, serializers: { err } }, to);
