// Sessions and sweeps on the device: bits that depend on nothing but the document, in both strategies, and how it fails.
import { beforeAll, describe, expect, test } from 'vitest';
import { createSession, type Reals, type Run, type SweepInput } from '../../src/index.ts';
import { flatten, mixedBase, mixedSweep, type Outcome, type SweepOutcome } from '../support/train.ts';
import { openPage, type TestPage } from './page-client.ts';

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

const MODELS = mixedSweep.models!.length;

/** A network too large for one workgroup, so that nothing but the layered strategy runs it. */
const wideBase: Run = {
  ...mixedBase,
  layers: [{ units: 70, dropRate: 0.25 }, { units: 9, activation: 'gelu' }, { units: 1 }],
};

interface Halved {
  readonly runs: Run[];
  readonly steps: number[];
  readonly weights: Reals[];
  readonly losses: Reals;
}

describe.each([
  ['the strategy chosen', {}, 'resident'],
  ['the layered strategy', { pin: { strategy: 'layered' } }, 'layered'],
] as const)('with %s', (_, pin, strategy) => {
  test('every model of a sweep has the bits of its own document run alone', { timeout: 300_000 }, async () => {
    const { runs, models } = await page.call<SweepOutcome>('train.together', mixedSweep, [5, 19], pin);
    expect(models).toHaveLength(MODELS);
    expect(models[0]!.strategy).toBe(strategy);
    for (const [m, run] of runs.entries()) {
      expect(models[m], `model ${m}`).toEqual(await page.call<Outcome>('train.alone', run, [5, 19], pin));
    }
    expect(new Set(models.map(({ losses }) => losses[2])).size).toBe(MODELS);
  });

  test('the same document gives the same bits twice, whatever the steps per submit', async () => {
    const { losses: _, ...whole } = await page.call<Outcome>('train.alone', mixedBase, [24], pin);
    for (const slices of [[24], [7, 7, 7, 3], [1, 23], new Array<number>(24).fill(1)]) {
      const { losses: __, ...sliced } = await page.call<Outcome>('train.alone', mixedBase, slices, pin);
      expect(sliced, `slices of ${slices}`).toEqual(whole);
    }
  });

  test('models taken out of a sweep go on exactly', async () => {
    const taken = [0, 2, 6, 9, 11, 14];
    const { models } = await page.call<SweepOutcome>('train.together', mixedSweep, [10, 14], pin);
    const outcomes = await page.call<Outcome[]>('train.takenOut', mixedSweep, taken, 10, [14], pin);
    for (const [i, m] of taken.entries()) {
      expect(outcomes[i]!.weights, `model ${m}`).toEqual(models[m]!.weights);
      expect(outcomes[i]!.losses).toEqual(models[m]!.losses.slice(1));
      expect(outcomes[i]!.scores).toEqual(models[m]!.scores);
    }
  });

  test('successive halving: every model has the bits of its own document run alone, to where it stopped', async () => {
    const vary = { 'optimizer.name': ['sgd', 'adam', 'rmsprop'], seed: [1, 2, 3] };
    const input: SweepInput = { base: mixedBase, vary, search: { halving: 3 } };
    const { runs, steps, weights, losses } = await page.call<Halved>('train.halved', input, pin);
    // 9 models to step 24 / 9, 3 to 24 / 3, 1 to 24.
    expect(steps.toSorted((a, b) => a - b)).toEqual([2, 2, 2, 2, 2, 2, 8, 8, 24]);
    for (const [i, run] of runs.entries()) {
      const alone = await page.call<Outcome>('train.alone', run, [steps[i]!], pin);
      expect(weights[i], `model ${i}`).toEqual(alone.weights);
      expect(losses[i]).toBe(alone.losses.at(-1));
    }
  });

  test('reset goes back to the same start and the same curve', async () => {
    const [first, second] = await page.call<[Outcome, Outcome]>('train.resetBetween', mixedBase, [10, 14], pin);
    expect(second).toEqual(first);
  });

  test('two sessions that step in turns do not touch each other', async () => {
    const other: Run = { ...mixedBase, seed: 8, layers: [{ units: 3 }, { units: 1 }] };
    const slices = [1, 2, 3, 18];
    const outcomes = await page.call<[Outcome, Outcome]>('train.inTurns', mixedBase, other, slices, pin);
    for (const [i, run] of [mixedBase, other].entries()) {
      expect(outcomes[i]).toEqual(await page.call<Outcome>('train.alone', run, slices, pin));
    }
  });

  test('initial weights are those of the CPU to the bit', async () => {
    for (const run of [mixedBase, { ...mixedBase, init: { scheme: 'heUniform' }, seed: 2 ** 50 + 1 } satisfies Run]) {
      const session = await createSession(run, { backend: 'cpu' });
      const gpu = await page.call<Outcome>('train.alone', run, [], pin);
      expect(gpu.start).toEqual(flatten(await session.weights()));
    }
  });

  // With one-hot rows the first layer's gradient is 0 exactly where a unit was dropped for a row.
  test('dropout masks are those of the CPU to the bit, at every step', async () => {
    const rows = 12;
    const run: Run = {
      basin: 1,
      seed: 21,
      data: {
        x: Array.from({ length: rows }, (_, r) => Array.from({ length: rows }, (__, i) => (i === r ? 1 : 0))),
        y: Array.from({ length: rows }, (_, r) => 3 + r / 2),
      },
      layers: [{ units: 13, activation: 'linear', dropRate: 0.4 }, { units: 1 }],
      optimizer: { name: 'sgd', learningRate: 0 },
    };
    const steps = [0, 1, 2, 9, 300];
    const kept = (gradient: Float32Array) => Array.from(gradient.subarray(0, 13 * rows), (g) => (g === 0 ? 0 : 1));
    const gpu = await page.call<Float32Array[]>('train.gradientsAt', run, steps, pin);
    const session = await createSession(run, { backend: 'cpu' });
    for (const [i, step] of steps.entries()) {
      await session.step(step - session.steps);
      const cpu = kept(flatten(await session.gradients()) as Float32Array);
      expect(kept(gpu[i]!), `step ${step}`).toEqual(cpu);
      expect(new Set(cpu).size).toBe(2);
    }
    expect(kept(gpu[0]!)).not.toEqual(kept(gpu[1]!));
  });
});

