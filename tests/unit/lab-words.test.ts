// The library's messages as the workbench says them: by the labels of the form, which are written in fields.ts, never by
// paths of the document; and how large a network is, counted by hand.
import { describe, expect, test } from 'vitest';
import { bytes, places, roundUp, setting } from '../../demo/view/format.ts';
import { write } from '../../demo/workbench/document.ts';
import { inputsOf, sizeOf } from '../../demo/workbench/size.ts';
import { inShort, saidAtField, saidOnPage } from '../../demo/workbench/words.ts';
import { type Run, SpecError, validate } from '../../src/index.ts';

const RUN: Run = { basin: 1, data: { name: 'moons' }, layers: [{ units: 8 }, { units: 1 }], batch: { size: 16 } };

/** What the page says of a document with this value at the path. */
function said(path: string, value: unknown): string {
  try {
    validate(write(RUN as never, path, value));
  } catch (error) {
    const { path: where, message } = error as SpecError;
    expect(error).toBeInstanceOf(SpecError);
    return saidOnPage({ path: where, message }, validate(RUN));
  }
  throw new Error(`${path}: ${value} is valid`);
}

describe('what is wrong is named as the form names it', () => {
  test.each<[string, unknown, RegExp]>([
    ['layers[0].dropRate', 1.5, /^Drop rate of layer 1: 1\.5 is outside \[0, 1\)\./],
    ['layers[1].units', 'abc', /^Units of the output: "abc" is not a number\./],
    ['layers[0].units', undefined, /^Units of layer 1: is missing\. Write how many/],
    ['optimizer', { name: 'sgd', learningRate: -1 }, /^Learning rate: -1 is outside/],
    ['batch.size', 0, /^Batch size: 0 is outside .* For all rows leave it empty\.$/],
    ['batch.size', 'abc', /^Batch size: "abc" is not a batch size\. Allowed: empty for all rows, or a whole number/],
    ['earlyStopping', { patience: 3 }, /^Patience: needs rows .* Set “Held out”, under Rows, to 0\.2\.$/],
    ['loss', 'softmaxCrossEntropy', /^Units of the output: 1 output for 2 classes.*“cross-entropy, softmax”/],
    ['data', { x: [], y: [] }, /^Points: there are none\. Draw some\.$/],
  ])('%s = %s', (path, value, words) => {
    const text = said(path, value);
    expect(text).toMatch(words);
    expect(text).not.toMatch(/\w\[\d+\]|\w\.[a-z]\w*[A-Z]|\b(?:data|layers|optimizer|batch|init)\./);
  });
});

test('at the field itself the place is not said again', () => {
  const problem = { path: 'layers[0].dropRate', message: 'layers[0].dropRate: 2 is outside [0, 1). It is a part.' };
  expect(saidAtField(problem, validate(RUN))).toBe('2 is outside [0, 1). It is a part.');
  expect(inShort('Drop rate: 2 is outside [0, 1). It is a part.')).toBe('Drop rate: 2 is outside [0, 1).');
});

test('what is no fault of the document is said as it came', () => {
  const problem = { path: '', message: 'flowers.csv:3:1: column "age": the value is missing.' };
  expect(saidOnPage(problem, validate(RUN))).toBe(problem.message);
});

// 2 → 8 → 1: 8 · (2 + 1) + 1 · (8 + 1) = 33 parameters, with their gradients, of four bytes each; Adam keeps two averages.
test('the size of a network is known before it is made', () => {
  expect(inputsOf(RUN.data)).toBe(2);
  expect(sizeOf(validate(RUN), 2)).toEqual({ parameters: 33, bytes: 33 * 4 * 2 });
  expect(sizeOf(validate({ ...RUN, optimizer: { name: 'adam' } }), 2).bytes).toBe(33 * 4 * 4);
  expect(inputsOf({ x: [[1, 2, 3]], y: [1] })).toBe(3);
  expect(inputsOf({ csv: 'a.csv', label: 'y' })).toBeNull();
});

test('numbers as people read them: powers of ten for rows of zeros only, round steps', () => {
  expect([0.5, 15000, 1e9, 2.5e7, 1234567, 1e-5].map(setting)).toEqual([
    '0.5',
    '15000',
    '1e9',
    '2.5e7',
    '1234567',
    '0.00001',
  ]);
  expect([3.1234, 123.456, 4.2e10, 1e-7].map(places)).toEqual(['3.123', '123.5', '4.2e10', '1.0e-7']);
  expect([1, 2, 3, 7, 13, 100, 134].map(roundUp)).toEqual([1, 2, 5, 10, 20, 100, 200]);
  expect([403e6, 806e6, 1.2e9, 5_000].map(bytes)).toEqual(['403 MB', '806 MB', '1.2 GB', '5 kB']);
});
