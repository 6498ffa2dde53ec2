// Lesson: a grid of networks over two hyperparameters, all trained at once.

import { type Evaluation, type ModelPatch, presets, type Run } from '../../src/index.ts';
import { count, percent } from '../view/format.ts';
import { AXES, type Axis, mergePatches } from './axes.ts';
import { type LessonCommon, type Setting, type Settings, stops } from './lesson.ts';

/** An axis of the grid, with its value for each column, or each row from the bottom up. */
export interface GridAxis {
  readonly axis: Axis;
  readonly values: readonly number[];
}

export interface Grid {
  readonly across: GridAxis;
  readonly up: GridAxis;
}

export interface TuningLesson extends LessonCommon {
  readonly kind: 'tuning';
  /** Asked before the start; the answers are CLOSE. */
  readonly prediction: string;
  base(settings: Settings): Run;
  grid(settings: Settings): Grid;
}

/** Column and row of a model; row 0 is the lowest. */
export function cellOf({ across }: Grid, model: number): { column: number; row: number } {
  const columns = across.values.length;
  return { column: model % columns, row: Math.floor(model / columns) };
}

/** What a network of the grid has: "learning rate 0.3, λ of L2 1". */
export function cellName(grid: Grid, model: number): string {
  const { column, row } = cellOf(grid, model);
  return `${grid.across.axis.name} ${grid.across.values[column]}, ${grid.up.axis.name} ${grid.up.values[row]}`;
}

/** The networks of a grid, row by row from the lowest. */
export function gridModels({ across, up }: Grid, base: Run): ModelPatch[] {
  return up.values.flatMap((high) =>
    across.values.map((value) => mergePatches(base, across.axis.patch(value), up.axis.patch(high))),
  );
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

/** Answers to how many networks come close to the best: at most so large a part of the grid. */
export const CLOSE = [
  { id: 'few', label: 'fewer than one in ten', most: 0.1 },
  { id: 'some', label: 'one in ten to one in three', most: 1 / 3 },
  { id: 'many', label: 'more than one in three', most: 1 },
] as const;

/** Points of accuracy that count as close, as a fraction. */
const POINTS = 0.02;

/** What a grid says, from the actual numbers. */
export interface GridVerdict {
  /** How many networks come close to the best. */
  readonly answer: (typeof CLOSE)[number];
  readonly result: string;
  readonly sentences: readonly string[];
}

export function gridVerdict(grid: Grid, scores: readonly Evaluation[]): GridVerdict {
  const known = scores.map(({ validation }, model) => ({
    model,
    accuracy: validation!.accuracy!,
    loss: validation!.loss,
  }));
  const [best] = known.toSorted((a, b) => b.accuracy - a.accuracy || a.loss - b.loss);
  const close = known.filter(({ accuracy }) => accuracy >= best!.accuracy - POINTS).length;
  const answer = CLOSE.find(({ most }) => close / scores.length <= most)!;
  const lost = scores.filter(({ train }) => !Number.isFinite(train.loss)).length;
  return {
    answer,
    result: `${count(close)} of ${count(scores.length)} networks come within two points of the best, ${answer.label}`,
    sentences: [
      `The best network has ${cellName(grid, best!.model)}: ${percent(best!.accuracy)} of the held-out points right.`,
      answer.id === 'few'
        ? 'The good ones lie close together: here the exact values matter.'
        : 'The good ones make a wide plain: the exact values matter little.',
      lost > 0
        ? `${lost} ${lost === 1 ? 'network' : 'networks'} diverged: the steps were too long, and the numbers left the finite.`
        : 'No network diverged.',
      'All of this is measured on points held out of the training set, three in ten. Test points stay out of it: settings chosen with them would fit them by choice, and nothing would be left to measure with.',
    ],
  };
}

// ---------------------------------------------------------------- axes as settings

/** Two axes, each by its number in AXES and the ends of its range. */
export const AXIS_KEYS = ['across', 'up'] as const;
export type AxisKey = (typeof AXIS_KEYS)[number];

const allStops = [...new Set(AXES.flatMap(({ stops: ends }) => ends))].sort((a, b) => a - b);

/** What the two axes and their ends are called, whatever they change. */
export const AXIS_NAMES = { across: 'From left to right', up: 'From the bottom up' } as const;
const ENDS = { across: ['Left end', 'Right end'], up: ['Lower end', 'Upper end'] } as const;

function axisSettings(key: AxisKey, index: number): Setting[] {
  const { initial } = AXES[index]!;
  const [from, to] = ENDS[key];
  const common = { hint: '', hidden: true } as const;
  return [
    { ...common, key, label: AXIS_NAMES[key], values: [...AXES.keys()], initial: index },
    { ...common, key: `${key}From`, label: from, values: allStops, initial: initial[0] },
    { ...common, key: `${key}To`, label: to, values: allStops, initial: initial[1] },
  ];
}

/** The axis of a setting; two axes of one name would be one. */
export function axisOf(settings: Settings, key: AxisKey): Axis {
  const { across, up } = settings;
  return AXES[key === 'up' && across === up ? (up! + 1) % AXES.length : settings[key]!]!;
}

/** The ends of an axis' range: its own stops, the first below the last. */
export function rangeOf(settings: Settings, key: AxisKey): readonly [number, number] {
  const { stops: ends, initial } = axisOf(settings, key);
  const [low, high] = [settings[`${key}From`]!, settings[`${key}To`]!];
  return ends.includes(low) && ends.includes(high) && low < high ? [low, high] : initial;
}

function grid(settings: Settings): Grid {
  const spread = (key: AxisKey): GridAxis => {
    const axis = axisOf(settings, key);
    return { axis, values: axis.spread(...rangeOf(settings, key), settings.side!) };
  };
  return { across: spread('across'), up: spread('up') };
}

export const tuning: TuningLesson = {
  kind: 'tuning',
  prediction: 'How many of the networks will come within two points of the best one?',
  id: 'tuning',
  title: 'Tuning',
  question: 'Which settings work? Try them all at once.',
  lead: 'Every cell is a network of its own. Choose what changes from left to right and from the bottom up; all of them train together.',
  settings: [
    {
      key: 'side',
      label: 'Cells a side',
      hint: 'So many values of each.',
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
    ...AXIS_KEYS.flatMap(axisSettings),
  ],
  base,
  grid,
};
