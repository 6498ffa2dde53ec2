// Small integer arithmetic of shapes, and the number arrays that hold them.

/** Real numbers in the precision of the run: Float32Array for f32, Float64Array for f64. */
export type Reals = Float32Array | Float64Array;

export type Precision = 'f32' | 'f64';

export function allocateReals(precision: Precision, length: number): Reals {
  return precision === 'f64' ? new Float64Array(length) : new Float32Array(length);
}

/** ⌈a / b⌉ for non-negative integers. */
export function ceilDiv(a: number, b: number): number {
  return Math.ceil(a / b);
}

/** The smallest multiple of `unit` that is at least `n`. */
export function alignUp(n: number, unit: number): number {
  return ceilDiv(n, unit) * unit;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
