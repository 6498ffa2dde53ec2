import { describe, expect, test } from 'vitest';
import { STREAM, streamKey } from '../../src/core/rng/streams.ts';
import {
  bits,
  foldIn,
  type Key,
  key,
  normal,
  permutation,
  split,
  threefry2x32,
  uniform,
} from '../../src/core/rng/threefry.ts';

/** Correlation of two equally long samples. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (v: Float64Array) => v.reduce((sum, x) => sum + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    const [da, db] = [x - ma, (b[i] as number) - mb];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  });
  return ab / Math.sqrt(aa * bb);
}

// DEShawResearch/random123, tests/kat_vectors, lines "threefry2x32 20": counter, key → words.
test.each<[number[], Key, number[]]>([
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x243f6a88, 0x85a308d3],
    [0x13198a2e, 0x03707344],
    [0xc4923a9c, 0x483df7a0],
  ],
])('threefry2x32-20 gives Random123’s words for counter %o, key %o', ([c0, c1], k, words) => {
  expect(Array.from(threefry2x32(k, c0 as number, c1 as number))).toEqual(words);
});

test('a buffer handed in is filled and returned', () => {
  const out = new Uint32Array(2);
  expect(threefry2x32([0, 0], 0, 0, out)).toBe(out);
  expect(Array.from(out)).toEqual([0x6b200159, 0x99ba4efe]);
});

describe('keys', () => {
  test('a seed’s key is its low and high word', () => {
    expect(key(7)).toEqual([7, 0]);
    expect(key(2 ** 32 + 5)).toEqual([5, 1]);
    expect(key(Number.MAX_SAFE_INTEGER)).toEqual([0xffffffff, 0x1fffff]);
  });

  // By definition foldIn(k, n) is block (low word of n, high word of n) of k: Random123's first vector.
  test('foldIn is the block of its number', () => {
    expect(foldIn(key(0), 0)).toEqual([0x6b200159, 0x99ba4efe]);
    expect(foldIn(key(3), 2 ** 32 + 9)).toEqual(Array.from(threefry2x32([3, 0], 9, 1)));
  });

  test('children, splits and draws of one key never share a block', () => {
    const parent = key(42);
    const words = bits(parent, 2000);
    const draws = Array.from({ length: 1000 }, (_, i) => `${words[2 * i]},${words[2 * i + 1]}`);
    const children = Array.from({ length: 1000 }, (_, i) => foldIn(parent, i).join());
    const splits = split(parent, 1000).map((k) => k.join());
    expect(new Set([...draws, ...children, ...splits]).size).toBe(3000);
  });

  test('the streams of a seed are distinct and uncorrelated', () => {
    const samples = Object.keys(STREAM).map((name) => uniform(streamKey(5, name as keyof typeof STREAM), 20_000));
    for (let i = 0; i < samples.length; i++) {
      for (let j = 0; j < i; j++) {
        // 5 standard errors of the correlation of 20,000 independent pairs
        expect(Math.abs(correlation(samples[i]!, samples[j]!))).toBeLessThan(5 / Math.sqrt(20_000));
      }
    }
  });

  test('neighbouring seeds are uncorrelated', () => {
    const [a, b] = [uniform(key(1), 20_000), uniform(key(2), 20_000)];
    expect(Math.abs(correlation(a, b))).toBeLessThan(5 / Math.sqrt(20_000));
  });
});

describe('draws', () => {
  // A published run must not change when this code does: values of this implementation, kept.
  test('pinned values of seed 1', () => {
    expect(Array.from(bits(key(1), 3))).toEqual([3990940141, 3043212986, 1189962488]);
    expect(Array.from(uniform(key(1), 3))).toEqual([0.9292131640654298, 0.2770597272135842, 0.668696457977235]);
    expect(Array.from(normal(key(1), 3))).toEqual([-0.3893943254922994, 2.268157074955307, -1.2680135712982217]);
    expect(Array.from(permutation(key(1), 10))).toEqual([9, 1, 3, 6, 5, 4, 0, 2, 7, 8]);
  });

  test('a shorter draw is the beginning of a longer one', () => {
    for (const draw of [bits, uniform, normal]) {
      expect(Array.from(draw(key(3), 7))).toEqual(Array.from(draw(key(3), 12)).slice(0, 7));
      expect(draw(key(3), 0).length).toBe(0);
    }
  });

  test('uniform fills [0, 1) evenly', () => {
    const counts = new Array(16).fill(0);
    for (const u of uniform(key(8), 160_000)) counts[Math.floor(u * 16)]++;
    // chi-squared of 15 degrees of freedom: above 44.3 once in 10,000
    expect(counts.reduce((sum, c) => sum + (c - 10_000) ** 2 / 10_000, 0)).toBeLessThan(44.3);
  });

  test('normals have the moments and tails of the normal distribution', () => {
    const n = 200_000;
    const draws = normal(key(9), n);
    const moment = (p: number) => draws.reduce((sum, x) => sum + x ** p, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan((5 * Math.SQRT2) / Math.sqrt(n));
    expect(Math.abs(moment(3))).toBeLessThan((5 * Math.sqrt(15)) / Math.sqrt(n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan((5 * Math.sqrt(96)) / Math.sqrt(n));
    const beyond = draws.filter((x) => Math.abs(x) > 1.959963984540054).length / n; // 5 %
    expect(Math.abs(beyond - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / n));
  });

  test('a permutation holds every index once, at sizes around powers of two', () => {
    for (const n of [0, 1, 2, 3, 4, 5, 255, 256, 257, 1797]) {
      expect(Array.from(permutation(key(4), n)).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }
  });

  test('the six permutations of three are equally likely', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = permutation(foldIn(key(6), i), 3).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // chi-squared of 5 degrees of freedom: above 25.7 once in 10,000
    expect([...counts.values()].reduce((sum, c) => sum + (c - 2000) ** 2 / 2000, 0)).toBeLessThan(25.7);
  });
});
