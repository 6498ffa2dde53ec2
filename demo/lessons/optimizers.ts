// Lesson: what a step is made from, and the rule that makes it.

import { presets, type Run } from '../../src/index.ts';
import { count, percent, places } from '../view/format.ts';
import {
  type Aim,
  type CompareLesson,
  type Contender,
  countsSetting,
  type Group,
  NEW_POINTS,
  type Outcome,
  type Settings,
  shownAccuracy,
  winners,
} from './lesson.ts';

const RATES = [0.0001, 0.0003, 0.0007, 0.002, 0.005, 0.01, 0.03, 0.1, 0.3];

/** The data's training points. */
const ALL = 300;

/** The presets have no test rows; new points of the same two bows do not change how they train. */
function base({ seed, epochs }: Settings, batch: NonNullable<Run['batch']>): Run {
  const preset = presets['optimization/gd']!;
  return {
    ...preset,
    data: { ...preset.data, testRows: 500, testSeed: 4 },
    init: { scheme: 'heNormal', seed: seed! },
    batch,
    epochs: epochs!,
    record: { epochs: epochs! },
  };
}

/** The rate falls this many times, in the end to a tenth. */
const FALLS = 10;

function fullBatch({ rate }: Settings): Contender[] {
  return [
    {
      id: 'gd',
      label: 'Gradient descent',
      note: `one step an epoch, on all ${ALL} points`,
      patch: { optimizer: { name: 'sgd', learningRate: rate! } },
    },
  ];
}

