// Columns shifted and scaled to mean 0 and deviation 1, by what the training rows say alone.

import type { Rows } from './dataset.ts';

/** Per column of x. */
export interface Scaling {
  readonly mean: Float64Array;
  /** Root of the mean squared distance from the mean (divided by the number of rows); 1 for a constant column. */
  readonly deviation: Float64Array;
}

function column({ x, count }: Rows, inputs: number, j: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => x[i * inputs + j] as number);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** [mean, deviation]; a constant column is known by its equal values, for its computed deviation may miss 0 by a rounding. */
function fitColumn(values: Float64Array): [number, number] {
  const first = values[0] as number;
  if (values.every((v) => v === first)) return [first, 1];
  const centre = mean(values);
  return [centre, Math.sqrt(mean(values.map((v) => (v - centre) * (v - centre))))];
}

export function fitScaling(train: Rows, inputs: number): Scaling {
  const fits = Array.from({ length: inputs }, (_, j) => fitColumn(column(train, inputs, j)));
  return { mean: Float64Array.from(fits, (fit) => fit[0]), deviation: Float64Array.from(fits, (fit) => fit[1]) };
}

/** x, [rows × inputs], scaled. */
export function scale(x: Float64Array, { mean, deviation }: Scaling): Float64Array {
  const inputs = mean.length;
  return x.map((value, i) => (value - (mean[i % inputs] as number)) / (deviation[i % inputs] as number));
}
