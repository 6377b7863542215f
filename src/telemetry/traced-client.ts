/** A span for each statement that a traced piece of work sends to the database; nothing where nothing is traced. */
import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type pg from 'pg';

const tracer = trace.getTracer('ic-host');
const MOST_TEXT = 2_000;
const TABLE = /\b(?:from|join|into|update|copy|table) "?([a-z_]{1,63})/gi;

function begin(text: string): Span {
  const statement = text.trim();
  const operation = /^\w+/.exec(statement)?.[0]?.toUpperCase() ?? 'SQL';
  // What is read from may be a function's rows: then the next is looked at.
  const table = [...statement.slice(0, MOST_TEXT).matchAll(TABLE)].find(
    (found) => statement[found.index + found[0].length] !== '(',
  )?.[1];
  return tracer.startSpan(table ? `${operation} ${table}` : operation, {
    kind: SpanKind.CLIENT,
    // Values are parameters, and no part of the text.
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'db.query.text': statement.slice(0, MOST_TEXT),
      ...(table ? { 'db.collection.name': table } : {}),
    },
  });
}

const endOf = (span: Span) => (error?: unknown) => {
  if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: (error as { code?: string }).code ?? 'failed' });
  span.end();
};

/** Makes a connection tell of its statements. */
export function traceStatements(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  // biome-ignore lint/suspicious/noExplicitAny: pg's query takes and gives back many shapes
  (client as any).query = (...args: any[]): unknown => {
    const text: unknown = typeof args[0] === 'string' ? args[0] : args[0]?.text;
    if (typeof text !== 'string' || !trace.getActiveSpan()?.isRecording()) return query(...args);
    const end = endOf(begin(text));
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      args[args.length - 1] = (error: unknown, ...more: unknown[]) => {
        end(error);
        callback(error, ...more);
      };
      return query(...args);
    }
    const result = query(...args) as Partial<Promise<unknown>> & Partial<NodeJS.EventEmitter>;
    if (typeof result?.then === 'function') (result as Promise<unknown>).then(() => end(), end);
    else result?.once?.('finish', () => end())?.once('error', end); // a COPY: a stream
    return result;
  };
}
