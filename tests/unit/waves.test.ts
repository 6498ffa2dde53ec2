// Sweeps larger than the device's memory train in waves. The reference is the same sweep in one piece: bits must be equal.
import { expect, test } from 'vitest';
import { createSweep, type SweepInput, type SweepOptions } from '../../src/index.ts';

const SWEEP: SweepInput = {
  base: {
    basin: 1,
    data: { name: 'circles', rows: 60, testRows: 20, validationFraction: 0.2 },
    layers: [{ units: 6, dropRate: 0.2 }, { units: 1 }],
    optimizer: { name: 'adam', learningRate: 0.01 },
    batch: { size: 16 },
    steps: 40,
    record: 10,
  },
  vary: { 'optimizer.learningRate': { log: [1e-3, 1e-1], count: 5 }, l2: [0, 1] },
};

async function outcome(options: SweepOptions) {
  const sweep = await createSweep(SWEEP, { backend: 'cpu', ...options });
  await sweep.step(7);
  for await (const _ of sweep.train()) {
    // to the end
  }
  const { model, value } = await sweep.best();
  const result = {
    losses: [...(await sweep.losses())],
    scores: await sweep.evaluate(),
    records: await sweep.records(),
    divergences: await sweep.divergences(),
    best: { model, value },
  };
  const { waves } = sweep;
  sweep.dispose();
  return { waves, result };
}

// One model of this plan takes about 9 KiB beside some 40 KiB that all share.
test.each([20_000, 70_000])(
  'a sweep of 10 models in %i bytes has the bits of one in a gibibyte',
  async (memoryBytes) => {
    const [whole, split] = [await outcome({}), await outcome({ memoryBytes })];
    expect(whole.waves).toBe(1);
    expect(split.waves).toBeGreaterThan(2);
    expect(split.result).toEqual(whole.result);
  },
);

test('a model of a later wave goes on alone from where the sweep is', async () => {
  const sweep = await createSweep(SWEEP, { backend: 'cpu', memoryBytes: 70_000 });
  await sweep.step(5);
  const alone = await sweep.session(9);
  await alone.step(5);
  await sweep.step(5);
  expect(await alone.loss()).toBe((await sweep.losses())[9]);
});

test('interrupted in a later wave, the sweep is as far as the models left behind, and step() takes them along', async () => {
  const sweep = await createSweep(SWEEP, { backend: 'cpu', memoryBytes: 70_000 });
  const abort = new AbortController();
  for await (const { step } of sweep.train({ signal: abort.signal })) if (step > 20) abort.abort();
  expect(sweep.modelSteps()).toContain(40);
  expect(sweep.steps).toBeLessThan(40);
  await sweep.step(2);
  expect(sweep.modelSteps()).toEqual(new Array(10).fill(42));
});
