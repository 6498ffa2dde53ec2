// The benchmark's small networks as run documents, and the ways in which a device may run them.
import type { AdapterTraits } from '../../src/plan/choose.ts';
import type { Layer, Run } from '../../src/spec/types.ts';
import type { Variant } from './fleet.ts';

/** The initialization lesson's network: 300 rows, plain gradient descent. */
export const W1: Run = {
  basin: 1,
  seed: 3,
  data: { name: 'circles', rows: 300, noise: 0.05 },
  layers: [{ units: 10, activation: 'relu' }, { units: 5, activation: 'relu' }, { units: 1 }],
  init: { scheme: 'heNormal' },
  optimizer: { name: 'sgd', learningRate: 0.01 },
  batch: { size: 'full' },
  steps: 1000,
};

export const withDropout = (dropRate: number): Layer[] => [
  { units: 20, activation: 'relu', dropRate },
  { units: 3, activation: 'relu', dropRate },
  { units: 1 },
];

/** The regularization lesson's: 211 rows, penalty, dropout on both hidden layers. */
export const W2: Run = {
  basin: 1,
  seed: 7,
  data: { name: 'football', rows: 211 },
  layers: withDropout(0.14),
  l2: 0.7,
  init: { scheme: 'lecunNormal' },
  optimizer: { name: 'sgd', learningRate: 0.3 },
  batch: { size: 'full' },
  steps: 1000,
};

/** Softmax in mini-batches, as W3 does it, but small: 50 rows in batches of 16, the last of which has 2. */
export const W3: Run = {
  basin: 1,
  seed: 5,
  data: { name: 'blobs', rows: 50 },
  layers: [{ units: 9, activation: 'relu' }, { units: 3 }],
  loss: 'softmaxCrossEntropy',
  optimizer: { name: 'adam', learningRate: 0.01 },
  batch: { size: 16 },
  steps: 1000,
};

/** W3 itself: handwritten digits, 64-32-10. */
export const DIGITS: Run = {
  ...W3,
  data: { name: 'digits' },
  layers: [{ units: 32, activation: 'relu' }, { units: 10 }],
  optimizer: { name: 'adam', learningRate: 0.001 },
  batch: { size: 64 },
};

const TRAITS: AdapterTraits = {
  software: true,
  subgroupSizes: [4, 4],
  workgroupBytes: 16384,
  workgroupThreads: 256,
};

const layered = (traits: Partial<AdapterTraits>): Variant => ({
  traits: { ...TRAITS, ...traits },
  pin: { strategy: 'layered' },
});

/** The layered strategy with each form of its products that networks of this size get. Wide tiles are for larger ones. */
export const LAYERED = {
  'plain tiles': layered({ subgroupSizes: null }),
  'shared loads': layered({}),
  'workgroup tiles': layered({ software: false, subgroupSizes: [32, 32] }),
} as const;
export const SOFTWARE: Variant = { traits: TRAITS, pin: { strategy: 'resident', preset: 'software' } };
export const WITHOUT_SUBGROUPS: Variant = { ...SOFTWARE, traits: { ...TRAITS, subgroupSizes: null } };
export const GPU: Variant = { traits: TRAITS, pin: { strategy: 'resident', preset: 'gpu' } };
