// Successive halving on the CPU backend. The reference is the algorithm worked by hand, with every model trained alone:
// Li et al. 2018, Hyperband, arXiv:1603.06560, algorithm 1; its table 1 gives the rungs of n = 81, R = 81, eta = 3.
import { describe, expect, test } from 'vitest';
import {
  createSession,
  createSweep,
  type Metric,
  type Run,
  type Sweep,
  type SweepInput,
  type SweepOptions,
} from '../../src/index.ts';
import { rungsOf } from '../../src/spec/halving.ts';
import { flatten } from '../support/train.ts';

const rungs = (models: number, halving: number, steps: number, minSteps = 1) =>
  rungsOf({ halving, minSteps, metric: 'train.loss' }, models, steps).map((rung) => [rung.models, rung.steps]);

describe('rungs', () => {
  test('81 models, 81 steps, a third each time: bracket s = 4 of the paper', () => {
    expect(rungs(81, 3, 81)).toEqual([
      [81, 1],
      [27, 3],
      [9, 9],
      [3, 27],
      [1, 81],
    ]);
  });

  test('numbers that do not divide are rounded down, models and steps', () => {
    // ⌊100/4⌋ = 25, ⌊100/16⌋ = 6, ⌊100/64⌋ = 1; ⌊1000/64⌋ = 15, ⌊1000/16⌋ = 62, ⌊1000/4⌋ = 250.
    expect(rungs(100, 4, 1000)).toEqual([
      [100, 15],
      [25, 62],
      [6, 250],
      [1, 1000],
    ]);
  });

  test('a longest first rung leaves rungs out, and more models get to the end', () => {
    expect(rungs(81, 3, 81, 9)).toEqual([
      [81, 9],
      [27, 27],
      [9, 81],
    ]);
    expect(rungs(81, 3, 81, 10)).toEqual([
      [81, 27],
      [27, 81],
    ]);
  });

  test('few steps for many models leave rungs out, too', () => {
    expect(rungs(65535, 2, 8)).toEqual([
      [65535, 1],
      [32767, 2],
      [16383, 4],
      [8191, 8],
    ]);
  });
});

const BASE: Run = {
  basin: 1,
  seed: 4,
  data: { name: 'moons', rows: 60, testRows: 20, validationFraction: 0.3 },
  layers: [{ units: 6, dropRate: 0.1 }, { units: 1 }],
  batch: { size: 16 },
  steps: 54,
  record: 5,
};

/** 27 models of three plans; rungs of 27, 9, 3 and 1 models that end at steps 2, 6, 18 and 54. */
const SWEEP: SweepInput = {
  base: BASE,
  vary: {
    'optimizer.name': ['sgd', 'adam', 'rmsprop'],
    'optimizer.learningRate': { log: [1e-3, 1], count: 3 },
    seed: [1, 2, 3],
  },
  search: { halving: 3 },
};

const CPU: SweepOptions = { backend: 'cpu' };

/** What is to come out, by training each model alone: at which step each one stops. */
async function byHand(sweep: Sweep, metric: Metric = 'validation.loss'): Promise<number[]> {
  const [set, what] = metric.split('.') as ['validation', 'loss'];
  const steps = new Array<number>(27).fill(0);
  const sessions = await Promise.all(steps.map((_, i) => createSession(sweep.run(i), CPU)));
  let going = [...steps.keys()];
  for (const [end, next] of [
    [2, 9],
    [6, 3],
    [18, 1],
    [54, 0],
  ] as const) {
    const values: [model: number, value: number][] = [];
    for (const i of going) {
      await sessions[i]!.step(end - sessions[i]!.steps);
      steps[i] = end;
      values.push([i, (await sessions[i]!.evaluate())[set]![what]]);
    }
    const better = what === 'loss' ? 1 : -1;
    values.sort(([i, a], [j, b]) => better * (a - b) || i - j);
    going = values.slice(0, next).map(([i]) => i);
  }
  return steps;
}

async function outcome(sweep: Sweep) {
  const { model, value, steps } = await sweep.best();
  return {
    steps: sweep.modelSteps(),
    losses: [...(await sweep.losses())],
    scores: await sweep.evaluate(),
    weights: (await sweep.weights()).map(flatten),
    records: await sweep.records(),
    best: { model, value, steps },
  };
}

async function halved(input = SWEEP, options: SweepOptions = {}) {
  const sweep = await createSweep(input, { ...CPU, ...options });
  for await (const _ of sweep.train());
  return outcome(sweep);
}

const count = (steps: readonly number[]) => [2, 6, 18, 54].map((end) => steps.filter((step) => step === end).length);

