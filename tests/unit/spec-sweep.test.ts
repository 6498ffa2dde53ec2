// The contract's sweeps: a model is a patch of the base, given or made by varying settings.
import { describe, expect, test } from 'vitest';
import { SpecError } from '../../src/core/errors.ts';
import { applyPatch, expandVary, type ModelPatch, readSweep } from '../../src/spec/patch.ts';
import { presets } from '../../src/spec/presets.ts';
import type { Run } from '../../src/spec/types.ts';
import { validate } from '../../src/spec/validate.ts';
import { run } from './spec-documents.ts';

const deep = (over: object = {}): Run =>
  run({ seed: 5, layers: [{ units: 4, dropRate: 0.1 }, { units: 3 }, { units: 1 }], ...over });
const patched = (patch: ModelPatch, base: Run = deep()) => applyPatch(base, patch, 'models[0]');
const rates = (models: ModelPatch[]) => models.map(({ optimizer }) => optimizer?.learningRate);

describe('a patch', () => {
  test('without keys is the base', () => {
    expect(patched({})).toEqual(validate(deep()));
  });

  test('is part of a canonical document', () => {
    const model = patched({ seed: 1, l2: 2, dropRate: 0.3, init: { scheme: 'normal' }, optimizer: { name: 'adam' } });
    expect(JSON.stringify(validate(model))).toBe(JSON.stringify(model));
  });

  test('with a seed moves the start and the masks, not the data and the batches', () => {
    const model = patched({ seed: 9 });
    expect([model.seed, model.init.seed, model.data.seed, model.batch.seed]).toEqual([9, 9, 5, 5]);
    expect(model.data).toMatchObject({ testSeed: 6 });
  });

  test('with a seed leaves a start that has its own seed', () => {
    expect(patched({ seed: 9 }, deep({ init: { scheme: 'heNormal', seed: 3 } })).init.seed).toBe(3);
    expect(patched({ seed: 9, init: { seed: 4 } }).init.seed).toBe(4);
  });

  test('merges an optimizer of the same name and replaces another', () => {
    const base = deep({ optimizer: { name: 'momentum', beta: 0.8, clipNorm: 1 } });
    expect(patched({ optimizer: { learningRate: 0.5 } }, base).optimizer).toMatchObject({
      beta: 0.8,
      learningRate: 0.5,
      clipNorm: 1,
    });
    expect(patched({ optimizer: { name: 'momentum', beta: 0.7 } }, base).optimizer).toMatchObject({
      beta: 0.7,
      clipNorm: 1,
    });
    expect(patched({ optimizer: { name: 'sgd' } }, base).optimizer).toEqual({
      name: 'sgd',
      learningRate: 0.1,
      schedule: { name: 'constant' },
    });
  });

  test('merges an init of the same scheme; another scheme keeps only the seed', () => {
    const base = deep({ init: { scheme: 'normal', scale: 10, seed: 3 } });
    expect(patched({ init: { scale: 2 } }, base).init).toEqual({ scheme: 'normal', seed: 3, scale: 2 });
    expect(patched({ init: { scheme: 'heNormal' } }, base).init).toEqual({ scheme: 'heNormal', seed: 3 });
  });

  test('sets one drop rate for every hidden layer, or one for each', () => {
    const dropRates = (dropRate: number | number[]) => patched({ dropRate }).layers.map((layer) => layer.dropRate);
    expect(dropRates(0.5)).toEqual([0.5, 0.5, 0]);
    expect(dropRates([0.2, 0])).toEqual([0.2, 0, 0]);
  });

  test('leaves the base as it was', () => {
    const base = deep();
    const before = JSON.stringify(base);
    patched({ dropRate: 0.5, l2: 1, init: { scheme: 'zeros' } }, base);
    expect(JSON.stringify(base)).toBe(before);
  });
});

