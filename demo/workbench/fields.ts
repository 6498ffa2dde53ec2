// The settings of a run document as a form shows them: path, words, and what the library allows.

import {
  ACTIVATIONS,
  BUILT_IN,
  type CanonicalRun,
  INIT_SCHEMES,
  type Interval,
  LOSSES,
  METRICS,
  OPTIMIZER_RANGES,
  OPTIMIZERS,
  RANGES,
  RNGS,
  SCHEDULE_RANGES,
  SCHEDULES,
} from '../../src/index.ts';

interface FieldCommon {
  readonly path: string;
  readonly label: string;
  readonly hint: string;
  /** Whose it is, where many have one: read out, and shown by its place. */
  readonly owner?: string;
}

export interface NumberField extends FieldCommon {
  readonly kind: 'number';
  readonly range: Interval;
  readonly unit?: string;
  /** Shown where the document says nothing and there is no default: `off`. */
  readonly without?: string;
}

export interface ChoiceField extends FieldCommon {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  /** What the choice is called that leaves the key out. */
  readonly without?: string;
}

export interface FlagField extends FieldCommon {
  readonly kind: 'flag';
}

export type Field = NumberField | ChoiceField | FlagField;

/** Names of choices as people say them; others are shown as they are written. */
const WORDS: Readonly<Record<string, string>> = {
  relu: 'ReLU',
  leakyRelu: 'leaky ReLU',
  sigmoid: 'sigmoid',
  gelu: 'GELU',
  zeros: 'zeros',
  normal: 'normal',
  uniform: 'uniform',
  xavierNormal: 'Xavier, normal',
  xavierUniform: 'Xavier, uniform',
  heNormal: 'He, normal',
  heUniform: 'He, uniform',
  lecunNormal: 'LeCun, normal',
  lecunUniform: 'LeCun, uniform',
  given: 'given in the document',
  sgd: 'gradient descent',
  momentum: 'momentum',
  nesterov: 'Nesterov momentum',
  rmsprop: 'RMSProp',
  adam: 'Adam',
  adamw: 'AdamW',
  sigmoidCrossEntropy: 'cross-entropy, sigmoid',
  softmaxCrossEntropy: 'cross-entropy, softmax',
  meanSquaredError: 'mean squared error',
  inverseTime: 'inverse time',
  threefry: 'Threefry',
  numpy: 'numpy’s legacy generator',
  'validation.loss': 'held-out loss',
  'validation.accuracy': 'held-out accuracy',
  shuffle: 'shuffled each epoch',
  sequential: 'as they come',
};

export const wordOf = (name: string): string => WORDS[name] ?? name;

const number = (path: string, label: string, range: Interval, hint: string, unit?: string): NumberField => ({
  kind: 'number',
  path,
  label,
  range,
  hint,
  ...(unit !== undefined && { unit }),
});

const choice = (path: string, label: string, choices: readonly string[], hint: string): ChoiceField => ({
  kind: 'choice',
  path,
  label,
  choices,
  hint,
});

// ---------------------------------------------------------------- data

const NOISE = number('data.noise', 'Noise', RANGES.noise, 'Standard deviation of each point’s place.');

/** What built-in data is made of. */
export function dataFields({ data }: CanonicalRun): readonly Field[] {
  if (!('name' in data)) return [];
  return [
    number('data.rows', 'Training rows', RANGES.rows, 'Points to learn from.', 'rows'),
    number('data.testRows', 'Test rows', RANGES.testRows, 'New points, for measuring only.', 'rows'),
    ...(BUILT_IN[data.name].noise === null ? [] : [NOISE]),
  ];
}

/** How rows are drawn, split and scaled. */
export function splitFields({ data, rng }: CanonicalRun): readonly Field[] {
  const seeds = seedRange(rng);
  return [
    number(
      'data.validationFraction',
      'Held out',
      RANGES.fraction,
      'Part of the training rows kept back, to choose settings by.',
    ),
    {
      kind: 'flag',
      path: 'data.standardize',
      label: 'Standardize columns',
      hint: 'Mean 0 and deviation 1, by the training rows.',
    },
    number('data.seed', 'Data seed', seeds, 'Other points of the same kind; other rows held out.'),
    ...('name' in data ? [number('data.testSeed', 'Test seed', seeds, 'Other test points.')] : []),
  ];
}

