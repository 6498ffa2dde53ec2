// Optimizers by hand over three steps, and the notebook's single steps.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HEALTHY } from '../../src/ops/loss.ts';
import { MOMENTS, OPTIMIZER } from '../../src/ops/optimizer.ts';
import { expectClose } from '../support/close.ts';
import { hyperRow, runCpu } from '../support/cpu-op.ts';

type Name = keyof typeof OPTIMIZER;

interface Setting {
  readonly optimizer: Name;
  readonly hyper: Parameters<typeof hyperRow>[0];
  /** Start values of one weight and one bias, or of a whole flat arena with `offsets`. */
  readonly start: readonly number[];
  readonly offsets?: readonly number[];
  /** Gradients of each step. */
  readonly gradients: readonly (readonly number[])[];
  readonly epsilonInside?: boolean;
  /** The schedule's factor of each step; 1 without. */
  readonly factors?: readonly number[];
  readonly firstStep?: number;
}

/** Parameters after each step, moments kept from step to step. */
function optimize(setting: Setting): { after: number[][]; moments: Float64Array; health: Uint32Array } {
  const { optimizer, hyper, start, gradients, epsilonInside = false, factors = [], firstStep = 0 } = setting;
  const offsets = setting.offsets ?? [0, 1, 2];
  const tensors = offsets.length - 1;
  const parameters = Float64Array.from(start);
  const moments = new Float64Array(MOMENTS[optimizer] * start.length);
  const health = new Uint32Array(tensors / 2 + 1).fill(HEALTHY);
  const correction = (beta: number | undefined, t: number) => (beta ? 1 / (1 - beta ** t) : 1);
  const rates = gradients.flatMap((_, k) => {
    const t = firstStep + k + 1;
    return [factors[k] ?? 1, correction(hyper.beta1, t), correction(hyper.beta2, t), 0];
  });
  const after = gradients.map((g, k) => {
    const step = firstStep + k;
    runCpu(
      'optimizer_step',
      {
        models: 1,
        params: start.length,
        moments: MOMENTS[optimizer],
        tensors,
        rate_stride: 0,
        health_stride: health.length,
      },
      {
        gradients: Float64Array.from(g),
        hyper: hyperRow(hyper),
        rates: Float64Array.from(rates),
        clock: Uint32Array.of(step, firstStep, step + 1),
        tensor_offsets: Uint32Array.from(offsets),
        parameters,
        moments,
        health,
      },
      { OPTIMIZER: OPTIMIZER[optimizer], EPSILON_INSIDE: epsilonInside ? 1 : 0 },
    );
    return Array.from(parameters);
  });
  return { after, moments, health };
}

/** The weight after each step. */
const weights = (setting: Omit<Setting, 'start' | 'gradients'> & { gradients: readonly number[] }): number[] =>
  optimize({ ...setting, start: [10, 10], gradients: setting.gradients.map((g) => [g, g]) }).after.map(([w]) => w!);

const CLOSE = { rtol: 1e-14 };

// w −= α g with α = 2: 2·1, 2·2, 2·(−1).
test('sgd', () => {
  expectClose(weights({ optimizer: 'sgd', hyper: { learningRate: 2 }, gradients: [1, 2, -1] }), [8, 4, 6], CLOSE);
});

// The same with the rate falling to a half and a quarter: 2·1, 1·2, ½·(−1).
test('the schedule scales the rate of its own step', () => {
  const setting = { hyper: { learningRate: 2 }, gradients: [1, 2, -1], factors: [1, 0.5, 0.25] };
  expectClose(weights({ ...setting, optimizer: 'sgd', firstStep: 7 }), [8, 6, 6.5], CLOSE);
});

// β = 3/4, α = 4, v = βv + (1−β)g with g = 4, 8, −4: v = 1, 2.75, 1.0625.
test('momentum', () => {
  const hyper = { learningRate: 4, beta1: 0.75 };
  expectClose(weights({ optimizer: 'momentum', hyper, gradients: [4, 8, -4] }), [6, -5, -9.25], CLOSE);
});

