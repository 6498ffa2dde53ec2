// Lesson: where the weights start.

import { type Evaluation, presets, type Run } from '../../src/index.ts';
import { percent, places } from '../view/format.ts';
import {
  type CompareLesson,
  type Contender,
  NEW_POINTS,
  type Outcome,
  type Settings,
  shownAccuracy,
  stops,
} from './lesson.ts';

const COIN_TOSS = Math.LN2;

/** Two hidden layers are the preset's 10 and 5 units; more of them put layers of 10 in front. */
function hiddenUnits(depth: number): number[] {
  return [...Array.from({ length: depth - 1 }, () => 10), depth === 1 ? 10 : 5];
}

function base({ depth, seed }: Settings): Run {
  const preset = presets['initialization/he']!;
  const layers = [...hiddenUnits(depth!), 1].map((units) => ({ units }));
  return { ...preset, layers, init: { scheme: 'heNormal', seed: seed! } };
}

const MORE = ['small', 'xavier'];

function contenders({ seed, more }: Settings): Contender[] {
  const drawn = { seed: seed! };
  const all: Contender[] = [
    { id: 'zeros', label: 'Zeros', note: 'every weight starts at 0', patch: { init: { scheme: 'zeros' } } },
    {
      id: 'random',
      label: 'Large random',
      note: 'random, ten times too wide',
      patch: { init: { scheme: 'normal', scale: 10, ...drawn } },
    },
    {
      id: 'small',
      label: 'Small random',
      note: 'random, a hundredth as wide',
      patch: { init: { scheme: 'normal', scale: 0.01, ...drawn } },
    },
    {
      id: 'he',
      label: 'He',
      note: 'scaled to the layer’s inputs',
      patch: { init: { scheme: 'heNormal', ...drawn } },
    },
    {
      id: 'xavier',
      label: 'Xavier',
      note: 'scaled to inputs and outputs',
      patch: { init: { scheme: 'xavierNormal', ...drawn } },
    },
  ];
  return more === 1 ? all : all.filter(({ id }) => !MORE.includes(id));
}

const isAtCoinToss = ({ train }: Evaluation) => Math.abs(train.loss - COIN_TOSS) < 1e-3;

const sentences: Record<string, (outcome: Outcome) => string> = {
  zeros({ scores }) {
    return isAtCoinToss(scores)
      ? `Zeros never left the coin toss: its loss is still ${places(scores.train.loss)}. With every weight 0 all units of a layer compute the same, nothing tells them apart, and no signal gets back to change them.`
      : `Zeros ended at a loss of ${places(scores.train.loss)}.`;
  },
  random({ scores, firstLoss }) {
    if (isAtCoinToss(scores)) {
      return `Large random began with a loss of ${places(firstLoss)}. Its first steps were so long that they killed its ReLU units: now it is stuck at the coin toss, and no gradient gets it away.`;
    }
    return `Large random began with a loss of ${places(firstLoss)}, where a coin toss has ${places(COIN_TOSS)}: it was very sure and often wrong. It spends its steps undoing that, and gets ${percent(shownAccuracy(scores))} of the new points right.`;
  },
  xavier({ scores, firstLoss }) {
    return `Xavier began at ${places(firstLoss)} and gets ${percent(shownAccuracy(scores))} of the new points right. It keeps signals even where a unit passes all of its input on; ReLU passes half, which He makes up for.`;
  },
  small({ scores }) {
    return isAtCoinToss(scores)
      ? 'Small random is still at the coin toss: its signals shrink from layer to layer, and so do the gradients on their way back.'
      : `Small random gets ${percent(shownAccuracy(scores))} of the new points right after a slow start.`;
  },
  he({ scores, firstLoss }) {
    return `He began at ${places(firstLoss)}: different units, none of them too loud, so every step helps. It gets ${percent(shownAccuracy(scores))} of the new points right.`;
  },
};

export const initialization: CompareLesson = {
  kind: 'compare',
  id: 'initialization',
  title: 'Initialization',
  question: 'Does it matter where the weights start?',
  lead: 'Networks alike in everything but their first weights learn to tell the inner ring from the outer one.',
  prediction: 'Which start will get the most new points right?',
  settings: [
    {
      key: 'depth',
      label: 'Hidden layers',
      hint: 'More layers make a bad start worse.',
      values: stops(1, 6, 1),
      initial: 2,
    },
    {
      key: 'seed',
      label: 'Seed',
      hint: 'Other random weights, drawn by the same rule.',
      values: stops(0, 99, 1),
      initial: 3,
    },
    {
      key: 'more',
      label: 'Compare all five starts',
      hint: 'Without: zeros, large random and He, as in the notebook.',
      values: [0, 1],
      initial: 1,
    },
  ],
  lossCeiling: 1.2,
  chart: 'own',
  insight: { sizes: true, findings: true },
  luck: 'each with other random weights',
  aim: NEW_POINTS,
  groups: (settings) => [{ base: base(settings), contenders: contenders(settings) }],
  explain: (outcomes) => outcomes.map((outcome) => sentences[outcome.contender.id]!(outcome)),
};
