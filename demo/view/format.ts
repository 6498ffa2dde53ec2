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
  if (Math.abs(value) >= 1e6) return value.toExponential(1).replace('e+', 'e');
  if (value !== 0 && Math.abs(value) < 5e-4) return value.toExponential(1);
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}

/** A setting as it is, but for rows of zeros: 1000000000 → "1e9". */
export function setting(value: number): string {
  const inPowers = value.toExponential().replace('e+', 'e');
  const text = String(value).replace('e+', 'e');
  return Math.abs(value) >= 1e6 && inPowers.length < text.length ? inPowers : text;
}

/** The next of 1, 2, 5, 10, 20, 50 …: 7 → 10. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((digit) => digit * power >= value)!;
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