const seedRange = (rng: CanonicalRun['rng']) => (rng === 'numpy' ? RANGES.numpySeed : RANGES.seed);

// ---------------------------------------------------------------- network

/** @param owner as its legend on the form says */
export function layerFields(layer: number, owner = `layer ${layer + 1}`): readonly Field[] {
  const at = `layers[${layer}]`;
  return [
    { ...number(`${at}.units`, 'Units', RANGES.units, 'How wide the layer is.', 'units'), owner },
    { ...choice(`${at}.activation`, 'Activation', ACTIVATIONS, 'What each unit does to its sum.'), owner },
    {
      ...number(`${at}.dropRate`, 'Drop rate', RANGES.fraction, 'Fraction of its units that sits out at each step.'),
      owner,
    },
  ];
}

/** The output is linear and keeps every unit. */
export const outputFields = (layer: number): readonly Field[] => layerFields(layer, 'the output').slice(0, 1);

export const LOSS: ChoiceField = {
  ...choice('loss', 'Loss', LOSSES, 'What training makes small.'),
  without: 'follows the labels',
};

export const L2 = number('l2', 'L2 strength λ', RANGES.l2, 'Adds λ/(2N) · the sum of all squared weights to the loss.');

// ---------------------------------------------------------------- start

const SCHEMES = INIT_SCHEMES.filter((scheme) => scheme !== 'given');

export function startFields({ init, rng }: CanonicalRun): readonly Field[] {
  const schemes = init.scheme === 'given' ? INIT_SCHEMES : SCHEMES;
  const scale =
    init.scheme === 'uniform'
      ? 'Weights are drawn from −scale to scale.'
      : 'Standard deviation of the weights that are drawn.';
  return [
    choice('init.scheme', 'First weights', schemes, 'How they are drawn. Biases start at 0.'),
    ...(init.scale === undefined ? [] : [number('init.scale', 'Scale', RANGES.initScale, scale)]),
    number('init.seed', 'Weight seed', seedRange(rng), 'Other weights, drawn by the same rule.'),
  ];
}

// ---------------------------------------------------------------- learning

const CONSTANTS: Readonly<Record<string, readonly [label: string, hint: string]>> = {
  learningRate: ['Learning rate', 'How far each update goes.'],
  beta: ['β', 'How much of the running average is kept at each step.'],
  beta1: ['β₁', 'How much of the average gradient is kept at each step.'],
  beta2: ['β₂', 'How much of the average squared gradient is kept.'],
  epsilon: ['ε', 'Keeps the division finite where gradients vanish.'],
  epsilonInside: ['ε under the root', 'Divides by √(s + ε) instead of √s + ε.'],
  weightDecay: ['Weight decay', 'Each step also shrinks the weights by rate × decay.'],
};

export const OPTIMIZER = choice(
  'optimizer.name',
  'Optimizer',
  Object.keys(OPTIMIZERS),
  'The rule that turns a gradient into a step.',
);

export function optimizerFields({ optimizer }: CanonicalRun): readonly Field[] {
  return Object.entries(OPTIMIZERS[optimizer.name]).map(([key, value]): Field => {
    const [label, hint] = CONSTANTS[key]!;
    const path = `optimizer.${key}`;
    if (typeof value === 'boolean') return { kind: 'flag', path, label, hint };
    return number(path, label, OPTIMIZER_RANGES[key]!, hint);
  });
}

export const CLIP_NORM: NumberField = {
  ...number('optimizer.clipNorm', 'Longest gradient', RANGES.clipNorm, 'A longer one is scaled to this norm.'),
  without: 'no limit',
};

const SCHEDULE_CONSTANTS: Readonly<Record<string, readonly [label: string, hint: string, unit?: string]>> = {
  'inverseTime.decayRate': ['Decay', 'The rate is divided by 1 + decay · epochs.'],
  'exponential.decayRate': ['Decay', 'What the rate is multiplied by at each epoch.'],
  every: ['Every', 'The rate changes each time so many epochs have passed.', 'epochs'],
  delay: ['Delay', 'Epochs before the rate begins to fall.', 'epochs'],
  factor: ['Factor', 'What the rate is multiplied by each time.'],
  min: ['Lowest rate', 'Where the rate ends.'],
};

