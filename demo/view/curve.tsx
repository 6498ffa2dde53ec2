// A run's loss on the training points and on new points, as a chart and as a table.

import { useState } from 'preact/hooks';
import type { Training } from '../training/training.ts';
import { useChart } from './chart.ts';
import { count, places } from './format.ts';

const LINES = [{ stroke: '--train' }, { stroke: '--test', dash: [6, 4] }];
const HEIGHT = 130;

function Loss({ value = Number.NaN }: { value: number | undefined }) {
  return (
    <td>
      <data value={String(value)}>{places(value)}</data>
    </td>
  );
}

interface CurveProps {
  readonly training: Training;
  readonly model: number;
  readonly label: string;
  readonly ceiling: number;
  /** Which points the network does not train on. */
  readonly held?: 'test' | 'validation';
}

export function CurveTable({ training, model, label, held = 'test' }: Omit<CurveProps, 'ceiling'>) {
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
                <th scope="col">loss, {held === 'test' ? 'new points' : 'held-out points'}</th>
              </tr>
            </thead>
            <tbody>
              {training.points.value.map(({ step, scores }) => (
                <tr key={step}>
                  <td>{count(step)}</td>
                  <Loss value={scores[model]?.train.loss} />
                  <Loss value={scores[model]?.[held]?.loss} />
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}

export function Curve({ training, model, label, ceiling, held = 'test' }: CurveProps) {
  const other = held === 'test' ? 'new points' : 'held-out points';
  const ref = useChart(
    () => ({
      lines: LINES,
      height: HEIGHT,
      ceiling,
      lastStep: () => training.opened.value?.totalSteps ?? 1,
      data() {
        const points = training.points.value;
        return [
          points.map(({ step }) => step),
          points.map(({ scores }) => scores[model]?.train.loss ?? Number.NaN),
          points.map(({ scores }) => scores[model]?.[held]?.loss ?? Number.NaN),
        ];
      },
    }),
    [training, model, ceiling, held],
  );
  return (
    <div class="curve">
      <p class="key" aria-hidden="true">
        <span class="train">loss on training points</span>
        <span class="test">on {other}</span>
      </p>
      <div
        class="chart"
        ref={ref}
        role="img"
        aria-label={`${label}: loss by step; the numbers are in the table below`}
      />
      <CurveTable training={training} model={model} label={label} held={held} />
    </div>
  );
}
