// The doctor: silent about networks that are well, right about networks broken on purpose, and its fixes cure them.
import { describe, expect, test } from 'vitest';
import { diagnose, type FindingKind, prepareRun, presets, type Run, validate } from '../../src/index.ts';
import { follow, kindsOf } from '../support/patient.ts';

/**
 * Presets that are broken on purpose, and what is wrong with them. The notebooks show the same: two bad starts, and two
 * networks that fit the noise of the football points (one of them in spite of its dropout).
 */
const BROKEN: Readonly<Record<string, FindingKind>> = {
  'initialization/zeros': 'symmetry',
  'initialization/random': 'exploding',
  'regularization/none': 'overfitting',
  'regularization/dropout': 'overfitting',
};

test.each(Object.entries(presets))('%s: found well, unless it is broken on purpose', async (id, run) => {
  const kinds = kindsOf(await follow(run, Math.min(2000, run.steps ?? 2000), 20));
  if (BROKEN[id]) expect(kinds).toContain(BROKEN[id]);
  else expect(kinds).toEqual([]);
});

const deep = (depth: number, activation: 'sigmoid' | 'tanh' | 'relu', more: Partial<Run> = {}): Run => ({
  basin: 1,
  data: { name: 'moons' },
  layers: [...Array.from({ length: depth }, () => ({ units: 16, activation })), { units: 1 }],
  ...more,
});

// Networks whose start is what the papers recommend for their activation. Without test rows, for what they know by heart in
// the end has nothing to do with it.
test.each<[string, Run]>([
  ['tanh, Xavier, 8 layers', deep(8, 'tanh', { init: { scheme: 'xavierNormal' } })],
  ['ReLU, He, 8 layers', deep(8, 'relu')],
  ['sigmoid, Xavier, 2 layers', deep(2, 'sigmoid', { init: { scheme: 'xavierNormal' } })],
  ['tanh, LeCun, Adam', deep(3, 'tanh', { init: { scheme: 'lecunUniform' }, optimizer: { name: 'adam' } })],
])('%s is well', async (_, run) => {
  const data = { name: 'moons', testRows: 0 } as const;
  expect(kindsOf(await follow({ ...run, data }, 600, 20))).toEqual([]);
});

// What their units pass on differs, so their gradients do, and after one step the units do.
test('equal weights in and different ones out are no symmetry', async () => {
  const out = { w: [Array.from({ length: 16 }, (_, unit) => unit / 16 - 0.3)], b: [0] };
  const run = deep(1, 'tanh', { init: { scheme: 'given', weights: [weights(16, 2, 0.3), out] } });
  expect(kindsOf(await follow(run, 1, 1))).not.toContain('symmetry');
});

interface Case {
  readonly name: string;
  readonly run: Run;
  readonly kind: FindingKind;
  readonly layer: number | null;
  readonly words: RegExp;
  readonly fix: string;
  readonly steps?: number;
}

const wide = Array.from({ length: 60 }, (_, i) => [1000 + 37 * (i % 8), 500 * Math.sin(i)]);
const wideRun: Run = {
  basin: 1,
  data: { x: wide, y: wide.map(([a, b]) => (a! + b! > 1100 ? 1 : 0)) },
  layers: [{ units: 8 }, { units: 8 }, { units: 1 }],
  loss: 'meanSquaredError',
};

