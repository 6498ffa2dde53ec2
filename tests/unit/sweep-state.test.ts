// A sweep's state moves to another sweep of the same document. The reference is the sweep that was never interrupted: bits must be equal.
import { expect, test } from 'vitest';
import {
  createSession,
  createSweep,
  type Run,
  type Session,
  SpecError,
  type Sweep,
  type SweepInput,
  type SweepOptions,
} from '../../src/index.ts';

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

// Three models of different fleets and one that early stopping ends at another epoch. An epoch is three steps of 16 rows.
const STOPPING: SweepInput = {
  base: {
    basin: 1,
    data: { name: 'moons', rows: 60, testRows: 0, noise: 0.4, validationFraction: 0.25 },
    layers: [{ units: 12 }, { units: 1 }],
    batch: { size: 16 },
    epochs: 200,
    earlyStopping: { patience: 6 },
  },
  models: [
    { optimizer: { name: 'adam', learningRate: 0.05 } },
    { optimizer: { name: 'adam', learningRate: 0.3 }, seed: 3 },
    { optimizer: { name: 'momentum', learningRate: 2 } },
  ],
};

const stopping = () => createSweep(STOPPING, { backend: 'cpu' });

/** Trains to the end, or to the step, as early stopping lets it. */
async function trained(sweep: Sweep | Session, until?: number): Promise<void> {
  for await (const _ of sweep.train(until === undefined ? {} : { until }));
}

test.each([2, 16, 25, 31])('early stopping goes on where it was, restored at step %i', async (step) => {
  const [whole, before, after] = [await stopping(), await stopping(), await stopping()];
  await trained(whole);
  await trained(before, step);
  const state = structuredClone(await before.state());
  before.dispose();
  await after.restore(state);
  await trained(after);
  expect(after.modelSteps()).toEqual(whole.modelSteps());
  expect(await after.weights()).toEqual(await whole.weights());
});

test.each([0, 1, 2])('model %i of a sweep that was interrupted goes on alone as it would have', async (model) => {
  const sweep = await stopping();
  await trained(sweep, 25);
  const taken = await sweep.session(model);
  await trained(taken);
  const alone = await createSession(sweep.run(model), { backend: 'cpu' });
  await trained(alone);
  expect(alone.steps).toBeLessThan(600); // it was stopped, and not by its end
  expect(taken.steps).toBe(Math.max(25, alone.steps)); // a model that has stopped is carried along by the others
  expect(await taken.weights()).toEqual(await alone.weights());
});

test('a session restored in another one goes on with its patience', async () => {
  const run = { ...(STOPPING.base as Run), optimizer: { name: 'adam', learningRate: 0.3 } } as const;
  const [whole, before, after] = await Promise.all([0, 1, 2].map(() => createSession(run, { backend: 'cpu' })));
  await trained(whole!);
  await trained(before!, 25);
  await after!.restore(structuredClone(await before!.state()));
  await trained(after!);
  expect(after!.steps).toBe(whole!.steps);
  expect(await after!.weights()).toEqual(await whole!.weights());
});

test('a state of another number of models is refused', async () => {
  const sweep = await cpu();
  const state = await sweep.state();
  await expect(sweep.restore({ ...state, models: state.models.slice(1) })).rejects.toThrow(SpecError);
  await expect(sweep.restore({ ...state, models: state.models.slice(1) })).rejects.toThrow(
    /has 3 models where the sweep has 4/,
  );
});