function miniBatch({ rate, epochs, batch }: Settings): Contender[] {
  const learningRate = rate!;
  const adam = presets['optimization/adam']!.optimizer!;
  return [
    {
      id: 'minibatch',
      label: 'Mini-batch descent',
      note: `one step for every ${batch} points`,
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
    {
      id: 'adam',
      label: 'Adam',
      note: 'does as momentum and RMSProp together',
      patch: { optimizer: { ...adam, learningRate } },
    },
    {
      id: 'decay',
      label: 'Falling rate',
      note: 'mini-batch, in ever shorter steps',
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

const groups = (settings: Settings): Group[] => [
  { base: base(settings, { size: 'full' }), contenders: fullBatch(settings) },
  { base: base(settings, { size: settings.batch!, seed: 11 }), contenders: miniBatch(settings) },
];

/** An optimizer is there to lower the training loss. Losses that read the same are level. */
const LOWEST: Aim = { of: ({ train }) => -Number(train.loss.toPrecision(3)), won: 'got lowest' };

// ---------------------------------------------------------------- words

const lossOf = ({ scores }: Outcome) => scores.train.loss;

function explain(outcomes: readonly Outcome[]): string[] {
  const [gd, miniBatch, momentum, , , decay] = outcomes as readonly [Outcome, Outcome, Outcome, ...Outcome[]];
  return [
    inOrder(outcomes),
    ofBatches(gd, miniBatch),
    ...compared(momentum, miniBatch, ofAveraging),
    ...compared(decay!, miniBatch, ofFalling),
    ofDividing(outcomes),
    ofNewPoints(outcomes),
  ].filter((sentence) => sentence !== '');
}

function inOrder(outcomes: readonly Outcome[]): string {
  const height = (outcome: Outcome) => (Number.isFinite(lossOf(outcome)) ? lossOf(outcome) : Number.MAX_VALUE);
  const byLoss = [...outcomes].sort((a, b) => height(a) - height(b));
  const order = byLoss.map((outcome) => `${outcome.contender.label} (${places(lossOf(outcome))})`).join(', ');
  return `From the lowest training loss up: ${order}. All had the same start and the same first rate, and looked at every point equally often.`;
}

function ofBatches(gd: Outcome, miniBatch: Outcome): string {
  if (gd.steps === miniBatch.steps)
    return `With all ${ALL} points in a batch, mini-batch descent is gradient descent: up to rounding, the same path.`;
  const made = `Gradient descent made ${count(gd.steps)} steps, mini-batch descent ${count(miniBatch.steps)} from the same looks at the points`;
  const gained = lossOf(gd) - lossOf(miniBatch);
  if (!Number.isFinite(gained)) return `${made}.`;
  return gained > 0
    ? `${made}: it ended ${places(gained)} lower. Let the chart count steps to see how far that comes from the number of steps alone.`
    : `${made}, and ended ${places(-gained)} higher: where more steps help no more, the noise of small batches is left.`;
}

/** Says how much lower the first ended than the second; nothing where one of them has no loss. */
function compared(one: Outcome, other: Outcome, say: (gained: number) => string): string[] {
  const gained = lossOf(other) - lossOf(one);
  return Number.isFinite(gained) ? [say(gained)] : [];
}

function ofAveraging(gained: number): string {
  if (Math.abs(gained) < 0.02)
    return 'Momentum went almost where mini-batch descent went: averaging smooths a path, it does not lengthen the steps.';
  return `Momentum ended ${places(Math.abs(gained))} ${gained > 0 ? 'lower' : 'higher'} than mini-batch descent.`;
}

function ofFalling(gained: number): string {
  return gained > 0
    ? `With its rate falling to a tenth, mini-batch descent ended ${places(gained)} lower: long steps first, short ones to settle.`
    : `With its rate falling to a tenth, mini-batch descent ended ${places(-gained)} higher: shorter steps only slow it down, as long as long ones do not jump about.`;
}

const names = (contenders: readonly Contender[]) => contenders.map(({ label }) => label).join(' and ');

/** What dividing a gradient by its usual size has to do with who got lowest. */
function ofDividing(outcomes: readonly Outcome[]): string {
  const lowest = winners(LOWEST, outcomes).map(({ id }) => id);
  return lowest.includes('rmsprop') || lowest.includes('adam')
    ? 'Dividing by a gradient’s usual size keeps steps long where gradients are small; with a larger rate the others catch up, so try the slider.'
    : 'RMSProp and Adam divide by a gradient’s usual size, so their steps are about as long as the rate says: they want a smaller one than the others.';
}

/** Another question than who got lowest, and said to be one. */
function ofNewPoints(outcomes: readonly Outcome[]): string {
  const most = winners(NEW_POINTS, outcomes);
  if (most.length === 0) return '';
  const share = percent(Math.max(...outcomes.map(({ scores }) => shownAccuracy(scores)).filter(Number.isFinite)));
  const lowest = winners(LOWEST, outcomes);
  return lowest.every((each) => most.includes(each))
    ? `${names(lowest)} also ${lowest.length === 1 ? 'gets' : 'get'} the most new points right, ${share}${most.length > lowest.length ? ', and not alone' : ''}.`
    : `Of new points ${names(most)} ${most.length === 1 ? 'gets' : 'get'} the most right, ${share}: the last bit of training loss need not help with them.`;
}

export const optimizers: CompareLesson = {
  kind: 'compare',
  id: 'optimizers',
  title: 'Optimizers',
  question: 'Six ways downhill: which gets lowest?',
  lead: 'The same network, start and first learning rate six times. What differs is how many points a step looks at, and the rule that turns their gradient into the step.',
  prediction: 'Which one will end with the lowest training loss?',
  aim: LOWEST,
  settings: [
    {
      key: 'rate',
      label: 'Learning rate',
      hint: 'The same for all six, at the start.',
      values: RATES,
      initial: 0.0007,
    },
    {
      key: 'epochs',
      label: 'Epochs',
      hint: `Passes over the ${ALL} points.`,
      values: [200, 500, 1000, 2000, 5000],
      initial: 2000,
    },
    {
      key: 'batch',
      label: 'Points in a batch',
      hint: `Of all but gradient descent: its batch is always all ${ALL}.`,
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
    countsSetting,
  ],
  lossCeiling: 1,
  chart: 'shared',
  insight: { survey: 'shared' },
  luck: 'each with other random weights',
  groups,
  explain,
};
