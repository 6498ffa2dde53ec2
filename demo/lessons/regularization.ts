// Lesson: what keeps a network from believing every point.

import { presets, type Run } from '../../src/index.ts';
import { percent, points } from '../view/format.ts';
import {
  type CompareLesson,
  type Contender,
  NEW_POINTS,
  type Outcome,
  type Settings,
  shownAccuracy,
  stops,
} from './lesson.ts';

function base({ seed }: Settings): Run {
  const preset = presets['regularization/none']!;
  return { ...preset, init: { ...preset.init!, seed: seed! } };
}

/** The presets replay a notebook that drops the same units at every step; over seeds the masks are to be fresh. */
function spreadBase(settings: Settings): Run {
  const { maskSeed: _, ...run } = base(settings);
  return { ...run, rng: 'threefry' };
}

function contenders({ l2, dropRate }: Settings): Contender[] {
  return [
    { id: 'none', label: 'No regularization', note: 'free to follow every point', patch: {} },
    { id: 'l2', label: 'L2', note: `large weights cost extra, λ = ${l2}`, patch: { l2: l2! } },
    {
      id: 'dropout',
      label: 'Dropout',
      note: `${percent(dropRate!, 0)} of the hidden units sit out`,
      patch: { dropRate: dropRate! },
    },
  ];
}

/** How much better a network is on the points that it trained on. */
function gap({ scores }: Outcome): number {
  return (scores.train.accuracy ?? Number.NaN) - shownAccuracy(scores);
}

function explain(outcomes: readonly Outcome[]): string[] {
  const [none, ...others] = outcomes as [Outcome, ...Outcome[]];
  const own = `Without regularization: ${percent(none.scores.train.accuracy!)} of the training points right, but ${percent(shownAccuracy(none.scores))} of new ones.`;
  const overfits = gap(none) > 0.01;
  const first = overfits
    ? `${own} The difference of ${points(gap(none))} is noise learned by heart: see the islands and corners in its boundary.`
    : `${own} Here it learned little by heart.`;
  return [first, ...others.map((outcome) => compared(outcome, none))];
}

function compared(outcome: Outcome, none: Outcome): string {
  const gain = shownAccuracy(outcome.scores) - shownAccuracy(none.scores);
  const name = outcome.contender.label;
  const onNew = `${percent(shownAccuracy(outcome.scores))} of new points right, ${percent(outcome.scores.train.accuracy!)} of the training points`;
  if (gain > 0) return `${name}: ${onNew}. It gave up some certainty and gained ${points(gain)} where it counts.`;
  if (gain < 0) return `${name}: ${onNew}. With this setting it lost ${points(-gain)}.`;
  return `${name}: ${onNew}. No better and no worse on new points.`;
}

export const regularization: CompareLesson = {
  kind: 'compare',
  id: 'regularization',
  title: 'Regularization',
  question: 'Should a network believe every point?',
  lead: 'Some of these 211 points carry a wrong label. Three networks learn from them; 200 new points show who learned the rule and who learned the noise.',
  prediction: 'Which network will get the most new points right?',
  settings: [
    {
      key: 'l2',
      label: 'L2 strength λ',
      hint: 'How much large weights cost.',
      values: stops(0, 3, 0.1),
      initial: 0.7,
    },
    {
      key: 'dropRate',
      label: 'Drop rate',
      hint: 'Part of the hidden units that sits out.',
      values: stops(0, 0.6, 0.02),
      initial: 0.14,
    },
    {
      key: 'seed',
      label: 'Seed',
      hint: 'Other random weights to start from.',
      values: stops(0, 99, 1),
      initial: 3,
    },
  ],
  lossCeiling: 1.6,
  chart: 'own',
  insight: { kept: true },
  luck: 'each with other random weights and with fresh units dropped at every step',
  aim: NEW_POINTS,
  groups: (settings) => [{ base: base(settings), spreadBase: spreadBase(settings), contenders: contenders(settings) }],
  explain,
};
