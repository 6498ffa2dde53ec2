// Which runs of the workbench can be compared seed by seed, and as what they then train.
import { describe, expect, test } from 'vitest';
import { spreadVerdict } from '../../demo/lessons/spread.ts';
import { groupsOf, hindrance, luckOf } from '../../demo/workbench/comparison.ts';
import { type Run, validate } from '../../src/index.ts';

const run = (rest: Partial<Run> = {}) =>
  validate({ basin: 1, data: { name: 'moons' }, layers: [{ units: 4 }, { units: 1 }], ...rest });

describe('what hinders', () => {
  test('nothing, where two runs learn classes from the same rows', () => {
    expect(hindrance([run(), run({ l2: 1 })])).toBeNull();
    expect(hindrance([run(), run({ batch: { size: 16 }, steps: 10, layers: [{ units: 1 }] })])).toBeNull();
  });

  test.each([
    ['one run', [run()], /two runs/],
    ['no classes', [run({ loss: 'meanSquaredError' }), run({ loss: 'meanSquaredError' })], /classes/],
    ['other rows', [run(), run({ data: { name: 'moons', noise: 0.3 } })], /different data/],
    ['rows drawn with another seed', [run(), run({ seed: 5 })], /different data/],
    [
      'given weights',
      [run(), run({ layers: [{ units: 1 }], init: { scheme: 'given', weights: [{ w: [[1, 2]], b: [0] }] } })],
      /weights of run 2 are given/,
    ],
  ])('%s', (_, runs, why) => {
    expect(hindrance(runs)).toMatch(why);
  });
});

test('another seed changes dropout where it follows the seed', () => {
  const dropping = { layers: [{ units: 4, dropRate: 0.5 }, { units: 1 }] };
  expect(luckOf([run(), run(dropping)])).toMatch(/dropped units/);
  expect(luckOf([run(), run()])).not.toMatch(/dropped units/);
  expect(luckOf([run(), run({ ...dropping, rng: 'numpy' })])).not.toMatch(/dropped units/);
});

test('each run is a group under its name', () => {
  const groups = groupsOf([run({ name: 'first' }), run()]);
  expect(groups.map(({ contenders }) => contenders.map(({ id, label }) => [id, label]))).toEqual([
    [['run-1', 'Run 1: first']],
    [['run-2', 'Run 2']],
  ]);
});

test('runs that come out alike with every seed are called level', () => {
  const contenders = [
    { id: 'run-1', label: 'Run 1' },
    { id: 'run-2', label: 'Run 2' },
  ];
  const same = [0.9, 0.8, 0.95, 0.9];
  expect(spreadVerdict(contenders, [same, same])).toEqual(['Run 1 and Run 2 are level with every seed.']);
  expect(spreadVerdict(contenders, [same, [0.9, 0.8, 0.95, 0.8]])[0]).toMatch(/beats Run 2 with 1 of 4 seeds/);
});
