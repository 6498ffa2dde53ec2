// Lines through a field of probabilities, in parts of its width and height: x to the right, y downwards, 0 to 1 inside.

import { contours } from 'd3-contour';

export type Ring = readonly (readonly [number, number])[];

/** Probabilities near 0 and 1 say little about where a line runs between two cells; logits do. */
export function logit(p: number): number {
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(inside / (1 - inside));
}

/**
 * For each class, by how much it leads the best other one: the logarithm of their ratio, 0 on its border.
 *
 * @param grid outputs of every cell, [cells × outputs]; one output is the probability of class 1 of two
 */
export function leads(grid: Float32Array, outputs: number): number[][] {
  if (outputs === 1) {
    const one = Array.from(grid, logit);
    return [one.map((value) => -value), one];
  }
  const logs = Float32Array.from(grid, (p) => Math.log(Math.max(1e-6, p)));
  return Array.from({ length: outputs }, (_, own) =>
    Array.from({ length: grid.length / outputs }, (_, cell) => {
      let other = Number.NEGATIVE_INFINITY;
      for (let index = 0; index < outputs; index++) {
        if (index !== own) other = Math.max(other, logs[cell * outputs + index]!);
      }
      return logs[cell * outputs + own]! - other;
    }),
  );
}

/**
 * Where the level is at least each of these, as closed rings; holes run the other way round. Rings that leave the field
 * close outside it, where pictures are cut off. The lowest row is first.
 */
export function areas(
  level: readonly number[],
  columns: number,
  rows: number,
  thresholds: readonly number[],
): Ring[][] {
  const shapes = contours()
    .size([columns + 2, rows + 2])
    .thresholds([...thresholds])(padded(level, columns, rows));
  return shapes.map(({ coordinates }) =>
    coordinates.flat().map((ring) => ring.map(([x, y]) => [(x! - 1) / columns, 1 - (y! - 1) / rows] as const)),
  );
}

/** With the outermost cells once more around it: d3-contour cuts corners off, and these may go. */
function padded(level: readonly number[], columns: number, rows: number): number[] {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return Array.from({ length: (columns + 2) * (rows + 2) }, (_, i) => {
    const [column, row] = [(i % (columns + 2)) - 1, Math.floor(i / (columns + 2)) - 1];
    return level[clamp(row, rows - 1) * columns + clamp(column, columns - 1)]!;
  });
}

/** The lines where the level is 0. */
export function boundary(level: readonly number[], columns: number, rows: number): Ring[] {
  return areas(level, columns, rows, [0])[0]!;
}
