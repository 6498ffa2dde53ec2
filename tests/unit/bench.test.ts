// The benchmark's definitions and arithmetic: what is measured, and how rounds become numbers.
import { describe, expect, test } from 'vitest';
import type { Contender, LayerValues } from '../../bench/contender.ts';
import { base64, floats } from '../../bench/contenders/remote.ts';
import { measureCase } from '../../bench/measure.ts';
import { OUR_WEBGPU } from '../../bench/names.ts';
import { judge, judgeProduct, meanLoss, prepareMatmul, prepareTraining, trainingProblem } from '../../bench/problem.ts';
import { type Entry, formatReport, type Report, ratios } from '../../bench/report.ts';
import { median, ratioOfRounds, summarize } from '../../bench/stats.ts';
import { type Case, cases, chooseCases, sweepOf, type TrainingCase, trainingFlops } from '../../bench/workloads.ts';

const training = (id: Case['id']): TrainingCase => cases.find((entry) => entry.id === id) as TrainingCase;

describe('workloads', () => {
  test.each([
    ['W1', [2, 10, 5, 1], 300, 1, 1],
    ['W2', [2, 20, 3, 1], 211, 1, 1],
    ['W3', [64, 32, 10], 64, 28, 1],
    ['W4', [784, 512, 512, 10], 128, 5, 1],
    ['W6', [2, 20, 3, 1], 211, 1, 256],
  ] as const)('%s has its shape', async (id, widths, batch, batches, models) => {
    const problem = await trainingProblem(training(id));
    expect({ ...problem, models: problem.models.length }).toMatchObject({ widths, batch, batches, models });
    expect(problem.x).toHaveLength(problem.rows * widths[0]);
  });

  // 2·300·(2·10 + 10·5 + 5·1) = 45,000 forward and as much for dW; 2·300·(10·5 + 5·1) = 33,000 for dX.
  test('a step of W1 is 123,000 operations', () => {
    expect(trainingFlops([2, 10, 5, 1], 300)).toBe(123_000);
  });

  // 2·64·(64·32 + 32·10) = 303,104 forward and as much for dW; 2·64·32·10 = 40,960 for dX.
  test('a step of W3 is 647,168 operations', () => {
    expect(trainingFlops([64, 32, 10], 64)).toBe(647_168);
  });

  test('a sweep of 256 has 256 seeds, 16 penalties and 16 drop rates', () => {
    const models = sweepOf(256);
    expect(new Set(models.map(({ seed }) => seed)).size).toBe(256);
    expect(new Set(models.map(({ l2 }) => l2)).size).toBe(16);
    expect(new Set(models.map(({ dropRate }) => dropRate)).size).toBe(16);
    expect(new Set(models.map(({ l2, dropRate }) => `${l2} ${dropRate}`)).size).toBe(256);
  });

  test('the product of 2048 is for real GPUs, unless asked for', () => {
    expect(chooseCases([], true).map(({ id }) => id)).not.toContain('matmul-2048');
    expect(chooseCases([], false).map(({ id }) => id)).toContain('matmul-2048');
    expect(chooseCases(['matmul-2048'], true).map(({ id }) => id)).toEqual(['matmul-2048']);
    expect(() => chooseCases(['W9'], true)).toThrow('W9 is no workload');
  });
});

describe('verification', () => {
  test('the reference is right by its own judgement, and another learning rate is not', async () => {
    const { checked, reference } = await prepareTraining({ ...training('W1'), checkSteps: 20 });
    const right = reference.weights.map((layers) => [...layers]);
    expect(judge(checked, reference, right)).toMatchObject({ right: true, distance: 0, loss: reference.loss });
    const slower = checked.models.map(({ start }, m) => start.map((layer, l) => between(layer, right[m]![l]!, 0.9)));
    expect(judge(checked, reference, slower).right).toBe(false);
  });

  test('weights that are missing or not numbers are wrong', async () => {
    const { checked, reference } = await prepareTraining({ ...training('W1'), checkSteps: 2 });
    const layers = reference.weights[0]!;
    const broken = [[{ w: layers[0]!.w, b: [Number.NaN] }, ...layers.slice(1)]];
    expect(judge(checked, reference, broken).right).toBe(false);
  });

  // Zero weights give logits 0: log 2 for two classes, log 10 for ten, whatever the rows are.
  test.each([
    ['W1', Math.log(2)],
    ['W3', Math.log(10)],
  ] as const)('the loss of zero weights on %s is the logarithm of the classes', async (id, loss) => {
    const problem = await trainingProblem(training(id));
    const zeros = problem.models.map(({ start }) =>
      start.map(({ w, b }) => ({ w: new Float64Array(w.length), b: new Float64Array(b.length) })),
    );
    expect(meanLoss(problem, zeros)).toBeCloseTo(loss, 12);
  });

  test('a right product passes, its transpose does not', () => {
    const problem = prepareMatmul({ id: 'matmul-32', kind: 'matmul', title: '', unit: 'GFLOP/s', size: 32 });
    const { a, b } = problem;
    const at = (row: number, column: number) => {
      let dot = 0;
      for (let k = 0; k < 32; k++) dot += a[32 * row + k]! * b[32 * k + column]!;
      return dot;
    };
    const product = Float32Array.from({ length: 1024 }, (_, i) => at(Math.floor(i / 32), i % 32));
    const transposed = Float32Array.from({ length: 1024 }, (_, i) => at(i % 32, Math.floor(i / 32)));
    expect(judgeProduct(problem, product).right).toBe(true);
    expect(judgeProduct(problem, transposed).right).toBe(false);
    expect(judgeProduct(problem, product.subarray(1)).right).toBe(false);
  });
});

