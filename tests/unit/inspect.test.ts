// Looking inside a network: outputs and sizes worked by hand, masks by the contract's own words.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { streamKey } from '../../src/core/rng/streams.ts';
import { foldIn, threefry2x32 } from '../../src/core/rng/threefry.ts';
import {
  createSession,
  keptUnits,
  type LayerTensors,
  layerOutputs,
  layerStatistics,
  presets,
  type Run,
  standardize,
  validate,
} from '../../src/index.ts';
import { expectClose } from '../support/close.ts';

const tensors = (w: number[][], b: number[]): LayerTensors => ({
  w: Float64Array.from(w.flat()),
  b: Float64Array.from(b),
  shape: [w.length, w[0]!.length],
});

const layersOf = (activation: 'relu' | 'sigmoid' | 'tanh', units: number) =>
  validate({
    basin: 1,
    data: { name: 'circles' },
    layers: [{ units, activation, dropRate: 0.5 }, { units: 1 }],
  }).layers;

const HIDDEN = tensors(
  [
    [1, 0],
    [0, -1],
    [1, 1],
  ],
  [0, 0.5, -4],
);
const OUTPUT = tensors([[2, -1, 1]], [0.25]);
const ROWS = [
  [1, 2],
  [-3, 0],
];

describe('what the layers put out', () => {
  // z = x·wᵀ + b by hand: (1, −1.5, −1) and (−3, 0.5, −7); logits 2·h₁ − h₂ + h₃ + 0.25. No dropout, whatever the rate is.
  test('relu, by hand', () => {
    const [hidden, logits] = layerOutputs(layersOf('relu', 3), [HIDDEN, OUTPUT], ROWS);
    expect(Array.from(hidden!)).toEqual([1, 0, 0, 0, 0.5, 0]);
    expect(Array.from(logits!)).toEqual([2.25, -0.25]);
  });

  test('tanh, by hand', () => {
    const [hidden, logits] = layerOutputs(layersOf('tanh', 3), [HIDDEN, OUTPUT], ROWS);
    const h = [1, -1.5, -1, -3, 0.5, -7].map(Math.tanh);
    expectClose(hidden!, h, { rtol: 1e-15, atol: 0 });
    expectClose(logits!, [2 * h[0]! - h[1]! + h[2]! + 0.25, 2 * h[3]! - h[4]! + h[5]! + 0.25], {
      rtol: 1e-15,
      atol: 0,
    });
  });

  test('rows of another width are an error that says what is allowed', () => {
    const ask = () => layerOutputs(layersOf('relu', 3), [HIDDEN, OUTPUT], [[1, 2, 3]]);
    expect(ask).toThrow('x[0]: has 3 values. Allowed: 2');
  });

  // Two ways to the same probabilities: rows in the data's own units through `predict`, standardized ones through the layers.
  test('the last layer’s outputs are the logits of predict', async () => {
    const run: Run = {
      basin: 1,
      data: { name: 'moons', standardize: true },
      layers: [{ units: 7, activation: 'gelu' }, { units: 4, activation: 'sigmoid' }, { units: 1 }],
      steps: 20,
    };
    const session = await createSession(run, { backend: 'cpu', precision: 'f64' });
    await session.step(20);
    const rows = Float64Array.of(0.3, -0.2, 1.5, 0.4);
    const scaled = standardize(rows, session.data.scaling!);
    const logits = layerOutputs(session.run.layers, await session.weights(), scaled).at(-1)!;
    expectClose(
      await session.predict(rows),
      logits.map((z) => 1 / (1 + Math.exp(-z))),
      { rtol: 1e-13, atol: 0 },
    );
  });
});

describe('sizes, layer by layer', () => {
  const gradients = [tensors([[3, 4]], [9]), tensors([[0, 0, -6]], [1])];

  // Outputs (1, 0, 0) and (0, 0.5, 0): the units are 0.5, 0.25 and 0 from their means in both rows. Unit 3 is 0 in both.
  // rms w = √(4/6); rms (3, 4) = √12.5. Logits 2.25 and −0.25.
  test('relu, by hand', () => {
    const [hidden, output] = layerStatistics(layersOf('relu', 3), [HIDDEN, OUTPUT], gradients, ROWS);
    expect(hidden!.outputs).toBeCloseTo(Math.sqrt((0.25 + 0.0625) / 3), 14);
    expect(hidden!.dead).toBeCloseTo(1 / 3, 14);
    expect(hidden!.saturated).toBe(0);
    expect(hidden!.weights).toBeCloseTo(Math.sqrt(4 / 6), 14);
    expect(hidden!.gradient).toBeCloseTo(Math.sqrt(12.5), 14);
    expect(output).toMatchObject({ outputs: 1.25, dead: 0, saturated: 0 });
    expect(output!.gradient).toBeCloseTo(Math.sqrt(12), 14);
  });

  // 1 − tanh² z < 0.05 from |z| > 2.178; s(1 − s) < 0.05 / 4 from |z| > 4.369. z: 1, −1.5, −1, −3, 0.5, −7.
  test.each([
    ['tanh', 2 / 6],
    ['sigmoid', 1 / 6],
  ] as const)('%s is saturated where it passes less than a twentieth of its most', (activation, saturated) => {
    const [hidden] = layerStatistics(layersOf(activation, 3), [HIDDEN, OUTPUT], gradients, ROWS);
    expect(hidden!.saturated).toBeCloseTo(saturated, 14);
    expect(hidden!.dead).toBe(0);
  });
});

