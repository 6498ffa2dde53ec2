// Loss heads, the objective, scores and probabilities.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HEALTHY, LOSS, rowLoss } from '../../src/ops/loss.ts';
import { expectClose } from '../support/close.ts';
import { hyperRow, IN_PLACE, runCpu } from '../support/cpu-op.ts';
import { numericGradient, relativeDistance } from '../support/differences.ts';
import { drawing } from '../support/draw.ts';

const names = Object.keys(LOSS) as (keyof typeof LOSS)[];

interface Head {
  readonly loss: keyof typeof LOSS;
  readonly logits: Float64Array;
  readonly y: Float64Array;
  readonly batch: number;
  readonly rows?: number;
}

function head({ loss, logits, y, batch, rows = batch }: Head) {
  const row_loss = new Float64Array(batch);
  const d_logits = new Float64Array(logits.length);
  runCpu(
    'loss_head',
    { models: 1, batch, units: logits.length / batch, targets: y.length / batch, gather: 0, health_stride: 1 },
    {
      logits,
      y,
      ...IN_PLACE,
      batch_rows: Uint32Array.of(rows),
      row_loss,
      d_logits,
      health: new Uint32Array(1),
    },
    { LOSS: LOSS[loss] },
  );
  return { row_loss, d_logits };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

// ln 2: even odds. Softmax over n equal logits: ln n. Squares: 1² + 2².
test('losses that can be worked by hand', () => {
  const one = (...values: number[]) => Float64Array.from(values);
  expectClose([rowLoss(LOSS.sigmoidCrossEntropy, one(0), 0, 1, one(1), 0)], [Math.LN2], { rtol: 1e-15 });
  expectClose([rowLoss(LOSS.sigmoidCrossEntropy, one(Math.log(3)), 0, 1, one(1), 0)], [Math.log(4 / 3)], {
    rtol: 1e-15,
  });
  expectClose([rowLoss(LOSS.softmaxCrossEntropy, one(5, 5, 5), 0, 3, one(2), 0)], [Math.log(3)], { rtol: 1e-15 });
  expectClose([rowLoss(LOSS.meanSquaredError, one(1, 4), 0, 2, one(2, 2), 0)], [5], { rtol: 1e-15 });
});

describe.each(names)('%s', (loss) => {
  const targetsOf = (batch: number, units: number) => {
    const draw = drawing(`targets ${loss}`);
    if (loss === 'softmaxCrossEntropy') return Float64Array.from(draw.integers(batch, units));
    if (loss === 'sigmoidCrossEntropy') return Float64Array.from(draw.integers(batch * units, 2));
    return Float64Array.from(draw.normals(batch * units));
  };

  test.each([
    [1, 1],
    [1, 3],
    [6, 2],
    [5, 10],
  ])('its gradient is that of the mean loss, for %i rows of %i', (batch, wanted) => {
    const units = loss === 'softmaxCrossEntropy' ? Math.max(2, wanted) : wanted;
    const logits = Float64Array.from(drawing(`logits ${loss}`).normals(batch * units, 3));
    const y = targetsOf(batch, units);
    const numeric = numericGradient(() => mean(head({ loss, logits, y, batch }).row_loss), logits);
    expect(relativeDistance(head({ loss, logits, y, batch }).d_logits, numeric)).toBeLessThan(1e-9);
  });

  test('loss and gradient are finite at ±1000', () => {
    for (const logits of [Float64Array.of(1000, -1000), Float64Array.of(-1000, 1000), Float64Array.of(1000, 1000)]) {
      const { row_loss, d_logits } = head({ loss, logits, y: targetsOf(1, 2), batch: 1 });
      expect([...row_loss, ...d_logits].every(Number.isFinite)).toBe(true);
    }
  });

  test('rows past the end of a short batch give zeros, and the mean is over the others', () => {
    const logits = Float64Array.from(drawing(`short ${loss}`).normals(10));
    const y = targetsOf(5, 2);
    const short = head({ loss, logits, y, batch: 5, rows: 3 });
    const whole = head({ loss, logits: logits.slice(0, 6), y: y.slice(0, (y.length / 5) * 3), batch: 3 });
    expect([...short.row_loss]).toEqual([...whole.row_loss, 0, 0]);
    expect([...short.d_logits]).toEqual([...whole.d_logits, 0, 0, 0, 0]);
  });
});

// A logit of 1000 for the wrong class costs 1000, and the gradient is a whole 1: no log of 0 anywhere.
test('a row that is wholly wrong costs its logit', () => {
  const { row_loss, d_logits } = head({
    loss: 'sigmoidCrossEntropy',
    logits: Float64Array.of(1000),
    y: Float64Array.of(0),
    batch: 1,
  });
  expect([row_loss[0], d_logits[0]]).toEqual([1000, 1]);
});

interface Objective {
  readonly row_loss: readonly number[];
  readonly parameters: readonly number[];
  readonly offsets: readonly number[];
  readonly l2: number;
  readonly health?: Uint32Array;
  readonly step?: number;
}

function objective({ row_loss, parameters, offsets, l2, health, step = 0 }: Objective): number {
  const losses = new Float64Array(1);
  const tensors = offsets.length - 1;
  runCpu(
    'objective',
    { models: 1, batch: row_loss.length, params: parameters.length, tensors, health_stride: tensors / 2 + 1 },
    {
      row_loss: Float64Array.from(row_loss),
      parameters: Float64Array.from(parameters),
      tensor_offsets: Uint32Array.from(offsets),
      hyper: hyperRow({ l2 }),
      clock: Uint32Array.of(step, step, step),
      batch_rows: Uint32Array.of(row_loss.length),
      losses,
      health: health ?? new Uint32Array(tensors / 2 + 1),
    },
  );
  return losses[0]!;
}

// λ/(2N) · Σ w² with λ/N = 0.2 and w = (1, 2), (3): 0.1 · 14. Biases of 100 cost nothing.
test('the penalty is over weights and not over biases', () => {
  const parameters = [1, 2, 100, 3, 100];
  expectClose([objective({ row_loss: [1, 3], parameters, offsets: [0, 2, 3, 4, 5], l2: 0.2 })], [2 + 1.4], {
    rtol: 1e-15,
  });
});

// tests/fixtures/regularization.json, function "cost with L2": its probabilities as logits.
test("the notebook's cost with L2", () => {
  interface Fixture {
    name: string;
    inputs: {
      probabilities: number[][];
      labels: number[][];
      weights: { W: number[][]; b: number[] }[];
      lambda: number;
    };
    float64: { cost: number; crossEntropy: number };
  }
  const path = join(import.meta.dirname, '../fixtures/regularization.json');
  const { functions } = JSON.parse(readFileSync(path, 'utf8')) as { functions: Fixture[] };
  const { inputs, float64 } = functions.find((entry) => entry.name === 'cost with L2')!;
  const logits = Float64Array.from(inputs.probabilities[0]!, (p) => Math.log(p / (1 - p)));
  const y = Float64Array.from(inputs.labels[0]!);
  const { row_loss } = head({ loss: 'sigmoidCrossEntropy', logits, y, batch: 5 });
  const tensors = inputs.weights.flatMap(({ W, b }) => [W.flat(), b]);
  const offsets = tensors.reduce<number[]>((list, tensor) => list.concat(list.at(-1)! + tensor.length), [0]);
  const setting = { row_loss: [...row_loss], parameters: tensors.flat(), offsets };
  expectClose([objective({ ...setting, l2: 0 })], [float64.crossEntropy], { rtol: 1e-14 });
  expectClose([objective({ ...setting, l2: inputs.lambda / 5 })], [float64.cost], { rtol: 1e-14 });
});

test('a loss that is not finite marks its step, and the first such step stays', () => {
  const health = Uint32Array.of(HEALTHY, HEALTHY);
  const setting = { parameters: [1, 1], offsets: [0, 1, 2], l2: 0, health };
  objective({ ...setting, row_loss: [1], step: 4 });
  expect([...health]).toEqual([HEALTHY, HEALTHY]);
  objective({ ...setting, row_loss: [Number.POSITIVE_INFINITY], step: 5 });
  objective({ ...setting, row_loss: [Number.NaN], step: 6 });
  expect([...health]).toEqual([5, HEALTHY]);
});

function scores(loss: keyof typeof LOSS, logits: readonly number[], y: readonly number[], units: number): number[] {
  const result = new Float64Array(2);
  const rows = y.length;
  runCpu(
    'score_rows',
    { models: 1, batch: rows, units, targets: 1, y_offset: 0, rows, block_offset: 0, blocks: 1 },
    { logits: Float64Array.from(logits), y: Float64Array.from(y), scores: result },
    { LOSS: LOSS[loss] },
  );
  return [...result];
}

// The contract: class 1 is a probability above 0.5; softmax: the first largest.
test('hits: a probability of exactly one half is class 0, and of equal logits the first counts', () => {
  expect(scores('sigmoidCrossEntropy', [0, 0, 1, -1], [0, 1, 1, 1], 1)[1]).toBe(2);
  expect(scores('softmaxCrossEntropy', [3, 3, 1, 1, 3, 3], [0, 2], 3)[1]).toBe(1);
});

// The contract: a probability above 0.5 as computed in the run's precision, not a logit above 0.
test('a logit so small that its probability rounds to one half is class 0', () => {
  expect(scores('sigmoidCrossEntropy', [1e-17], [1], 1)[1]).toBe(0);
});

test('probabilities of a row: softmax adds up to 1, sigmoid of ln 3 is 3/4, squared error says the value', () => {
  const of = (loss: keyof typeof LOSS, logits: Float64Array) => {
    const y = new Float64Array(logits.length);
    runCpu('probabilities', { models: 1, batch: 1, units: logits.length }, { logits, y }, { LOSS: LOSS[loss] });
    return y;
  };
  const softmax = of('softmaxCrossEntropy', Float64Array.of(Math.log(1), Math.log(2), Math.log(5)));
  expectClose(softmax, [1 / 8, 2 / 8, 5 / 8], { rtol: 1e-15 });
  expectClose(of('softmaxCrossEntropy', Float64Array.of(1000, 0)), [1, 0]);
  expectClose(of('sigmoidCrossEntropy', Float64Array.of(Math.log(3), -Math.log(3))), [0.75, 0.25], { rtol: 1e-15 });
  expectClose(of('meanSquaredError', Float64Array.of(-7, 0.25)), [-7, 0.25]);
});
