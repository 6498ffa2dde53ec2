// log, sin and cos from + − × ÷ alone, so that every JavaScript engine gives the same bits.
// Math.log, Math.sin and Math.cos may differ between engines by a unit in the last place; these may not.

const LN2_HIGH = 0.6931471803691238; // 33 bits: k · LN2_HIGH is exact for every exponent k
const LN2_LOW = 1.9082149292705877e-10;
const TWO_POW_54 = 18014398509481984;
const SMALLEST_NORMAL = 2.2250738585072014e-308;

const TWO_OVER_PI = 0.6366197723675814;
const HALF_PI_1 = 1.5707963267341256; // π/2 in three parts, 33 bits each in the first two
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;
const LARGEST_ANGLE = 2 ** 20;

// 2/3, 2/5, … 2/23: log((1 + s)/(1 − s)) = 2s + (2/3)s³ + (2/5)s⁵ + …
const ATANH_SERIES = Array.from({ length: 11 }, (_, i) => 2 / (2 * i + 3));
// −1/3!, 1/5!, … and 1/4!, −1/6!, …: what follows the first terms of sin and cos.
const SIN_SERIES = [-6, 120, -5040, 362880, -39916800, 6227020800, -1307674368000, 355687428096000].map((f) => 1 / f);
const COS_SERIES = [24, -720, 40320, -3628800, 479001600, -87178291200, 20922789888000, -6402373705728000].map(
  (f) => 1 / f,
);

const view = new DataView(new ArrayBuffer(8));

/** c₀ + c₁z + c₂z² + … */
function polynomial(coefficients: readonly number[], z: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * z + (coefficients[i] as number);
  return sum;
}

/** x = m · 2^k with m in [√½, √2): gives k and leaves m in `view`. x is positive, finite and normal. */
function splitExponent(x: number): number {
  view.setFloat64(0, x);
  const high = view.getUint32(0);
  const fraction = high & 0xfffff;
  const above = fraction >= 0x6a09e ? 1 : 0; // the high word of √2's fraction is 0x6a09e
  view.setUint32(0, fraction | ((0x3ff - above) << 20));
  return (high >>> 20) - 0x3ff + above;
}

/**
 * Natural logarithm, within 0.55 ulp. log(0) is −Infinity, log of a negative number NaN.
 *
 * x = 2^k (1 + f) with 1 + f near 1, then the series of log((1 + s)/(1 − s)), s = f/(2 + f), as fdlibm's e_log.c does
 * (Sun Microsystems 1993). Here s = head + rest carries some 75 bits, so that the last bit is right almost always.
 */
export function log(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x > 0 ? x : Number.NaN;
  const k = x < SMALLEST_NORMAL ? splitExponent(x * TWO_POW_54) - 54 : splitExponent(x);
  const f = view.getFloat64(0) - 1;
  const d = 2 + f;
  const dHead = Math.fround(d);
  const dRest = d - dHead + (f - (d - 2));
  const s = f / d;
  const head = Math.fround(s); // 24 bits, so that head · dHead and head · dRest are exact
  const rest = (f - head * dHead - head * dRest) / d;
  const tail = 2 * rest + s * s * s * polynomial(ATANH_SERIES, s * s);
  const sum = k * LN2_HIGH + 2 * head;
  const lost = 2 * head - (sum - k * LN2_HIGH);
  return sum + (lost + (tail + k * LN2_LOW));
}

/** sin(r + tail) for |r| ≤ π/4. */
function sinKernel(r: number, tail: number): number {
  const z = r * r;
  return r + (r * z * polynomial(SIN_SERIES, z) + tail * (1 - 0.5 * z));
}

/** cos(r + tail) for |r| ≤ π/4; the rounding error of 1 − z/2 is added back. */
function cosKernel(r: number, tail: number): number {
  const z = r * r;
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * z * polynomial(COS_SERIES, z) - r * tail));
}

/** sin(x + quarterTurns · π/2), after taking the nearest multiple of π/2 off x (Cody and Waite 1980). */
function sinShifted(x: number, quarterTurns: number): number {
  if (!(Math.abs(x) <= LARGEST_ANGLE)) return Number.NaN;
  const n = Math.floor(x * TWO_OVER_PI + 0.5);
  const first = x - n * HALF_PI_1; // exact
  const second = first - n * HALF_PI_2;
  const lost = n * HALF_PI_3 - (first - second - n * HALF_PI_2);
  const r = second - lost;
  const tail = second - r - lost;
  const quadrant = (((n + quarterTurns) % 4) + 4) % 4;
  const value = quadrant % 2 === 0 ? sinKernel(r, tail) : cosKernel(r, tail);
  return quadrant < 2 ? value : -value;
}

/** Sine within 1 ulp for |x| ≤ 2²⁰; NaN beyond, where the reduction of x would lose bits. */
export function sin(x: number): number {
  return sinShifted(x, 0);
}

/** Cosine within 1 ulp for |x| ≤ 2²⁰; NaN beyond. */
export function cos(x: number): number {
  return sinShifted(x, 1);
}
