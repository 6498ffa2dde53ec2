// The contract's run document: what is refused, where and in which words, and what the canonical form is.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { SpecError } from '../../src/core/errors.ts';
import { BUILT_IN, OPTIMIZER_RANGES, OPTIMIZERS, SCHEDULE_RANGES, SCHEDULES } from '../../src/spec/defaults.ts';
import { presets } from '../../src/spec/presets.ts';
import schema from '../../src/spec/run.schema.json';
import { fitToData, validate } from '../../src/spec/validate.ts';
import { BEYOND_SCHEMA, BROKEN, GOOD, inline, run } from './spec-documents.ts';

const conforms = new Ajv2020({ allowUnionTypes: true }).compile(schema);
const asJson = (document: unknown) => JSON.parse(JSON.stringify(document));

function errorOf(document: unknown): SpecError {
  try {
    validate(document);
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error('the document was accepted');
}

describe('documents that are accepted', () => {
  test.each(GOOD)('%s', (_, over) => {
    const canonical = validate(run(over));
    expect(JSON.stringify(validate(canonical))).toBe(JSON.stringify(canonical));
    expect(conforms(asJson(run(over))), JSON.stringify(conforms.errors)).toBe(true);
    expect(conforms(asJson(canonical)), JSON.stringify(conforms.errors)).toBe(true);
  });
});

describe('documents that are refused', () => {
  test.each(BROKEN)('%s: %s', (path, phrase, over, beyond) => {
    const error = errorOf(run(over));
    expect(error.path).toBe(path);
    expect(error.message.startsWith(`${path}: `)).toBe(true);
    expect(error.message).toContain(phrase);
    if (beyond !== BEYOND_SCHEMA) expect(conforms(asJson({ ...run(), ...over }))).toBe(false);
  });

  test.each([[null], [5], ['run.json'], [[]], [undefined]])('%j is no document', (input) => {
    expect(errorOf(input).path).toBe('run');
  });

  test('every message ends with a remedy, not with the complaint', () => {
    for (const [, , over] of BROKEN) expect(errorOf(run(over)).message).toMatch(/\. [A-Z].+[.?]$/);
  });

  test('a long value is cut, so that the message stays one line', () => {
    const { message } = errorOf(run({ loss: { x: 'y'.repeat(1000) } }));
    expect(message.length).toBeLessThan(250);
  });
});

/** A list with a hole at this place, as `new Array(n)` and `delete` leave it; JSON has none. */
function holed<T>(list: readonly T[], place: number): T[] {
  const copy = [...list];
  delete copy[place];
  return copy;
}

describe('a hole in a list is refused where it is', () => {
  const base = {
    basin: 1,
    data: {
      x: [
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      y: [0, 1, 1],
    },
    layers: [{ units: 2 }, { units: 1 }],
  };
  const masks = [
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
  ];
  test.each<[string, object]>([
    ['data.x[1]', { data: { ...base.data, x: holed(base.data.x, 1) } }],
    ['data.x[0][1]', { data: { ...base.data, x: [holed([0, 1], 1), [1, 0], [1, 1]] } }],
    ['data.y[0]', { data: { ...base.data, y: holed(base.data.y, 0) } }],
    ['data.y[2]', { data: { ...base.data, y: holed(base.data.y, 2) } }],
    ['layers[0]', { layers: holed(base.layers, 0) }],
    ['layers[1]', { layers: holed(base.layers, 1) }],
    [
      'layers[0].dropMasks[0][1]',
      { layers: [{ units: 2, dropRate: 0.5, dropMasks: [holed(masks[0]!, 1)] }, { units: 1 }] },
    ],
    ['batch.order[0]', { batch: { size: 2, order: holed([[0, 1, 2]], 0) } }],
    ['batch.order[0][2]', { batch: { size: 2, order: [holed([0, 1, 2], 2)] } }],
    [
      'optimizer.schedule.values[1]',
      { optimizer: { name: 'sgd', schedule: { name: 'given', values: holed([1, 2], 1) } } },
    ],
  ])('%s', (path, change) => {
    const error = errorOf({ ...base, ...change });
    expect(error.path).toBe(path);
    expect(error.message).toMatch(/is a hole in the list\. Allowed: .* Fill it in\./);
  });
});

describe('canonical form', () => {
  test('the smallest document, with every default', () => {
    expect(validate(run())).toEqual({
      basin: 1,
      seed: 0,
      rng: 'threefry',
      data: {
        name: 'circles',
        rows: 300,
        testRows: 100,
        noise: 0.05,
        seed: 0,
        testSeed: 1,
        validationFraction: 0,
        standardize: false,
      },
      layers: [
        { units: 4, activation: 'relu', dropRate: 0 },
        { units: 1, activation: 'linear', dropRate: 0 },
      ],
      loss: 'sigmoidCrossEntropy',
      l2: 0,
      init: { scheme: 'heNormal', seed: 0 },
      optimizer: { name: 'sgd', learningRate: 0.1, schedule: { name: 'constant' } },
      batch: { size: 'full', order: 'shuffle', seed: 0 },
      steps: 1000,
      record: 10,
    });
  });

  test('the order in which keys are written does not matter', () => {
    const reversed = Object.fromEntries(Object.entries(run({ seed: 3, l2: 1 })).reverse());
    expect(JSON.stringify(validate(reversed))).toBe(JSON.stringify(validate(run({ seed: 3, l2: 1 }))));
  });

  test('seeds follow the root seed, the test seed follows the data seed', () => {
    const { data, init, batch } = validate(run({ seed: 7 }));
    expect([data.seed, init.seed, batch.seed, 'testSeed' in data && data.testSeed]).toEqual([7, 7, 7, 8]);
    expect(validate(run({ seed: 7, data: { name: 'moons', seed: 3 } })).data).toMatchObject({ seed: 3, testSeed: 4 });
  });

  test('the test seed after the last seed is the first one', () => {
    expect(validate(run({ seed: Number.MAX_SAFE_INTEGER })).data).toMatchObject({ testSeed: 0 });
    expect(validate(run({ rng: 'numpy', seed: 2 ** 32 - 1 })).data).toMatchObject({ testSeed: 0 });
  });

  test('the loss follows the labels', () => {
    const lossOf = (over: object) => validate(run(over)).loss;
    expect(lossOf({})).toBe('sigmoidCrossEntropy');
    expect(lossOf({ layers: [{ units: 2 }] })).toBe('softmaxCrossEntropy');
    expect(lossOf({ data: inline({ y: [0, 1, 0, 1, 0.5] }) })).toBe('meanSquaredError');
    expect(lossOf({ data: inline({ y: [[0], [1], [0], [1], [1]] }) })).toBe('meanSquaredError');
    expect(lossOf({ data: { csv: 'a.csv', label: 'y' } })).toBeUndefined();
  });

  test('digits: the count left out takes what the other leaves, the test set a fifth at most', () => {
    const split = (over: object) => validate(run({ data: { name: 'digits', ...over }, layers: [{ units: 10 }] })).data;
    expect(split({})).toMatchObject({ rows: 1437, testRows: 360 });
    expect(split({ testRows: 297 })).toMatchObject({ rows: 1500, testRows: 297 });
    expect(split({ rows: 1700 })).toMatchObject({ rows: 1700, testRows: 97 });
    expect(split({ rows: 100 })).toMatchObject({ rows: 100, testRows: 360 });
  });

  test('maskSeed is there with numpy only', () => {
    expect(validate(run({ rng: 'numpy' })).maskSeed).toBe(1);
    expect('maskSeed' in validate(run())).toBe(false);
  });

  test('record takes about a hundred points, in the unit of the length', () => {
    const recordOf = (over: object) => validate(run(over)).record;
    expect(recordOf({ steps: 15000 })).toBe(150);
    expect(recordOf({ steps: 0 })).toBe(1);
    expect(recordOf({ epochs: 30 })).toEqual({ epochs: 1 });
    expect(recordOf({ epochs: 5000 })).toEqual({ epochs: 50 });
  });

  test('nothing of the input is kept or changed', () => {
    const input = run({ data: inline(), batch: { size: 2, order: [[0, 1]] } });
    const before = JSON.stringify(input);
    const { data, batch } = validate(input);
    if ('x' in data) data.x[0]![0] = 99;
    if (typeof batch.order !== 'string') batch.order[0]![0] = 3;
    expect(JSON.stringify(input)).toBe(before);
  });
});

describe('CSV data is fitted once it is read', () => {
  const document = run({ data: { csv: 'a.csv', label: 'y' }, layers: [{ units: 3 }] });
  const shape = { inputs: 2, trainRows: 10, classes: 3, targets: 1 };

  test('the loss that follows the labels takes its place among the keys', () => {
    const fitted = fitToData(validate(document), shape);
    expect(fitted.loss).toBe('softmaxCrossEntropy');
    expect(JSON.stringify(validate(fitted))).toBe(JSON.stringify(fitted));
    expect(Object.keys(fitted).indexOf('loss')).toBe(Object.keys(fitted).indexOf('layers') + 1);
  });

  test('classes as numbers need one output', () => {
    const asNumbers = validate({ ...document, loss: 'meanSquaredError' });
    expect(() => fitToData(asNumbers, shape)).toThrow('layers[0].units: 3 outputs for labels taken as numbers');
  });

  test('labels that do not go with the outputs are an error, as for other data', () => {
    expect(() => fitToData(validate(document), { ...shape, classes: 4 })).toThrow(
      'layers[0].units: 3 outputs for 4 classes',
    );
  });
});

describe('the schema and the tables say the same', () => {
  test.each(Object.entries(presets))('%s conforms, written and canonical', (_, preset) => {
    expect(conforms(asJson(preset)), JSON.stringify(conforms.errors)).toBe(true);
    expect(conforms(asJson(validate(preset))), JSON.stringify(conforms.errors)).toBe(true);
  });

  test('same names', () => {
    const defs = schema.$defs;
    expect(defs.builtInData.properties.name.enum).toEqual(Object.keys(BUILT_IN));
    const names = (choices: { properties: { name: object } }[]) =>
      choices.flatMap(({ properties: { name } }) => ('enum' in name ? name.enum : 'const' in name ? name.const : []));
    expect(names(defs.optimizer.oneOf)).toEqual(Object.keys(OPTIMIZERS));
    expect(names(defs.schedule.oneOf)).toEqual(Object.keys(SCHEDULES));
  });

  test('docs/run-document.md has the tables of data, optimizers and schedules', () => {
    const page = readFileSync(new URL('../../docs/run-document.md', import.meta.url), 'utf8');
    for (const [name, { rows, testRows, noise, inputs, classes }] of Object.entries(BUILT_IN)) {
      expect(page).toContain(`| \`${name}\` | ${rows} | ${testRows} | ${noise ?? 'none'} | ${inputs} | ${classes} |`);
    }
    const lineOf = (name: string) =>
      page
        .split('\n')
        .filter((line) => line.startsWith(`| \`${name}\``))
        .join();
    for (const [name, constants] of Object.entries({ ...OPTIMIZERS, ...SCHEDULES })) {
      const own = name === 'adamw' ? { weightDecay: OPTIMIZERS.adamw.weightDecay } : constants;
      for (const [key, value] of Object.entries(own)) {
        expect(lineOf(name)).toContain(`\`${key}\` ${value === 1e-8 ? '1e-8' : value}`);
      }
    }
  });

  test('every constant has a range, and its default is inside', () => {
    for (const constants of Object.values(OPTIMIZERS)) {
      for (const [key, value] of Object.entries(constants)) {
        if (typeof value === 'number') expect(OPTIMIZER_RANGES[key]?.holds(value), key).toBe(true);
      }
    }
    for (const constants of Object.values(SCHEDULES)) {
      for (const [key, value] of Object.entries(constants)) {
        expect(SCHEDULE_RANGES[key]?.within.holds(value as number), key).toBe(true);
      }
    }
  });
});