const SCHEDULE_NAMES = Object.keys(SCHEDULES).filter((name) => name !== 'given');

export function scheduleFields({ optimizer: { schedule } }: CanonicalRun): readonly Field[] {
  const names = schedule.name === 'given' ? [...SCHEDULE_NAMES, 'given'] : SCHEDULE_NAMES;
  return [
    choice('optimizer.schedule.name', 'Rate schedule', names, 'How the learning rate changes along the run.'),
    ...Object.keys(SCHEDULES[schedule.name]).map((key) => {
      const [label, hint, unit] = (SCHEDULE_CONSTANTS[key] ?? SCHEDULE_CONSTANTS[`${schedule.name}.${key}`])!;
      return number(`optimizer.schedule.${key}`, label, SCHEDULE_RANGES[key]!.within, hint, unit);
    }),
  ];
}

// ---------------------------------------------------------------- batches, length, chance

export const BATCH_SIZE: NumberField = {
  ...number('batch.size', 'Batch size', RANGES.batchSize, 'Rows in one update; empty for all of them.', 'rows'),
  without: 'all rows',
};

export function batchFields({ batch, rng }: CanonicalRun): readonly Field[] {
  if (batch.size === 'full') return [BATCH_SIZE];
  return [
    BATCH_SIZE,
    ...(typeof batch.order === 'string'
      ? [choice('batch.order', 'Order of rows', ['shuffle', 'sequential'], 'How batches are made of the rows.')]
      : []),
    number('batch.seed', 'Order seed', seedRange(rng), 'Other permutations.'),
  ];
}

/** They need rows held out to watch. */
export function stoppingFields({ earlyStopping }: CanonicalRun): readonly Field[] {
  const hint = 'Stops after so many epochs without a better value on held-out rows, and keeps the best weights.';
  const patience = {
    ...number('earlyStopping.patience', 'Patience', RANGES.patience, hint, 'epochs'),
    without: 'no stop',
  };
  if (!earlyStopping) return [patience];
  const metrics = METRICS.filter((metric) => metric.startsWith('validation.'));
  return [patience, choice('earlyStopping.metric', 'Watched', metrics, 'What has to become better.')];
}

export const LENGTHS = {
  steps: number('steps', 'Length', RANGES.length, 'One step is one update.', 'steps'),
  epochs: number('epochs', 'Length', RANGES.length, 'One epoch is one pass over the training rows.', 'epochs'),
} as const;

const RECORD_HINT = 'What results and files that you take away hold: ';

/** The losses that a result holds; how the run trains does not depend on it. */
export const RECORDS = {
  steps: {
    ...number('record', 'Recorded', RANGES.recordEvery, `${RECORD_HINT}the loss every so many steps.`, 'steps'),
    without: 'about 100 times',
  },
  epochs: {
    ...number(
      'record.epochs',
      'Recorded',
      RANGES.recordEvery,
      `${RECORD_HINT}the mean loss of every so many epochs.`,
      'epochs',
    ),
    without: 'about 100 times',
  },
} as const;

export function chanceFields({ rng }: CanonicalRun): readonly Field[] {
  return [
    number('seed', 'Seed', seedRange(rng), 'Every seed that is not set on its own follows it.'),
    choice('rng', 'Random numbers', RNGS, 'numpy’s replay published notebooks.'),
    ...(rng === 'numpy'
      ? [number('maskSeed', 'Mask seed', RANGES.numpySeed, 'Dropout starts from it at every step.')]
      : []),
  ];
}

// ---------------------------------------------------------------- all of them

/** Every setting that the run has. */
export function allFields(run: CanonicalRun): readonly Field[] {
  return [
    ...dataFields(run),
    ...splitFields(run),
    ...run.layers.slice(0, -1).flatMap((_, l) => layerFields(l)),
    ...layerFields(run.layers.length - 1, 'the output'),
    LOSS,
    L2,
    ...startFields(run),
    OPTIMIZER,
    ...optimizerFields(run),
    CLIP_NORM,
    ...scheduleFields(run),
    ...batchFields(run),
    run.epochs === undefined ? LENGTHS.steps : LENGTHS.epochs,
    typeof run.record === 'number' ? RECORDS.steps : RECORDS.epochs,
    ...stoppingFields(run),
    ...chanceFields(run),
  ];
}
