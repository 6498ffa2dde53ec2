// A tensor as the page shows it: an image that fits a screen, and a histogram of all of its values. Pure.

import type { Reals } from '../../src/index.ts';

/** More cells a side would be smaller than a pixel. */
const MOST_SIDE = 64;
const BINS = 31;

export interface TensorPicture {
  /** [fanOut, fanIn] of the whole tensor. */
  readonly shape: readonly [number, number];
  /** The first rows and columns of it, as many as there is room for. */
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
  /** Largest size of any value. */
  readonly most: number;
  /** Root mean square of all values. */
  readonly rms: number;
  /** How many values lie in each of the equal parts of [−most, most]. */
  readonly counts: readonly number[];
}

export function tensorPicture(w: Reals, shape: readonly [number, number]): TensorPicture {
  const [rows, columns] = [Math.min(shape[0], MOST_SIDE), Math.min(shape[1], MOST_SIDE)];
  const values = Float32Array.from({ length: rows * columns }, (_, i) => {
    return w[Math.floor(i / columns) * shape[1] + (i % columns)]!;
  });
  let [most, squares] = [0, 0];
  for (const value of w) {
    most = Math.max(most, Math.abs(value));
    squares += value * value;
  }
  return { shape, rows, columns, values, most, rms: Math.sqrt(squares / w.length), counts: histogram(w, most) };
}

/** Values that are not finite are in no bin. */
export function histogram(values: Reals, most: number): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = most === 0 ? (BINS - 1) / 2 : Math.min(BINS - 1, Math.floor(((value / most + 1) / 2) * BINS));
    if (Number.isFinite(bin)) counts[bin]!++;
  }
  return counts;
}
