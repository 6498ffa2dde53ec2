// The one table of defaults and allowed ranges, each with its source. docs/run-document.md repeats it for people.
import { type Interval, interval } from './checks.ts';
import type {
  ActivationName,
  BuiltInDataName,
  InitScheme,
  LossName,
  OptimizerName,
  RngName,
  Schedule,
} from './types.ts';

// ---------------------------------------------------------------- names

export const ACTIVATIONS = [
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'gelu',
  'linear',
] as const satisfies ActivationName[];
export const LOSSES = ['sigmoidCrossEntropy', 'softmaxCrossEntropy', 'meanSquaredError'] as const satisfies LossName[];
export const RNGS = ['threefry', 'numpy'] as const satisfies RngName[];
export const INIT_SCHEMES = [
  'zeros',
  'normal',
  'uniform',
  'xavierNormal',
  'xavierUniform',
  'heNormal',
  'heUniform',
  'lecunNormal',
  'lecunUniform',
  'given',
] as const satisfies InitScheme[];
export const METRICS = ['validation.loss', 'validation.accuracy'] as const;

// ---------------------------------------------------------------- defaults

export const DEFAULTS = {
  seed: 0, // the contract's example
  rng: 'threefry', // contract §1
  validationFraction: 0, // nothing held out unless asked for
  standardize: false, // data as given unless asked for
  activation: 'relu', // the notebooks' hidden units
  dropRate: 0, // no dropout unless asked for
  l2: 0, // no penalty unless asked for
  initScheme: 'heNormal', // He et al. 2015, arXiv:1502.01852: keeps the signal's size through relu layers
  initScale: 1, // contract §1, normal and uniform
  optimizer: 'sgd', // our choice: the plainest, as in the notebooks
  schedule: 'constant', // contract §1
  batchSize: 'full', // the contract's example
  batchOrder: 'shuffle', // the contract's example
  maskSeed: 1, // contract §1: the dropout notebook reseeds with 1
  steps: 1000, // our choice: a second or two on any machine
  recordedPoints: 100, // our choice: enough for a smooth curve
  metric: 'validation.loss', // contract §1
} as const;

/** Built-in data. `rows`, `testRows` and `noise` are defaults; noise null means that there is none to set. */
export const BUILT_IN: Readonly<Record<BuiltInDataName, BuiltIn>> = {
  circles: { rows: 300, testRows: 100, noise: 0.05, inputs: 2, classes: 2 }, // Initialization notebook
  moons: { rows: 300, testRows: 100, noise: 0.2, inputs: 2, classes: 2 }, // Optimization notebook (which has no test rows)
  football: { rows: 211, testRows: 200, noise: null, inputs: 2, classes: 2 }, // sizes of the Regularization notebook
  spirals: { rows: 300, testRows: 100, noise: 0.05, inputs: 2, classes: 2 }, // our choice
  xor: { rows: 300, testRows: 100, noise: 0.05, inputs: 2, classes: 2 }, // our choice
  blobs: { rows: 300, testRows: 100, noise: 0.5, inputs: 2, classes: 3 }, // our choice
  digits: { rows: 1437, testRows: 360, noise: null, inputs: 64, classes: 10 }, // all 1797 of the UCI set, a fifth to test
};

interface BuiltIn {
  readonly rows: number;
  readonly testRows: number;
  readonly noise: number | null;
  readonly inputs: number;
  readonly classes: number;
}

/** Examples in the digits set; rows + testRows cannot be more. */
export const DIGITS_EXAMPLES = 1797;

/** Each optimizer's constants, in the order of the canonical form. */
export const OPTIMIZERS = {
  // Learning rates of the first three: our choice. Momentum here is an average, so it wants no smaller rate than sgd.
  sgd: { learningRate: 0.1 },
  momentum: { learningRate: 0.1, beta: 0.9 }, // beta: contract §1
  nesterov: { learningRate: 0.1, beta: 0.9 }, // beta: contract §1
  rmsprop: { learningRate: 0.001, beta: 0.9, epsilon: 1e-8 }, // Hinton, Coursera lecture 6e; epsilon: contract §1
  adam: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, epsilonInside: false }, // arXiv:1412.6980, Alg. 1
  adamw: {
    learningRate: 0.001, // arXiv:1711.05101, Algorithm 2
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    epsilonInside: false,
    weightDecay: 0.01, // PyTorch's torch.optim.AdamW
  },
} as const satisfies Record<OptimizerName, Readonly<Record<string, number | boolean>>>;

/** Each schedule's constants. `given` takes values and has no default. */
export const SCHEDULES = {
  constant: {},
  inverseTime: { decayRate: 1, every: 1, delay: 0 }, // contract §1
  step: { factor: 0.5, every: 10 }, // the contract's example
  exponential: { decayRate: 0.99 }, // the contract's example
  cosine: { min: 0 }, // arXiv:1608.03983, eq. 5
  given: {},
} as const satisfies Record<Schedule['name'], Readonly<Record<string, number>>>;

// ---------------------------------------------------------------- ranges

const NON_NEGATIVE = interval('[0, ∞)');
const POSITIVE = interval('(0, ∞)');
/** Step numbers travel as 32-bit words (they count dropout masks). */
const COUNT = interval('[1, 4294967295]');
const COUNT_OR_ZERO = interval('[0, 4294967295]');

export const RANGES = {
  seed: interval('[0, 9007199254740991]'), // two 32-bit words of a threefry key, as far as doubles count exactly
  numpySeed: interval('[0, 4294967295]'), // numpy.random.RandomState
  rows: interval('[2, 16777216]'), // our choice: indices stay exact in f32
  testRows: interval('[0, 16777216]'),
  noise: NON_NEGATIVE,
  fraction: interval('[0, 1)'),
  openFraction: interval('(0, 1)'),
  probability: interval('[0, 1]'),
  units: interval('[1, 1048576]'), // our choice: far above what one device holds
  classIndex: interval('[0, 1048575]'),
  l2: NON_NEGATIVE,
  initScale: NON_NEGATIVE,
  batchSize: COUNT,
  patience: COUNT,
  recordEvery: COUNT,
  length: COUNT_OR_ZERO, // steps and epochs
  rate: NON_NEGATIVE,
  clipNorm: POSITIVE,
} as const satisfies Record<string, Interval>;

/** Ranges of the optimizers' constants, as in PyTorch; epsilon is above 0, for 0/0 where a gradient is 0. */
export const OPTIMIZER_RANGES: Readonly<Record<string, Interval>> = {
  learningRate: NON_NEGATIVE,
  beta: RANGES.fraction,
  beta1: RANGES.fraction,
  beta2: RANGES.fraction,
  epsilon: POSITIVE,
  weightDecay: NON_NEGATIVE,
};

/** Ranges of the schedules' constants; a rate may rise as well as fall, never turn negative. */
export const SCHEDULE_RANGES: Readonly<Record<string, { within: Interval; whole: boolean }>> = {
  decayRate: { within: NON_NEGATIVE, whole: false },
  factor: { within: NON_NEGATIVE, whole: false },
  min: { within: NON_NEGATIVE, whole: false },
  every: { within: COUNT, whole: true },
  delay: { within: COUNT_OR_ZERO, whole: true },
};
