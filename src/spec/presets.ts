// Every trained experiment of the four notebooks as a run document, and a few runs of our own to start from.
// Ids are those of the notebooks' ground-truth files. The documents replay them exactly: numpy's generator, the same seeds.
import type { Init, Optimizer, Run, Schedule } from './types.ts';

// ---------------------------------------------------------------- Initialization.ipynb

const initialization = (name: string, init: Init): Run => ({
  basin: 1,
  name,
  rng: 'numpy',
  data: { name: 'circles', rows: 300, testRows: 100, noise: 0.05, seed: 1, testSeed: 2 },
  layers: [{ units: 10 }, { units: 5 }, { units: 1 }],
  init,
  optimizer: { name: 'sgd', learningRate: 0.01 },
  steps: 15000,
  record: 1000,
});

// ---------------------------------------------------------------- Regularization.ipynb

/** On our own football: the notebook's points may not be shipped. */
const regularization = (name: string, { l2 = 0, dropRate = 0 }: { l2?: number; dropRate?: number }): Run => ({
  basin: 1,
  name,
  rng: 'numpy',
  data: { name: 'football', rows: 211, testRows: 200, seed: 6 },
  layers: [{ units: 20, dropRate }, { units: 3, dropRate }, { units: 1 }],
  l2,
  init: { scheme: 'lecunNormal', seed: 3 },
  optimizer: { name: 'sgd', learningRate: 0.3 },
  maskSeed: 1,
  steps: 30000,
  record: 1000,
});

// ---------------------------------------------------------------- Gradient_Checking.ipynb

/** The 47-parameter check: three examples of four columns, all of it drawn after numpy's seed 1. */
const gradientChecking: Run = {
  basin: 1,
  name: 'Gradient checking, 47 parameters',
  rng: 'numpy',
  data: {
    x: [
      [1.6243453636632417, -1.0729686221561705, 1.74481176421648, -0.2493703754774101],
      [-0.6117564136500754, 0.8654076293246785, -0.7612069008951028, 1.462107937044974],
      [-0.5281717522634557, -2.3015386968802827, 0.31903909605709857, -2.060140709497654],
    ],
    y: [1, 1, 0],
  },
  layers: [{ units: 5 }, { units: 3 }, { units: 1 }],
  init: {
    scheme: 'given',
    weights: [
      {
        w: [
          [-0.3224172040135075, -0.38405435466841564, 1.1337694423354374, -1.0998912673140309],
          [-0.17242820755043575, -0.8778584179213718, 0.04221374671559283, 0.5828152137158222],
          [-1.1006191772129212, 1.1447237098396141, 0.9015907205927955, 0.5024943389018682],
          [0.9008559492644118, -0.6837278591743331, -0.12289022551864817, -0.9357694342590688],
          [-0.2678880796260159, 0.530355466738186, -0.691660751725309, -0.39675352685597737],
        ],
        b: [-0.6871727001195994, -0.8452056414987196, -0.671246130836819, -0.01266459891890136, -1.1173103486352778],
      },
      {
        w: [
          [0.23441569781709215, 1.6598021771098705, 0.7420441605773356, -0.19183555236161492, -0.8876289640848363],
          [-0.7471582937508376, 1.6924546010277466, 0.05080775477602897, -0.6369956465693534, 0.19091548466746602],
          [2.100255136478842, 0.12015895248162915, 0.6172031097074192, 0.3001703199558275, -0.35224984649351865],
        ],
        b: [-1.1425181980221402, -0.3493427224128775, -0.2088942333747781],
      },
      { w: [[0.5866231911821976, 0.8389834138745049, 0.9311020813035573]], b: [0.2855873252542588] },
    ],
  },
  steps: 0,
};

// ---------------------------------------------------------------- Optimization_methods.ipynb

const optimization = (name: string, optimizer: Optimizer): Run => ({
  basin: 1,
  name,
  rng: 'numpy',
  data: { name: 'moons', rows: 300, testRows: 0, noise: 0.2, seed: 3 },
  layers: [{ units: 5 }, { units: 2 }, { units: 1 }],
  init: { scheme: 'heNormal', seed: 3 },
  optimizer,
  batch: { size: 64, seed: 11 },
  epochs: 5000,
  record: { epochs: 1000 },
});

/** The notebook applies the decay after each epoch, hence the delay. */
const decayEvery = (every: number): Schedule => ({ name: 'inverseTime', decayRate: 1, every, delay: 1 });
const momentum = { name: 'momentum', beta: 0.9 } as const;
/** The notebook divides by √(s + ε). */
const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, epsilonInside: true } as const;

// ---------------------------------------------------------------- our own

/** 64 points of one wave, rounded so that every engine has the same. */
function sine(): { x: number[][]; y: number[] } {
  const round = (value: number) => Math.round(value * 1e4) / 1e4;
  const angles = Array.from({ length: 64 }, (_, i) => -Math.PI + (2 * Math.PI * i) / 63);
  return { x: angles.map((angle) => [round(angle)]), y: angles.map((angle) => round(Math.sin(angle))) };
}

const spirals: Run = {
  basin: 1,
  name: 'Two spirals with Adam',
  data: { name: 'spirals' },
  layers: [{ units: 32, activation: 'tanh' }, { units: 32, activation: 'tanh' }, { units: 1 }],
  init: { scheme: 'xavierNormal' },
  optimizer: { name: 'adam', learningRate: 0.01 },
  steps: 2000,
};

const digits: Run = {
  basin: 1,
  name: 'Handwritten digits with Adam',
  data: { name: 'digits', standardize: true },
  layers: [{ units: 32 }, { units: 10 }],
  optimizer: { name: 'adam', learningRate: 0.003 },
  batch: { size: 64 },
  epochs: 30,
  record: { epochs: 1 },
};

