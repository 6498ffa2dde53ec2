// The backward pass of whole networks against five-point differences of their forward pass, in f64 on the CPU.
import { describe, expect, test } from 'vitest';
import { presets } from '../../src/spec/presets.ts';
import type { Run } from '../../src/spec/types.ts';
import { checkGradient, relativeDifference } from '../../src/train/gradient-check.ts';
import { prepareRun } from '../../src/train/session.ts';
import { NETWORK_KINDS, nameOf, randomNetwork } from '../support/random-networks.ts';

async function check(run: Run | undefined) {
  const { fitted, data } = await prepareRun(run);
  return checkGradient(fitted, data);
}

describe('random networks', () => {
  test.each(NETWORK_KINDS.map((kind, i) => [nameOf(kind), kind, i] as const))('%s', async (_, kind, i) => {
    const { difference, layers, rows } = await check(randomNetwork(kind, i));
    expect(difference).toBeLessThan(1e-7);
    expect(Math.max(...layers)).toBeLessThan(1e-7);
    expect(rows).toBeGreaterThanOrEqual(4);
  });
});

// The published difference of this network, 47 parameters with the notebook's own formulas, is rounding noise near 1e-7.
test('the 47 parameters of the notebook', async () => {
  const { difference, rows } = await check(presets['gradient-checking/n-dimensional']);
  expect(difference).toBeLessThan(2e-7);
  expect(rows).toBe(3);
});

describe('kinks', () => {
  const net = (x: number[][]): Run => ({
    basin: 1,
    data: { x, y: x.map((_, i) => i % 2) },
    layers: [{ units: 3 }, { units: 1 }],
    steps: 0,
  });
  const clear = [
    [1, 2],
    [2, -1],
    [-1, 1],
    [0.5, 0.5],
    [-2, 0.3],
  ];

  // Biases start at 0, so a row of zeros puts every unit on its kink.
  test('a row on the kink is left out', async () => {
    const { difference, rows, moved } = await check(net([...clear, [0, 0]]));
    expect([rows, moved]).toEqual([5, false]);
    expect(difference).toBeLessThan(1e-7);
  });

  test('where nearly every row is on it, the weights are moved', async () => {
    const { difference, moved, parameters } = await check({ ...net(clear), init: { scheme: 'zeros' } });
    expect(moved).toBe(true);
    expect(difference).toBeLessThan(1e-7);
    expect(parameters.some((value) => value !== 0)).toBe(true);
  });

  test('units without a kink keep every row', async () => {
    const run = net([...clear, [0, 0]]);
    const { rows } = await check({ ...run, layers: [{ units: 3, activation: 'tanh' }, { units: 1 }] });
    expect(rows).toBe(6);
  });

  test('at most 32 rows take part', async () => {
    expect((await check(presets['initialization/he'])).rows).toBe(32);
  });
});

describe('masks that are not counters', () => {
  test("numpy's", async () => {
    const run = presets['regularization/dropout'];
    expect((await check(run)).difference).toBeLessThan(1e-7);
  });

  test('given ones, cut to the rows that take part', async () => {
    const x = [
      [0, 0],
      [1, 2],
      [2, -1],
      [-1, 1],
      [0.5, 0.5],
      [-2, 0.3],
    ];
    const mask = x.map((_, r) => [r % 2, 1, (r + 1) % 2]);
    const { difference, rows } = await check({
      basin: 1,
      data: { x, y: [0, 1, 0, 1, 1, 0] },
      layers: [{ units: 3, dropRate: 0.5, dropMasks: [mask, mask] }, { units: 1 }],
      steps: 0,
    });
    expect(rows).toBe(5);
    expect(difference).toBeLessThan(1e-7);
  });
});

test('a network too large to check is named with the most that is allowed', async () => {
  const run: Run = { basin: 1, data: { name: 'digits' }, layers: [{ units: 400 }, { units: 10 }] };
  await expect(check(run)).rejects.toThrow(/layers: make \d+ parameters\. Allowed for a gradient check: 20000/);
});

// ‖(3, 4)‖ = 5: |10 − 5| / (10 + 5).
test('the measure is relative, and 0 for two zeros', () => {
  expect(relativeDifference(Float64Array.of(6, 8), Float64Array.of(3, 4))).toBeCloseTo(1 / 3, 15);
  expect(relativeDifference(new Float64Array(2), new Float64Array(2))).toBe(0);
  expect(relativeDifference(Float64Array.of(Number.NaN), Float64Array.of(1))).toBeNaN();
});
