/** The host's metrics as Prometheus reads them; whoever counts knows OpenTelemetry's API alone. */
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ServiceIdentifier } from 'inversify';

export interface Metrics {
  /** Prometheus's text format. */
  text(): Promise<string>;
}

export const METRICS: ServiceIdentifier<Metrics> = Symbol('metrics');

let collected: Metrics | undefined;

/** One for the process, as OpenTelemetry's global provider is; before the first meter is asked for. */
export function collectMetrics(): Metrics {
  if (collected) return collected;
  const exporter = new PrometheusExporter({ preventServerStart: true });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }));
  const serializer = new PrometheusSerializer();
  collected = { text: async () => serializer.serialize((await exporter.collect()).resourceMetrics) };
  return collected;
}
