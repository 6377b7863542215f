/** A tracer that writes down all that spans are told, for the suite to look for what must not be there. */
import { inspect } from 'node:util';
import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';

export function recordingTracer(tell: (text: string) => void): Tracer {
  const startSpan = (name: string, options?: SpanOptions): Span => {
    tell(`span ${name} ${inspect(options, { depth: 8 })}`);
    const told =
      (what: string) =>
      (...args: unknown[]): Span => {
        tell(`span ${name} ${what} ${inspect(args, { depth: 8, maxStringLength: null })}`);
        return span;
      };
    const span: Span = {
      spanContext: () => INVALID_SPAN_CONTEXT,
      setAttribute: told('attribute'),
      setAttributes: told('attributes'),
      addEvent: told('event'),
      addLink: told('link'),
      addLinks: told('links'),
      setStatus: told('status'),
      updateName: told('name'),
      recordException: told('exception'),
      end: () => undefined,
      isRecording: () => true,
    };
    return span;
  };
  const startActiveSpan = (name: string, ...rest: unknown[]): unknown => {
    const work = rest.pop() as (span: Span) => unknown;
    const [options, parent] = rest as [SpanOptions | undefined, Context | undefined];
    return context.with(parent ?? context.active(), () => work(startSpan(name, options)));
  };
  return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };
}
