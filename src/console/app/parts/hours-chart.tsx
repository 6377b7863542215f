/** Deliveries of 24 hours as pictures: how many and how they ended, and how long the partner took. */
import { Group, SimpleGrid, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Schemas } from '../api.js';
import { clockText, count, msText } from '../format.js';
import { Scroll } from './scroll.js';

type Hour = Schemas['Hour'];
const HEIGHT = 170;

function Plot({
  label,
  draw,
}: {
  label: string;
  draw: (colour: (name: string) => string) => {
    options: Omit<uPlot.Options, 'width' | 'height'>;
    data: uPlot.AlignedData;
  };
}) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const styles = getComputedStyle(document.documentElement);
    const { options, data } = draw((name) => styles.getPropertyValue(name));
    const plot = new uPlot({ ...options, width: element.clientWidth, height: HEIGHT }, data, element);
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [draw, scheme]);
  return <div ref={place} className="chart" role="img" aria-label={label} />;
}

const axes = (colour: (name: string) => string, values?: (n: number) => string): uPlot.Axis[] => {
  const look = {
    stroke: colour('--mantine-color-dimmed'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  return [
    { ...look, space: 70, grid: { show: false }, values: (_, ticks) => ticks.map((at) => clockText(at * 1000)) },
    { ...look, size: 54, ...(values ? { values: (_, ticks) => ticks.map(values) } : {}) },
  ];
};

const STILL = { cursor: { show: false }, legend: { show: false } } as const;

function counted(hours: readonly Hour[]) {
  const x = hours.map(({ at }) => Date.parse(at) / 1000);
  const delivered = hours.map((hour) => hour.delivered);
  const rejected = hours.map((hour) => hour.delivered + hour.rejected);
  const all = hours.map((hour) => hour.delivered + hour.rejected + hour.failed);
  return (colour: (name: string) => string) => {
    const bars = uPlot.paths.bars?.({ size: [0.7, 36] }) as uPlot.Series.PathBuilder;
    const bar = (name: string): uPlot.Series => ({
      fill: colour(name),
      width: 0,
      paths: bars,
      points: { show: false },
    });
    return {
      // The tallest first: each stands before the one behind it.
      data: [x, all, rejected, delivered] as uPlot.AlignedData,
      options: {
        ...STILL,
        axes: axes(colour),
        scales: {
          y: { range: (_: uPlot, __: number, most: number): [number, number] => [0, Math.max(4, most * 1.1)] },
        },
        series: [{}, bar('--chart-bad'), bar('--chart-warn'), bar('--chart-good')],
      },
    };
  };
}

function timed(hours: readonly Hour[]) {
  const x = hours.map(({ at }) => Date.parse(at) / 1000);
  return (colour: (name: string) => string) => {
    const line = (name: string, dash?: number[]): uPlot.Series => ({
      ...{ stroke: colour(name), width: 2, points: { show: true, size: 5, fill: colour(name) } },
      ...(dash ? { dash } : {}),
    });
    return {
      data: [x, hours.map((hour) => hour.p50Ms), hours.map((hour) => hour.p95Ms)] as uPlot.AlignedData,
      options: {
        ...STILL,
        axes: axes(colour, msText),
        scales: {
          y: { range: (_: uPlot, __: number, most: number): [number, number] => [0, Math.max(50, (most ?? 0) * 1.1)] },
        },
        series: [{}, line('--chart-line'), line('--chart-soft', [5, 4])],
      },
    };
  };
}

const Key = ({ colour, word }: { colour: string; word: string }) => (
  <span className="key">
    <i style={{ background: `var(${colour})` }} aria-hidden="true" />
    {word}
  </span>
);

export function HoursCharts({ hours }: { hours: readonly Hour[] }) {
  const sum = (key: 'delivered' | 'rejected' | 'failed') => hours.reduce((total, hour) => total + hour[key], 0);
  const [delivered, rejected, failed] = [sum('delivered'), sum('rejected'), sum('failed')];
  const words = `Attempts in 24 hours: ${count(delivered)} delivered, ${count(rejected)} rejected, ${count(failed)} failed.`;
  const slowest = Math.max(0, ...hours.map((hour) => hour.p95Ms ?? 0));
  const times = `How long delivering took, by hour: the slowest hour’s 95th percentile is ${msText(slowest)}.`;
  // Drawn anew when a number is another, not whenever the page is asked again.
  const key = JSON.stringify(hours);
  const draws = useRef({ key: '', counted: counted([]), timed: timed([]) });
  if (draws.current.key !== key) draws.current = { key, counted: counted(hours), timed: timed(hours) };
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <figure style={{ margin: 0, minWidth: 0 }}>
          <Plot label={words} draw={draws.current.counted} />
          <figcaption>
            <Group gap="md">
              <Key colour="--chart-good" word={`${count(delivered)} delivered`} />
              <Key colour="--chart-warn" word={`${count(rejected)} rejected`} />
              <Key colour="--chart-bad" word={`${count(failed)} failed attempts`} />
            </Group>
          </figcaption>
        </figure>
        <figure style={{ margin: 0, minWidth: 0 }}>
          <Plot label={times} draw={draws.current.timed} />
          <figcaption>
            <Group gap="md">
              <Key colour="--chart-line" word="median time to deliver" />
              <Key colour="--chart-soft" word="95th percentile" />
            </Group>
          </figcaption>
        </figure>
      </SimpleGrid>
      <details style={{ marginTop: '0.75rem' }}>
        <summary>
          <Text span fz="sm" c="dimmed">
            As a table
          </Text>
        </summary>
        <Scroll className="rows" style={{ maxHeight: '16rem' }} label="Deliveries by hour">
          <table>
            <thead>
              <tr>
                {['Hour', 'Delivered', 'Rejected', 'Failed', 'Median', '95 %'].map((title) => (
                  <th key={title}>{title}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {hours.map((hour) => (
                <tr key={hour.at}>
                  <td>{clockText(hour.at)}</td>
                  <td>{count(hour.delivered)}</td>
                  <td>{count(hour.rejected)}</td>
                  <td>{count(hour.failed)}</td>
                  <td>{hour.p50Ms === null ? '–' : msText(hour.p50Ms)}</td>
                  <td>{hour.p95Ms === null ? '–' : msText(hour.p95Ms)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </>
  );
}