test('after each rung the best third of all models goes on, whatever their optimizers', async () => {
  const sweep = await createSweep(SWEEP, CPU);
  expect(sweep.rungs).toEqual([
    { models: 27, steps: 2 },
    { models: 9, steps: 6 },
    { models: 3, steps: 18 },
    { models: 1, steps: 54 },
  ]);
  const expected = await byHand(sweep);
  expect(count(expected)).toEqual([18, 6, 2, 1]);
  expect((await halved()).steps).toEqual(expected);
});

test.each(['train.loss', 'validation.accuracy'] as const)('models may be ranked by %s', async (metric) => {
  const sweep = await createSweep(SWEEP, CPU);
  const { steps, best, scores } = await halved({ ...SWEEP, search: { halving: 3, metric } });
  expect(steps).toEqual(await byHand(sweep, metric));
  const [set, what] = metric.split('.') as ['validation', 'loss'];
  expect(best.value).toBe(scores[best.model]![set]![what]);
});

test('every model has the bits of its own document run alone, to where it stopped', async () => {
  const sweep = await createSweep(SWEEP, CPU);
  for await (const _ of sweep.train());
  const { steps, losses, scores, weights, records } = await outcome(sweep);
  for (const [i, step] of steps.entries()) {
    const alone = await createSession(sweep.run(i), CPU);
    await alone.step(step);
    expect(weights[i], `model ${i}`).toEqual(flatten(await alone.weights()));
    expect(losses[i]).toBe(await alone.loss());
    expect(scores[i]).toEqual(await alone.evaluate());
    expect(records[i]).toEqual(await alone.record());
  }
});

test('a model that was stopped goes on alone as if nothing had happened', async () => {
  const sweep = await createSweep(SWEEP, CPU);
  for await (const _ of sweep.train());
  for (const end of [2, 6, 54]) {
    const i = sweep.modelSteps().indexOf(end);
    const taken = await sweep.session(i);
    expect(taken.steps).toBe(end);
    await taken.step(60 - end);
    const alone = await createSession(sweep.run(i), CPU);
    await alone.step(60);
    expect(flatten(await taken.weights())).toEqual(flatten(await alone.weights()));
    expect(await taken.record()).toEqual(await alone.record());
    await taken.reset();
    expect(flatten(await taken.weights())).toEqual(flatten(await (await createSession(sweep.run(i), CPU)).weights()));
  }
});

test('in waves the same models stop at the same bits', async () => {
  const options = { ...CPU, memoryBytes: 60_000 };
  const sweep = await createSweep(SWEEP, options);
  expect(sweep.waves).toBeGreaterThan(3);
  expect(await halved(SWEEP, options)).toEqual(await halved());
});

test('interrupted again and again it goes on as if it had not been', async () => {
  for (const memoryBytes of [2 ** 30, 60_000]) {
    const sweep = await createSweep(SWEEP, { ...CPU, memoryBytes });
    let [interruptions, last] = [0, 0];
    while (sweep.steps < sweep.totalSteps) {
      const abort = new AbortController();
      for await (const { done } of sweep.train({ signal: abort.signal, everyMs: 1e-3 })) {
        if (done > last) abort.abort();
        last = done;
      }
      expect(await sweep.losses()).toHaveLength(27);
      interruptions++;
    }
    expect(interruptions).toBeGreaterThan(4);
    expect(await outcome(sweep)).toEqual(await halved());
  }
});

test('step() stops models at the ends of rungs as train() does', async () => {
  const expected = await halved();
  const whole = await createSweep(SWEEP, CPU);
  await whole.step(54);
  expect(await outcome(whole)).toEqual(expected);
  const sliced = await createSweep(SWEEP, CPU);
  await sliced.step(2);
  expect(count(sliced.modelSteps())).toEqual([27, 0, 0, 0]);
  await sliced.step(3);
  expect(sliced.modelSteps().filter((step) => step === 5)).toHaveLength(9);
  await sliced.step(40);
  for await (const _ of sliced.train());
  expect(await outcome(sliced)).toEqual(expected);
  await sliced.step(6);
  expect(sliced.modelSteps().filter((step) => step === 60)).toHaveLength(1);
});

test('reset brings all models back to their start', async () => {
  const sweep = await createSweep(SWEEP, CPU);
  const start = (await sweep.weights()).map(flatten);
  for await (const _ of sweep.train());
  await sweep.reset();
  expect(sweep.modelSteps()).toEqual(new Array(27).fill(0));
  expect((await sweep.weights()).map(flatten)).toEqual(start);
  for await (const _ of sweep.train());
  expect(await outcome(sweep)).toEqual(await halved());
});

