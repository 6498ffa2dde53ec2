// A run's loss on the training points and on new points, as a chart and as a table.

import { effect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { training } from '../state.ts';
import type { Point } from '../training/protocol.ts';
import { colour, theme } from './colours.ts';
import { count, places } from './format.ts';

const HEIGHT = 130;
const FONT = '12px system-ui, sans-serif';

function columns(points: readonly Point[], model: number): UPlot.AlignedData {
  const steps = points.map(({ step }) => step);
  const finite = (value: number | undefined) => (Number.isFinite(value) ? value : null);
  const train = points.map(({ scores }) => finite(scores[model]?.train.loss));
  const test = points.map(({ scores }) => finite(scores[model]?.test?.loss));
  return [steps, train, test];
}

function chartOptions(width: number, ceiling: number): UPlot.Options {
  const axis = {
    stroke: () => colour('--ink-2'),
    font: FONT,
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 24, 0, 0],
    scales: {
      x: { time: false, range: () => [0, training.opened.value?.totalSteps ?? 1] },
      y: { range: [0, ceiling] },
    },
    axes: [
      { ...axis, size: 26, space: 70, values: (_, ticks) => ticks.map(count) },
      { ...axis, size: 38, space: 30 },
    ],
    series: [
      {},
      { stroke: () => colour('--train'), width: 2.5, points: { show: false } },
      { stroke: () => colour('--test'), width: 2.5, dash: [6, 4], points: { show: false } },
    ],
  };
}

function useChart(model: number, ceiling: number) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = ref.current!;
    const chart = new UPlot(chartOptions(box.clientWidth, ceiling), columns([], model), box);
    const observer = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: HEIGHT }));
    observer.observe(box);
    const stop = effect(() => {
      theme.value;
      training.opened.value;
      chart.setData(columns(training.points.value, model));
    });
    return () => {
      stop();
      observer.disconnect();
      chart.destroy();
    };
  }, [model, ceiling]);
  return ref;
}

function Loss({ value = Number.NaN }: { value: number | undefined }) {
  return (
    <td>
      <data value={String(value)}>{places(value)}</data>
    </td>
  );
}

function Table({ model, label }: { model: number; label: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The curve as a table</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section class="scrolls" tabIndex={0} aria-label={`Losses of ${label}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">step</th>
                <th scope="col">loss, training points</th>
                <th scope="col">loss, new points</th>
              </tr>
            </thead>
            <tbody>
              {training.points.value.map(({ step, scores }) => (
                <tr key={step}>
                  <td>{count(step)}</td>
                  <Loss value={scores[model]?.train.loss} />
                  <Loss value={scores[model]?.test?.loss} />
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}

interface CurveProps {
  readonly model: number;
  readonly label: string;
  readonly ceiling: number;
}

export function Curve({ model, label, ceiling }: CurveProps) {
  const ref = useChart(model, ceiling);
  return (
    <div class="curve">
      <p class="key" aria-hidden="true">
        <span class="train">loss on training points</span>
        <span class="test">on new points</span>
      </p>
      <div
        class="chart"
        ref={ref}
        role="img"
        aria-label={`${label}: loss by step; the numbers are in the table below`}
      />
      <Table model={model} label={label} />
    </div>
  );
}
