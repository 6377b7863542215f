/** A span and a measure for each request; what its handler does belongs to its trace. */
import {
  context,
  isSpanContextValid,
  metrics,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { waitedMs } from './patience.js';

/** Probes, scrapes, the console's files and its open stream are not worth a trace. */
const isQuiet = (route: string): boolean => !route.startsWith('/v1/') || route === '/v1/events';

export function traceRequests(app: FastifyInstance): void {
  const tracer = trace.getTracer('ic-host');
  const duration = metrics.getMeter('ic-host').createHistogram('http.server.request.duration', {
    ...{ description: 'How long requests take, but for what their clients preferred to wait', unit: 's' },
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
  });
  const spans = new WeakMap<object, Span>();

  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? '';
    if (isQuiet(route)) return done();
    const { billerId } = (request.params ?? {}) as { billerId?: string };
    const from = propagation.extract(context.active(), request.headers);
    const span = tracer.startSpan(
      `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          ...{ 'http.request.method': request.method, 'http.route': route },
          ...(billerId ? { 'ic.biller': billerId } : {}),
        },
      },
      from,
    );
    // Without an SDK, and without a caller's trace to go on with, there is nothing to be kept for what comes.
    if (!isSpanContextValid(span.spanContext())) return done();
    spans.set(request, span);
    context.with(trace.setSpan(from, span), done);
  });
  // A body is read in the connection's own time, in which the request's context is lost.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) context.with(trace.setSpan(context.active(), span), done);
    else done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    done();
    const route = request.routeOptions.url ?? '';
    if (isQuiet(route)) return;
    const status = reply.statusCode;
    const of = { 'http.request.method': request.method, 'http.route': route, 'http.response.status_code': status };
    duration.record((reply.elapsedTime - waitedMs(request)) / 1000, of);
    const span = spans.get(request);
    if (!span) return;
    span.setAttribute('http.response.status_code', status);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
}
