// Point sets in the plane. Each takes its number of rows, its noise (a standard deviation) and a stream of draws, and
// makes the points first, then puts them in random order, then adds noise row by row.

import { cos, sin } from '../core/math.ts';
import { NumpyRandom } from '../core/rng/numpy.ts';
import { streamKey } from '../core/rng/streams.ts';
import { foldIn, normal, permutation, uniform } from '../core/rng/threefry.ts';
import type { RngName } from '../spec/types.ts';
import type { Rows } from './dataset.ts';

/** What a generator draws from. Every call gives new numbers. */
export interface Draws {
  uniform(n: number): Float64Array;
  normal(n: number): Float64Array;
  permutation(n: number): Uint32Array;
}

type Point = readonly [x1: number, x2: number, label: number];
type Generator = (rows: number, noise: number, draws: Draws) => Rows;

/** The draws of one data seed. With threefry call n draws from child n of the seed's data stream. */
export function drawsOf(rng: RngName, seed: number): Draws {
  if (rng === 'numpy') return new NumpyRandom(seed);
  const stream = streamKey(seed, 'data');
  let calls = 0;
  return {
    uniform: (n) => uniform(foldIn(stream, calls++), n),
    normal: (n) => normal(foldIn(stream, calls++), n),
    permutation: (n) => permutation(foldIn(stream, calls++), n),
  };
}

function pointsOf(count: number, point: (i: number) => Point): Point[] {
  return Array.from({ length: count }, (_, i) => point(i));
}

function shuffledWithNoise(points: readonly Point[], noise: number, draws: Draws): Rows {
  const count = points.length;
  const order = draws.permutation(count);
  const offsets = draws.normal(2 * count);
  const x = new Float64Array(2 * count);
  const y = new Float64Array(count);
  order.forEach((from, row) => {
    const [x1, x2, label] = points[from] as Point;
    x[2 * row] = x1 + noise * (offsets[2 * row] as number);
    x[2 * row + 1] = x2 + noise * (offsets[2 * row + 1] as number);
    y[row] = label;
  });
  return { count, x, y };
}

/** Two rings of radius 1 (class 0) and 0.8 (class 1), as scikit-learn's make_circles. */
export const circles: Generator = (rows, noise, draws) => {
  const outer = Math.floor(rows / 2);
  const onRing = (n: number, radius: number, label: number) => (i: number) => {
    const angle = (2 * Math.PI * i) / n;
    return [radius * cos(angle), radius * sin(angle), label] as const;
  };
  const points = [...pointsOf(outer, onRing(outer, 1, 0)), ...pointsOf(rows - outer, onRing(rows - outer, 0.8, 1))];
  return shuffledWithNoise(points, noise, draws);
};

/** Two bows that reach into each other, as scikit-learn's make_moons. */
export const moons: Generator = (rows, noise, draws) => {
  const upper = Math.floor(rows / 2);
  const lower = rows - upper;
  const angle = (i: number, n: number) => (Math.PI * i) / Math.max(1, n - 1);
  const points = [
    ...pointsOf(upper, (i) => [cos(angle(i, upper)), sin(angle(i, upper)), 0]),
    ...pointsOf(lower, (i) => [1 - cos(angle(i, lower)), 1 - sin(angle(i, lower)) - 0.5, 1]),
  ];
  return shuffledWithNoise(points, noise, draws);
};

/** Two arms from the middle out to radius 1, 1¾ turns each, the second half a turn behind the first. */
export const spirals: Generator = (rows, noise, draws) => {
  const first = Math.floor(rows / 2);
  const onArm = (n: number, label: number) => (i: number) => {
    const radius = (i + 1) / n;
    const angle = Math.PI * (3.5 * radius + label);
    return [radius * cos(angle), radius * sin(angle), label] as const;
  };
  return shuffledWithNoise(
    [...pointsOf(first, onArm(first, 0)), ...pointsOf(rows - first, onArm(rows - first, 1))],
    noise,
    draws,
  );
};

/** Uniform on the square ±1; class 1 where the signs of x1 and x2 differ. The noise comes after the label. */
export const xor: Generator = (rows, noise, draws) => {
  const uniforms = draws.uniform(2 * rows);
  const points = pointsOf(rows, (i) => {
    const x1 = 2 * (uniforms[2 * i] as number) - 1;
    const x2 = 2 * (uniforms[2 * i + 1] as number) - 1;
    return [x1, x2, x1 * x2 < 0 ? 1 : 0];
  });
  return shuffledWithNoise(points, noise, draws);
};

/** Three round clouds around points at radius 1.5; the noise is their standard deviation. */
export const blobs: Generator = (rows, noise, draws) => {
  const points = pointsOf(rows, (i) => {
    const angle = Math.PI * (0.5 + (2 * (i % 3)) / 3);
    return [1.5 * cos(angle), 1.5 * sin(angle), i % 3];
  });
  return shuffledWithNoise(points, noise, draws);
};
