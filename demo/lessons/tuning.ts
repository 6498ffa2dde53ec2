// Lesson: a grid of networks over two hyperparameters, all trained at once.

import { type Evaluation, type ModelPatch, presets, type Run } from '../../src/index.ts';
import { percent } from '../view/format.ts';
import { type LessonCommon, type Settings, stops } from './lesson.ts';

/** The lowest and highest value of an axis; stops are even in the logarithm. */
const RATES = [0.01, 30] as const;
const PENALTIES = [0.01, 100] as const;

/** Three significant digits: a rate that people can say. */
const rounded = (value: number) => Number(value.toPrecision(3));

function logStops([low, high]: readonly [number, number], count: number): number[] {
  return Array.from({ length: count }, (_, i) => rounded(low * (high / low) ** (i / (count - 1))));
}

export interface Grid {
  /** Learning rates, left to right. */
  readonly rates: readonly number[];
  /** λ, from the bottom up. */
  readonly penalties: readonly number[];
}

export interface TuningLesson extends LessonCommon {
  readonly kind: 'tuning';
  base(settings: Settings): Run;
  grid(settings: Settings): Grid;
}

/** Model r · rates + c is that of penalty r and rate c. */
export function gridModels({ rates, penalties }: Grid): ModelPatch[] {
  return penalties.flatMap((l2) => rates.map((learningRate) => ({ l2, optimizer: { learningRate } })));
}

function base({ seed, steps }: Settings): Run {
  const preset = presets['regularization/none']!;
  return {
    ...preset,
    name: 'Tuning',
    data: { ...preset.data, testRows: 0, validationFraction: 0.3 },
    init: { scheme: 'heNormal', seed: seed! },
    steps: steps!,
  };
}

/** What the grid says, from the actual numbers. */
export function gridVerdict({ rates, penalties }: Grid, scores: readonly Evaluation[]): string[] {
  const accuracies = scores.map(({ validation }) => validation?.accuracy ?? Number.NaN);
  const best = Math.max(...accuracies);
  const bestModels = accuracies.flatMap((accuracy, model) => (accuracy === best ? [model] : []));
  const losses = bestModels.map((model) => scores[model]!.validation!.loss);
  const chosen = bestModels[losses.indexOf(Math.min(...losses))]!;
  const lost = scores.filter(({ train }) => !Number.isFinite(train.loss)).length;
  const close = accuracies.filter((accuracy) => accuracy >= best - 0.02).length;
  const rate = rates[chosen % rates.length];
  const l2 = penalties[Math.floor(chosen / rates.length)];
  return [
    `The best network has rate ${rate} and λ ${l2}: ${percent(best)} of the held-out points right.`,
    `${close} of ${scores.length} networks come within two points of it: ${close > scores.length / 4 ? 'a wide plain, so the exact values matter little' : 'a narrow place, so the values matter'}.`,
    lost > 0
      ? `${lost} ${lost === 1 ? 'network' : 'networks'} diverged: the steps were too long, and the numbers left the finite.`
      : 'No network diverged.',
  ];
}

export const tuning: TuningLesson = {
  kind: 'tuning',
  id: 'tuning',
  title: 'Tuning',
  question: 'Which settings work? Try them all at once.',
  lead: 'Every cell is a network of its own, with its own learning rate and its own penalty λ. All of them train together.',
  settings: [
    {
      key: 'side',
      label: 'Cells a side',
      hint: 'So many rates times so many λ.',
      values: [8, 12, 16, 24, 32, 48, 64],
      initial: 16,
    },
    {
      key: 'steps',
      label: 'Steps',
      hint: 'How long each network trains.',
      values: [20, 50, 100, 200, 400, 1000, 3000],
      initial: 400,
    },
    {
      key: 'seed',
      label: 'Seed',
      hint: 'Other random weights, the same for all cells.',
      values: stops(0, 99, 1),
      initial: 3,
    },
  ],
  base,
  grid: ({ side }) => ({ rates: logStops(RATES, side!), penalties: logStops(PENALTIES, side!) }),
};
