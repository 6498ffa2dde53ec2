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

interface TableProps extends Omit<CurveProps, 'ceiling'> {
  /** What its rows count, and how many of the model's steps make one. */
  readonly counted?: { readonly word: string; readonly per: number };
}

const BY_STEP = { word: 'step', per: 1 };

export function CurveTable({ training, model, label, held = 'test', of = 'loss', counted = BY_STEP }: TableProps) {
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
                <th scope="col">{counted.word}</th>
                <th scope="col">{of}, training points</th>
                <th scope="col">
                  {of}, {held === 'test' ? 'new points' : 'held-out points'}
                </th>
              </tr>
            </thead>
            <tbody>
              {training.points.value.map(({ step, steps, scores }) => (
                <tr key={step}>
                  <td>{count((steps[model] ?? 0) / counted.per)}</td>
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
      last: () => training.opened.value?.lengths[model]?.steps ?? 1,
      data() {
        const points = training.points.value;
        const steps = points.map((point) => point.steps[model] ?? 0);
        const own = points.map(({ scores }) => scoreOf(scores[model]?.train, of));
        return [[steps, own, points.map(({ scores }) => scoreOf(scores[model]?.[held], of))]];
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
