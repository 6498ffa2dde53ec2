// The training losses of all runs in one chart.

import { contenders, training } from '../state.ts';
import { useChart } from './chart.ts';

/** One for each contender, in the chart and on the ground. */
export const LINES = [
  { stroke: '--line-1', dash: [2, 4] },
  { stroke: '--line-2', dash: [8, 4] },
  { stroke: '--line-3', dash: [14, 4, 2, 4] },
  { stroke: '--line-4' },
  { stroke: '--line-5', dash: [2, 4, 10, 4] },
];

export function SharedCurve({ ceiling }: { ceiling: number }) {
  const ref = useChart(
    () => ({
      lines: LINES,
      ceiling: () => ceiling,
      lastStep: () => training.opened.value?.totalSteps ?? 1,
      data() {
        const points = training.points.value;
        return [
          points.map(({ step }) => step),
          ...LINES.map((_, model) => points.map(({ scores }) => scores[model]?.train.loss ?? Number.NaN)),
        ];
      },
    }),
    [ceiling],
  );
  return (
    <section class="panel shared" aria-labelledby="shared-title">
      <h2 id="shared-title">Loss on the training points</h2>
      <p class="key" aria-hidden="true">
        {contenders.value.map(({ id, label }, i) => (
          <span key={id} class="keyed">
            <svg width="36" height="8" aria-hidden="true">
              <line
                x1="0"
                x2="36"
                y1="4"
                y2="4"
                stroke={`var(${LINES[i]!.stroke})`}
                stroke-width="3"
                stroke-dasharray={LINES[i]!.dash?.join(' ')}
              />
            </svg>
            {label}
          </span>
        ))}
      </p>
      <div
        class="chart"
        ref={ref}
        role="img"
        aria-label="Training loss of all runs by step; the numbers are in the tables below"
      />
    </section>
  );
}