const digitsEarlyStopping: Run = {
  ...digits,
  name: 'Handwritten digits, stopped early',
  data: { name: 'digits', standardize: true, validationFraction: 0.2 },
  layers: [{ units: 64, dropRate: 0.2 }, { units: 10 }],
  optimizer: { name: 'adamw', learningRate: 0.003 },
  epochs: 100,
  earlyStopping: { patience: 8 },
};

// ---------------------------------------------------------------- the table

/** Run documents by id. */
export const presets: Readonly<Record<string, Run>> = {
  'initialization/zeros': initialization('Zero initialization', { scheme: 'zeros' }),
  'initialization/random': initialization('Large random initialization', { scheme: 'normal', scale: 10, seed: 3 }),
  'initialization/he': initialization('He initialization', { scheme: 'heNormal', seed: 3 }),

  'regularization/none': regularization('No regularization', {}),
  'regularization/l2': regularization('L2 regularization', { l2: 0.7 }),
  'regularization/dropout': regularization('Dropout', { dropRate: 0.14 }),

  'gradient-checking/n-dimensional': gradientChecking,

  'optimization/gd': optimization('Mini-batch gradient descent', { name: 'sgd', learningRate: 0.0007 }),
  'optimization/momentum': optimization('Momentum', { ...momentum, learningRate: 0.0007 }),
  'optimization/adam': optimization('Adam', { ...adam, learningRate: 0.0007 }),
  'optimization/gd-decay-every-epoch': optimization('Gradient descent, rate falling every epoch', {
    name: 'sgd',
    learningRate: 0.1,
    schedule: decayEvery(1),
  }),
  'optimization/gd-fixed-interval': optimization('Gradient descent, rate falling every 1000 epochs', {
    name: 'sgd',
    learningRate: 0.1,
    schedule: decayEvery(1000),
  }),
  'optimization/momentum-fixed-interval': optimization('Momentum, rate falling every 1000 epochs', {
    ...momentum,
    learningRate: 0.1,
    schedule: decayEvery(1000),
  }),
  'optimization/adam-fixed-interval': optimization('Adam, rate falling every 1000 epochs', {
    ...adam,
    learningRate: 0.01,
    schedule: decayEvery(1000),
  }),

  'start/circles': {
    basin: 1,
    name: 'Circles, a first run',
    data: { name: 'circles' },
    layers: [{ units: 16 }, { units: 1 }],
    optimizer: { name: 'sgd', learningRate: 0.5 },
    steps: 1000,
  },
  'start/blobs': {
    basin: 1,
    name: 'Three blobs with softmax',
    data: { name: 'blobs' },
    layers: [{ units: 8 }, { units: 3 }],
    optimizer: { name: 'momentum', learningRate: 0.1 },
    steps: 500,
  },
  'spirals/adam': spirals,
  'digits/adam': digits,
  'digits/early-stopping': digitsEarlyStopping,
  'regression/sine': {
    basin: 1,
    name: 'One wave of a sine',
    data: sine(),
    layers: [{ units: 16, activation: 'tanh' }, { units: 1 }],
    init: { scheme: 'xavierNormal' },
    optimizer: { name: 'adam', learningRate: 0.01, schedule: { name: 'cosine' } },
    steps: 3000,
  },
};

/** One line about each preset, for people who choose. */
export const presetNotes: Readonly<Record<string, string>> = {
  'initialization/zeros': 'circles, 2-10-5-1: every weight 0, so all units stay alike and nothing is learned',
  'initialization/random': 'circles, 2-10-5-1: normal weights times 10, a high first loss and a rough descent',
  'initialization/he': 'circles, 2-10-5-1: He initialization, learns fast and separates the rings',
  'regularization/none': 'our own football, 2-20-3-1: no regularization, overfits',
  'regularization/l2': 'our own football, 2-20-3-1: L2 penalty with λ = 0.7, a smooth boundary',
  'regularization/dropout': 'our own football, 2-20-3-1: 14 % of the hidden units dropped',
  'gradient-checking/n-dimensional': '4-5-3-1 with given weights and three examples, no training: for basin check',
  'optimization/gd': 'moons, 2-5-2-1, batches of 64: gradient descent at 0.0007, slow',
  'optimization/momentum': 'moons, 2-5-2-1, batches of 64: momentum 0.9 at 0.0007, as slow',
  'optimization/adam': 'moons, 2-5-2-1, batches of 64: Adam at 0.0007, arrives',
  'optimization/gd-decay-every-epoch': 'moons: gradient descent from 0.1, decayed every epoch, stalls',
  'optimization/gd-fixed-interval': 'moons: gradient descent from 0.1, decayed every 1000 epochs',
  'optimization/momentum-fixed-interval': 'moons: momentum from 0.1, decayed every 1000 epochs',
  'optimization/adam-fixed-interval': 'moons: Adam from 0.01, decayed every 1000 epochs',
  'start/circles': 'circles, 2-16-1: one hidden layer, a few seconds at most',
  'start/blobs': 'three blobs, 2-8-3: softmax over three classes',
  'spirals/adam': 'two spirals, 2-32-32-1: tanh units and Adam, a hard boundary',
  'digits/adam': 'digits of 8 × 8 pixels, 64-32-10: a classifier in 30 epochs',
  'digits/early-stopping': 'digits, 64-64-10: dropout and AdamW, stopped when the held-out rows stop improving',
  'regression/sine': 'one wave of a sine, 1-16-1: numbers as targets, mean squared error, cosine schedule',
};
