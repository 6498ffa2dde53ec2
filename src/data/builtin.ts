// Built-in data by name. circles, moons, spirals, xor and blobs draw from the run's generator, the test rows with their
// own seed; football and digits have one rule of their own for both, which takes the data seed only.

import type { BuiltInData, RngName } from '../spec/types.ts';
import type { Rows } from './dataset.ts';
import { digits } from './digits/digits.ts';
import { football } from './football.ts';
import { blobs, circles, drawsOf, moons, spirals, xor } from './generators.ts';

const PLANE = { circles, moons, spirals, xor, blobs };

/** The rows that `data` names, before anything is held out. */
export async function generate(data: Required<BuiltInData>, rng: RngName): Promise<{ train: Rows; test: Rows | null }> {
  const { name, rows, testRows, noise, seed, testSeed } = data;
  if (name === 'football') return football(rows, testRows, seed);
  if (name === 'digits') return digits(rows, testRows, seed);
  const sample = PLANE[name];
  return {
    train: sample(rows, noise, drawsOf(rng, seed)),
    test: testRows > 0 ? sample(testRows, noise, drawsOf(rng, testSeed)) : null,
  };
}
