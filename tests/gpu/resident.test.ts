// The resident strategy against the CPU and the layered one: every section of its kernel, in every preset.
import { beforeAll, describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backend/cpu.ts';
import type { ActivationName, Optimizer, Run } from '../../src/spec/types.ts';
import { expectClose } from '../support/close.ts';
import { type Trained, trainFleet, type Variant } from '../support/fleet.ts';
import { GPU, SOFTWARE, W1, W2, W3, WITHOUT_SUBGROUPS, withDropout } from '../support/workloads.ts';
import { openPage, type TestPage } from './page-client.ts';

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

const VARIANTS = { software: SOFTWARE, 'software without subgroups': WITHOUT_SUBGROUPS, gpu: GPU };

const onDevice = (runs: readonly Run[], slices: readonly number[], variant: Variant) =>
  page.call<Trained>('resident.train', runs, slices, variant);

const references = new Map<Run, Promise<Trained>>();

/** The first 100 steps in f64, on the CPU. */
function reference(run: Run): Promise<Trained> {
  const known = references.get(run) ?? createCpuBackend('f64').then((backend) => trainFleet(backend, [run], [100]));
  references.set(run, known);
  return known;
}

const small = (optimizer: Optimizer): Run => ({
  ...W3,
  data: { name: 'moons', rows: 50 },
  layers: [{ units: 5, activation: 'tanh' }, { units: 1 }],
  loss: 'sigmoidCrossEntropy',
  l2: 0.5,
  optimizer,
});

/** Units that are no multiple of four, so that rows share draws; 37 rows, so that the last trip is ragged. */
const activated = (activation: ActivationName): Run => ({
  ...W2,
  data: { name: 'moons', rows: 37 },
  layers: [{ units: 6, activation, dropRate: 0.3 }, { units: 5, activation, dropRate: 0.2 }, { units: 1 }],
  l2: 0.1,
});

/** By units, by rows, by units; sigmoid, so that lanes without a unit hand something up; fewer rows than a whole trip at the end. */
const DEEP: Run = {
  ...W2,
  data: { name: 'moons', rows: 37 },
  layers: [
    { units: 6, activation: 'sigmoid', dropRate: 0.2 },
    { units: 3, activation: 'tanh' },
    { units: 5, activation: 'sigmoid', dropRate: 0.2 },
    { units: 1 },
  ],
  l2: 0.1,
  batch: { size: 10 },
  optimizer: { name: 'adam', learningRate: 0.02, epsilon: 1e-4, clipNorm: 0.05 },
};

const SQUARED: Run = {
  ...W1,
  data: {
    x: [
      [0.5, -1],
      [1, 0.25],
      [-0.75, 2],
      [0, -0.5],
    ],
    y: [
      [1, 0],
      [0.5, -1],
      [2, 0.25],
      [-1, 1],
    ],
  },
  layers: [{ units: 4, activation: 'tanh' }, { units: 2 }],
  loss: 'meanSquaredError',
};

const MASKED: Run = {
  ...SQUARED,
  data: {
    x: [
      [0.5, -1],
      [1, 0.25],
      [-0.75, 2],
      [0, -0.5],
      [1, 1],
    ],
    y: [0, 1, 1, 0, 1],
  },
  layers: [
    {
      units: 3,
      activation: 'relu',
      dropRate: 0.4,
      dropMasks: [
        [
          [1, 0, 1],
          [0, 1, 1],
          [1, 1, 0],
          [1, 1, 1],
          [0, 0, 1],
        ],
        [
          [0, 1, 1],
          [1, 1, 1],
          [1, 0, 0],
          [0, 1, 0],
          [1, 1, 1],
        ],
      ],
    },
    { units: 2, activation: 'sigmoid' },
    { units: 1 },
  ],
  loss: 'sigmoidCrossEntropy',
};

const RUNS: Record<string, Run> = {
  W1,
  W2,
  'W3, small': W3,
  sgd: small({ name: 'sgd', learningRate: 0.5, schedule: { name: 'inverseTime', decayRate: 1 } }),
  momentum: small({ name: 'momentum', learningRate: 0.3 }),
  nesterov: small({ name: 'nesterov', learningRate: 0.3, schedule: { name: 'cosine', min: 0.01 } }),
  rmsprop: small({ name: 'rmsprop', learningRate: 0.01, epsilon: 1e-4 }),
  'adam, epsilon inside': small({ name: 'adam', learningRate: 0.02, epsilon: 1e-4, epsilonInside: true }),
  adamw: small({ name: 'adamw', learningRate: 0.02, epsilon: 1e-4, weightDecay: 0.1 }),
  'clipped gradients': small({ name: 'momentum', learningRate: 0.3, clipNorm: 0.1 }),
  leakyRelu: activated('leakyRelu'),
  sigmoid: activated('sigmoid'),
  tanh: activated('tanh'),
  gelu: activated('gelu'),
  linear: activated('linear'),
  'three hidden layers': DEEP,
  'squared error': SQUARED,
  'given masks': MASKED,
};

// The sections that presets share are all run in the first; the others run what is their own: sums, updates, ragged rows.
const OWN = [
  'W1',
  'W2',
  'W3, small',
  'rmsprop',
  'adam, epsilon inside',
  'adamw',
  'clipped gradients',
  'gelu',
  'given masks',
];

describe.each(Object.entries(VARIANTS))('%s', (_, variant) => {
  const chosen = Object.entries(RUNS).filter(([name]) => variant === SOFTWARE || OWN.includes(name));

  // f32 has 24 bits, and a hundred steps of a small network lose a few. A wrong section loses all of them.
  test.each(chosen)('%s: the first 100 steps are those of the CPU in f64', async (_, run) => {
    const expected = await reference(run);
    const trained = await onDevice([run], [100], variant);
    expectClose(trained.losses, expected.losses, { rtol: 1e-4, atol: 1e-5 });
    expectClose(trained.parameters, expected.parameters, { rtol: 1e-3, atol: 1e-4 });
    expectClose(trained.moments, expected.moments, { rtol: 1e-3, atol: 1e-4 });
  });
});

/** 64 networks that differ in all that models of one plan may differ in; their rows are the same. */
const MODELS = Array.from({ length: 64 }, (_, i): Run => {
  const schedule = { name: 'inverseTime', decayRate: (i % 3) / 100 } as const;
  const optimizer: Optimizer = { name: 'sgd', learningRate: 0.1 + 0.01 * i, schedule };
  return {
    ...W2,
    data: { ...W2.data, seed: 1 },
    seed: i,
    l2: (i % 7) / 5,
    layers: withDropout(0.1 + (i % 5) / 20),
    optimizer,
  };
});

describe.each(Object.entries({ software: SOFTWARE, gpu: GPU }))('%s', (_, variant) => {
  // On a software adapter five pieces of W2, whose dropout is drawn aside.
  const steps = variant === GPU ? 10 : 300;

  test('a model gives the same bits alone and as row 5 or 63 of 64', async () => {
    const all = await onDevice(MODELS, [steps], variant);
    for (const row of [5, 63]) {
      const alone = await onDevice([MODELS[row]!], [steps], variant);
      const params = alone.parameters.length;
      expect(alone.parameters).toEqual(all.parameters.slice(row * params, (row + 1) * params));
      expect(alone.losses).toEqual(all.losses.filter((_, i) => i % MODELS.length === row));
    }
  });

  test.each(Object.entries({ W2, W3 }))(
    '%s: the number of steps in a dispatch does not change a bit',
    async (_, run) => {
      const all = await onDevice([run], [steps], variant);
      const ones = Array.from({ length: steps }, () => 1);
      expect(await onDevice([run], ones, variant)).toEqual(all);
      const sevens = Array.from({ length: Math.floor(steps / 7) }, () => 7);
      expect(await onDevice([run], [...sevens, steps - 7 * sevens.length], variant)).toEqual(all);
    },
  );
});

test.each(Object.entries(VARIANTS))('%s: a run that leaves the finite numbers is caught', async (_, variant) => {
  const wild: Run = { ...SQUARED, optimizer: { name: 'sgd', learningRate: 1e12 } };
  const expected = await trainFleet(await createCpuBackend('f32'), [wild], [20]);
  expect(expected.diverged[0]).not.toBeNull();
  expect((await onDevice([wild], [20], variant)).diverged).toEqual(expected.diverged);
});
