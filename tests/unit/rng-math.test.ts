import { describe, expect, test } from 'vitest';
import { cos, log, sin } from '../../src/core/math.ts';
import { key, uniform } from '../../src/core/rng/threefry.ts';

/** The distance from `value` to the double after it, away from zero. */
function ulpOf(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return view.getFloat64(0) - Math.abs(value);
}

function worstUlps(f: (x: number) => number, reference: (x: number) => number, points: Float64Array): number {
  let worst = 0;
  for (const x of points) worst = Math.max(worst, Math.abs(f(x) - reference(x)) / ulpOf(reference(x)));
  return worst;
}

const spread = uniform(key(1), 200_000);

describe('log', () => {
  test.each([
    ['(0, 1)', (u: number) => u],
    ['near 1', (u: number) => 1 + (u - 0.5) * 1e-6],
    ['around √½ to √2', (u: number) => 0.6 + u],
    ['over all exponents', (u: number) => 2 ** (u * 2090 - 1070)],
  ])('is within 2 ulp of Math.log: %s', (_, place) => {
    expect(worstUlps(log, Math.log, spread.map(place))).toBeLessThanOrEqual(2);
  });

  // Abramowitz and Stegun 1964, table 1.1.
  test('published values', () => {
    expect(log(3)).toBe(1.0986122886681098);
    expect(log(7)).toBe(1.9459101490553132);
    expect(log(1)).toBe(0);
  });

  test('edges of its domain', () => {
    expect(log(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(log(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect([log(-1), log(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
    expect(log(5e-324)).toBe(-744.4400719213812); // ln 2⁻¹⁰⁷⁴ = −1074 ln 2
  });
});

describe('cos and sin', () => {
  test.each([
    ['one turn', (u: number) => u * 2 * Math.PI],
    ['both signs', (u: number) => (u - 0.5) * 100],
    ['large', (u: number) => u * 2 ** 20],
    ['around multiples of π/2', (u: number) => Math.round(u * 40) * (Math.PI / 2) + (u - 0.5) * 1e-9],
  ])('are within 2 ulp of Math: %s', (_, place) => {
    expect(worstUlps(cos, Math.cos, spread.map(place))).toBeLessThanOrEqual(2);
    expect(worstUlps(sin, Math.sin, spread.map(place))).toBeLessThanOrEqual(2);
  });

  // The double nearest π misses π by 1.2246467991473532e-16, π/2 by half of that.
  test('published values', () => {
    expect(cos(0)).toBe(1);
    expect(sin(0)).toBe(0);
    expect(sin(Math.PI)).toBe(1.2246467991473532e-16);
    expect(cos(Math.PI / 2)).toBe(6.123233995736766e-17);
    expect(sin(Math.PI / 6)).toBe(0.49999999999999994);
    expect(cos(1)).toBe(0.5403023058681398);
  });

  test('NaN where the reduction would lose bits', () => {
    expect([cos(2 ** 21), sin(Number.POSITIVE_INFINITY)]).toEqual([Number.NaN, Number.NaN]);
  });
});
