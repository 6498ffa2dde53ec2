// Initial weights: moments and limits by each scheme's formula, and draws that must never change.
import { describe, expect, test } from 'vitest';
import { foldIn, key, normal } from '../../src/core/rng/threefry.ts';
import { createSession, type Init, type LayerTensors, type Run } from '../../src/index.ts';
import { expectClose } from '../support/close.ts';

const [FAN_IN, FAN_OUT] = [64, 400];

/** The first layer of 64 inputs and 400 units, and the second of 10. */
async function drawn(init: Init, seed = 0, rng: Run['rng'] = 'threefry'): Promise<LayerTensors[]> {
  const run: Run = {
    basin: 1,
    seed,
    rng: rng!,
    data: { name: 'digits', rows: 10, testRows: 0, seed: 0 },
    layers: [{ units: FAN_OUT }, { units: 10 }],
    init,
    steps: 0,
  };
  return (await createSession(run, { backend: 'cpu', precision: 'f64' })).weights();
}

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const moment = (values: ArrayLike<number>, power: number): number => mean(Array.from(values, (v) => v ** power));

const COUNT = FAN_IN * FAN_OUT;
/** Five standard errors. */
const WIDE = 5 / Math.sqrt(COUNT);

// Glorot & Bengio 2010: 2/(in + out). He et al. 2015: 2/in. LeCun et al. 1998: 1/in. `scale` is the deviation of `normal`.
const normals: [Init, number][] = [
  [{ scheme: 'normal' }, 1],
  [{ scheme: 'normal', scale: 10 }, 10],
  [{ scheme: 'xavierNormal' }, Math.sqrt(2 / (64 + 400))],
  [{ scheme: 'heNormal' }, Math.sqrt(2 / 64)],
  [{ scheme: 'lecunNormal' }, 1 / 8],
];

// ±√(6/(in + out)), ±√(6/in), ±√(3/in), ±scale.
const uniforms: [Init, number][] = [
  [{ scheme: 'uniform' }, 1],
  [{ scheme: 'uniform', scale: 0.3 }, 0.3],
  [{ scheme: 'xavierUniform' }, Math.sqrt(6 / (64 + 400))],
  [{ scheme: 'heUniform' }, Math.sqrt(6 / 64)],
  [{ scheme: 'lecunUniform' }, Math.sqrt(3 / 64)],
];

describe.each(['threefry', 'numpy'] as const)('with %s', (rng) => {
  // A normal's second moment is σ², its fourth 3σ⁴; no tail is cut: of 25,600 some are beyond 3.5 σ, which has odds 1 : 2149.
  test.each(normals)('%o is normal and not truncated', async (init, deviation) => {
    const w = (await drawn(init, 1, rng))[0]!.w.map((v) => v / deviation);
    expectClose([mean(w), moment(w, 2), moment(w, 4)], [0, 1, 3], { atol: 10 * WIDE });
    expectClose([mean(w), moment(w, 2)], [0, 1], { atol: 1.5 * WIDE });
    expect(w.filter((v) => Math.abs(v) > 3.5).length).toBeGreaterThan(2);
  });

  // A uniform's second moment is a third of the half width squared.
  test.each(uniforms)('%o fills its interval evenly', async (init, half) => {
    const w = (await drawn(init, 1, rng))[0]!.w.map((v) => v / half);
    expectClose([mean(w), moment(w, 2), moment(w, 4)], [0, 1 / 3, 1 / 5], { atol: WIDE });
    expect(Math.max(...w)).toBeLessThan(1);
    expect(Math.min(...w)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...w)).toBeGreaterThan(0.999);
  });
});

test('biases start at 0, and so does everything with zeros', async () => {
  for (const { b } of await drawn({ scheme: 'heNormal' })) expect(b.every((v) => v === 0)).toBe(true);
  for (const { w, b } of await drawn({ scheme: 'zeros' })) expect([...w, ...b].every((v) => v === 0)).toBe(true);
});

// rng-threefry.test.ts pins what key, foldIn and normal give; the stream of initial weights is number 3.
test('the draws of layer l are the normals of foldIn(foldIn(key(seed), 3), l), for good', async () => {
  const layers = await drawn({ scheme: 'normal' }, 12);
  for (const [l, { w }] of layers.entries()) {
    expect(w).toEqual(normal(foldIn(foldIn(key(12), 3), l), w.length));
  }
});

test('seeds and layers have draws of their own', async () => {
  const [first, second] = (await drawn({ scheme: 'normal' })) as [LayerTensors, LayerTensors];
  expect(first.w.slice(0, 100)).not.toEqual(second.w.slice(0, 100));
  const [other] = (await drawn({ scheme: 'normal' }, 1)) as [LayerTensors];
  expect(first.w.slice(0, 100)).not.toEqual(other.w.slice(0, 100));
});

test('the root seed and a seed of its own give the same draws', async () => {
  const own = await drawn({ scheme: 'heNormal', seed: 77 }, 5);
  expect(own).toEqual(await drawn({ scheme: 'heNormal', seed: 77 }, 6));
  expect(own[0]!.w).toEqual((await drawn({ scheme: 'heNormal' }, 77))[0]!.w);
});

test('another scheme of the same kind is the same draws in another scale', async () => {
  const [he] = (await drawn({ scheme: 'heNormal' })) as [LayerTensors];
  const [lecun] = (await drawn({ scheme: 'lecunNormal' })) as [LayerTensors];
  expectClose(
    he.w,
    lecun.w.map((v) => v * Math.SQRT2),
    { rtol: 4e-16 },
  );
});

test('given weights are taken as they are', async () => {
  const weights = [
    {
      w: [
        [0.1, -2],
        [3e-3, 4],
      ],
      b: [0.5, 0.25],
    },
    { w: [[1, -1]], b: [7] },
  ];
  const run: Run = {
    basin: 1,
    data: { name: 'circles', rows: 10 },
    layers: [{ units: 2 }, { units: 1 }],
    init: { scheme: 'given', weights },
    steps: 0,
  };
  const layers = await (await createSession(run, { backend: 'cpu', precision: 'f64' })).weights();
  expect(layers.map(({ w, b }) => ({ w: Array.from(w), b: Array.from(b) }))).toEqual([
    { w: [0.1, -2, 3e-3, 4], b: [0.5, 0.25] },
    { w: [1, -1], b: [7] },
  ]);
});
