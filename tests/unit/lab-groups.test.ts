// Sweeps that train side by side. Expected values are those of the library's sweeps, each trained on its own.
import { expect, test } from 'vitest';
import { createGroups } from '../../demo/training/groups.ts';
import { byContender } from '../../demo/training/spread.ts';
import { createSweep, presets, type Run, type SweepInput } from '../../src/index.ts';

const ON_CPU = { backend: 'cpu' } as const;

/** 300 rows: 5 batches of 64 an epoch. */
const moons: Run = { ...presets['optimization/gd']!, epochs: 4, record: { epochs: 4 } };
const FULL: SweepInput = { base: { ...moons, batch: { size: 'full' } }, models: [{}] };
const SMALL: SweepInput = { base: moons, models: [{}, { optimizer: { name: 'momentum', learningRate: 0.1 } }] };

async function alone(input: SweepInput, steps: number) {
  const sweep = await createSweep(input, ON_CPU);
  await sweep.step(steps);
  const found = { scores: await sweep.evaluate(), losses: [...(await sweep.losses())], weights: await sweep.weights() };
  sweep.dispose();
  return found;
}

test('each group has the bits of its sweep alone; 13 batches of 5 an epoch are 2 whole epochs', async () => {
  const groups = await createGroups([FULL, SMALL], ON_CPU);
  expect([groups.models, groups.totalSteps, groups.round]).toEqual([3, 20, 5]);
  expect(groups.lengths()).toEqual([
    { steps: 4, stepsPerEpoch: 1 },
    { steps: 20, stepsPerEpoch: 5 },
    { steps: 20, stepsPerEpoch: 5 },
  ]);
  await groups.goOn(7);
  await groups.goOn(13);
  expect(groups.modelSteps()).toEqual([2, 13, 13]);
  const [full, small] = [await alone(FULL, 2), await alone(SMALL, 13)];
  expect(await groups.evaluate()).toEqual([...full.scores, ...small.scores]);
  expect(await groups.losses()).toEqual([...full.losses, ...small.losses]);
  expect(await groups.weights()).toEqual([...full.weights, ...small.weights]);
  groups.dispose();
});

test('a model is found in its sweep, under its number there', async () => {
  const groups = await createGroups([FULL, SMALL], ON_CPU);
  expect(groups.at(0)).toMatchObject({ index: 0, sweep: { models: 1 } });
  expect(groups.at(2)).toMatchObject({ index: 1, sweep: { models: 2 } });
  expect([0, 1, 2].map((m) => groups.run(m).batch.size)).toEqual(['full', 64, 64]);
  expect(groups.run(2).optimizer.name).toBe('momentum');
  expect(() => groups.at(3)).toThrow(/3 is not a model. Allowed: 0 … 2/);
  groups.dispose();
});

test('what was kept goes on in other groups to the same bits, and a reset begins again', async () => {
  const groups = await createGroups([FULL, SMALL], ON_CPU);
  await groups.goOn(8);
  const kept = await groups.state();
  await groups.goOn(20);
  const others = await createGroups([FULL, SMALL], ON_CPU);
  await others.restore(kept);
  expect(others.modelSteps()).toEqual([1, 8, 8]);
  await others.goOn(20);
  expect(others.modelSteps()).toEqual([4, 20, 20]);
  expect(await others.weights()).toEqual(await groups.weights());
  await others.reset();
  await groups.reset();
  expect([others.steps, ...others.modelSteps()]).toEqual([0, 0, 0, 0]);
  await others.goOn(8);
  await groups.goOn(8);
  expect(await others.weights()).toEqual(await groups.weights());
  for (const each of [groups, others]) each.dispose();
});

test('one group counts its own steps, past its last one and from a run of none', async () => {
  const { epochs: _, ...rest } = moons;
  const groups = await createGroups([{ base: { ...rest, record: 1, steps: 0 }, models: [{}] }], ON_CPU);
  expect([groups.totalSteps, groups.round, groups.hasEnded]).toEqual([0, 1, false]);
  await groups.goOn(3);
  expect([groups.steps, ...groups.modelSteps()]).toEqual([3, 3]);
  groups.dispose();
});

// With patience 1 and a rate of 0.0001 that lowers the held-out loss all the time nothing stops; a rate so large that the first
// epoch raises it stops after that epoch.
test('early stopping ends one group; the clock goes on until the last has ended', async () => {
  const data = { ...moons.data, validationFraction: 0.2 };
  const stopping = (size: 'full' | number, learningRate: number): SweepInput => ({
    base: {
      ...moons,
      data,
      batch: { size },
      optimizer: { name: 'sgd', learningRate },
      earlyStopping: { patience: 1 },
    },
    models: [{}],
  });
  const sweep = await createSweep(stopping('full', 1000), ON_CPU);
  for await (const _ of sweep.train());
  expect(sweep.steps).toBeLessThan(4);
  const groups = await createGroups([stopping('full', 1000), stopping(64, 1e-4)], ON_CPU);
  await groups.goOn(groups.totalSteps);
  expect(groups.hasEnded).toBe(false);
  expect([groups.steps, ...groups.modelSteps()]).toEqual([16, sweep.steps, 16]);
  const alone = await createGroups([stopping('full', 1000)], ON_CPU);
  await alone.goOn(4);
  expect([alone.hasEnded, alone.steps]).toEqual([true, sweep.steps]);
  await alone.reset();
  expect(alone.hasEnded).toBe(false);
});

test('a group that cannot be had leaves none on the device', async () => {
  const wrong = { base: { ...moons, batch: { size: 0 } }, models: [{}] };
  await expect(createGroups([FULL, wrong], ON_CPU)).rejects.toThrow(/batch.size/);
});

// Two groups, of one and of two contenders, with seeds 7 and 8: a7 a8 | b7 c7 b8 c8.
test('results over seeds go to their contenders, in the order of the seeds', () => {
  const of = (length: number) => ({ contenders: new Array(length) });
  expect(byContender([of(1), of(2)], ['a7', 'a8', 'b7', 'c7', 'b8', 'c8'])).toEqual([
    ['a7', 'a8'],
    ['b7', 'b8'],
    ['c7', 'c8'],
  ]);
});
