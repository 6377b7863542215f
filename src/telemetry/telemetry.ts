/** Metrics for Prometheus always, traces and metrics by OTLP where the standard variables name an endpoint. */
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { type IMetricReader, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Sampler } from '@opentelemetry/sdk-trace';
import type { ServiceIdentifier } from 'inversify';
import { metricsText } from './metrics-text.js';

export interface Telemetry {
  /** The metrics, in Prometheus's text format. */
  metricsText(): Promise<string>;
  /** Sends what waits to be sent. */
  flush(): Promise<void>;
}

/** Of one metric: with 2,000, the usual limit, a host of thousands of billers would tell of most of them as one. */
const MOST_SERIES = 200_000;
/** Data points at once: about a megabyte, which any collector takes. */
const MOST_SENT = 5_000;
const BY_BILLER = ['ic_host.contract.calls', 'ic_host.deliveries.news'];

export const TELEMETRY: ServiceIdentifier<Telemetry> = Symbol('telemetry');

let started: Promise<Telemetry> | undefined;

/** One for the process, as OpenTelemetry's global providers are. @throws Error naming a variable that is wrong */
export function startTelemetry(version: string): Promise<Telemetry> {
  started ??= start(version);
  return started;
}

type Signal = 'TRACES' | 'METRICS';

/** Whether a signal goes out by OTLP: never to an address that nobody named. */
function goesOut(signal: Signal): boolean {
  const { env } = process;
  if (env.OTEL_SDK_DISABLED === 'true' || env[`OTEL_${signal}_EXPORTER`] === 'none') return false;
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]);
}

function protocolOf(signal: Signal): 'http/json' | 'http/protobuf' {
  const { env } = process;
  const given = env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  if (given !== 'http/json' && given !== 'http/protobuf')
    throw new Error(`OTEL_EXPORTER_OTLP_PROTOCOL is ${given}; this host speaks http/protobuf and http/json`);
  return given;
}

async function start(version: string): Promise<Telemetry> {
  const named = resourceFromAttributes({ 'service.name': 'ic-host', 'service.version': version });
  const resource = named.merge(detectResources({ detectors: [envDetector] }));
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const readers: IMetricReader[] = [prometheus];
  if (goesOut('METRICS')) {
    const { OTLPMetricExporter } =
      protocolOf('METRICS') === 'http/json'
        ? await import('@opentelemetry/exporter-metrics-otlp-http')
        : await import('@opentelemetry/exporter-metrics-otlp-proto');
    const every = Number(process.env.OTEL_METRIC_EXPORT_INTERVAL ?? 60_000);
    const exporter = new OTLPMetricExporter();
    const timing = { exportIntervalMillis: every, exportTimeoutMillis: Math.min(every, 30_000) };
    readers.push(new PeriodicExportingMetricReader({ exporter, ...timing, maxExportBatchSize: MOST_SENT }));
  }
  const views = BY_BILLER.map((instrumentName) => ({ instrumentName, aggregationCardinalityLimit: MOST_SERIES }));
  const meters = new MeterProvider({ resource, readers, views });
  metrics.setGlobalMeterProvider(meters);
  let flushTraces = async (): Promise<void> => undefined;
  if (goesOut('TRACES')) flushTraces = await startTracing(resource);
  return {
    metricsText: async () => metricsText((await prometheus.collect()).resourceMetrics),
    flush: async () => {
      // A collector that is away must not keep a host from ending.
      await Promise.all([flushTraces(), meters.forceFlush()].map((flushed) => flushed.catch(() => undefined)));
    },
  };
}

/** @returns sends what waits */
async function startTracing(resource: ReturnType<typeof resourceFromAttributes>): Promise<() => Promise<void>> {
  const { BatchSpanProcessor, TracerProvider } = await import('@opentelemetry/sdk-trace');
  const { OTLPTraceExporter } =
    protocolOf('TRACES') === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  const delay = Number(process.env.OTEL_BSP_SCHEDULE_DELAY ?? 5_000);
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: delay });
  const provider = new TracerProvider({
    resource,
    spanProcessors: [processor],
    sampler: await samplerOf(process.env.OTEL_TRACES_SAMPLER, Number(process.env.OTEL_TRACES_SAMPLER_ARG ?? 1)),
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return () => provider.forceFlush();
}

/** @throws Error where OTEL_TRACES_SAMPLER is none of the standard's names */
async function samplerOf(name = 'parentbased_always_on', ratio: number) {
  const sdk = await import('@opentelemetry/sdk-trace');
  const roots: Record<string, () => Sampler> = {
    always_on: () => new sdk.AlwaysOnSampler(),
    always_off: () => new sdk.AlwaysOffSampler(),
    traceidratio: () => new sdk.TraceIdRatioBasedSampler(ratio),
  };
  const parentBased = name.startsWith('parentbased_');
  const sampler = roots[name.replace('parentbased_', '')]?.();
  if (!sampler) throw new Error(`OTEL_TRACES_SAMPLER is ${name}; it can be ${Object.keys(roots).join(', ')}`);
  return parentBased ? new sdk.ParentBasedSampler({ root: sampler }) : sampler;
}
