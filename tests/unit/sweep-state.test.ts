// A sweep's state moves to another sweep of the same document. The reference is the sweep that was never interrupted: bits must be equal.
import { expect, test } from 'vitest';
import { createSweep, SpecError, type SweepInput, type SweepOptions } from '../../src/index.ts';

// Rules with no, one and two running averages: three fleets. Dropout and shuffled batches depend on the step.
const SWEEP: SweepInput = {
  base: {
    basin: 1,
    data: { name: 'moons', rows: 60, testRows: 0 },
    layers: [{ units: 6, dropRate: 0.2 }, { units: 1 }],
    batch: { size: 16 },
    steps: 60,
  },
  models: [
    { optimizer: { name: 'adam', learningRate: 0.02 } },
    { seed: 4 },
    { optimizer: { name: 'momentum' }, l2: 0.5 },
    { optimizer: { name: 'adam', learningRate: 0.05 }, seed: 9 },
  ],
};

const cpu = (options: SweepOptions = {}) => createSweep(SWEEP, { backend: 'cpu', ...options });

test.each([
  ['in one piece', {}],
  ['in waves', { memoryBytes: 30_000 }],
])('a sweep %s goes on exactly from the state of another', async (_, options) => {
  const [whole, before, after] = [await cpu(), await cpu(), await cpu(options)];
  await whole.step(45);
  await before.step(30);
  const state = structuredClone(await before.state());
  before.dispose();
  await after.restore(state);
  expect(after.steps).toBe(30);
  await after.step(15);
  expect(await after.weights()).toEqual(await whole.weights());
  expect(await after.losses()).toEqual(await whole.losses());
});

test('a halved sweep goes on exactly, and its stopped models stay stopped', async () => {
  const input: SweepInput = { base: SWEEP.base, vary: { seed: [1, 2, 3, 4] }, search: { halving: 2 } };
  const create = () => createSweep(input, { backend: 'cpu' });
  const [whole, before, after] = [await create(), await create(), await create()];
  await whole.step(60);
  // The first rung ends at step 15: here it has just ended, and stopped and training models stand at one step.
  await before.step(15);
  await after.restore(structuredClone(await before.state()));
  await after.step(20);
  const again = await create();
  await again.restore(structuredClone(await after.state()));
  for await (const _ of again.train());
  expect(again.modelSteps()).toEqual(whole.modelSteps());
  expect(await again.weights()).toEqual(await whole.weights());
  expect(await again.best()).toEqual(await whole.best());
});

test('a state of another number of models is refused', async () => {
  const sweep = await cpu();
  const state = await sweep.state();
  await expect(sweep.restore({ ...state, models: state.models.slice(1) })).rejects.toThrow(SpecError);
  await expect(sweep.restore({ ...state, models: state.models.slice(1) })).rejects.toThrow(
    /has 3 models where the sweep has 4/,
  );
});