test('progress tells the rung, the models that still train and the part of the work that is done', async () => {
  const sweep = await createSweep(SWEEP, CPU);
  const seen = [];
  for await (const { rung, rungs: of, training, models, step, steps, done } of sweep.train({ everyMs: 1e-3 })) {
    seen.push([rung, of, training, models, steps]);
    // 27 · 2 + 9 · 4 + 3 · 12 + 1 · 36 updates are the whole.
    const [before, first] = (
      [
        [0, 0],
        [54, 2],
        [90, 6],
        [126, 18],
      ] as const
    )[rung - 1]!;
    if (training === 1) expect(done).toBeCloseTo((before + training * (step - first)) / 162, 12);
  }
  expect(new Set(seen.map(String))).toEqual(new Set(['1,4,27,27,54', '2,4,9,27,54', '3,4,3,27,54', '4,4,1,27,54']));
});

describe('models that diverge', () => {
  const wild = (rates: number[]): SweepInput => ({
    base: { ...BASE, loss: 'meanSquaredError' },
    vary: { 'optimizer.learningRate': rates },
    search: { halving: 3 },
  });

  test('never go on, though the others are too few', async () => {
    const { steps, best } = await halved(wild([1e30, 1e20, 0.01, 1e20, 1e30, 1e20, 1e30, 1e20, 1e30]));
    expect(steps).toEqual([6, 6, 54, 6, 6, 6, 6, 6, 6]);
    expect(best).toMatchObject({ model: 2, steps: 54 });
  });

  // Of weights that are not numbers class 0 comes out, which is right for 10 of the 18 held-out rows.
  test('never go on, though their accuracy is higher', async () => {
    const sweep = await createSweep(
      {
        base: BASE,
        vary: { 'optimizer.learningRate': [1e38, 1e38, 1e-6], 'init.seed': [0] },
        search: { halving: 3, metric: 'validation.accuracy' },
      },
      CPU,
    );
    for await (const _ of sweep.train());
    const [wild, , tame] = await sweep.evaluate();
    expect(wild!.validation!.accuracy).toBeGreaterThan(tame!.validation!.accuracy!);
    expect(sweep.modelSteps()).toEqual([18, 18, 54]);
    expect((await sweep.best()).model).toBe(2);
  });

  test('if all do, the sweep ends there', async () => {
    const sweep = await createSweep(wild([1e30, 1e20, 1e25]), CPU);
    for await (const _ of sweep.train());
    expect(sweep.modelSteps()).toEqual([18, 18, 18]);
    expect([sweep.steps, sweep.waves]).toEqual([18, 1]);
    await sweep.step(5);
    expect(sweep.modelSteps()).toEqual([18, 18, 18]);
    await expect(sweep.best()).rejects.toThrow(/diverged/);
  });
});

test('equal scores: the lower number goes on', async () => {
  const { steps } = await halved({ base: BASE, vary: { l2: [0, 0, 0, 0] }, search: { halving: 2 } });
  expect(steps).toEqual([54, 27, 13, 13]);
});

test('random draws can be halved as well', async () => {
  const vary = { 'optimizer.learningRate': { log: [1e-3, 1] } } as const;
  const sweep = await createSweep({ base: BASE, vary, search: { random: 8, seed: 3, halving: 2, minSteps: 13 } }, CPU);
  const drawn = await createSweep({ base: BASE, vary, search: { random: 8, seed: 3 } }, CPU);
  for (const i of [0, 7]) expect(sweep.run(i)).toEqual(drawn.run(i));
  for await (const _ of sweep.train());
  expect(sweep.modelSteps().toSorted((a, b) => a - b)).toEqual([13, 13, 13, 13, 27, 27, 54, 54]);
});

test('what only the data can tell is checked against it', async () => {
  const numbers = { x: [[0], [1], [2], [3]], y: [0.5, 0.1, 2.5, 3] };
  const regression: Run = { basin: 1, data: numbers, layers: [{ units: 1 }] };
  const create = (base: Run, search: SweepInput['search']) =>
    createSweep({ base, vary: { l2: [0, 1, 2] }, search: search! }, CPU);
  await expect(create(regression, { halving: 3, metric: 'train.accuracy' })).rejects.toMatchObject({
    path: 'search.metric',
    message: expect.stringContaining('needs class labels'),
  });
  await expect(create({ ...regression, steps: 30 }, { halving: 3, minSteps: 11 })).rejects.toMatchObject({
    path: 'search.minSteps',
    message: expect.stringContaining('11 of 30 steps leaves no rung before the end. Allowed: at most 10'),
  });
  await expect(create({ ...regression, steps: 2 }, { halving: 3 })).rejects.toMatchObject({
    path: 'search.minSteps',
    message: expect.stringContaining('Train for more steps'),
  });
});
