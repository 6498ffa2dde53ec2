// The workbench's small parts: points drawn by hand, the plane and the tensors that are shown, the loss axis, and the table
// of runs tried. Expected values are worked by hand.
import { expect, test } from 'vitest';
import { cellRows, dotsOf, viewOf } from '../../demo/training/plane.ts';
import { histogram, tensorPicture } from '../../demo/training/tensor-picture.ts';
import { lossCeiling } from '../../demo/workbench/ceiling.ts';
import { drawnFrom, EMPTY_PLANE, isDrawable, touched } from '../../demo/workbench/points.ts';
import { columnsOf, createTried, type Tried, withTry } from '../../demo/workbench/tried.ts';
import { loadDataset, type Run, validate } from '../../src/index.ts';

// ---------------------------------------------------------------- drawing

const EMPTY = { x: [], y: [] };

test('a touch adds a point of the chosen class, rounded to three digits', () => {
  const one = touched(EMPTY, 'class 1', [0.12345, -0.5], EMPTY_PLANE);
  expect(one).toEqual({ x: [[0.123, -0.5]], y: [1] });
  const two = touched(one, 'class 0', [0.5, 0.5], EMPTY_PLANE);
  expect(two.y).toEqual([1, 0]);
});

test('a drag leaves no heap of points of one class; another class may lie there', () => {
  const one = touched(EMPTY, 'class 0', [0, 0], EMPTY_PLANE);
  expect(touched(one, 'class 0', [0.03, 0], EMPTY_PLANE)).toBe(one); // 1.5 % of the plane's side of 2
  expect(touched(one, 'class 0', [0.05, 0], EMPTY_PLANE).x).toHaveLength(2);
  expect(touched(one, 'class 1', [0.01, 0], EMPTY_PLANE).x).toHaveLength(2);
});

test('the eraser takes what is near it in the plane, whatever the units of its axes', () => {
  const data = {
    x: [
      [0, 0],
      [50, 0],
      [0, 0.5],
    ],
    y: [0, 1, 0],
  };
  const plane = { x: [0, 1000], y: [0, 1] } as const;
  expect(touched(data, 'erase', [45, 0], plane)).toEqual({
    x: [
      [0, 0],
      [0, 0.5],
    ],
    y: [0, 0],
  });
  expect(touched(data, 'erase', [500, 0.9], plane)).toBe(data);
});

test('points on the screen become rows to draw on; test points go along', () => {
  const train = { x: Float32Array.of(0.1, 0.2, 0.3, 0.4), y: Uint8Array.of(0, 1) };
  expect(drawnFrom(train, null)).toEqual({
    x: [
      [0.1, 0.2],
      [0.3, 0.4],
    ],
    y: [0, 1],
  });
  expect(drawnFrom(train, train).testY).toEqual([0, 1]);
});

test('only two columns with two classes can be drawn on', () => {
  expect(isDrawable({ x: [[0, 1]], y: [1] })).toBe(true);
  expect(isDrawable({ x: [[0, 1, 2]], y: [1] })).toBe(false);
  expect(isDrawable({ x: [[0, 1]], y: [2] })).toBe(false);
  expect(isDrawable({ name: 'moons' })).toBe(false);
});

// ---------------------------------------------------------------- the plane

const twoColumns = (standardize: boolean): Run => ({
  basin: 1,
  data: {
    x: [
      [0, 1],
      [1000, 2],
      [500, 1.5],
    ],
    y: [0, 1, 0],
    standardize,
  },
  layers: [{ units: 1 }],
});

// Points reach over 1000 and 1: a square of the longer side for both axes, or each axis on its own; 12 % longer.
test.each([
  [false, [-60, 1060], [-558.5, 561.5]],
  [true, [-60, 1060], [0.94, 2.06]],
] as const)('the plane is in the data’s own units, standardized: %s', async (standardize, x, y) => {
  const data = await loadDataset(validate(twoColumns(standardize)));
  const view = viewOf(data)!;
  const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9));
  expect([view.x, view.y]).toEqual([close(x), close(y)]);
  expect([...dotsOf(data, 'train')!.x]).toEqual([0, 1, 1000, 2, 500, 1.5].map((value) => expect.closeTo(value, 4)));
});

test('data without classes or with more columns has no plane', async () => {
  const numbers = { ...twoColumns(false), data: { x: [[0, 1]], y: [0.5] } };
  expect(viewOf(await loadDataset(validate(numbers)))).toBeNull();
  const wide = { ...twoColumns(false), data: { x: [[0, 1, 2]], y: [1] } };
  expect(viewOf(await loadDataset(validate(wide)))).toBeNull();
});

