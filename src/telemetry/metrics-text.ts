/**
 * Metrics in Prometheus's text format, made in pieces: those that are told by biller have tens of thousands of lines where
 * there are thousands of billers, and nobody else's turn came while they were written.
 */
import { setImmediate as others } from 'node:timers/promises';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { DataPoint, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** Data points of one piece. */
const PIECE = 500;

const withTarget = new PrometheusSerializer();
const withoutTarget = new PrometheusSerializer(undefined, false, undefined, true);

export async function metricsText({ resource, scopeMetrics }: ResourceMetrics): Promise<string> {
  const texts: string[] = [];
  for (const { scope, metrics } of scopeMetrics)
    for (const metric of metrics)
      for (let from = 0; from === 0 || from < metric.dataPoints.length; from += PIECE) {
        const dataPoints = (metric.dataPoints as DataPoint<unknown>[]).slice(from, from + PIECE);
        const piece = { ...withUnit(metric), dataPoints } as MetricData;
        const serializer = texts.length ? withoutTarget : withTarget;
        const text = serializer.serialize({ resource, scopeMetrics: [{ scope, metrics: [piece] }] });
        texts.push(from === 0 ? text : text.replace(/^#.*\n/gm, ''));
        await others();
      }
  return texts.join('');
}

/** Its name with its unit, as Prometheus has it and as a collector would make it; the serializer leaves it out. */
const withUnit = (metric: MetricData): MetricData => {
  const { name, unit } = metric.descriptor;
  return unit === 's' ? { ...metric, descriptor: { ...metric.descriptor, name: `${name}_seconds` } } : metric;
};
