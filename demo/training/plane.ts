// The plane that pictures show: which part of it, its points, and its cells as rows of input. In the data's own units. Pure.

import type { GridView, LoadedDataset } from '../../src/index.ts';
import type { Dots } from './protocol.ts';

const PICTURE_CELLS = 64;
/** Part of a side's length that is kept free around the points, on both ends together. */
const AIR = 0.12;

/** x as it came, before it was standardized. */
function inOwnUnits(x: Float64Array, { scaling, inputs }: Pick<LoadedDataset, 'scaling' | 'inputs'>): Float64Array {
  if (!scaling) return x;
  return x.map((value, i) => value * scaling.deviation[i % inputs]! + scaling.mean[i % inputs]!);
}

/**
 * Around all points, with some air; null where the data has no plane of classes. Both axes have one scale, unless each
 * column is standardized on its own.
 */
export function viewOf(data: LoadedDataset): GridView | null {
  if (data.inputs !== 2 || data.classes === null) return null;
  const rows = [data.train, data.validation, data.test].flatMap((each) => (each ? [inOwnUnits(each.x, data)] : []));
  const ranges = [0, 1].map((axis) => rangeOf(rows, axis));
  const lengths = ranges.map(([low, high]) => high - low);
  const largest = Math.max(...lengths);
  const [x, y] = ranges.map(([low, high], axis) => {
    const length = (data.scaling ? lengths[axis]! : largest) || 1;
    const half = ((1 + AIR) * length) / 2;
    return [(low + high) / 2 - half, (low + high) / 2 + half] as const;
  });
  return { x: x!, y: y!, columns: PICTURE_CELLS, rows: PICTURE_CELLS };
}

function rangeOf(sets: readonly Float64Array[], axis: number): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of sets) {
    for (let i = axis; i < x.length; i += 2) {
      low = Math.min(low, x[i]!);
      high = Math.max(high, x[i]!);
    }
  }
  return [low, high];
}

export function dotsOf(data: LoadedDataset, set: 'train' | 'test'): Dots | null {
  const rows = data[set];
  if (!rows || data.inputs !== 2 || data.classes === null) return null;
  return { x: Float32Array.from(inOwnUnits(rows.x, data)), y: Uint8Array.from(rows.y) };
}

/** Centres of the view's cells, row by row from the lowest y: [side² × 2]. */
export function cellRows({ x, y }: GridView, side: number): Float64Array {
  const at = ([low, high]: readonly [number, number], i: number) => low + ((i + 0.5) / side) * (high - low);
  return Float64Array.from({ length: 2 * side * side }, (_, i) => {
    const cell = Math.floor(i / 2);
    return i % 2 === 0 ? at(x, cell % side) : at(y, Math.floor(cell / side));
  });
}