test('cells are rows of input, from the lowest y', () => {
  const cells = cellRows({ x: [0, 2], y: [10, 14], columns: 64, rows: 64 }, 2);
  expect([...cells]).toEqual([0.5, 11, 1.5, 11, 0.5, 13, 1.5, 13]);
});

// ---------------------------------------------------------------- tensors

test('a histogram holds every value once, zero in the middle bin; what is not finite is in none', () => {
  const counts = histogram(Float64Array.of(-1, -0.99, 0, 0, 1, Number.NaN), 1);
  expect(counts[0]).toBe(2);
  expect(counts[15]).toBe(2);
  expect(counts[30]).toBe(1);
  expect(counts.reduce((sum, count) => sum + count)).toBe(5);
  expect(histogram(Float64Array.of(0, 0), 0)[15]).toBe(2);
});

test('a picture shows the upper left of a large tensor, and measures all of it', () => {
  const w = Float64Array.from({ length: 70 * 100 }, (_, i) => (i === 6999 ? -7 : i % 100 === 1 ? 1 : 0));
  const picture = tensorPicture(w, [70, 100]);
  expect([picture.rows, picture.columns, picture.values.length]).toEqual([64, 64, 4096]);
  expect([...picture.values.subarray(64, 67)]).toEqual([0, 1, 0]);
  expect(picture.most).toBe(7);
  expect(picture.rms).toBeCloseTo(Math.sqrt((70 + 49) / 7000), 12);
});

// ---------------------------------------------------------------- the loss axis

test('the loss axis holds every curve, but not the flight of a run that diverges', () => {
  expect(
    lossCeiling([
      [0.7, 0.1],
      [0.8, 0.2],
    ]),
  ).toBeCloseTo(1.08 * 0.8, 12);
  expect(
    lossCeiling([
      [0.7, 0.1],
      [0.7, 1e6, Number.POSITIVE_INFINITY],
    ]),
  ).toBeCloseTo(1.08 * 3 * 0.7, 12);
  expect(lossCeiling([])).toBe(1);
  expect(lossCeiling([[Number.NaN]])).toBe(1);
  expect(lossCeiling([[0, 0]])).toBe(1);
});

// ---------------------------------------------------------------- runs tried

const BASE: Run = { basin: 1, data: { name: 'moons' }, layers: [{ units: 4 }, { units: 1 }] };
const score = { loss: 0.5, accuracy: 0.75 };
const tryOf = (run: Run, step = 100): Tried => ({
  run,
  step,
  totalSteps: 1000,
  scores: { train: score, validation: null, test: score },
});

test('a document that is tried again takes the place of its older try', () => {
  const [one, two] = [tryOf(BASE), tryOf({ ...BASE, l2: 1 })];
  const again = tryOf(BASE, 900);
  expect(withTry(withTry(withTry([], one), two), again)).toEqual([again, two]);
  const many = Array.from({ length: 60 }, (_, seed) => tryOf({ ...BASE, seed }));
  const kept = many.reduce<readonly Tried[]>(withTry, []);
  expect(kept).toHaveLength(50);
  expect(kept[0]!.run.seed).toBe(10);
});

test('the table has a column for each setting in which tries differ, and every try’s value', () => {
  const tries = [
    tryOf(BASE),
    tryOf({ ...BASE, l2: 1 }),
    tryOf({ ...BASE, layers: [{ units: 8 }, { units: 1 }], l2: 0.2 }),
  ];
  expect(columnsOf(tries).map(({ label, values }) => [label, values])).toEqual([
    ['L2 strength λ', ['0', '1', '0.2']],
    ['layers', ['4–1', '4–1', '8–1']],
  ]);
  const starts = [
    tryOf({ ...BASE, init: { scheme: 'normal', scale: 0.01 } }),
    tryOf({ ...BASE, init: { scheme: 'zeros' } }),
  ];
  expect(columnsOf(starts).map(({ label, values }) => [label, values])).toEqual([
    ['first weights', ['normal', 'zeros']],
    ['scale', ['0.01', 'none']],
  ]);
  expect(columnsOf([])).toEqual([]);
});

function memory(content: Record<string, string> = {}): Storage {
  const items = new Map(Object.entries(content));
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => items.set(key, value),
  } as unknown as Storage;
}

test('tries are kept in the tab’s store; what is in it may be broken', () => {
  const storage = memory();
  createTried(storage).add(tryOf(BASE));
  expect(createTried(storage).tries.value).toEqual([tryOf(BASE)]);
  expect(createTried(memory({ 'basin-tried': 'garbage' })).tries.value).toEqual([]);
  expect(createTried(memory({ 'basin-tried': '[{"run":{"basin":9}}]' })).tries.value).toEqual([]);
  expect(createTried(memory({ 'basin-tried': '{"a":1}' })).tries.value).toEqual([]);
});
