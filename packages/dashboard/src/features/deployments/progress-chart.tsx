import 'uplot/dist/uPlot.min.css';
import { Group, useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import type { Progress } from '@tideway/protocol';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { statusColors, statusWords } from '../../platform/ui/status.ts';
import { StatusMark } from '../../platform/ui/status-icon.tsx';
import { courseText, drawnOrder, leastSeconds, stackedCourse } from './progress.rules.ts';

const height = 240;
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** How many updates had each status over time, as areas upon each other. */
export function ProgressChart({ progress }: { progress: Progress }) {
  const { ref: frame, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const scheme = useComputedColorScheme();
  const data = useMemo(() => dataOf(progress), [progress]);
  const latest = useRef(data);
  latest.current = data;

  // biome-ignore lint/correctness/useExhaustiveDependencies: with another scheme the colours are others
  useEffect(() => {
    if (place.current === null || width === 0) return;
    const drawn = new uPlot({ ...optionsOf(place.current), width, height }, latest.current, place.current);
    plot.current = drawn;
    return () => {
      plot.current = null;
      drawn.destroy();
    };
  }, [width, scheme]);
  useEffect(() => plot.current?.setData(data), [data]);

  return (
    <div ref={frame} style={{ minWidth: 0 }}>
      <div ref={place} role="img" aria-label={courseText(progress, (at) => clock.format(new Date(at)))} />
      <Group gap="md" mt={4} aria-hidden>
        {drawnOrder.map((status) => (
          <StatusMark key={status} status={status} />
        ))}
      </Group>
    </div>
  );
}

/** What reaches highest is drawn first, so that each lower area lies upon it. */
function dataOf(progress: Progress): uPlot.AlignedData {
  const { seconds, heights } = stackedCourse(progress);
  return [seconds, ...heights.toReversed()];
}

function optionsOf(place: HTMLElement): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(place);
  const colorOf = (variable: string) => style.getPropertyValue(variable.slice('var('.length, -1)).trim();
  const axis: uPlot.Axis = {
    stroke: style.color,
    grid: { stroke: colorOf('var(--line)'), width: 1 },
    ticks: { stroke: colorOf('var(--line)'), width: 1 },
    font: `12px ${style.fontFamily}`,
  };
  return {
    legend: { show: false },
    cursor: { show: false },
    axes: [
      {
        ...axis,
        space: (_plot, _axis, first, last) => timeRoom(last - first),
        incrs: wholeSeconds,
        values: (_plot, splits) => timesOf(splits),
      },
      { ...axis, incrs: wholeNumbers, size: 56 },
    ],
    // The last time at the edge stands half beyond it.
    padding: [null, () => timeRoom(0) / 2, null, null],
    scales: {
      x: { range: (_plot, first, last) => [first, Math.max(last, first + leastSeconds)] },
      y: { range: (_plot, _low, high) => [0, Math.max(1, high)] },
    },
    series: [
      {},
      ...drawnOrder.toReversed().map((status) => ({
        label: statusWords[status],
        stroke: colorOf(statusColors[status]),
        fill: colorOf(statusColors[status]),
        width: 0,
        points: { show: false },
      })),
    ],
  };
}

/** Seconds between two times at the edge: never less than what they show, or the same would stand there twice. */
const wholeSeconds = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 3, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 4, 6, 12, 24, 48, 168, 336, 720].map((hours) => hours * 3600),
];

/** Updates are whole. */
const wholeNumbers = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000];

/** How many pixels a time at the edge takes, where so many seconds are drawn. */
function timeRoom(span: number): number {
  return span > daySeconds && span <= 4 * daySeconds ? 120 : 88;
}

const daySeconds = 86_400;

/** Times as the viewer reads clocks: with seconds, or with days, where the times in sight differ in no more. */
function timesOf(splits: number[]): string[] {
  const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0);
  const format = new Intl.DateTimeFormat(undefined, {
    ...(span > daySeconds && { month: 'short', day: 'numeric' }),
    ...(span <= 4 * daySeconds && { hour: '2-digit', minute: '2-digit' }),
    ...(span < 300 && { second: '2-digit' }),
  });
  return splits.map((split) => format.format(new Date(split * 1000)));
}
