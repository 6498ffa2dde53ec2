// The run document, as people write it (`Run`) and with every default filled in (`CanonicalRun`).
// The contract is the JSON itself; docs/run-document.md explains each key. Defaults live in defaults.ts.

export type ActivationName = 'relu' | 'leakyRelu' | 'sigmoid' | 'tanh' | 'gelu' | 'linear';
export type LossName = 'sigmoidCrossEntropy' | 'softmaxCrossEntropy' | 'meanSquaredError';
export type RngName = 'threefry' | 'numpy';
export type BuiltInDataName = 'circles' | 'moons' | 'football' | 'spirals' | 'xor' | 'blobs' | 'digits';
export type InitScheme =
  | 'zeros'
  | 'normal'
  | 'uniform'
  | 'xavierNormal'
  | 'xavierUniform'
  | 'heNormal'
  | 'heUniform'
  | 'lecunNormal'
  | 'lecunUniform'
  | 'given';
export type OptimizerName = 'sgd' | 'momentum' | 'nesterov' | 'rmsprop' | 'adam' | 'adamw';

// ---------------------------------------------------------------- data

/** What any kind of data may say. `seed` also chooses the rows that are held out. */
interface DataCommon {
  seed?: number;
  /** Fraction of the training rows held out for validation, in [0, 1). */
  validationFraction?: number;
  /** Shift and scale each column to mean 0 and deviation 1, fitted on the training rows only. */
  standardize?: boolean;
}

export interface BuiltInData extends DataCommon {
  name: BuiltInDataName;
  rows?: number;
  /** 0: no test set. */
  testRows?: number;
  /** Standard deviation; football and digits have none. */
  noise?: number;
  /** Default: the data seed + 1. */
  testSeed?: number;
}

export interface CsvData extends DataCommon {
  /** Path, relative to the run file. */
  csv: string;
  /** Name of the label's column. */
  label: string;
  /** Names of columns that are no inputs. */
  omit?: string[];
  testCsv?: string;
  /** Fraction of the rows of `csv` kept for testing, in (0, 1); not together with `testCsv`. */
  testFraction?: number;
}

export interface InlineData extends DataCommon {
  /** Rows are examples. */
  x: number[][];
  /**
   * 0/1, a class index, a number, or a row of targets for each example. Whole numbers from 0 on are classes,
   * unless the loss is meanSquaredError.
   */
  y: number[] | number[][];
  testX?: number[][];
  testY?: number[] | number[][];
}

export type Data = BuiltInData | CsvData | InlineData;

// ---------------------------------------------------------------- network and training

export interface Layer {
  units: number;
  activation?: ActivationName;
  /** Fraction of the units removed in training, in [0, 1). */
  dropRate?: number;
  /** Given 0/1 masks [masks][rows][units]; update k + 1 uses mask k mod masks. */
  dropMasks?: number[][][];
}

export interface LayerWeights {
  /** [fanOut][fanIn] */
  w: number[][];
  /** [fanOut] */
  b: number[];
}

export interface Init {
  scheme: InitScheme;
  seed?: number;
  /** Standard deviation (`normal`) or half width (`uniform`); default 1. */
  scale?: number;
  /** With the scheme `given`: one for each layer. */
  weights?: LayerWeights[];
}

export type Schedule =
  | { name: 'constant' }
  | { name: 'inverseTime'; decayRate?: number; every?: number; delay?: number }
  | { name: 'step'; factor?: number; every?: number }
  | { name: 'exponential'; decayRate?: number }
  | { name: 'cosine'; min?: number }
  | { name: 'given'; values: number[] };

interface OptimizerCommon {
  learningRate?: number;
  /** Scales the whole gradient to this norm when it is longer. */
  clipNorm?: number;
  schedule?: Schedule;
}

export type Optimizer =
  | ({ name: 'sgd' } & OptimizerCommon)
  | ({ name: 'momentum' | 'nesterov'; beta?: number } & OptimizerCommon)
  | ({ name: 'rmsprop'; beta?: number; epsilon?: number } & OptimizerCommon)
  | ({ name: 'adam'; beta1?: number; beta2?: number; epsilon?: number; epsilonInside?: boolean } & OptimizerCommon)
  | ({
      name: 'adamw';
      beta1?: number;
      beta2?: number;
      epsilon?: number;
      epsilonInside?: boolean;
      weightDecay?: number;
    } & OptimizerCommon);