describe('a grid', () => {
  test('takes every combination, the last setting fastest', () => {
    expect(expandVary({ l2: [0, 1], 'optimizer.learningRate': [0.1, 0.2, 0.3] })).toEqual([
      { l2: 0, optimizer: { learningRate: 0.1 } },
      { l2: 0, optimizer: { learningRate: 0.2 } },
      { l2: 0, optimizer: { learningRate: 0.3 } },
      { l2: 1, optimizer: { learningRate: 0.1 } },
      { l2: 1, optimizer: { learningRate: 0.2 } },
      { l2: 1, optimizer: { learningRate: 0.3 } },
    ]);
  });

  test('log has equal factors and its ends exactly, linear equal distances', () => {
    const log = rates(expandVary({ 'optimizer.learningRate': { log: [1e-3, 1], count: 4 } })) as number[];
    expect([log[0], log[3]]).toEqual([1e-3, 1]);
    expect(log[1]).toBeCloseTo(0.01, 15);
    expect(log[2]).toBeCloseTo(0.1, 15);
    expect(expandVary({ dropRate: { linear: [0, 0.5], count: 3 } })).toEqual([
      { dropRate: 0 },
      { dropRate: 0.25 },
      { dropRate: 0.5 },
    ]);
    expect(expandVary({ l2: { linear: [1, 2], count: 1 } })).toEqual([{ l2: 1 }]);
  });

  test('from counts upwards', () => {
    expect(expandVary({ seed: { from: 7, count: 3 } })).toEqual([{ seed: 7 }, { seed: 8 }, { seed: 9 }]);
  });

  test('two constants of one part go into one patch', () => {
    const [first] = expandVary({ 'optimizer.name': ['adam'], 'optimizer.beta1': [0.8], 'init.scheme': ['zeros'] });
    expect(first).toEqual({ optimizer: { name: 'adam', beta1: 0.8 }, init: { scheme: 'zeros' } });
  });
});

describe('random search', () => {
  const vary = { 'optimizer.learningRate': { log: [1e-3, 1] }, l2: [0, 1, 2], seed: { from: 10, count: 5 } } as const;

  test('the same seed draws the same models, and more of them leave the first as they were', () => {
    const few = expandVary(vary, { random: 20, seed: 4 });
    expect(expandVary(vary, { random: 50, seed: 4 }).slice(0, 20)).toEqual(few);
    expect(expandVary(vary, { random: 20, seed: 5 })).not.toEqual(few);
  });

  test('log spreads its draws evenly over the decades, lists and counts over their values', () => {
    const models = expandVary(vary, { random: 3000, seed: 1 });
    const share = (holds: (model: ModelPatch) => boolean) => models.filter(holds).length / models.length;
    // Binomial with p = 1/3, n = 3000: the standard deviation is 0.0086; 0.04 is more than four of them.
    for (const decade of [-3, -2, -1]) {
      expect(share(({ optimizer }) => Math.floor(Math.log10(optimizer?.learningRate ?? 0)) === decade)).toBeCloseTo(
        1 / 3,
        1,
      );
    }
    for (const l2 of [0, 1, 2]) expect(Math.abs(share((model) => model.l2 === l2) - 1 / 3)).toBeLessThan(0.04);
    for (const seed of [10, 11, 12, 13, 14])
      expect(Math.abs(share((model) => model.seed === seed) - 1 / 5)).toBeLessThan(0.04);
  });

  test('settings are drawn on their own: two of the same range are not alike', () => {
    const models = expandVary({ l2: { linear: [0, 1] }, dropRate: { linear: [0, 0.9] } }, { random: 10 });
    expect(models.some(({ l2, dropRate }) => Math.abs((l2 as number) * 0.9 - (dropRate as number)) > 0.1)).toBe(true);
  });
});

