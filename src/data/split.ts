// Holding rows out: which ones is a matter of the data seed alone, and those that stay keep their order.

import { streamKey } from '../core/rng/streams.ts';
import { foldIn, permutation } from '../core/rng/threefry.ts';
import { heldOutRows } from '../spec/steps.ts';
import type { Rows } from './dataset.ts';

/** The rows with these indices, in this order. `inputs` is the number of columns of x. */
export function takeRows(rows: Rows, inputs: number, indices: Uint32Array): Rows {
  const targets = rows.y.length / rows.count;
  const take = (from: Float64Array, columns: number) => {
    const out = new Float64Array(indices.length * columns);
    indices.forEach((row, i) => void out.set(from.subarray(row * columns, (row + 1) * columns), i * columns));
    return out;
  };
  return { count: indices.length, x: take(rows.x, inputs), y: take(rows.y, targets) };
}

/** Test and validation rows are drawn from two children of the split stream. */
const PURPOSE = { test: 0, validation: 1 } as const;

/** A fraction of the rows, at least one and never all, and the rest; both in file order. `rows` has two rows or more. */
export function holdOut(
  rows: Rows,
  inputs: number,
  fraction: number,
  seed: number,
  purpose: keyof typeof PURPOSE,
): { kept: Rows; held: Rows } {
  const order = permutation(foldIn(streamKey(seed, 'split'), PURPOSE[purpose]), rows.count);
  const count = heldOutRows(rows.count, fraction);
  return {
    kept: takeRows(rows, inputs, order.slice(count).sort()),
    held: takeRows(rows, inputs, order.slice(0, count).sort()),
  };
}
