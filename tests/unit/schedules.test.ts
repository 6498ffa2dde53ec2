// Learning rates by hand: from the schedules' formulas, and as training uses them.
import { describe, expect, test } from 'vitest';
import { createSession, type Run, type Schedule } from '../../src/index.ts';
import { expectClose } from '../support/close.ts';
import { flatten } from '../support/train.ts';

const quarter = Math.SQRT1_2; // cos 45°

/** α = 0.8, two steps an epoch, eight steps: the rate of each step. */
const byHand: Record<string, { schedule: Schedule; rates: number[] }> = {
  constant: { schedule: { name: 'constant' }, rates: [0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8] },
  // 0.8 / (1 + 3·⌊epoch⌋) for epochs 0, 1, 2, 3
  'inverse time': {
    schedule: { name: 'inverseTime', decayRate: 3 },
    rates: [0.8, 0.8, 0.2, 0.2, 0.8 / 7, 0.8 / 7, 0.08, 0.08],
  },
  // ⌊max(0, epoch − 1) / 2⌋ is 0, 0, 0, 1
  'inverse time, delayed, every two': {
    schedule: { name: 'inverseTime', decayRate: 1, every: 2, delay: 1 },
    rates: [0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.4, 0.4],
  },
  'steps down': { schedule: { name: 'step', factor: 0.5, every: 2 }, rates: [0.8, 0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4] },
  exponential: {
    schedule: { name: 'exponential', decayRate: 0.5 },
    rates: [0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.1, 0.1],
  },
  // 0.8 · (1 + cos(π step/8)) / 2, by step
  cosine: {
    schedule: { name: 'cosine' },
    rates: [0, 1, 2, 3, 4, 5, 6, 7].map((step) => 0.4 * (1 + Math.cos((Math.PI * step) / 8))),
  },
  // 0.2 + 0.6 · (1 + cos(π step/8)) / 2: at steps 0, 2, 4 the cosine is 1, √½, 0
  'cosine above a least rate': {
    schedule: { name: 'cosine', min: 0.2 },
    rates: [0.8, 0.2 + 0.3 * (1 + Math.cos(Math.PI / 8)), 0.2 + 0.3 * (1 + quarter)].concat(
      [3, 4, 5, 6, 7].map((step) => 0.2 + 0.3 * (1 + Math.cos((Math.PI * step) / 8))),
    ),
  },
  // The values are the rates; the last one is held.
  given: { schedule: { name: 'given', values: [0.5, 0.25, 0.1] }, rates: [0.5, 0.25, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] },
};

const documentWith = (schedule: Schedule): Run => ({
  basin: 1,
  data: { name: 'circles', rows: 20, testRows: 0, seed: 1 },
  layers: [{ units: 3, activation: 'tanh' }, { units: 1 }],
  optimizer: { name: 'sgd', learningRate: 0.8, schedule },
  batch: { size: 10 },
  epochs: 4,
});

describe('every update of gradient descent is the rate by hand times the gradient', () => {
  test.each(Object.entries(byHand))('%s', async (_, { schedule, rates }) => {
    const session = await createSession(documentWith(schedule), { backend: 'cpu', precision: 'f64' });
    expect(session.totalSteps).toBe(rates.length);
    for (const rate of rates) {
      const before = flatten(await session.weights());
      const gradient = flatten(await session.gradients());
      await session.step(1);
      const expected = before.map((w, i) => w - rate * gradient[i]!);
      expectClose(flatten(await session.weights()), expected, { atol: 1e-14 });
    }
  });

  test('past the end of the run the cosine stays at its least rate', async () => {
    const session = await createSession(documentWith({ name: 'cosine' }), { backend: 'cpu', precision: 'f64' });
    await session.step(8);
    const end = await session.weights();
    await session.step(5);
    expect(await session.weights()).toEqual(end);
  });
});