describe('a sweep document', () => {
  test('gives whole documents, with the seeds of data and batches from the base', () => {
    const { models } = readSweep({ base: deep(), vary: { seed: { from: 0, count: 3 } } });
    expect(models.map(({ seed, data, batch, init }) => [seed, data.seed, batch.seed, init.seed])).toEqual([
      [0, 5, 5, 0],
      [1, 5, 5, 1],
      [2, 5, 5, 2],
    ]);
    for (const model of models) expect(validate(model)).toEqual(model);
  });

  test('takes a preset by its id', () => {
    const { models } = readSweep({ base: 'initialization/he', models: [{ l2: 0.5 }] });
    const [model] = models;
    expect(model).toEqual({ ...validate(presets['initialization/he']), l2: 0.5 });
  });

  test('may halve its models, ranked by the held-out rows where there are any', () => {
    const held = run({ data: { name: 'moons', validationFraction: 0.2 } });
    const halving = (base: Run, search: object) => readSweep({ base, vary: { l2: [0, 1] }, search }).halving;
    expect(halving(held, { halving: 2 })).toEqual({ halving: 2, minSteps: 1, metric: 'validation.loss' });
    expect(halving(run(), { halving: 2 })).toMatchObject({ metric: 'train.loss' });
    expect(halving(held, { random: 9, halving: 3, minSteps: 50, metric: 'validation.accuracy' })).toEqual({
      halving: 3,
      minSteps: 50,
      metric: 'validation.accuracy',
    });
    expect(halving(run(), { random: 9 })).toBeNull();
  });

  const broken: [path: string, phrase: string, sweep: unknown][] = [
    ['sweep', 'is not an object', []],
    ['base', 'is missing', { vary: { l2: [1] } }],
    ['base', '"initialisation/he" is not a preset', { base: 'initialisation/he', models: [{}] }],
    ['base.layers[0].units', '0 is outside', { base: run({ layers: [{ units: 0 }] }), models: [{}] }],
    ['vary', 'is missing', { base: run() }],
    ['vary', 'given together with models', { base: run(), models: [{}], vary: { l2: [1] } }],
    ['model', 'Did you mean "models"?', { base: run(), model: [{}] }],
    ['search', 'Allowed with vary', { base: run(), models: [{}], search: 'grid' }],
    ['models', 'the list is empty', { base: run(), models: [] }],
    ['models', '65536 is outside [1, 65535]', { base: run(), models: Array(65536).fill({}) }],
    ['models[1].layers', '"layers" is not a key of a model', { base: run(), models: [{}, { layers: [] }] }],
    ['models[0].l2', '-1 is outside', { base: run(), models: [{ l2: -1 }] }],
    ['models[0].seed', '4294967296 is outside', { base: run({ rng: 'numpy' }), models: [{ seed: 2 ** 32 }] }],
    ['models[0].dropRate', '1 is outside [0, 1)', { base: run(), models: [{ dropRate: 1 }] }],
    ['models[0].dropRate', 'has 2 rates for 1 hidden layer', { base: run(), models: [{ dropRate: [0, 0] }] }],
    ['models[0].optimizer.lr', 'Did you mean "learningRate"?', { base: run(), models: [{ optimizer: { lr: 1 } }] }],
    ['models[0].init.scheme', 'is not one of zeros', { base: run(), models: [{ init: { scheme: 'ones' } }] }],
    [
      'models[0].init.weights[0].w[0]',
      'has 1 weights for data of 2 columns',
      {
        base: run({ layers: [{ units: 1 }] }),
        models: [{ init: { scheme: 'given', weights: [{ w: [[1]], b: [0] }] } }],
      },
    ],
    ['vary', 'varies nothing', { base: run(), vary: {} }],
    ['vary.learningRate', 'is not a key of vary', { base: run(), vary: { learningRate: [1] } }],
    ['vary.constructor', 'is not a key of vary', { base: run(), vary: { constructor: [1] } }],
    ['vary.l2', '0.1 is not an object', { base: run(), vary: { l2: 0.1 } }],
    ['vary.l2', 'the list is empty', { base: run(), vary: { l2: [] } }],
    ['vary.l2[1]', '-1 is outside', { base: run(), vary: { l2: [0, -1] } }],
    ['vary.l2', 'has no values', { base: run(), vary: { l2: { count: 3 } } }],
    ['vary.l2', 'has log and linear', { base: run(), vary: { l2: { log: [1, 2], linear: [1, 2] } } }],
    ['vary.l2.count', 'is missing', { base: run(), vary: { l2: { log: [1, 2] } } }],
    ['vary.l2.count', '0 is outside', { base: run(), vary: { l2: { log: [1, 2], count: 0 } } }],
    ['vary.seed.count', 'is missing', { base: run(), vary: { seed: { from: 1 } } }],
    [
      'vary.optimizer.learningRate.log[0]',
      '0 is outside (0, ∞)',
      { base: run(), vary: { 'optimizer.learningRate': { log: [0, 1], count: 3 } } },
    ],
    [
      'vary.dropRate.linear[1]',
      '1 is outside [0, 1)',
      { base: run(), vary: { dropRate: { linear: [0, 1], count: 3 } } },
    ],
    ['vary.l2.linear', 'does not rise', { base: run(), vary: { l2: { linear: [2, 1], count: 3 } } }],
    ['vary.l2.linear', 'Allowed: two', { base: run(), vary: { l2: { linear: [1], count: 3 } } }],
    ['vary.optimizer.beta', 'is not a key of the optimizer "sgd"', { base: run(), vary: { 'optimizer.beta': [0.9] } }],
    ['vary.init.scale', 'Allowed with normal and uniform', { base: run(), vary: { 'init.scale': [1] } }],
    [
      'vary',
      'makes 90000 models',
      { base: run(), vary: { seed: { from: 0, count: 300 }, l2: { linear: [0, 1], count: 300 } } },
    ],
    ['search', '"bayes" is not a search', { base: run(), vary: { l2: [0] }, search: 'bayes' }],
    ['search.random', 'is missing', { base: run(), vary: { l2: [0] }, search: { seed: 1 } }],
    ['search.random', 'is missing', { base: run(), vary: { l2: [0] }, search: {} }],
    ['search.eta', '"eta" is not a key of search', { base: run(), vary: { l2: [0] }, search: { eta: 3 } }],
    ['search.seed', '1 for a grid', { base: run(), vary: { l2: [0, 1] }, search: { halving: 2, seed: 1 } }],
    ['search.halving', '1 is outside [2, 65535]', { base: run(), vary: { l2: [0, 1] }, search: { halving: 1 } }],
    ['search.halving', '2.5 is not a whole number', { base: run(), vary: { l2: [0, 1] }, search: { halving: 2.5 } }],
    ['search.halving', '3 of 2 models leaves none', { base: run(), vary: { l2: [0, 1] }, search: { halving: 3 } }],
    ['search.minSteps', '0 is outside', { base: run(), vary: { l2: [0, 1] }, search: { halving: 2, minSteps: 0 } }],
    ['search.minSteps', '5 without halving', { base: run(), vary: { l2: [0] }, search: { random: 3, minSteps: 5 } }],
    [
      'search.metric',
      '"train.loss" without halving',
      { base: run(), vary: { l2: [0] }, search: { random: 3, metric: 'train.loss' } },
    ],
    [
      'search.metric',
      '"test.loss" is not one of train.loss, train.accuracy, validation.loss, validation.accuracy',
      { base: run(), vary: { l2: [0, 1] }, search: { halving: 2, metric: 'test.loss' } },
    ],
    [
      'search.metric',
      'needs held-out rows',
      { base: run(), vary: { l2: [0, 1] }, search: { halving: 2, metric: 'validation.loss' } },
    ],
    [
      'search.halving',
      '2 together with base.earlyStopping',
      {
        base: run({ data: { name: 'moons', validationFraction: 0.2 }, earlyStopping: { patience: 3 } }),
        vary: { l2: [0, 1] },
        search: { halving: 2 },
      },
    ],
  ];

  test.each(broken)('%s: %s', (path, phrase, sweep) => {
    let error: unknown;
    try {
      readSweep(sweep);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(SpecError);
    expect((error as SpecError).path).toBe(path);
    expect((error as SpecError).message).toMatch(new RegExp(`^${path.replace(/[.[\]]/g, '\\$&')}: `));
    expect((error as SpecError).message).toContain(phrase);
  });
});