test('a wider network has the same bits alone and in a sweep, in any slices', async () => {
  const models = [{}, { l2: 3 }, { seed: 6, optimizer: { learningRate: 0.2 } }];
  const sweep = await page.call<SweepOutcome>('train.together', { base: wideBase, models }, [24]);
  expect(sweep.models[0]!.strategy).toBe('layered');
  for (const [m, run] of sweep.runs.entries()) {
    expect(sweep.models[m]).toEqual(await page.call<Outcome>('train.alone', run, [24]));
    const { weights } = await page.call<Outcome>('train.alone', run, [1, 2, 3, 18]);
    expect(weights).toEqual(sweep.models[m]!.weights);
  }
});

describe('when something goes wrong', () => {
  const unhandled: string[] = [];
  beforeAll(() => {
    page.page.on('pageerror', (error) => unhandled.push(String(error)));
  });

  test('a lost device is a DeviceLostError in every call', async () => {
    const { before, errors, isOwn } = await page.call<{ before: number; errors: string[]; isOwn: boolean[] }>(
      'train.loseDevice',
      mixedBase,
    );
    expect(before).toBeGreaterThan(0);
    expect(isOwn).toEqual([true, true, true, true]);
    expect(errors[0]).toMatch(/device was lost: [^.]+\. Start/);
  });

  test('a device lost in the middle of a step ends the step with a DeviceLostError', async () => {
    expect(await page.call('train.loseDeviceInStep', { ...mixedBase, steps: 5000 })).toBe('DeviceLostError');
  });

  test('the shared device goes on after another one was lost', async () => {
    await page.call('train.loseDevice', mixedBase);
    const { losses } = await page.call<Outcome>('train.alone', mixedBase, [3]);
    expect(losses[1]).toBeGreaterThan(0);
    expect(unhandled).toEqual([]);
  });

  test('a network that does not fit names the limit, the need and what there is', async () => {
    const units = 1_048_576;
    const run: Run = { ...mixedBase, layers: [{ units }, { units }, { units: 1 }] };
    const error = await page.call('train.alone', run, [1]).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'LimitError', limit: expect.any(String) });
    const { need, have } = error as { need: number; have: number };
    expect(need).toBeGreaterThan(have);
  });

  test('divergence is told by step, layer and what, as on the CPU', async () => {
    const run: Run = {
      ...mixedBase,
      loss: 'meanSquaredError',
      optimizer: { name: 'sgd', learningRate: 1e6 },
    };
    const gpu = await page.call('train.alone', run, [24]).catch((caught: unknown) => caught);
    const session = await createSession(run, { backend: 'cpu' });
    const cpu = await session.step(24).catch((caught: unknown) => caught);
    expect(gpu).toMatchObject({ name: 'DivergenceError', divergence: (cpu as { divergence: object }).divergence });
  });
});
