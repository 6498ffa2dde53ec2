import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { generate } from '../../src/data/builtin.ts';
import { parseCsv } from '../../src/data/csv.ts';
import type { Rows } from '../../src/data/dataset.ts';
import { BUILT_IN } from '../../src/spec/defaults.ts';
import type { BuiltInData, BuiltInDataName } from '../../src/spec/types.ts';

const NAMES = Object.keys(BUILT_IN) as BuiltInDataName[];

function spec(name: BuiltInDataName, patch: Partial<BuiltInData> = {}): Required<BuiltInData> {
  const { rows, testRows, noise } = BUILT_IN[name];
  const common = { validationFraction: 0, standardize: false, seed: 1, testSeed: 2 };
  return { name, rows, testRows, noise: noise ?? 0, ...common, ...patch };
}

/** Largest distance between our rows and those of a fixture with the columns x1, x2, label. */
function distanceToFixture(rows: Rows, file: string): number {
  const table = parseCsv(readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8'), file);
  expect(rows.count).toBe(table.rows.length);
  const distances = table.rows.map(([x1, x2, label], i) => {
    expect(rows.y[i]).toBe(Number(label));
    return Math.max(Math.abs(rows.x[2 * i]! - Number(x1)), Math.abs(rows.x[2 * i + 1]! - Number(x2)));
  });
  return Math.max(...distances);
}

// Made with scikit-learn: make_circles(noise=0.05, factor 0.8) and make_moons(noise=0.2), numpy seeds 1, 2 and 3.
describe('rng numpy gives scikit-learn’s points', () => {
  test('circles', async () => {
    const { train, test } = await generate(spec('circles'), 'numpy');
    expect(distanceToFixture(train, 'circles-train.csv')).toBeLessThanOrEqual(1e-15);
    expect(distanceToFixture(test!, 'circles-test.csv')).toBeLessThanOrEqual(1e-15);
  });

  test('moons', async () => {
    const { train } = await generate(spec('moons', { seed: 3 }), 'numpy');
    expect(distanceToFixture(train, 'moons-train.csv')).toBeLessThanOrEqual(1e-15);
  });
});

describe.each(NAMES)('%s', (name) => {
  const { inputs, classes } = BUILT_IN[name];

  test('has the rows, columns and classes that the table of defaults says', async () => {
    const { rows, testRows } = spec(name);
    const { train, test } = await generate(spec(name), 'threefry');
    expect([train.count, train.x.length, train.y.length]).toEqual([rows, rows * inputs, rows]);
    expect([test!.count, test!.x.length, test!.y.length]).toEqual([testRows, testRows * inputs, testRows]);
    expect([...new Set(train.y)].sort((a, b) => a - b)).toEqual(Array.from({ length: classes }, (_, c) => c));
    expect(train.x.every(Number.isFinite)).toBe(true);
  });

  test('is the same again for the same seeds, another for another', async () => {
    const once = await generate(spec(name), 'threefry');
    expect(await generate(spec(name), 'threefry')).toEqual(once);
    const other = await generate(spec(name, { seed: 9, testSeed: 10 }), 'threefry');
    expect(other.train.x).not.toEqual(once.train.x);
    expect(other.test!.x).not.toEqual(once.test!.x);
  });

  test('has no test set for testRows 0', async () => {
    expect((await generate(spec(name, { testRows: 0 }), 'threefry')).test).toBeNull();
  });
});

/** [x1, x2, label] of every row. */
function points({ x, y }: Rows): [number, number, number][] {
  return Array.from(y, (label, i) => [x[2 * i]!, x[2 * i + 1]!, label]);
}

describe('without noise', () => {
  const bare = async (name: BuiltInDataName) => points((await generate(spec(name, { noise: 0 }), 'threefry')).train);

  test('circles lie on radius 1 and 0.8', async () => {
    for (const [x1, x2, label] of await bare('circles')) expect(Math.hypot(x1, x2)).toBeCloseTo(label ? 0.8 : 1, 12);
  });

  test('moons lie on half circles around (0, 0) and (1, ½)', async () => {
    for (const [x1, x2, label] of await bare('moons'))
      expect(Math.hypot(x1 - label, x2 - label / 2)).toBeCloseTo(1, 12);
  });

  test('the spirals are each other’s half turn', async () => {
    const all = await bare('spirals');
    const first = all.filter(([, , label]) => label === 0);
    const second = all.filter(([, , label]) => label === 1).map(([x1, x2]) => [-x1, -x2] as const);
    for (const [x1, x2] of first) {
      expect(Math.min(...second.map(([a, b]) => Math.hypot(a - x1, b - x2)))).toBeLessThan(1e-12);
    }
  });

  test('xor’s label is whether the signs differ', async () => {
    for (const [x1, x2, label] of await bare('xor')) expect(label).toBe(x1 > 0 === x2 > 0 ? 0 : 1);
  });

  test('blobs are three points at radius 1.5', async () => {
    for (const [x1, x2] of await bare('blobs')) expect(Math.hypot(x1, x2)).toBeCloseTo(1.5, 12);
  });
});

test('noise is a standard deviation', async () => {
  const { train } = await generate(spec('blobs', { rows: 30_000, noise: 0.5 }), 'threefry');
  const first = points(train).filter(([, , label]) => label === 0);
  const variance = first.reduce((sum, [x1, x2]) => sum + x1 ** 2 + (x2 - 1.5) ** 2, 0) / (2 * first.length);
  expect(Math.abs(variance - 0.25)).toBeLessThan(5 * 0.25 * Math.sqrt(1 / first.length)); // 5 standard errors
});

describe('football', () => {
  // The same rules in Python: sha256 of "x1,x2,label\n" with four decimals, training rows before test rows.
  test.each([
    [6, '7aca3e3d9231e61902207f0f0960f1b159f5d294c238f273665e4b46895670d0'],
    [0, '9461c5aaa4b20183ab74d1341bb48fec753846a24bcd3fab250522ca205ad3e2'],
    [123456789012, 'e89b0af513d69a136cbff1c9dc7073619d215cf123707298871c969db401a48e'],
  ])('seed %d: the points of an independent program', async (seed, sha256) => {
    const { train, test } = await generate(spec('football', { seed }), 'threefry');
    const lines = [...points(train), ...points(test!)].map(([a, b, c]) => `${a.toFixed(4)},${b.toFixed(4)},${c}\n`);
    expect(createHash('sha256').update(lines.join('')).digest('hex')).toBe(sha256);
  });

  test('the labels follow the diagonal but for some near it', async () => {
    const { train } = await generate(spec('football', { rows: 20_000 }), 'threefry');
    const distance = (x1: number, x2: number) => (x2 - 1.7 * x1 - 0.22) / Math.hypot(1, 1.7);
    const wrong = (rows: typeof all) =>
      rows.filter(([x1, x2, label]) => distance(x1, x2) > 0 !== (label === 1)).length / rows.length;
    const all = points(train);
    const near = all.filter(([x1, x2]) => Math.abs(distance(x1, x2)) < 0.01);
    const far = all.filter(([x1, x2]) => Math.abs(distance(x1, x2)) > 0.075);
    expect(wrong(near)).toBeGreaterThan(0.33);
    expect(wrong(near)).toBeLessThan(0.45);
    expect(Math.abs(wrong(far) - 0.04)).toBeLessThan(0.01);
  });
});

describe('digits', () => {
  const all = spec('digits', { rows: 1797, testRows: 0 });

  // scikit-learn's load_digits(): np.bincount(target), the first image's first rows, and data.mean().
  test('all 1797 in file order', async () => {
    const { train } = await generate(all, 'threefry');
    const counts = new Array(10).fill(0);
    for (const label of train.y) counts[label]++;
    expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    expect(Array.from(train.y.slice(0, 12))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    const image = Array.from(train.x.slice(0, 16), (v) => 16 * v);
    expect(image).toEqual([0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]);
    expect((16 * train.x.reduce((sum, v) => sum + v, 0)) / train.x.length).toBeCloseTo(4.884164579855314, 12);
  });

  test('all pixels as published', async () => {
    const { train } = await generate(all, 'threefry');
    const lines = Array.from(train.y, (label, i) =>
      [...train.x.slice(64 * i, 64 * i + 64)]
        .map((v) => 16 * v)
        .concat(label)
        .join(),
    );
    const sha256 = createHash('sha256')
      .update(`${lines.join('\n')}\n`)
      .digest('hex');
    expect(sha256).toBe('6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8');
  });

  test('training and test images are disjoint and together the whole set', async () => {
    const { train, test } = await generate(spec('digits'), 'threefry');
    const text = ({ x, count }: Rows) => Array.from({ length: count }, (_, i) => x.slice(64 * i, 64 * i + 64).join());
    const whole = text((await generate(all, 'threefry')).train);
    expect([...text(train), ...text(test!)].sort()).toEqual([...whole].sort());
  });
});
