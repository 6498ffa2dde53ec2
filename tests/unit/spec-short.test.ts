// The short form says the same in fewer words.
import { expect, test } from 'vitest';
import { presets, type Run, shortForm, validate } from '../../src/index.ts';

test.each(Object.entries(presets))(
  '%s: the short form means the same, and nothing more can be left out',
  (_, preset) => {
    const short = shortForm(preset);
    expect(validate(short)).toEqual(validate(preset));
    expect(shortForm(short)).toEqual(short);
    expect(JSON.stringify(short).length).toBeLessThanOrEqual(JSON.stringify(preset).length);
  },
);

// docs/run-document.md lists the defaults: full batch, plain descent at 0.1, He's start, 1000 steps, threefry, seed 0.
test('what the defaults say is left out', () => {
  const written: Run = {
    basin: 1,
    seed: 3,
    rng: 'threefry',
    data: { name: 'circles', rows: 300, testRows: 100, noise: 0.05, seed: 3, testSeed: 4, standardize: false },
    layers: [
      { units: 10, activation: 'relu', dropRate: 0 },
      { units: 1, activation: 'linear' },
    ],
    loss: 'sigmoidCrossEntropy',
    l2: 0,
    init: { scheme: 'heNormal', seed: 3 },
    optimizer: { name: 'sgd', learningRate: 0.1, schedule: { name: 'constant' } },
    batch: { size: 'full', order: 'shuffle', seed: 3 },
    steps: 1000,
    record: 10,
  };
  expect(shortForm(written)).toEqual({
    basin: 1,
    seed: 3,
    data: { name: 'circles' },
    layers: [{ units: 10 }, { units: 1 }],
  });
});

test('a seed that only looks like its default stays', () => {
  const run: Run = { basin: 1, seed: 3, data: { name: 'circles', seed: 0 }, layers: [{ units: 1 }] };
  expect(shortForm(run)).toEqual(run);
});
