// Paired differences over seeds, on which the lab's "is it real?" decides.
import { expect, test } from 'vitest';
import { pairedDifference } from '../../demo/lessons/spread.ts';

// By hand: differences 1, 2, 3, 4, 5, 6, 7, 8 have mean 4.5 and standard deviation √6; t(7 degrees, 97.5 %) = 2.365 in
// Student's table, so the margin is 2.365 · √6 / √8 = 2.048.
test('mean and margin of a paired difference', () => {
  const { mean, margin, wins, losses } = pairedDifference([2, 4, 6, 8, 10, 12, 14, 16], [1, 2, 3, 4, 5, 6, 7, 8]);
  expect(mean).toBe(4.5);
  expect(Math.abs(margin / 2.048 - 1)).toBeLessThan(0.01);
  expect([wins, losses]).toEqual([8, 0]);
});

test('level pairs are neither won nor lost', () => {
  expect(pairedDifference([1, 1, 2], [1, 2, 1])).toMatchObject({ wins: 1, losses: 1, mean: 0 });
});
