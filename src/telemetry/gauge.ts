/** A metric whose value is asked for whenever the metrics are read, and is what it is then. */
import { metrics, type ObservableUpDownCounter } from '@opentelemetry/api';

/**
 * Not OpenTelemetry's own gauge, for Prometheus it is one all the same: that keeps the value which was taken at the later time by the
 * machine's clock. Where such a clock is set back an hour, its values stood still for an hour, and with them every alert.
 * @param name without `ic_host.`
 */
export const observedGauge = (name: string, description: string, unit?: string): ObservableUpDownCounter =>
  metrics.getMeter('ic-host').createObservableUpDownCounter(`ic_host.${name}`, {
    description,
    ...(unit ? { unit } : {}),
  });
