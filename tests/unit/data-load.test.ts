import { describe, expect, test } from 'vitest';
import type { Rows } from '../../src/data/dataset.ts';
import { loadDataset } from '../../src/data/load.ts';
import { fitScaling, scale } from '../../src/data/standardize.ts';
import type { Data, Run } from '../../src/spec/types.ts';
import { validate } from '../../src/spec/validate.ts';

function load(data: Data, files: Record<string, string> = {}, patch: Partial<Run> = {}) {
  const run = validate({ basin: 1, data, layers: [{ units: 1 }], ...patch });
  return loadDataset(run, async (path) => {
    const text = files[path];
    if (text === undefined) throw new Error('no such file');
    return text;
  });
}

/** x is the row's number, so that rows can be told apart. */
const numbered = (count: number) =>
  `x,label\n${Array.from({ length: count }, (_, i) => `${i},${i % 2 ? 'odd' : 'even'}`).join('\n')}`;
const values = (rows: Rows | null) => Array.from(rows?.x ?? []);
const ascending = (a: number, b: number) => a - b;

describe('columns that are left out', () => {
  const files = { 'people.csv': 'name,age,city,label\nAda,36,London,1\nBob,,Bonn,0\nEve,20,Oslo,1' };

  test('are no inputs, whatever they hold; the others keep their order', async () => {
    const text = 'b,name,a,id,label\n1,Ada,2,?,1\n3,Bob,4,,0';
    const data = { csv: 'all.csv', label: 'label', omit: ['name', 'id'] };
    const { columns, train } = await load(data, { 'all.csv': text });
    expect(columns).toEqual(['b', 'a']);
    expect(values(train)).toEqual([1, 2, 3, 4]);
  });

  test.each<[readonly string[], RegExp]>([
    [['age', 'town'], /^people\.csv:1: there is no column "town"\. Columns: name, age, city, label\./],
    [
      ['name', 'age', 'city'],
      /^people\.csv:1: data\.omit leaves no input column\. Allowed: one input column or more\./,
    ],
    [
      ['age'],
      /people\.csv:2:1: column "name": "Ada" is not a number\..*leave the column out: "omit": \["name"\] in data/,
    ],
  ])('%j is refused with a way out', async (omit, message) => {
    await expect(load({ csv: 'people.csv', label: 'label', omit: [...omit] }, files)).rejects.toThrow(message);
  });
});

