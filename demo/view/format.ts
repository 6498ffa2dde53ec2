// Numbers as people read them.

/** 0.9567 → "95.7 %". */
export function percent(fraction: number, digits = 1): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(digits)} %` : '–';
}

/** A difference of two percentages: 0.05 → "5.0 points". */
export function points(difference: number): string {
  return `${(100 * difference).toFixed(1)} points`;
}

/** A loss: three significant places or so, never in exponents where people can read it plainly. */
export function places(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : '∞';
  if (value !== 0 && Math.abs(value) < 5e-4) return value.toExponential(1);
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}

const grouped = new Intl.NumberFormat('en-US');

/** 15000 → "15,000". */
export function count(value: number): string {
  return grouped.format(value);
}

const SIZES = ['kB', 'MB', 'GB', 'TB'] as const;

/** 403_000_000 → "403 MB". */
export function bytes(value: number): string {
  const power = Math.max(1, Math.min(SIZES.length, Math.floor(Math.log10(Math.max(value, 1)) / 3)));
  return `${Number((value / 1000 ** power).toPrecision(3))} ${SIZES[power - 1]}`;
}