export interface Batch {
  /** Rows in one update. `full` is always in file order; a number above the rows is all of them. */
  size?: number | 'full';
  /** `shuffle`: a new permutation each epoch. A list holds the row indices of one epoch after another, cycled. */
  order?: 'shuffle' | 'sequential' | number[][];
  seed?: number;
}

export interface EarlyStopping {
  /** Epochs without a better value before training stops. */
  patience: number;
  metric?: 'validation.loss' | 'validation.accuracy';
}

/** A run document, as written by a person. */
export interface Run {
  basin: 1;
  name?: string;
  seed?: number;
  rng?: RngName;
  data: Data;
  layers: Layer[];
  loss?: LossName;
  /** λ of the penalty λ/(2N) · Σ‖W‖². */
  l2?: number;
  init?: Init;
  optimizer?: Optimizer;
  batch?: Batch;
  /** With `rng: "numpy"`: the seed that dropout restarts from at every step (default 1). */
  maskSeed?: number;
  /** Updates (default 1000, without `epochs`); 0 evaluates the start. */
  steps?: number;
  /** Passes over the training rows, instead of `steps`. */
  epochs?: number;
  /** The loss every n steps, or the mean loss of each n-th epoch. */
  record?: number | { epochs: number };
  earlyStopping?: EarlyStopping;
}

// ---------------------------------------------------------------- canonical form

type Filled<T, Keys extends keyof T> = T & { [K in Keys]-?: T[K] };
/** Makes every optional key required, except those named. */
type FilledExcept<T, Optional extends keyof T> = Required<Omit<T, Optional>> & Pick<T, Optional>;

export type CanonicalData =
  | Required<BuiltInData>
  | FilledExcept<CsvData, 'omit' | 'testCsv' | 'testFraction'>
  | FilledExcept<InlineData, 'testX' | 'testY'>;

/** Hidden layers carry activation and dropRate; so does the output layer (`linear`, 0). */
export type CanonicalLayer = FilledExcept<Layer, 'dropMasks'>;

/** `scale` is there for normal and uniform, `weights` for given; `seed` always. */
export type CanonicalInit = Filled<Init, 'seed'>;

export type CanonicalSchedule =
  | { name: 'constant' }
  | { name: 'inverseTime'; decayRate: number; every: number; delay: number }
  | { name: 'step'; factor: number; every: number }
  | { name: 'exponential'; decayRate: number }
  | { name: 'cosine'; min: number }
  | { name: 'given'; values: number[] };

interface CanonicalOptimizerCommon {
  learningRate: number;
  clipNorm?: number;
  schedule: CanonicalSchedule;
}

export type CanonicalOptimizer =
  | ({ name: 'sgd' } & CanonicalOptimizerCommon)
  | ({ name: 'momentum' | 'nesterov'; beta: number } & CanonicalOptimizerCommon)
  | ({ name: 'rmsprop'; beta: number; epsilon: number } & CanonicalOptimizerCommon)
  | ({ name: 'adam'; beta1: number; beta2: number; epsilon: number; epsilonInside: boolean } & CanonicalOptimizerCommon)
  | ({
      name: 'adamw';
      beta1: number;
      beta2: number;
      epsilon: number;
      epsilonInside: boolean;
      weightDecay: number;
    } & CanonicalOptimizerCommon);

/** A run document with every default filled in. It is itself a valid run document, and canonical form of itself. */
export interface CanonicalRun {
  basin: 1;
  name?: string;
  seed: number;
  rng: RngName;
  data: CanonicalData;
  layers: CanonicalLayer[];
  /** Absent only for CSV data before its labels have been read. */
  loss?: LossName;
  l2: number;
  init: CanonicalInit;
  optimizer: CanonicalOptimizer;
  batch: Required<Batch>;
  /** Only with `rng: "numpy"`. */
  maskSeed?: number;
  /** One of steps and epochs, as written. */
  steps?: number;
  epochs?: number;
  record: number | { epochs: number };
  earlyStopping?: Required<EarlyStopping>;
}
