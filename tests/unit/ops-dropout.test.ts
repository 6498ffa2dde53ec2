// Dropout: which units are kept, what becomes of them, and the notebook's own forward and backward pass.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { threefry2x32 } from '../../src/core/rng/threefry.ts';
import { ACTIVATION } from '../../src/ops/activation.ts';
import { DROPOUT, keepThreshold } from '../../src/ops/dropout.ts';
import { LOSS } from '../../src/ops/loss.ts';
import { expectClose } from '../support/close.ts';
import { hyperRow, IN_PLACE, runCpu, transposed } from '../support/cpu-op.ts';

const ROWS = 40;
const UNITS = 251;

function setting(dropRate: number, step: number) {
  return {
    dims: { models: 1, batch: ROWS, fan_out: UNITS, layers: 1, layer: 0, masks: 1, mask_offset: 0, mask_stride: 0 },
    arrays: {
      drop_keys: Uint32Array.of(0x1234, 0x5678, keepThreshold(dropRate), 0),
      drop_scale: Float64Array.of(1 / (1 - dropRate)),
      clock: Uint32Array.of(step, 0, 0),
      drop_masks: new Uint32Array(4),
    },
  };
}

function maskAt(dropRate: number, step: number): Uint32Array {
  const { dims, arrays } = setting(dropRate, step);
  const mask = new Uint32Array(ROWS * UNITS);
  runCpu('dropout_mask', dims, { ...arrays, mask }, { DROPOUT: DROPOUT.counters });
  return mask;
}

// The contract: kept when 16-bit lane e mod 4 of threefry2x32-20(key, (step, ⌊e/4⌋)) < round(65536 · (1 − dropRate)).
test('a unit is kept by the lane that the contract names', () => {
  const lanes = Array.from({ length: ROWS * UNITS }, (_, e) => {
    const words = threefry2x32([0x1234, 0x5678], 9, Math.floor(e / 4));
    return Math.floor(words[e % 4 < 2 ? 0 : 1]! / (e % 2 === 0 ? 1 : 65536)) % 65536;
  });
  expect(Array.from(maskAt(0.2, 9))).toEqual(lanes.map((lane) => (lane < Math.round(65536 * 0.8) ? 1 : 0)));
});

test('another step has another mask, and the same step the same', () => {
  expect(maskAt(0.2, 9)).toEqual(maskAt(0.2, 9));
  expect(maskAt(0.2, 9)).not.toEqual(maskAt(0.2, 10));
});

// One half would hide a swapped rate. 100,400 units: four standard errors of their mean.
test.each([0.1, 0.2, 0.7])('the mean of the activations survives a drop rate of %d', (dropRate) => {
  let sum = 0;
  for (let step = 0; step < 10; step++) {
    const { dims, arrays } = setting(dropRate, step);
    const y = new Float64Array(ROWS * UNITS);
    const z = new Float64Array(ROWS * UNITS).fill(1);
    runCpu('activation_forward', dims, { z, ...arrays, y }, { ACTIVATION: ACTIVATION.relu, DROPOUT: DROPOUT.counters });
    sum += y.reduce((total, value) => total + value, 0);
  }
  const count = 10 * ROWS * UNITS;
  const standardError = Math.sqrt(dropRate / (1 - dropRate) / count);
  expect(Math.abs(sum / count - 1)).toBeLessThan(4 * standardError);
});

test('no drop rate keeps everything, and thresholds are whole numbers of 1/65536', () => {
  expect(keepThreshold(0)).toBe(65536);
  expect(keepThreshold(0.14)).toBe(56361);
});

test('given masks are taken in turn: step k has mask k mod masks', () => {
  const dims = { models: 1, batch: 1, fan_out: 2, layers: 1, layer: 0, masks: 2, mask_offset: 1, mask_stride: 0 };
  const maskOf = (step: number) => {
    const mask = new Uint32Array(2);
    const arrays = { ...setting(0.5, step).arrays, drop_masks: Uint32Array.of(7, 1, 0, 0, 1, 7, 7, 7) };
    runCpu('dropout_mask', dims, { ...arrays, mask }, { DROPOUT: DROPOUT.given });
    return Array.from(mask);
  };
  expect([0, 1, 2].map(maskOf)).toEqual([
    [1, 0],
    [0, 1],
    [1, 0],
  ]);
});