const CASES: readonly Case[] = [
  {
    name: 'zeros',
    run: deep(2, 'tanh', { init: { scheme: 'zeros' } }),
    kind: 'symmetry',
    layer: 1,
    words: /All 16 units of layer 1 have the same weights/,
    fix: 'Start with Xavier initialization',
  },
  {
    name: 'equal weights that are not zero',
    run: deep(1, 'relu', {
      init: { scheme: 'given', weights: [weights(16, 2, 0.3), weights(1, 16, -0.2)] },
    }),
    kind: 'symmetry',
    layer: 1,
    words: /works like a single unit/,
    fix: 'Start with He initialization',
  },
  {
    name: 'weights ten times too large',
    run: deep(4, 'relu', { init: { scheme: 'normal', scale: 10 } }),
    kind: 'exploding',
    layer: 2,
    words: /Layer 2 puts out values \d+ times as wide as the inputs.*where knowing nothing costs 0\.69/,
    fix: 'Start with He initialization',
  },
  {
    name: 'tanh with weights ten times too large',
    run: deep(4, 'tanh', { init: { scheme: 'normal', scale: 10 } }),
    kind: 'saturated',
    layer: 1,
    words: /\d\d % of what layer 1 puts out lies on the flat ends of its tanh/,
    fix: 'Start with Xavier initialization',
  },
  {
    name: 'weights a hundred times too small',
    run: deep(3, 'relu', { init: { scheme: 'normal', scale: 0.01 } }),
    kind: 'vanishing',
    layer: 1,
    words: /What layer 1 puts out varies \d+ times less than the inputs/,
    fix: 'Start with He initialization',
  },
  {
    name: 'six sigmoid layers, however they start',
    run: deep(6, 'sigmoid', { init: { scheme: 'xavierNormal' } }),
    kind: 'vanishing',
    layer: 1,
    words: /The gradient of layer 1 is .* times smaller than the largest/,
    fix: 'Use ReLU with He initialization',
  },
  {
    name: 'units born dead: three of four have a negative weight, and x is positive',
    run: {
      basin: 1,
      seed: 2,
      data: { x: [[1], [2], [3], [4]], y: [0, 1, 0, 1] },
      layers: [{ units: 4 }, { units: 1 }],
    },
    kind: 'dead',
    layer: 1,
    words: /3 of the 4 ReLU units in layer 1 put out 0 for every training row/,
    fix: 'Use leaky ReLU, which is never flat',
  },
  {
    name: 'units killed by a rate',
    run: deep(1, 'relu', { data: { name: 'spirals' }, optimizer: { name: 'sgd', learningRate: 30 } }),
    kind: 'rate',
    layer: null,
    words: /^Steps at a learning rate of 30 threw the weights far off\. \d+ of the 16 ReLU units in layer 1 put out 0/,
    fix: 'Set the learning rate to 0.1',
  },
  {
    name: 'a rate of a billion',
    run: {
      basin: 1,
      data: { name: 'circles' },
      layers: [{ units: 16 }, { units: 1 }],
      optimizer: { name: 'sgd', learningRate: 1e9 },
    },
    kind: 'rate',
    layer: null,
    words:
      /^Steps at a learning rate of 1e9 threw the weights far off\. Layer 1 puts out values .* in layer 2\. The loss is/,
    fix: 'Set the learning rate to 0.1',
    steps: 40,
  },
  {
    name: 'a rate of 100',
    run: {
      basin: 1,
      data: { name: 'blobs' },
      layers: [{ units: 16 }, { units: 3 }],
      optimizer: { name: 'sgd', learningRate: 100 },
    },
    kind: 'diverged',
    layer: null,
    words: /At step \d+ the loss became infinite or not a number/,
    fix: 'Set the learning rate to 0.1',
  },
  {
    // One weight and one bias, x = ±1: the loss has curvature 2 in both, so a step at rate α takes the error times 1 − 2α.
    name: 'a rate above the limit of a parabola',
    run: {
      basin: 1,
      data: { x: [[1], [-1], [1], [-1]], y: [1.5, -0.5, 1, -1] },
      layers: [{ units: 1 }],
      loss: 'meanSquaredError',
      optimizer: { name: 'sgd', learningRate: 1.05 },
    },
    kind: 'rate',
    layer: null,
    words: /The training loss is .*, above the .* that it began with. With a learning rate of 1.05/,
    fix: 'Set the learning rate to 0.1',
    steps: 40,
  },
  {
    // Classes that no line divides: long steps overshoot the best one, and turn round there.
    name: 'a rate that makes the loss jump up and down',
    run: {
      basin: 1,
      data: { x: [[1], [2], [-1], [-2], [0.5], [-0.5]], y: [1, 0, 0, 1, 1, 0] },
      layers: [{ units: 1 }],
      optimizer: { name: 'sgd', learningRate: 30 },
    },
    kind: 'rate',
    layer: null,
    words: /goes up and down between .* and does not settle. With a learning rate of 30/,
    fix: 'Set the learning rate to 0.1',
    steps: 40,
  },
  {
    name: 'inputs in the thousands',
    run: wideRun,
    kind: 'diverged',
    layer: null,
    words: /At step \d+ the loss became infinite/,
    fix: 'Standardize the inputs',
  },
  {
    name: 'sixty noisy points and thousands of weights',
    run: {
      basin: 1,
      data: { name: 'moons', rows: 60, testRows: 300, noise: 0.4 },
      layers: [{ units: 64 }, { units: 64 }, { units: 1 }],
      optimizer: { name: 'adam', learningRate: 0.01 },
    },
    kind: 'overfitting',
    layer: null,
    words: /On test rows the loss was .* while on training rows it went on falling/,
    fix: 'Add an L2 penalty, λ = 1',
    steps: 600,
  },
];

function weights(units: number, inputs: number, value: number) {
  return { w: Array.from({ length: units }, () => new Array<number>(inputs).fill(value)), b: new Array(units).fill(0) };
}

describe('broken on purpose', () => {
  test.each(CASES.map((each) => [each.name, each] as const))('%s', async (_, broken) => {
    const { run, kind, layer, words, fix, steps = 300 } = broken;
    const findings = (await follow(run, steps, 30)).flatMap((visit) => visit.findings);
    const found = findings.find((finding) => finding.kind === kind);
    expect(found, `found ${findings.map((finding) => finding.kind).join(', ') || 'nothing'}`).toBeDefined();
    expect(found!.text).toMatch(words);
    expect(found!.layer).toBe(layer);
    expect(found!.fix.label).toBe(fix);
    // The mended copy is a run document, and does not have what the broken one had.
    const mended = { ...validate(run), ...found!.fix.patch };
    expect(kindsOf(await follow(mended, steps, 30))).not.toContain(kind);
  });
});

test('after a divergence nothing else is said: what the weights are means nothing', async () => {
  const { fitted, data } = await prepareRun(deep(2, 'relu', { init: { scheme: 'zeros' } }));
  const divergence = { step: 812, layer: 2, what: 'weights' } as const;
  const findings = diagnose({ run: fitted, data, weights: [], gradients: [], curve: [], divergence });
  expect(findings.map(({ kind, layer }) => [kind, layer])).toEqual([['diverged', 2]]);
  expect(findings[0]!.text).toMatch(/At step 812 the weights of layer 2 became infinite/);
});
