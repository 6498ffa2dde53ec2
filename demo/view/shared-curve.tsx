// The training losses of all runs in one chart, by epochs or by steps.

import { COUNTS, type Contender, countsSetting, type Group } from '../lessons/lesson.ts';
import { changeSetting, contenders, counts, groups, training } from '../state.ts';
import { useChart } from './chart.ts';
import { count } from './format.ts';

/** One for each contender, in the chart and on the ground. */
export const LINES = [
  { stroke: '--line-1', dash: [2, 4] },
  { stroke: '--line-6', dash: [6, 3] },
  { stroke: '--line-2', dash: [12, 4] },
  { stroke: '--line-3', dash: [14, 4, 2, 4] },
  { stroke: '--line-4' },
  { stroke: '--line-5', dash: [2, 4, 10, 4] },
];

/** What one of the axis' units is, and how many of a model's steps make it. */
export function countedFor(model: number): { word: 'epoch' | 'step'; per: number } {
  if (counts.value === 'steps') return { word: 'step', per: 1 };
  return { word: 'epoch', per: training.opened.value?.lengths[model]?.stepsPerEpoch ?? 1 };
}

// ---------------------------------------------------------------- what is counted

const number = (made: number | undefined) => (made === undefined ? '–' : count(made));
const steps = (made: number | undefined) => `${number(made)} ${made === 1 ? 'step' : 'steps'}`;

const namesOf = (own: readonly Contender[]) => own.map(({ label }) => label).join(' and ');

/** "Gradient descent makes 1 step an epoch, the others 5" */
function paceWords(all: readonly Group[], pace: (model: number) => number | undefined): string {
  let model = 0;
  const parts = all.map(({ contenders: own }, g) => {
    const made = pace(model);
    model += own.length;
    if (g > 0) return g === all.length - 1 ? `the others ${number(made)}` : `${namesOf(own)} ${number(made)}`;
    const who = all.length === 1 ? 'Every network' : namesOf(own);
    return `${who} ${all.length === 1 || own.length === 1 ? 'makes' : 'make'} ${steps(made)} an epoch`;
  });
  return parts.join(', ');
}

const WORDS = {
  epochs: 'By epochs, all lines have looked at every point equally often.',
  steps: 'By steps, each line counts the changes of its own weights.',
} as const;

function Counting() {
  const lengths = training.opened.value?.lengths;
  const pace = (model: number) => lengths?.[model]?.stepsPerEpoch;
  const most = lengths && Math.max(...lengths.map(({ stepsPerEpoch }) => stepsPerEpoch));
  return (
    <div class="counting">
      <fieldset class="prediction inline">
        <legend>Count</legend>
        <div class="choices">
          {COUNTS.map((each, value) => (
            <label key={each} class="choice">
              <input
                type="radio"
                name="counts"
                checked={counts.value === each}
                onChange={() => changeSetting(countsSetting.key, value)}
              />
              <span>{each}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <p class="hint">
        {WORDS[counts.value]} {paceWords(groups.value, pace)}. The buttons count {steps(most)} an epoch.
      </p>
    </div>
  );
}

// ---------------------------------------------------------------- the chart

function Key() {
  return (
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
  );
}

export function SharedCurve({ ceiling }: { ceiling: number }) {
  const { length } = contenders.value;
  // The last one first: lines that others may hide have the sparser dashes, and lie on top.
  const models = Array.from({ length }, (_, i) => length - 1 - i);
  const ref = useChart(
    () => ({
      lines: models.map((model) => ({ ...LINES[model]!, marksEnd: true })),
      ceiling: () => ceiling,
      last() {
        const lengths = training.opened.value?.lengths ?? [];
        return Math.max(1, ...lengths.map(({ steps: all }, model) => all / countedFor(model).per));
      },
      data() {
        const points = training.points.value;
        return models.map((model) => {
          const { per } = countedFor(model);
          const losses = points.map(({ scores }) => scores[model]?.train.loss ?? Number.NaN);
          return [points.map((point) => (point.steps[model] ?? 0) / per), losses];
        });
      },
    }),
    [ceiling, length],
  );
  return (
    <section class="panel shared" aria-labelledby="shared-title">
      <h2 id="shared-title">Loss on the training points</h2>
      <Key />
      <div
        class="chart"
        ref={ref}
        role="img"
        aria-label={`Training loss of all runs by ${counts.value}; the numbers are in the tables below`}
      />
      <Counting />
    </section>
  );
}
