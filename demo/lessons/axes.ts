// The hyperparameters that a grid of networks can vary: how their values are spread, and what each changes in a document.

import type { ModelPatch, Run } from '../../src/index.ts';

export interface Axis {
  readonly name: string;
  /** What a range may begin and end with, in rising order. */
  readonly stops: readonly number[];
  readonly initial: readonly [number, number];
  /** How its values are spread, in words; empty where evenly. */
  readonly scale: string;
  /** `count` values from `low` to `high`. */
  spread(low: number, high: number, count: number): number[];
  patch(value: number): ModelPatch;
}

/** Three significant digits: a value that people can say. */
const rounded = (value: number) => Number(value.toPrecision(3));

/** Even steps of `there(value)`. */
function evenIn(there: (value: number) => number, back: (value: number) => number): Axis['spread'] {
  return (low, high, count) =>
    Array.from({ length: count }, (_, i) => {
      const part = count === 1 ? 0 : i / (count - 1);
      return rounded(back(there(low) * (1 - part) + there(high) * part));
    });
}

const evenly = {
  scale: '',
  spread: evenIn(
    (value) => value,
    (value) => value,
  ),
};
const inFactors = { scale: 'log scale', spread: evenIn(Math.log, Math.exp) };
/** Even factors of what is missing to 1: averages over 1 / (1 − β) steps. */
const towardsOne = {
  scale: 'log scale of 1 − β',
  spread: evenIn(
    (value) => Math.log(1 - value),
    (value) => 1 - Math.exp(value),
  ),
};

export const AXES: readonly [Axis, ...Axis[]] = [
  {
    name: 'learning rate',
    stops: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    initial: [0.01, 30],
    ...inFactors,
    patch: (learningRate) => ({ optimizer: { learningRate } }),
  },
  {
    name: 'λ of L2',
    stops: [0.001, 0.01, 0.1, 1, 10, 100, 1000],
    initial: [0.01, 100],
    ...inFactors,
    patch: (l2) => ({ l2 }),
  },
  {
    name: 'drop rate',
    stops: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    initial: [0, 0.8],
    ...evenly,
    patch: (dropRate) => ({ dropRate }),
  },
  {
    name: 'scale of the first weights',
    stops: [0.001, 0.01, 0.1, 0.3, 1, 3, 10, 100],
    initial: [0.01, 10],
    ...inFactors,
    patch: (scale) => ({ init: { scheme: 'normal', scale } }),
  },
  {
    name: 'momentum β',
    stops: [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995],
    initial: [0, 0.99],
    ...towardsOne,
    patch: (beta) => ({ optimizer: { name: 'momentum', beta } }),
  },
  {
    name: 'seed',
    stops: [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
    initial: [0, 100],
    scale: '',
    spread: (low, _high, count) => Array.from({ length: count }, (_, i) => low + i),
    patch: (seed) => ({ seed, init: { seed } }),
  },
];

/** Both changes of a model of `base`; those of the same part of the document go together. */
export function mergePatches({ optimizer }: Run, one: ModelPatch, other: ModelPatch): ModelPatch {
  // Another kind of optimizer would begin with a rate of its own.
  const rate = optimizer && 'learningRate' in optimizer ? { learningRate: optimizer.learningRate } : {};
  const init = { ...one.init, ...other.init };
  return {
    ...one,
    ...other,
    ...(Object.keys(init).length > 0 && { init }),
    optimizer: { ...rate, ...one.optimizer, ...other.optimizer } as NonNullable<ModelPatch['optimizer']>,
  };
}