/** Part of the way from one layer's values to another's. */
function between(from: LayerValues, to: LayerValues, part: number): LayerValues {
  const mix = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a, (value, i) => value + part * (b[i]! - value));
  return { w: mix(from.w, to.w), b: mix(from.b, to.b) };
}

describe('statistics', () => {
  test('the median of an even count is the mean of the middle two', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([3, 1, 2])).toBe(2);
    expect(() => median([])).toThrow(RangeError);
    expect(summarize([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  });

  test('a round that was slow for both does not change the ratio', () => {
    expect(ratioOfRounds([100, 10, 100], [50, 5, 50])).toBe(2);
    expect(ratioOfRounds([100, 100, 100], [50, 25])).toBe(3);
  });

  test('f32 values survive the way to another process', () => {
    const values = Float32Array.of(0, -0, 1e-40, 3.4e38, Number.NaN, 1 / 3);
    expect(floats(base64(values))).toEqual(values);
  });
});

/** A contender whose steps take no time and do nothing. */
function idle(name: string, over: Partial<Contender>): Contender {
  const job = {
    step: async () => 1,
    reset: async () => {},
    dispose: async () => {},
    weights: async () => [],
    result: async () => [],
  };
  const contender = { name, ours: false, webgpu: false, open: async () => {} };
  return { ...contender, train: async () => job, multiply: async () => job, ...over };
}

test('a contender that does nothing is wrong, one that throws has failed, and neither is timed', async () => {
  const workload: TrainingCase = { ...training('W1'), checkSteps: 2 };
  const lazy = idle('lazy', {});
  const broken = idle('broken', { train: () => Promise.reject(new Error('no such device')) });
  const options = { rounds: 1, seconds: 0.01, progress: () => {} };
  const { entries } = await measureCase(workload, [lazy, broken], options);
  expect(entries.map(({ status, rounds }) => [status, rounds.length])).toEqual([
    ['wrong', 0],
    ['failed', 0],
  ]);
  expect(entries[1]!.reason).toBe('no such device');
});

describe('the report', () => {
  const entry = (name: string, rates: number[], over: Partial<Entry> = {}): Entry => ({
    name,
    ours: name.startsWith('Basin'),
    webgpu: true,
    status: 'ok',
    rounds: rates.map((rate) => ({ steps: 1, ms: 1000 / rate, rate })),
    ...over,
  });
  const report: Report = {
    basinBench: 1,
    date: '2024-01-01T00:00:00.000Z',
    commit: 'abc1234',
    place: 'browser',
    host: 'a browser',
    machine: 'a machine',
    adapter: { name: 'an adapter', software: true, features: [] },
    options: { rounds: 2, seconds: 1 },
    ceilings: null,
    cases: [
      {
        id: 'W1',
        title: 'a workload',
        unit: 'steps/s',
        flops: 1,
        models: 1,
        entries: [
          entry(OUR_WEBGPU, [2000, 2200], { firstMs: [500, 90, 600] }),
          entry('slow peer', [10, 10], { firstMs: [100] }),
          entry('fast peer', [20, 20], { firstMs: [250, 100, 300] }),
          entry('wrong peer', [], { status: 'wrong', reason: 'loss 1 where 2 was expected' }),
        ],
      },
    ],
    curves: [],
  };

  test('ratios are formed with the fastest peer that was right', () => {
    expect(ratios(report)).toMatchObject([
      { id: 'W1', against: 'best WebGPU peer (fast peer)', value: 105, target: 100, met: true },
      { id: 'W1', value: 2, target: 1.2, lowerIsBetter: true, met: false },
    ]);
  });

  test('a wrong peer is in the table with its reason', () => {
    expect(formatReport(report)).toMatch(/wrong peer +wrong +loss 1 where 2 was expected/);
  });
});
