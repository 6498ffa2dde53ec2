// Backward = differences of forward, in f64: each dense op on its own, and whole small networks through their plans.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ACTIVATION } from '../../src/ops/activation.ts';
import { DROPOUT, keepThreshold } from '../../src/ops/dropout.ts';
import type { ActivationName } from '../../src/spec/types.ts';
import { expectClose } from '../support/close.ts';
import { hyperRow, IN_PLACE, runCpu, transposed } from '../support/cpu-op.ts';
import { numericGradient, relativeDistance } from '../support/differences.ts';
import { drawing } from '../support/draw.ts';
import { cpuNet, type NetSetting, randomNet, type Tensors } from '../support/net.ts';

const B = 4;
const I = 3;
const O = 5;
const ACTIVATIONS = Object.keys(ACTIVATION) as ActivationName[];

const reals = (name: string, length: number, scale = 1) => Float64Array.from(drawing(name).normals(length, scale));

/** Counters at the same key and step whoever asks. */
const counters = {
  dims: { layers: 1, layer: 0, masks: 1, mask_offset: 0, mask_stride: 0 },
  arrays: {
    drop_keys: Uint32Array.of(5, 6, keepThreshold(0.3), 0),
    drop_scale: Float64Array.of(1 / 0.7),
    clock: Uint32Array.of(3, 0, 9),
    drop_masks: new Uint32Array(4),
  },
};

// A scalar of a layer's output with weights of its own: c · y.
describe('the dense layer', () => {
  const parameters = reals('dense parameters', I * O + O);
  const x = reals('dense x', B * I);
  const c = reals('dense c', B * O);
  const places = { params: I * O + O, w_offset: 0, b_offset: I * O };
  const y = new Float64Array(B * O);
  const penalty = (l2: number) => (l2 / 2) * parameters.subarray(0, I * O).reduce((sum, w) => sum + w * w, 0);
  const forward = () => {
    const sizes = { models: 1, batch: B, fan_in: I, fan_out: O, x_offset: 0, x_stride: 0, gather: 0 };
    runCpu(
      'dense_forward',
      { ...sizes, ...places, linear: 0, ...counters.dims },
      { x, parameters, ...IN_PLACE, ...counters.arrays, y },
    );
    return y.reduce((sum, value, e) => sum + value * c[e]!, 0);
  };

  test('dense_grad_w with the penalty of l2', () => {
    const gradients = new Float64Array(places.params);
    const sizes = { models: 1, batch: B, fan_in: I, fan_out: O, x_offset: 0, x_stride: 0, gather: 0 };
    const arrays = { d_y: c, x, parameters, hyper: hyperRow({ l2: 0.7 }), ...IN_PLACE, gradients };
    runCpu('dense_grad_w', { ...sizes, ...places, splits: 1 }, arrays);
    const numeric = numericGradient(() => forward() + penalty(0.7), parameters);
    expect(relativeDistance(gradients, numeric)).toBeLessThan(1e-10);
  });

  test('dense_grad_x through a linear layer below', () => {
    const d_z = new Float64Array(B * I);
    const sizes = { models: 1, batch: B, units_above: O, fan_out: I, params: places.params, w_offset: 0 };
    runCpu('dense_grad_x', { ...sizes, ...counters.dims }, { d_y: c, parameters, saved: x, ...counters.arrays, d_z });
    expect(relativeDistance(d_z, numericGradient(forward, x))).toBeLessThan(1e-10);
  });
});

// z → activation → dropout → dense, differentiated with respect to z.
describe.each(ACTIVATIONS)('dense_grad_x through %s', (name) => {
  test.each(['none', 'counters'] as const)('with dropout %s', (dropout) => {
    const constants = { ACTIVATION: ACTIVATION[name], DROPOUT: DROPOUT[dropout] };
    // No kink within reach of the differences.
    const z = reals(`z below ${name}`, B * I).map((value) => value + 0.05 * Math.sign(value));
    const parameters = reals('w above', I * O + O);
    const c = reals('c above', B * O);
    const h = new Float64Array(B * I);
    const y = new Float64Array(B * O);
    const loss = () => {
      const dims = { models: 1, batch: B, fan_out: I, ...counters.dims };
      runCpu('activation_forward', dims, { z, ...counters.arrays, y: h }, constants);
      const above = {
        models: 1,
        batch: B,
        fan_in: I,
        fan_out: O,
        x_offset: 0,
        x_stride: 0,
        gather: 0,
        params: I * O + O,
      };
      const places = { w_offset: 0, b_offset: I * O, linear: 0, ...counters.dims };
      runCpu('dense_forward', { ...above, ...places }, { x: h, parameters, ...IN_PLACE, ...counters.arrays, y });
      return y.reduce((sum, value, e) => sum + value * c[e]!, 0);
    };
    const numeric = numericGradient(loss, z);
    loss();
    const saved = name === 'gelu' ? z : h;
    const d_z = new Float64Array(B * I);
    const sizes = { models: 1, batch: B, units_above: O, fan_out: I, params: I * O + O, w_offset: 0 };
    const arrays = { d_y: c, parameters, saved, ...counters.arrays, d_z };
    runCpu('dense_grad_x', { ...sizes, ...counters.dims }, arrays, constants);
    expect(relativeDistance(d_z, numeric)).toBeLessThan(1e-9);
    if (dropout === 'counters') expect(d_z.some((value) => value === 0)).toBe(true);
  });
});

