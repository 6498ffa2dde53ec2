// Lesson: slopes by formula against slopes by trying, on a network of 47 parameters, with bugs to plant.

import { presets, relativeDifference } from '../../src/index.ts';
import type { CheckedLayer } from '../training/protocol.ts';
import type { LessonCommon } from './lesson.ts';

/** Below it, only rounding is left. */
export const THRESHOLD = 1e-7;

export interface Bug {
  readonly label: string;
  /** Changes the slopes that the backward pass found. */
  plant(layers: CheckedLayer[]): void;
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
}

/** The first two are the mistakes planted in the notebook of the preset. */
export const bugs: readonly Bug[] = [
  { label: 'no bug', plant: () => {} },
  { label: 'layer 2: weights’ slopes doubled', plant: (layers) => scale(layers[1]!.w.analytic, 2) },
  { label: 'layer 1: biases’ slopes four times too large', plant: (layers) => scale(layers[0]!.b.analytic, 4) },
  {
    label: 'sum over the examples instead of the mean',
    plant(layers) {
      for (const { w, b } of layers) {
        scale(w.analytic, 3);
        scale(b.analytic, 3);
      }
    },
  },
  { label: 'layer 3: sign of the bias’s slope', plant: (layers) => scale(layers[2]!.b.analytic, -1) },
  {
    label: 'one single weight of layer 1, 1 % off',
    plant(layers) {
      const { analytic } = layers[0]!.w;
      analytic[0] = analytic[0]! * 1.01;
    },
  },
];

export interface CheckLesson extends LessonCommon {
  readonly kind: 'check';
  /** Asked before a bug is planted; the answers are REACHES. */
  readonly prediction: string;
}

/** Answers to where a bug in one layer shows. */
export const REACHES = [
  { id: 'own', label: 'in that layer alone' },
  { id: 'below', label: 'in that layer and those below' },
  { id: 'all', label: 'in all layers' },
] as const;

/** Each tensor is nudged by itself and the loss is computed anew, so a wrong slope shows where it is. */
export const REACH: (typeof REACHES)[number]['id'] = 'own';

export const gradientChecking: CheckLesson = {
  kind: 'check',
  prediction: 'The backward pass gets one layer’s slopes wrong. Where will the two ways differ?',
  id: 'gradient-checking',
  title: 'Gradient checking',
  question: 'Is the backward pass right?',
  lead: 'A formula gives the slope of the loss for every weight. Nudging each weight a little and looking at the loss gives it without the formula. Where the two differ, there is a bug.',
  settings: [
    {
      key: 'bug',
      hidden: true,
      label: 'Bug',
      hint: 'What is wrong in the backward pass.',
      values: bugs.map((_, i) => i),
      initial: 0,
    },
    {
      key: 'nudge',
      label: 'Nudge',
      hint: 'How far each weight is moved. Too far misses the bend of the loss; too little drowns in rounding.',
      values: [-10, -9, -8, -7, -6, -5, -4, -3, -2, -1],
      initial: -5,
      text: (power) => `1e${power}`,
    },
  ],
};

export const checkedRun = presets['gradient-checking/n-dimensional']!;

export interface Row {
  readonly layer: number;
  readonly name: string;
  readonly difference: number;
}

/** The layers with a bug planted; what came from the worker stays as it is. */
export function withBug(layers: readonly CheckedLayer[], bug: Bug): CheckedLayer[] {
  const copy = structuredClone([...layers]);
  bug.plant(copy);
  return copy;
}

/** ‖a − n‖ / (‖a‖ + ‖n‖) for the weights and the biases of each layer. */
export function differences(layers: readonly CheckedLayer[]): Row[] {
  return layers.flatMap(({ w, b }, l) => [
    { layer: l + 1, name: `layer ${l + 1}, weights`, difference: relativeDifference(w.analytic, w.numeric) },
    { layer: l + 1, name: `layer ${l + 1}, biases`, difference: relativeDifference(b.analytic, b.numeric) },
  ]);
}

export function checkVerdict(rows: readonly Row[]): string {
  const wrong = rows.filter(({ difference }) => difference > THRESHOLD).map(({ name }) => name);
  if (wrong.length === 0) return 'Both ways agree everywhere: the backward pass is right.';
  if (wrong.length === rows.length)
    return 'The two ways differ everywhere: the mistake is in something that all layers share.';
  return `The two ways differ in ${wrong.join(' and ')}: look for the bug there.`;
}