// tests/fixtures/regularization.json, functions "forward with dropout" and "backward with dropout".
describe("the notebook's network of 3-2-3-1", () => {
  type Matrix = number[][];
  interface Fixture {
    name: string;
    inputs: {
      x: Matrix;
      labels: Matrix;
      weights: { W: Matrix; b: number[] }[];
      keepProb: number;
      keepProbForward: number;
      keepProbBackward: number;
      masks: Matrix[];
    };
    float64: Record<string, Matrix>;
  }
  const path = join(import.meta.dirname, '../fixtures/regularization.json');
  const { functions } = JSON.parse(readFileSync(path, 'utf8')) as { functions: Fixture[] };
  const named = (name: string) => functions.find((entry) => entry.name === name)!;
  const rowMajor = (matrix: Matrix) => Float64Array.from(transposed(matrix).flat());
  const BATCH = 5;

  /** Given masks of one layer, and their scale. */
  function dropped(mask: Matrix | undefined, keepProb: number) {
    return {
      dims: { layers: 1, layer: 0, masks: 1, mask_offset: 0, mask_stride: 0 },
      arrays: {
        drop_keys: new Uint32Array(4),
        drop_scale: Float64Array.of(1 / keepProb),
        clock: new Uint32Array(3),
        drop_masks: Uint32Array.from(mask ? transposed(mask).flat() : []),
      },
      constant: mask ? DROPOUT.given : DROPOUT.none,
    };
  }

  function parametersOf({ W, b }: { W: Matrix; b: number[] }) {
    const w = W.flat();
    return { parameters: Float64Array.from([...w, ...b]), b_offset: w.length, params: w.length + b.length };
  }

  /** Activations of both hidden layers, and the logits. */
  function forward({ inputs }: Fixture, keepProb: number): Float64Array[] {
    let x = rowMajor(inputs.x);
    let fan_in = 3;
    return inputs.weights.map((tensors, l) => {
      const fan_out = tensors.b.length;
      const { parameters, b_offset, params } = parametersOf(tensors);
      const { dims, arrays, constant } = dropped(inputs.masks[l], keepProb);
      const sizes = { models: 1, batch: BATCH, fan_in, fan_out, x_offset: 0, x_stride: 0, gather: 0 };
      const y = new Float64Array(BATCH * fan_out);
      const ACTIVATION_OF_LAYER = l < 2 ? ACTIVATION.relu : ACTIVATION.linear;
      runCpu(
        'dense_forward',
        { ...sizes, params, w_offset: 0, b_offset, linear: 0, ...dims },
        { x, parameters, ...IN_PLACE, ...arrays, y },
        { ACTIVATION: ACTIVATION_OF_LAYER, DROPOUT: constant },
      );
      x = y;
      fan_in = fan_out;
      return y;
    });
  }

  test('forward: activations and probabilities', () => {
    const fixture = named('forward with dropout');
    const [a1, a2, logits] = forward(fixture, fixture.inputs.keepProb);
    const a3 = new Float64Array(BATCH);
    const sizes = { models: 1, batch: BATCH, units: 1 };
    runCpu('probabilities', sizes, { logits: logits!, y: a3 }, { LOSS: LOSS.sigmoidCrossEntropy });
    expectClose(a1!, rowMajor(fixture.float64.A1!), { rtol: 1e-13 });
    expectClose(a2!, rowMajor(fixture.float64.A2!), { rtol: 1e-13 });
    expectClose(a3, rowMajor(fixture.float64.A3!), { rtol: 1e-13 });
  });

  // Its forward pass was cached with another keep probability than its backward pass has; dA are of the summed loss.
  test('backward: gradients of activations, weights and biases', () => {
    const fixture = named('backward with dropout');
    const { labels, weights, keepProbForward, keepProbBackward, masks } = fixture.inputs;
    const outputs = forward(fixture, keepProbForward);
    const layers = [rowMajor(fixture.inputs.x), ...outputs];

    const d_logits = new Float64Array(BATCH);
    runCpu(
      'loss_head',
      { models: 1, batch: BATCH, units: 1, targets: 1, gather: 0, health_stride: 1 },
      {
        logits: outputs[2]!,
        y: rowMajor(labels),
        ...IN_PLACE,
        batch_rows: Uint32Array.of(BATCH),
        row_loss: new Float64Array(BATCH),
        d_logits,
        health: new Uint32Array(1),
      },
      { LOSS: LOSS.sigmoidCrossEntropy },
    );

    /** (d_y · w) · slope · dropout through layer l, counted from 1. */
    const below = (l: number, d_y: Float64Array, activation: number): Float64Array => {
      const { parameters, params } = parametersOf(weights[l - 1]!);
      const { dims, arrays } = dropped(masks[l - 2], keepProbBackward);
      const saved = layers[l - 1]!;
      const d_z = new Float64Array(saved.length);
      const sizes = { units_above: d_y.length / BATCH, fan_out: saved.length / BATCH, params, w_offset: 0 };
      runCpu(
        'dense_grad_x',
        { models: 1, batch: BATCH, ...sizes, ...dims },
        { d_y, parameters, saved, ...arrays, d_z },
        { ACTIVATION: activation, DROPOUT: DROPOUT.given },
      );
      return d_z;
    };
    const expectWeights = (l: number, d_y: Float64Array) => {
      const { parameters, params, b_offset } = parametersOf(weights[l - 1]!);
      const x = layers[l - 1]!;
      const gradients = new Float64Array(params);
      const sizes = { fan_in: x.length / BATCH, fan_out: d_y.length / BATCH, x_offset: 0, x_stride: 0, gather: 0 };
      runCpu(
        'dense_grad_w',
        { models: 1, batch: BATCH, ...sizes, params, w_offset: 0, b_offset, splits: 1 },
        { d_y, x, parameters, hyper: hyperRow({}), ...IN_PLACE, gradients },
      );
      const expected = [...fixture.float64[`dW${l}`]!.flat(), ...fixture.float64[`db${l}`]!.flat()];
      expectClose(gradients, expected, { rtol: 1e-12, atol: 1e-16 });
    };
    const ofSum = (dA: Matrix) => rowMajor(dA).map((value) => value / BATCH);

    const d_z2 = below(3, d_logits, ACTIVATION.relu);
    expectClose(below(3, d_logits, ACTIVATION.linear), ofSum(fixture.float64.dA2!), { rtol: 1e-12, atol: 1e-16 });
    expectClose(below(2, d_z2, ACTIVATION.linear), ofSum(fixture.float64.dA1!), { rtol: 1e-12, atol: 1e-16 });
    expectWeights(3, d_logits);
    expectWeights(2, d_z2);
    expectWeights(1, below(2, d_z2, ACTIVATION.relu));
  });
});