describe('holding rows out', () => {
  const files = { 'all.csv': numbered(50) };
  const data = { csv: 'all.csv', label: 'label', testFraction: 0.2, validationFraction: 0.25, seed: 4 };

  test('test rows first, then validation rows of the rest; nothing lost, nothing twice', async () => {
    const { train, validation, test } = await load(data, files);
    expect([train.count, validation?.count, test?.count]).toEqual([30, 10, 10]);
    const all = [...values(train), ...values(validation), ...values(test)].sort(ascending);
    expect(all).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test('rows keep file order, and labels stay with their rows', async () => {
    const { train, validation, test } = await load(data, files);
    for (const rows of [train, validation, test]) {
      expect(values(rows)).toEqual(values(rows).sort(ascending));
      expect(Array.from(rows!.y)).toEqual(values(rows).map((x) => x % 2));
    }
  });

  test('which rows depends on data.seed alone', async () => {
    const once = await load(data, files);
    expect(await load(data, files, { seed: 77 })).toEqual(once);
    expect(values((await load({ ...data, seed: 5 }, files)).test)).not.toEqual(values(once.test));
  });

  test('at least one row is held out and one stays', async () => {
    const few = { 'all.csv': numbered(2) };
    for (const testFraction of [0.01, 0.99]) {
      const { train, test } = await load({ csv: 'all.csv', label: 'label', testFraction }, few);
      expect([train.count, test?.count]).toEqual([1, 1]);
    }
  });

  test('one row cannot be divided', async () => {
    const both = { csv: 'all.csv', label: 'label', testFraction: 0.5, validationFraction: 0.5 };
    await expect(load(both, { 'all.csv': numbered(2) })).rejects.toThrow(
      'data.validationFraction: 0.5 of one row cannot be held out.',
    );
  });

  test('a built-in set keeps its test rows', async () => {
    const { train, validation, test } = await load({ name: 'circles', validationFraction: 0.1 });
    expect([train.count, validation?.count, test?.count]).toEqual([270, 30, 100]);
  });
});

describe('standardize', () => {
  test('training columns get mean 0 and deviation 1; test rows go along', async () => {
    const inline = {
      x: [
        [1, 5],
        [3, 5],
        [5, 5],
      ],
      y: [0, 1, 0],
      testX: [[7, 6]],
      testY: [1],
      standardize: true,
    };
    const { train, test, scaling } = await load(inline);
    // mean 3, deviation √((4 + 0 + 4)/3); the second column is constant: deviation 1
    const deviation = Math.sqrt(8 / 3);
    expect(scaling).toEqual({ mean: Float64Array.of(3, 5), deviation: Float64Array.of(deviation, 1) });
    expect(values(train)).toEqual([-2 / deviation, 0, 0, 0, 2 / deviation, 0]);
    expect(values(test)).toEqual([4 / deviation, 1]);
  });

  test('is fitted after the split, on the rows that stay', async () => {
    const data = { csv: 'all.csv', label: 'label', testFraction: 0.5, validationFraction: 0.2, seed: 1 };
    const files = { 'all.csv': numbered(40) };
    const plain = await load(data, files);
    const { train, validation, test, scaling } = await load({ ...data, standardize: true }, files);
    expect(scaling).toEqual(fitScaling(plain.train, 1));
    expect(values(train).reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 12);
    expect(values(train).reduce((sum, x) => sum + x * x, 0) / train.count).toBeCloseTo(1, 12);
    expect(validation?.x).toEqual(scale(plain.validation!.x, scaling!));
    expect(test?.x).toEqual(scale(plain.test!.x, scaling!));
  });

  test('a constant column whose mean rounds is constant all the same', () => {
    const tenths = { count: 3, x: Float64Array.of(0.1, 0.1, 0.1), y: new Float64Array(3) };
    expect(fitScaling(tenths, 1)).toEqual({ mean: Float64Array.of(0.1), deviation: Float64Array.of(1) });
  });
});

describe('CSV data', () => {
  const train = 'a,b,label\n1,2,x\n3,4,y\n';
  const data = { csv: 'train.csv', label: 'label', testCsv: 'test.csv' };

  test('a test file may order its columns differently', async () => {
    const dataset = await load(data, { 'train.csv': train, 'test.csv': 'label;b;a\ny;6;5\n' });
    expect(dataset).toMatchObject({ inputs: 2, targets: 1, classes: 2, classNames: ['x', 'y'], columns: ['a', 'b'] });
    expect([values(dataset.test), Array.from(dataset.test!.y)]).toEqual([[5, 6], [1]]);
  });

  test.each([
    ['a column less', 'a,label\n1,x\n', 'test.csv:1: the test file lacks the column "b"'],
    ['a column more', 'a,b,c,label\n1,2,3,x\n', 'test.csv:1: the test file has a column "c" too many'],
    ['a class that is new', 'a,b,label\n1,2,z\n', 'test.csv:2:3: column "label": class "z" does not occur in training'],
    ['a broken cell', 'a,b,label\n1,two,x\n', 'test.csv:2:2: column "b": "two" is not a number'],
  ])('a test file with %s', async (_, text, message) => {
    await expect(load(data, { 'train.csv': train, 'test.csv': text })).rejects.toThrow(message);
  });

  test('no column but the label', async () => {
    await expect(load({ csv: 'train.csv', label: 'label' }, { 'train.csv': 'label\na\nb\n' })).rejects.toThrow(
      'train.csv:1: "label" is the only column.',
    );
  });

  test('a file that cannot be read', async () => {
    await expect(load({ csv: 'gone.csv', label: 'y' })).rejects.toThrow('gone.csv: cannot be read (no such file).');
  });

  test('nothing that reads files', async () => {
    const run = validate({ basin: 1, data: { csv: 'train.csv', label: 'y' }, layers: [{ units: 1 }] });
    await expect(loadDataset(run)).rejects.toThrow(
      'train.csv: this is a file, and nothing was passed that reads files.',
    );
  });
});

describe('inline data', () => {
  test('rows of targets', async () => {
    const dataset = await load(
      {
        x: [[1], [2]],
        y: [
          [0.5, 1],
          [2, 3],
        ],
      },
      {},
      { layers: [{ units: 2 }] },
    );
    expect(dataset).toMatchObject({ inputs: 1, targets: 2, classes: null, validation: null, test: null });
    expect(Array.from(dataset.train.y)).toEqual([0.5, 1, 2, 3]);
  });
});
