// Pictures and curves as files. Values are worked out by hand from fields whose boundary is known.
import { expect, test } from 'vitest';
import { boundary, leads } from '../../demo/share/contour.ts';
import { curveCsv } from '../../demo/share/curve-csv.ts';
import { boundarySvg, curvesSvg } from '../../demo/share/pictures.ts';
import type { Point } from '../../demo/training/protocol.ts';

const SIDE = 16;
/** Logits rise by 1 a cell, 0 in the middle between the centres of cells 3 and 4: at x = 4 of 16 cells. */
const rising = Float32Array.from({ length: SIDE * SIDE }, (_, i) => 1 / (1 + Math.exp(-((i % SIDE) - 3.5))));
const inside = (value: number) => value > 0.02 && value < 0.98;

test('the boundary of a field that rises evenly is a straight line, up to the edges', () => {
  const points = boundary(leads(rising, 1)[1]!, SIDE, SIDE).flat();
  const across = points.filter(([x, y]) => inside(x) && inside(y));
  expect(across.length).toBeGreaterThan(10);
  for (const [x] of across) expect(x).toBeCloseTo(4 / SIDE, 5);
  const ys = points.filter(([x]) => inside(x)).map(([, y]) => y);
  expect(Math.min(...ys)).toBeLessThanOrEqual(0);
  expect(Math.max(...ys)).toBeGreaterThanOrEqual(1);
});

test('of several classes each leads where it is the likeliest: ln(0.5 / 0.3) over the second', () => {
  const [a, b, c] = leads(Float32Array.of(0.5, 0.3, 0.2), 3).map(([lead]) => lead!);
  expect(a).toBeCloseTo(Math.log(0.5 / 0.3), 6);
  expect(b).toBeCloseTo(Math.log(0.3 / 0.5), 6);
  expect(c).toBeCloseTo(Math.log(0.2 / 0.5), 6);
});

const view = { x: [0, 1], y: [0, 1], columns: SIDE, rows: SIDE } as const;
const train = { x: Float32Array.of(0.25, 0.5, 1, 0), y: Uint8Array.of(0, 1) };

test('the boundary is a vector picture: shapes and marks, no pixels, text made safe', () => {
  const svg = boundarySvg({ title: 'a <b> & "c"', view, grid: rising, train, test: null }, () => '#123456');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 640 640"/);
  expect(svg).not.toMatch(/<image|data:/);
  expect(svg).toContain('<title>a &lt;b> &amp; &quot;c&quot;</title>');
  expect(svg).toContain('<circle cx="160" cy="320"'); // a quarter of 640 to the right, half up
  expect(svg.match(/<path/g)).toHaveLength(2 * 8 + 1 + 1); // shades of two classes, the boundary, a diamond
});

const score = (loss: number, accuracy: number | null = null) => ({ loss, accuracy });
const points: Point[] = [
  {
    step: 0,
    steps: [0, 0],
    losses: [1, 0.75],
    scores: [
      { train: score(1), validation: null, test: null },
      { train: score(0.5, 0.25), validation: null, test: score(2, 1) },
    ],
  },
  {
    step: 50,
    steps: [50, 10],
    losses: [Number.NaN, 0.5],
    scores: [
      { train: score(Number.NaN), validation: null, test: null },
      { train: score(0.125, 1), validation: null, test: score(1, 0.5) },
    ],
  },
];

test('a curve as CSV has a line for each point by the model’s own steps, and nothing where there are no rows', () => {
  expect(curveCsv(points, 1)).toBe(
    'step,objective,train_loss,train_accuracy,validation_loss,validation_accuracy,test_loss,test_accuracy\n' +
      '0,0.75,0.5,0.25,,,2,1\n10,0.5,0.125,1,,,1,0.5\n',
  );
  expect(curveCsv(points, 0).split('\n')[2]).toBe('50,NaN,NaN,,,,,');
});

test('a curve’s picture leaves out what is not finite', () => {
  const lines = [{ label: 'loss', colour: '--ink', values: [1, 0.5, Number.NaN, 0.25, Number.POSITIVE_INFINITY] }];
  const svg = curvesSvg({ title: 'x', steps: [0, 1, 2, 3, 4], lines }, () => 'black');
  // 0…4 on 64…776, 0…1 on 348…44.
  expect(svg).toContain('d="M64 44L242 196M598 272"');
  expect(svg).not.toMatch(/NaN|Infinity/);
});
