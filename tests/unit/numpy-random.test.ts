import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { NumpyRandom } from '../../src/core/rng/numpy.ts';
import minibatch from '../fixtures/minibatch-permutations.json';
import vectors from '../fixtures/numpy-legacy-rng.json';

// Every reference value is numpy's own: tests/fixtures/numpy-legacy-rng.json.
describe.each(vectors.seeds)('RandomState($seed)', (expected) => {
  const { seed } = expected;

  test('raw words', () => {
    const random = new NumpyRandom(seed);
    expect(expected.raw32.map(() => random.raw32())).toEqual(expected.raw32);
  });

  test('uniforms and normals, bit for bit', () => {
    expect(Array.from(new NumpyRandom(seed).uniform(expected.uniform.length))).toEqual(expected.uniform);
    expect(Array.from(new NumpyRandom(seed).normal(expected.normal.length))).toEqual(expected.normal);
  });

  test('permutations', () => {
    expect(Array.from(new NumpyRandom(seed).permutation(10))).toEqual(expected.permutation10);
    expect(Array.from(new NumpyRandom(seed).permutation(300))).toEqual(expected.permutation300);
  });
});

test('2500 draws in a row', () => {
  const { seed, uniform2499, sumOf2500Uniforms, normal2499 } = vectors.longRun;
  const uniforms = new NumpyRandom(seed).uniform(2500);
  expect(uniforms[2499]).toBe(uniform2499);
  expect(uniforms.reduce((sum, u) => sum + u, 0)).toBeCloseTo(sumOf2500Uniforms, 9);
  expect(new NumpyRandom(seed).normal(2500)[2499]).toBe(normal2499);
});

test('a mixture of draws keeps the spare normal', () => {
  const random = new NumpyRandom(vectors.mixed.seed);
  for (const [kind, expected] of vectors.mixed.draws) {
    if (kind === 'permutation5') expect(Array.from(random.permutation(5))).toEqual(expected);
    else expect((kind === 'normal' ? random.normal(1) : random.uniform(1))[0]).toBe(expected);
  }
});

test('the batches of 5000 epochs, each freshly seeded', () => {
  const { examples, epochs, seedOfEpoch0, permutations, sha256Of5000Epochs } = minibatch;
  const hash = createHash('sha256');
  for (let epoch = 0; epoch < 5000; epoch++) {
    const order = new NumpyRandom(seedOfEpoch0 + epoch).permutation(examples);
    if (epoch < epochs) expect(Array.from(order)).toEqual(permutations[epoch]);
    const bytes = Buffer.alloc(2 * examples);
    order.forEach((row, i) => void bytes.writeUInt16LE(row, 2 * i));
    hash.update(bytes);
  }
  expect(hash.digest('hex')).toBe(sha256Of5000Epochs);
});

test.each([-1, 2 ** 32, 0.5, Number.NaN])('seed %d is refused, as numpy does', (seed) => {
  expect(() => new NumpyRandom(seed)).toThrow(`seed: ${seed} is not an integer in [0, 4294967295]`);
});
