// Lesson: the rule that turns gradients into steps.

import { presets, type Run } from '../../src/index.ts';
import { percent, places } from '../view/format.ts';
import { type CompareLesson, type Contender, type Outcome, type Settings, shownAccuracy } from './lesson.ts';

const RATES = [0.0001, 0.0003, 0.0007, 0.002, 0.005, 0.01, 0.03, 0.1, 0.3];

/** The presets have no test rows; new points of the same two bows do not change how they train. */
function base({ seed, epochs, batch }: Settings): Run {
  const preset = presets['optimization/gd']!;
  return {
    ...preset,
    data: { ...preset.data, testRows: 500, testSeed: 4 },
    init: { scheme: 'heNormal', seed: seed! },
    batch: { size: batch!, seed: 11 },
    epochs: epochs!,
    record: { epochs: epochs! },
  };
}

/** The rate falls this many times, in the end to a tenth. */
const FALLS = 10;

/** The data's training points: a batch of so many is all of them. */
const ALL = 300;

function contenders({ rate, epochs, batch }: Settings): Contender[] {
  const learningRate = rate!;
  const adam = presets['optimization/adam']!.optimizer!;
  return [
    {
      id: 'gd',
      label: batch === ALL ? 'Gradient descent' : 'Mini-batch descent',
      note: batch === ALL ? 'follows the gradient of all points' : 'follows each batch’s gradient',
      patch: { optimizer: { name: 'sgd', learningRate } },
    },
    {
      id: 'momentum',
      label: 'Momentum',
      note: 'follows the average of the last gradients',
      patch: { optimizer: { name: 'momentum', beta: 0.9, learningRate } },
    },
    {
      id: 'rmsprop',
      label: 'RMSProp',
      note: 'divides each gradient by its usual size',
      patch: { optimizer: { name: 'rmsprop', beta: 0.9, learningRate } },
    },
    { id: 'adam', label: 'Adam', note: 'does both', patch: { optimizer: { ...adam, learningRate } } },
    {
      id: 'decay',
      label: 'Falling rate',
      note: 'as the first, with ever shorter steps',
      patch: {
        optimizer: {
          name: 'sgd',
          learningRate,
          schedule: { name: 'inverseTime', decayRate: 1, every: epochs! / FALLS },
        },
      },
    },
  ];
}

/** What dividing a gradient by its usual size has to do with the best one. */
function ofDividing(best: string): string {
  return best === 'rmsprop' || best === 'adam'
    ? 'Dividing by a gradient’s usual size keeps steps long where gradients are small; with a larger rate the others catch up, so try the slider.'
    : 'RMSProp and Adam divide by a gradient’s usual size, so their steps are about as long as the rate says: they want a smaller one than the others.';
}

function explain(outcomes: readonly Outcome[]): string[] {
  const byLoss = [...outcomes].sort((a, b) => a.scores.train.loss - b.scores.train.loss);
  const order = byLoss.map(({ contender, scores }) => `${contender.label} (${places(scores.train.loss)})`).join(', ');
  const [gd, momentum, , , decay] = outcomes;
  const apart = Math.abs(gd!.scores.train.loss - momentum!.scores.train.loss);
  const likeGd =
    apart < 0.02
      ? 'Momentum went almost where gradient descent went: averaging smooths a path, it does not lengthen the steps.'
      : `Momentum and gradient descent ended ${places(apart)} apart.`;
  const gained = gd!.scores.train.loss - decay!.scores.train.loss;
  const falling =
    gained > 0
      ? `With its rate falling to a tenth, gradient descent ended ${places(gained)} lower: long steps first, short ones to settle.`
      : `With its rate falling to a tenth, gradient descent ended ${places(-gained)} higher: shorter steps only slow it down, as long as long ones do not jump about.`;
  const best = byLoss[0]!;
  return [
    `From the lowest training loss up: ${order}. All five had the same start, the same batches and the same first rate.`,
    likeGd,
    falling,
    `${best.contender.label} gets ${percent(shownAccuracy(best.scores))} of new points right. ${ofDividing(best.contender.id)}`,
  ];
}

export const optimizers: CompareLesson = {
  kind: 'compare',
  id: 'optimizers',
  title: 'Optimizers',
  question: 'Five ways downhill: which arrives first?',
  lead: 'The same network, start, batches and first learning rate five times. Only the rule that turns a gradient into a step differs.',
  prediction: 'Which one will get the most new points right?',
  settings: [
    {
      key: 'rate',
      label: 'Learning rate',
      hint: 'The same for all five, at the start.',
      values: RATES,
      initial: 0.0007,
    },
    {
      key: 'epochs',
      label: 'Epochs',
      hint: 'Passes over the 300 points.',
      values: [200, 500, 1000, 2000, 5000],
      initial: 2000,
    },
    {
      key: 'batch',
      label: 'Points in a batch',
      hint: `${ALL} are all of them: plain gradient descent, one step an epoch.`,
      values: [16, 32, 64, 128, ALL],
      initial: 64,
    },
    {
      key: 'seed',
      label: 'Seed',
      hint: 'Other random weights to start from.',
      values: Array.from({ length: 100 }, (_, seed) => seed),
      initial: 3,
    },
  ],
  lossCeiling: 1,
  chart: 'shared',
  insight: { survey: 'shared' },
  luck: 'each with other random weights',
  base,
  contenders,
  explain,
};
