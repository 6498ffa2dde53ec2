// The comparator must be able to fail: a comparator that lets NaN equal anything makes every other test empty.
import { expect, test } from 'vitest';
import { expectClose } from '../support/close.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

test('equal numbers match without a tolerance and use none of it', () => {
  expect(expectClose([1, -0, 3e300], [1, 0, 3e300])).toBe(0);
  expect(expectClose([], [])).toBe(0);
});

test('the tolerance is atol + rtol·|expected|, on both sides of its edge', () => {
  expect(() => expectClose([1.5], [1], { atol: 0.25, rtol: 0.25 })).not.toThrow();
  expect(() => expectClose([1.5001], [1], { atol: 0.25, rtol: 0.25 })).toThrow('1 of 1 numbers are off');
  expect(() => expectClose([0.5], [1], { rtol: 0.5 })).not.toThrow();
  expect(() => expectClose([0.4999], [1], { rtol: 0.5 })).toThrow();
  expect(() => expectClose([1e-30], [0], { rtol: 0.5 })).toThrow();
});

test('the headroom is the worst fraction used', () => {
  expect(expectClose([1, 2.25, 3.5], [1, 2, 3], { atol: 1 })).toBe(0.5);
});

test.each([
  [nan, nan],
  [nan, 0],
  [0, nan],
  [inf, inf],
  [-inf, -inf],
  [inf, -inf],
  [nan, inf],
  [inf, 1],
  [1, inf],
])('%d never matches %d by tolerance', (actual, expected) => {
  expect(() => expectClose([actual], [expected], { rtol: 1, atol: 1e308 })).toThrow('1 of 1 numbers are off');
});

test('special values match only themselves, and only when asked', () => {
  expect(expectClose([nan, inf, -inf], [nan, inf, -inf], { special: true })).toBe(0);
  expect(() => expectClose([inf], [-inf], { special: true })).toThrow();
  expect(() => expectClose([nan], [inf], { special: true })).toThrow();
  expect(() => expectClose([0], [nan], { special: true })).toThrow();
});

test('another length never matches', () => {
  expect(() => expectClose([1], [1, 2])).toThrow('1 numbers came, 2 were expected');
  expect(() => expectClose([1, 2], [1])).toThrow('2 numbers came, 1 were expected');
});

test('a tolerance that is not a number is refused', () => {
  expect(() => expectClose([1], [2], { rtol: nan })).toThrow(RangeError);
  expect(() => expectClose([1], [2], { atol: inf })).toThrow(RangeError);
  expect(() => expectClose([1], [2], { atol: -1 })).toThrow(RangeError);
});

test('a failure shows index, actual, expected and error', () => {
  expect(() => expectClose([1, 5], [1, 2], { atol: 1 })).toThrow(/index.*actual.*expected.*error\n +1 +5 +2 +3$/);
});
