// What all charts of losses by step have in common.

import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colour, theme } from './colours.ts';
import { count } from './format.ts';

const FONT = '12px system-ui, sans-serif';

export interface Line {
  /** Name of a colour in the style sheet, and the dashes. */
  readonly stroke: string;
  readonly dash?: number[];
  /** Marks where it ends: not all lines need to end at one place. */
  readonly marksEnd?: boolean;
}

export interface ChartContent {
  readonly lines: readonly Line[];
  /** Losses above it are off the chart. Reads signals: the chart follows them. */
  ceiling(): number;
  /** Where the axis to the right ends. */
  last(): number;
  /** The lines in order: each table is places on the axis, and the values of one line or more there; what is not finite is a gap. */
  data(): readonly (readonly [places: readonly number[], ...lines: readonly (readonly number[])[]])[];
}

/** As large as the style sheet makes its box. */
const sizeOf = ({ clientWidth, clientHeight }: HTMLElement) => ({ width: clientWidth, height: clientHeight });

function optionsOf({ lines, ceiling, last }: ChartContent, box: HTMLElement): UPlot.Options {
  const axis = {
    stroke: () => colour('--ink-2'),
    font: FONT,
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    ...sizeOf(box),
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 24, 0, 0],
    scales: { x: { time: false, range: () => [0, last()] }, y: { range: () => [0, ceiling()] } },
    axes: [
      { ...axis, size: 26, space: 70, values: (_, ticks) => ticks.map(count) },
      { ...axis, size: 38, space: 30 },
    ],
    series: [
      {},
      ...lines.map(({ stroke, dash, marksEnd }) => ({
        stroke: () => colour(stroke),
        width: 2.5,
        points: marksEnd ? { size: 8, fill: () => colour(stroke), filter: lastOf } : { show: false },
        ...(dash && { dash }),
      })),
    ],
  };
}

/** The place of the last value in a line. */
function lastOf(chart: UPlot, line: number): number[] {
  const last = Array.from(chart.data[line]!).findLastIndex((value) => value != null);
  return last < 0 ? [] : [last];
}

const withGaps = (values: readonly number[]) => values.map((value) => (Number.isFinite(value) ? value : null));

/** Keeps a chart in the element of the reference; `content` is made anew when one of `dependencies` changes. */
export function useChart(makeContent: () => ChartContent, dependencies: readonly unknown[]) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = ref.current!;
    const content = makeContent();
    const chart = new UPlot(optionsOf(content, box), [[]], box);
    const resize = () => chart.setSize(sizeOf(box));
    const observer = new ResizeObserver(resize);
    observer.observe(box);
    const stop = effect(() => {
      theme.value;
      content.last();
      content.ceiling();
      const tables = content
        .data()
        .map(([places, ...lines]): UPlot.AlignedData => [[...places], ...lines.map(withGaps)]);
      chart.setData(UPlot.join(tables));
    });
    return () => {
      stop();
      observer.disconnect();
      chart.destroy();
    };
  }, dependencies);
  return ref;
}
