// A run's loss or accuracy on the training points and on new points, as a chart and as a table.

import { useState } from 'preact/hooks';
import type { Score } from '../../src/index.ts';
import type { Training } from '../training/training.ts';
import { useChart } from './chart.ts';
import { count, percent, places } from './format.ts';

const LINES = [{ stroke: '--train' }, { stroke: '--test', dash: [6, 4] }];

type Shown = 'loss' | 'accuracy';

function Value({ value = Number.NaN, of }: { value: number | undefined; of: Shown }) {
  return (
    <td>
      <data value={String(value)}>{of === 'loss' ? places(value) : percent(value)}</data>
    </td>
  );
}

interface CurveProps {
  readonly training: Training;
  readonly model: number;
  readonly label: string;
  /** Losses above it are off the chart. */
  readonly ceiling: number | (() => number);
  /** Which points the network does not train on. */
  readonly held?: 'test' | 'validation';
  readonly of?: Shown;
}

/** Accuracy is null where labels are no classes. */
const scoreOf = (score: Score | null | undefined, of: Shown) => score?.[of] ?? Number.NaN;

export function CurveTable({ training, model, label, held = 'test', of = 'loss' }: Omit<CurveProps, 'ceiling'>) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Curve as a table</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section class="scrolls" tabIndex={0} aria-label={`Curve of ${label}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">step</th>
                <th scope="col">{of}, training points</th>
                <th scope="col">
                  {of}, {held === 'test' ? 'new points' : 'held-out points'}
                </th>
              </tr>
            </thead>
            <tbody>
              {training.points.value.map(({ step, scores }) => (
                <tr key={step}>
                  <td>{count(step)}</td>
                  <Value value={scoreOf(scores[model]?.train, of)} of={of} />
                  <Value value={scoreOf(scores[model]?.[held], of)} of={of} />
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}

type KeyProps = Pick<CurveProps, 'held' | 'of'>;

/** What the two lines of a curve are. */
export function CurveKey({ held = 'test', of = 'loss' }: KeyProps) {
  return (
    <p class="key" aria-hidden="true">
      <span class="train">{of} on training points</span>
      <span class="test">on {held === 'test' ? 'new points' : 'held-out points'}</span>
    </p>
  );
}

export function Curve({ training, model, label, ceiling, held = 'test', of = 'loss' }: CurveProps) {
  const ref = useChart(
    () => ({
      lines: LINES,
      ceiling: () => (typeof ceiling === 'number' ? ceiling : ceiling()),
      lastStep: () => training.opened.value?.totalSteps ?? 1,
      data() {
        const points = training.points.value;
        return [
          points.map(({ step }) => step),
          points.map(({ scores }) => scoreOf(scores[model]?.train, of)),
          points.map(({ scores }) => scoreOf(scores[model]?.[held], of)),
        ];
      },
    }),
    [training, model, ceiling, held, of],
  );
  return (
    <div class="curve">
      <div
        class="chart"
        ref={ref}
        role="img"
        aria-label={`${label}: ${of} by step; the numbers are in the table below`}
      />
      <CurveTable training={training} model={model} label={label} held={held} of={of} />
    </div>
  );
}
