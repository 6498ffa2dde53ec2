// The one comparison of computed numbers in all tests. It says how much of the tolerance was used.

export interface Tolerance {
  /** Relative to the expected value. Default 0. */
  rtol?: number;
  /** Absolute. Default 0. */
  atol?: number;
  /** Lets NaN match NaN, and an infinity the same infinity. Without it neither ever matches. */
  special?: boolean;
}

const ROWS_SHOWN = 8;

function isSame(actual: number, expected: number): boolean {
  return Object.is(actual, expected) || actual === expected;
}

/** Fraction of the tolerance used at one place: 0 is exact, above 1 is a failure. */
function fractionUsed(actual: number, expected: number, { rtol = 0, atol = 0, special = false }: Tolerance): number {
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) {
    return special && isSame(actual, expected) ? 0 : Number.POSITIVE_INFINITY;
  }
  const error = Math.abs(actual - expected);
  return error === 0 ? 0 : error / (atol + rtol * Math.abs(expected));
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(24)).join('');
}

function table(actual: ArrayLike<number>, expected: ArrayLike<number>, failed: readonly number[]): string {
  const rows = failed.slice(0, ROWS_SHOWN).map((i) => {
    const [a, e] = [actual[i] as number, expected[i] as number];
    return row([i, a, e, Math.abs(a - e)]);
  });
  return [row(['index', 'actual', 'expected', 'error']), ...rows].join('\n');
}

function checkTolerance({ rtol = 0, atol = 0 }: Tolerance): void {
  // NaN would let everything pass, as no fraction is above it.
  if (rtol >= 0 && atol >= 0 && Number.isFinite(rtol + atol)) return;
  throw new RangeError(`expectClose: rtol ${rtol}, atol ${atol}; both are finite and at least 0`);
}

/**
 * Throws unless |actual − expected| ≤ atol + rtol·|expected| everywhere; without a tolerance only equal numbers pass.
 * Gives the headroom: the worst fraction of the tolerance used, 0 to 1.
 */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance = {}): number {
  checkTolerance(tolerance);
  if (actual.length !== expected.length) {
    throw new Error(`${actual.length} numbers came, ${expected.length} were expected`);
  }
  const used = Array.from(expected, (value, i) => fractionUsed(actual[i] as number, value, tolerance));
  const failed = used.flatMap((fraction, i) => (fraction <= 1 ? [] : [i]));
  if (failed.length > 0) {
    const { rtol = 0, atol = 0 } = tolerance;
    const summary = `${failed.length} of ${used.length} numbers are off (rtol ${rtol}, atol ${atol})`;
    throw new Error(`${summary}\n${table(actual, expected, failed)}`);
  }
  return used.reduce((worst, fraction) => Math.max(worst, fraction), 0);
}