// The same v; α(βv + (1−β)g) = 4·(0.75 + 1), 4·(2.0625 + 2), 4·(0.796875 − 1).
test('nesterov', () => {
  const hyper = { learningRate: 4, beta1: 0.75 };
  expectClose(weights({ optimizer: 'nesterov', hyper, gradients: [4, 8, -4] }), [3, -13.25, -12.4375], CLOSE);
});

// β = 3/4, ε = 1, α = 1, s = βs + (1−β)g² with g = 2, √13, 4: s = 1, 4, 7. Steps 2/(1+1), √13/(2+1), 4/(√7+1).
test('rmsprop', () => {
  const hyper = { learningRate: 1, beta2: 0.75, epsilon: 1 };
  const root = Math.sqrt(13);
  const expected = [9, 9 - root / 3, 9 - root / 3 - 4 / (Math.sqrt(7) + 1)];
  expectClose(weights({ optimizer: 'rmsprop', hyper, gradients: [2, root, 4] }), expected, CLOSE);
});

// β₁ = 1/2, β₂ = 3/4, ε = 1, α = 1, g = 4, 0, 0: v = 2, 1, ½ over ½, ¾, ⅞; s = 4, 3, 9/4 over ¼, 7/16, 37/64.
const ADAM = { learningRate: 1, beta1: 0.5, beta2: 0.75, epsilon: 1 };
const V_HAT = [4, 4 / 3, 4 / 7];
const S_HAT = [16, 48 / 7, 144 / 37];
const falling = (steps: readonly number[]) => steps.map((_, k) => 10 - steps.slice(0, k + 1).reduce((a, b) => a + b));

test('adam', () => {
  const expected = falling(V_HAT.map((v, k) => v / (Math.sqrt(S_HAT[k]!) + 1)));
  expectClose(weights({ optimizer: 'adam', hyper: ADAM, gradients: [4, 0, 0] }), expected, CLOSE);
});

test('adam with epsilon inside the square root', () => {
  const expected = falling(V_HAT.map((v, k) => v / Math.sqrt(S_HAT[k]! + 1)));
  const setting = { optimizer: 'adam' as const, hyper: ADAM, gradients: [4, 0, 0], epsilonInside: true };
  expectClose(weights(setting), expected, CLOSE);
});

// Kingma & Ba 2015, Algorithm 1, worked by hand for g = 1: with bias correction the first step is α/(1 + ε), whatever the βs.
test.each([
  [0.9, 0.999],
  [0.5, 0.25],
])('adam: the first step has size α for β₁ = %d, β₂ = %d', (beta1, beta2) => {
  const hyper = { learningRate: 0.1, beta1, beta2, epsilon: 1e-8 };
  expectClose(weights({ optimizer: 'adam', hyper, gradients: [1] }), [10 - 0.1 / (1 + 1e-8)], CLOSE);
});

