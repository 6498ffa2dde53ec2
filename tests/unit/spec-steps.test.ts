// How long a run is, worked by hand.
import { expect, test } from 'vitest';
import { batchSize, epochRows, heldOutRows, stepsPerEpoch, totalSteps } from '../../src/spec/steps.ts';
import { validate } from '../../src/spec/validate.ts';
import { inline, run } from './spec-documents.ts';

const lengths = (over: object, rows = 300) => {
  const document = validate(run(over));
  return [epochRows, batchSize, stepsPerEpoch, totalSteps].map((measure) => measure(document, rows));
};

// The Optimization notebook's batches: 64, 64, 64, 64, 44.
test('300 rows in batches of 64 are five steps an epoch', () => {
  expect(lengths({ batch: { size: 64 }, epochs: 5000 })).toEqual([300, 64, 5, 25000]);
});

test('on both sides of a whole number of batches', () => {
  expect(lengths({ batch: { size: 100 }, epochs: 2 })).toEqual([300, 100, 3, 6]);
  expect(lengths({ batch: { size: 100 }, epochs: 2 }, 301)).toEqual([301, 100, 4, 8]);
  expect(lengths({ batch: { size: 100 }, epochs: 2 }, 299)).toEqual([299, 100, 3, 6]);
});

test('a full batch is one step an epoch, and so is a batch above the rows', () => {
  expect(lengths({ epochs: 7 })).toEqual([300, 300, 1, 7]);
  expect(lengths({ batch: { size: 1000 }, epochs: 7 })).toEqual([300, 300, 1, 7]);
});

test('steps are steps, whatever the batch', () => {
  expect(lengths({ batch: { size: 64 }, steps: 12 })).toEqual([300, 64, 5, 12]);
  expect(lengths({ steps: 0 })).toEqual([300, 300, 1, 0]);
});

test('a given order sets the rows of an epoch', () => {
  const data = inline();
  expect(
    lengths(
      {
        data,
        batch: {
          size: 2,
          order: [
            [0, 1, 2],
            [4, 4, 4],
          ],
        },
        epochs: 3,
      },
      5,
    ),
  ).toEqual([3, 2, 2, 6]);
});

test('held out: the nearest number of rows, at least one on either side', () => {
  expect(heldOutRows(300, 0)).toBe(0);
  expect(heldOutRows(300, 0.2)).toBe(60);
  expect(heldOutRows(211, 0.2)).toBe(42);
  expect(heldOutRows(10, 0.01)).toBe(1);
  expect(heldOutRows(10, 0.99)).toBe(9);
});