describe('kept units', () => {
  const run: Run = {
    basin: 1,
    seed: 5,
    data: { name: 'circles', rows: 10 },
    layers: [{ units: 6, dropRate: 0.3 }, { units: 5, dropRate: 0.6, activation: 'tanh' }, { units: 4 }, { units: 1 }],
    batch: { size: 4, order: 'sequential' },
  };

  // The contract: key = foldIn(foldIn(key(seed), dropout), layer); lane e mod 4 of threefry2x32-20(key, (step, ⌊e/4⌋))
  // below round(65536 · (1 − dropRate)) is kept.
  test.each([0, 1, 2])('are those of the contract at step %d', (step) => {
    const rows = step === 2 ? 2 : 4; // ten rows in batches of four
    const kept = keptUnits(validate(run), 10, step);
    const expected = (layer: number, units: number, dropRate: number) => {
      const key = foldIn(streamKey(5, 'dropout'), layer);
      return Array.from({ length: rows * units }, (_, e) => {
        const word = threefry2x32(key, step, Math.floor(e / 4))[e % 4 < 2 ? 0 : 1]!;
        const lane = e % 2 === 0 ? word % 65536 : Math.floor(word / 65536);
        return lane < Math.round(65536 * (1 - dropRate)) ? 1 : 0;
      });
    };
    expect(kept.map((mask) => Array.from(mask))).toEqual([
      expected(0, 6, 0.3),
      expected(1, 5, 0.6),
      new Array(rows * 4).fill(1),
    ]);
  });

  // With one row in a batch, a unit that is dropped gets no gradient at all, and a tanh unit that is kept gets some.
  test('are those that training keeps', async () => {
    const layers = [{ units: 12, dropRate: 0.5, activation: 'tanh' as const }, { units: 1 }];
    const session = await createSession({ ...run, layers, batch: { size: 1 } }, { backend: 'cpu' });
    await session.step(3);
    const [{ b }] = (await session.gradients()) as [LayerTensors];
    const [kept] = keptUnits(session.run, 10, 3);
    expect(Array.from(b, (slope) => (slope === 0 ? 0 : 1))).toEqual(Array.from(kept!));
    expect(new Set(kept)).toEqual(new Set([0, 1]));
  });

  test('given masks are taken in turn', () => {
    const dropMasks = [
      [
        [1, 0],
        [0, 0],
      ],
      [
        [0, 1],
        [1, 1],
      ],
    ];
    const given: Run = {
      basin: 1,
      data: { x: [[1], [2]], y: [0, 1] },
      layers: [{ units: 3, dropRate: 0.1 }, { units: 2, dropRate: 0.5, dropMasks }, { units: 1 }],
    };
    const canonical = validate(given);
    expect([0, 1, 2].map((step) => Array.from(keptUnits(canonical, 2, step)[1]!))).toEqual([
      [1, 0, 0, 0],
      [0, 1, 1, 1],
      [1, 0, 0, 0],
    ]);
  });

  // numpy's own masks of the regularization notebook: [unit] → a digit for each of the 211 rows; the same at every step.
  test('numpy’s masks are the notebook’s', () => {
    const file = join(import.meta.dirname, '../fixtures/dropout-masks.json');
    const { masks } = JSON.parse(readFileSync(file, 'utf8')) as { masks: Record<string, string[]> };
    const kept = keptUnits(validate(presets['regularization/dropout']), 211, 40);
    for (const [l, units] of [20, 3].entries()) {
      const digits = masks[l + 1]!;
      const rows = Array.from({ length: 211 }, (_, row) => digits.map((unit) => Number(unit[row])));
      expect(digits).toHaveLength(units);
      expect(Array.from(kept[l]!)).toEqual(rows.flat());
    }
  });
});