// Loshchilov & Hutter 2019, arXiv:1711.05101: adam's step, here nothing, and α · decay · w of the weight before the step.
test('adamw decays weights by α · weightDecay · w, and not biases', () => {
  const hyper = { ...ADAM, learningRate: 0.5, weightDecay: 0.25 };
  const { after } = optimize({
    optimizer: 'adamw',
    hyper,
    start: [8, 8],
    gradients: [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  });
  expectClose(after.flat(), [7, 8, 6.125, 8, 5.359375, 8], CLOSE);
});

test('adamw without decay is adam', () => {
  const gradients = [4, -1, 2];
  const adam = weights({ optimizer: 'adam', hyper: ADAM, gradients });
  expect(weights({ optimizer: 'adamw', hyper: ADAM, gradients })).toEqual(adam);
});

test('a weight that is no longer finite marks the step after, for its own layer', () => {
  const gradients = [
    [0, 0, 0, 0],
    [0, 0, 0, Number.POSITIVE_INFINITY],
    [Number.NaN, 0, 0, 0],
  ];
  const setting = {
    hyper: { learningRate: 1 },
    start: [1, 1, 1, 1],
    offsets: [0, 1, 2, 3, 4],
    gradients,
    firstStep: 5,
  };
  const { health } = optimize({ optimizer: 'sgd', ...setting });
  expect([...health]).toEqual([HEALTHY, 8, 7]);
});

function clipped(gradients: readonly number[], clipNorm: number): number[] {
  const result = Float64Array.from(gradients);
  runCpu('clip_gradient', { models: 1, params: result.length }, { hyper: hyperRow({ clipNorm }), gradients: result });
  return [...result];
}

// ‖(3, 0, −4)‖ = 5.
test('a gradient no longer than clipNorm stays, a longer one comes down to it', () => {
  expect(clipped([3, 0, -4], 6)).toEqual([3, 0, -4]);
  expect(clipped([3, 0, -4], 5)).toEqual([3, 0, -4]);
  expectClose(clipped([3, 0, -4], 2.5), [1.5, 0, -2], CLOSE);
  expectClose([Math.hypot(...clipped([3, 0, -4], 4.999))], [4.999], CLOSE);
});

test('each model is clipped by its own norm', () => {
  const gradients = Float64Array.of(3, -4, 0.3, -0.4);
  const hyper = Float64Array.from([...hyperRow({ clipNorm: 2.5 }), ...hyperRow({ clipNorm: 1 })]);
  runCpu('clip_gradient', { models: 2, params: 2 }, { hyper, gradients });
  expectClose(gradients, [1.5, -2, 0.3, -0.4], CLOSE);
});

// tests/fixtures/optimization.json, functions "gd step", "momentum step", "adam step".
describe("the notebook's single steps", () => {
  type Matrix = number[][];
  type Numbers = Record<string, Matrix>;
  interface Fixture {
    name: string;
    inputs: {
      weights: { W: Matrix; b: number[] }[];
      gradients: { dW: Matrix; db: number[] }[];
      learningRate: number;
      beta: number;
      beta1: number;
      beta2: number;
      epsilon: number;
      t: number;
    };
    float64: Numbers & { epsilonInside: Numbers; epsilonOutside: Numbers };
  }
  const path = join(import.meta.dirname, '../fixtures/optimization.json');
  const { functions } = JSON.parse(readFileSync(path, 'utf8')) as { functions: Fixture[] };
  const inputsOf = (name: string) => {
    const { inputs, float64 } = functions.find((entry) => entry.name === name)!;
    const tensors = inputs.weights.flatMap(({ W, b }) => [W.flat(), b]);
    return {
      inputs,
      float64,
      start: tensors.flat(),
      offsets: [0, 6, 8, 17, 20],
      gradients: [inputs.gradients.flatMap(({ dW, db }) => [...dW.flat(), ...db])],
    };
  };
  const flat = (values: Numbers) => ['W1', 'b1', 'W2', 'b2'].flatMap((name) => values[name]!.flat());

  test('gd step', () => {
    const { inputs, float64, ...rest } = inputsOf('gd step');
    const { after } = optimize({ optimizer: 'sgd', hyper: { learningRate: inputs.learningRate }, ...rest });
    expectClose(after[0]!, flat(float64), CLOSE);
  });

  test('momentum step, with its velocity', () => {
    const { inputs, float64, ...rest } = inputsOf('momentum step');
    const hyper = { learningRate: inputs.learningRate, beta1: inputs.beta };
    const { after, moments } = optimize({ optimizer: 'momentum', hyper, ...rest });
    expectClose(after[0]!, flat(float64), CLOSE);
    const velocity = ['dW1', 'db1', 'dW2', 'db2'].flatMap((name) => float64[`v["${name}"]`]!.flat());
    expectClose(moments, velocity, { rtol: 1e-13 });
  });

  test.each(['epsilonInside', 'epsilonOutside'] as const)('adam step at t = 2, %s', (form) => {
    const { inputs, float64, ...rest } = inputsOf('adam step');
    const { learningRate, beta1, beta2, epsilon, t } = inputs;
    const { after } = optimize({
      optimizer: 'adam',
      hyper: { learningRate, beta1, beta2, epsilon },
      epsilonInside: form === 'epsilonInside',
      firstStep: t - 1,
      ...rest,
    });
    expectClose(after[0]!, flat(float64[form]), CLOSE);
  });
});
