// Numeric gradients, and how far two gradients are apart.

/**
 * Five-point differences of `f` at `at`: the error is about h⁴ times the fifth derivative.
 * Abramowitz and Stegun 1964, table 25.2. Leaves `at` as it was.
 */
export function numericGradient(f: () => number, at: Float64Array, h = 1e-3): Float64Array {
  const shifted = (i: number, by: number) => {
    const kept = at[i]!;
    at[i] = kept + by;
    const value = f();
    at[i] = kept;
    return value;
  };
  return at.map((_, i) => {
    const near = shifted(i, h) - shifted(i, -h);
    const far = shifted(i, 2 * h) - shifted(i, -2 * h);
    return (8 * near - far) / (12 * h);
  });
}

const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));

/** ‖a − b‖ / (‖a‖ + ‖b‖), the measure of the gradient checking notebook. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} and ${b.length} numbers`);
  const distance = norm(Array.from(a, (value, i) => value - b[i]!));
  return distance === 0 ? 0 : distance / (norm(a) + norm(b));
}