/** ‖gradient − differences‖ relative; parameters between tensors take no part. */
async function gradientDistance(setting: NetSetting): Promise<number> {
  const net = await cpuNet(setting);
  const numeric = new Float64Array(net.parameters.length);
  const h = 1e-4;
  for (let p = 0; p < numeric.length; p++) {
    const kept = net.parameters[p]!;
    const at = async (by: number) => {
      net.parameters[p] = kept + by;
      return net.loss();
    };
    numeric[p] = (8 * ((await at(h)) - (await at(-h))) - ((await at(2 * h)) - (await at(-2 * h)))) / (12 * h);
    net.parameters[p] = kept;
  }
  return relativeDistance(await net.gradients(), numeric);
}

describe('whole networks through their plans', () => {
  test.each([
    ['tanh', 'sigmoidCrossEntropy', [2, 5, 3, 1]],
    ['gelu', 'softmaxCrossEntropy', [3, 6, 4, 3]],
    ['sigmoid', 'meanSquaredError', [1, 4, 2]],
    ['relu', 'softmaxCrossEntropy', [2, 7, 4]],
    ['leakyRelu', 'sigmoidCrossEntropy', [2, 5, 4, 2]],
    ['linear', 'meanSquaredError', [3, 2]],
  ] as const)('%s, %s, %j', async (activation, loss, widths) => {
    const net = randomNet(`net ${activation}`, widths, activation, loss);
    expect(await gradientDistance(net)).toBeLessThan(1e-8);
  });

  test.each(['tanh', 'gelu', 'relu'] as const)('%s with dropout on two layers and l2', async (activation) => {
    const net = randomNet(`dropped net ${activation}`, [2, 8, 7, 1], activation, 'sigmoidCrossEntropy');
    expect(await gradientDistance({ ...net, l2: 0.3, dropRates: [0.2, 0.4] })).toBeLessThan(1e-8);
  });
});

// The contract: λ adds λ/(2N)·Σ‖W‖², N the rows of the training set: the same penalty at every batch size.
test('the gradient of the penalty does not depend on the batch size', async () => {
  const base = randomNet('l2 at two batch sizes', [2, 4, 1], 'tanh', 'sigmoidCrossEntropy');
  const penaltyOf = async (order: NetSetting['order']) => {
    const gather = order ? { order } : {};
    const penalized = await (await cpuNet({ ...base, ...gather, l2: 0.7 })).gradients();
    const plain = await (await cpuNet({ ...base, ...gather })).gradients();
    return penalized.map((g, p) => g - plain[p]!);
  };
  const full = await penaltyOf(undefined);
  expect(Math.hypot(...full)).toBeGreaterThan(0.1);
  expectClose(await penaltyOf([[4, 1]]), full, { atol: 1e-15 });
});

test('a step on a gathered batch is a step on those rows alone', async () => {
  const base = randomNet('gathered rows', [2, 4, 1], 'tanh', 'sigmoidCrossEntropy');
  const rows = [5, 2, 3];
  const gathered = await cpuNet({ ...base, order: [rows] });
  const alone = await cpuNet({ ...base, x: rows.map((r) => base.x[r]!), y: rows.map((r) => base.y[r]!) });
  expect(await gathered.gradients()).toEqual(await alone.gradients());
  expect(await gathered.loss()).toBe(await alone.loss());
});

// tests/fixtures/regularization.json, function "gradients with L2".
test("the notebook's gradients with L2", async () => {
  interface Fixture {
    name: string;
    inputs: { x: number[][]; labels: number[][]; weights: Tensors[]; lambda: number };
    float64: Record<string, number[][]> & { cost: number };
  }
  const path = join(import.meta.dirname, '../fixtures/regularization.json');
  const { functions } = JSON.parse(readFileSync(path, 'utf8')) as { functions: Fixture[] };
  const { inputs, float64 } = functions.find((entry) => entry.name === 'gradients with L2')!;
  const net = await cpuNet({
    weights: inputs.weights,
    x: transposed(inputs.x),
    y: transposed(inputs.labels),
    activations: ['relu', 'relu'],
    loss: 'sigmoidCrossEntropy',
    l2: inputs.lambda / 5,
  });
  expectClose([await net.loss()], [float64.cost], { rtol: 1e-14 });
  const gradients = await net.gradients();
  for (const l of [0, 1, 2]) {
    const { W, b } = net.tensorsOf(gradients, l);
    expectClose(W.flat(), float64[`dW${l + 1}`]!.flat(), { rtol: 1e-12, atol: 1e-15 });
    expectClose(b, float64[`db${l + 1}`]!.flat(), { rtol: 1e-12, atol: 1e-15 });
  }
});

// tests/fixtures/gradient-checking.json, the network of 47 parameters: W1 row by row, b1, W2, b2, W3, b3.
test("the gradient checking notebook's 47 numbers", async () => {
  interface Experiment {
    id: string;
    config: { x: number[][]; labels: number[][] };
    weights: Tensors[];
    float64: { cost: number; gradient: number[] };
  }
  const path = join(import.meta.dirname, '../fixtures/gradient-checking.json');
  const { experiments } = JSON.parse(readFileSync(path, 'utf8')) as { experiments: Experiment[] };
  const { config, weights, float64 } = experiments.find(({ id }) => id === 'gradient-checking/n-dimensional')!;
  const net = await cpuNet({
    weights,
    x: transposed(config.x),
    y: transposed(config.labels),
    activations: ['relu', 'relu'],
    loss: 'sigmoidCrossEntropy',
  });
  expectClose([await net.loss()], [float64.cost], { rtol: 1e-13 });
  const gradients = await net.gradients();
  const flat = [0, 1, 2].flatMap((l) => {
    const { W, b } = net.tensorsOf(gradients, l);
    return [...W.flat(), ...b];
  });
  expectClose(flat, float64.gradient, { rtol: 1e-12, atol: 1e-15 });
});
