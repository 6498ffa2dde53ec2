// Editing run documents on the workbench, and saying how two of them differ. What is valid, and each default, is the
// contract's (docs/run-document.md).
import { expect, test } from 'vitest';
import { differenceLine } from '../../demo/workbench/differences.ts';
import {
  countedIn,
  type Draft,
  defaultsOf,
  edited,
  leafPaths,
  read,
  recordedIn,
  withData,
  withLayer,
  withoutLayer,
  write,
} from '../../demo/workbench/document.ts';
import { allFields } from '../../demo/workbench/fields.ts';
import { dropped, givenIn } from '../../demo/workbench/given.ts';
import { presets, type Run, SpecError, shortForm, validate } from '../../src/index.ts';

const RUN: Draft = {
  basin: 1,
  data: { name: 'moons' },
  layers: [{ units: 8, dropRate: 0.1 }, { units: 1 }],
  optimizer: { name: 'adam', learningRate: 0.01, clipNorm: 1 },
};

// ---------------------------------------------------------------- editing

test('a path reads and writes one value, and leaves the document as it was', () => {
  const before = structuredClone(RUN);
  const next = write(RUN, 'layers[0].dropRate', 0.5);
  expect(read(next, 'layers[0].dropRate')).toBe(0.5);
  expect(read(RUN, 'layers[0].dropRate')).toBe(0.1);
  expect(RUN).toEqual(before);
  expect(read(RUN, 'batch.size')).toBeUndefined();
});

test('writing undefined takes a key out, and an object that it leaves empty', () => {
  const one = write(RUN, 'batch.size', 32);
  expect(one.batch).toEqual({ size: 32 });
  expect(write(one, 'batch.size', undefined)).toEqual(RUN);
  expect(write(RUN, 'optimizer.clipNorm', undefined).optimizer).toEqual({ name: 'adam', learningRate: 0.01 });
});

test('a layer whose only key is taken out stays in its place, empty', () => {
  const narrow = { ...RUN, layers: [{ units: 16 }, { units: 1 }] };
  expect(write(narrow, 'layers[0].units', undefined).layers).toStrictEqual([{}, { units: 1 }]);
});

test('another optimizer drops the constants of the old one and keeps what any has', () => {
  expect(edited(RUN, 'optimizer.name', 'sgd', validate(RUN)).optimizer).toEqual({ name: 'sgd', clipNorm: 1 });
  const start = write(RUN, 'init', { scheme: 'normal', scale: 3, seed: 7 });
  expect(edited(start, 'init.scheme', 'heNormal', validate(start)).init).toEqual({ scheme: 'heNormal', seed: 7 });
  const decays = write(RUN, 'optimizer.schedule', { name: 'step', factor: 0.1 });
  expect(edited(decays, 'optimizer.schedule.name', 'cosine', validate(decays))).toMatchObject({
    optimizer: { schedule: { name: 'cosine' } },
  });
});

test('every choice of every preset gives a valid document', () => {
  for (const preset of Object.values(presets)) {
    for (const field of allFields(validate(preset))) {
      if (field.kind !== 'choice' || field.path === 'loss') continue;
      for (const choice of field.choices.filter((each) => each !== 'given')) {
        const document = edited(preset as unknown as Draft, field.path, choice, validate(preset));
        const isOutput = field.path === `layers[${preset.layers.length - 1}].activation`;
        const hasGivenOrder = field.path === 'batch.order';
        if (!isOutput && !hasGivenOrder && !(field.path === 'rng' && preset.maskSeed)) {
          expect(() => validate(document), `${preset.name}: ${field.path} = ${choice}`).not.toThrow();
        }
      }
    }
  }
});

test('a setting of a part that the document leaves out brings the part’s name with it', () => {
  const bare = { basin: 1, data: { name: 'moons' }, layers: [{ units: 1 }] };
  expect(edited(bare, 'init.seed', 5, validate(bare)).init).toEqual({ seed: 5, scheme: 'heNormal' });
  expect(edited(bare, 'optimizer.clipNorm', 2, validate(bare)).optimizer).toEqual({ clipNorm: 2, name: 'sgd' });
  expect(edited(bare, 'optimizer.clipNorm', undefined, validate(bare))).toEqual(bare);
});

test('layers are added before the output and taken away; given weights go with them', () => {
  expect(withLayer(RUN).layers).toEqual([{ units: 8, dropRate: 0.1 }, { units: 8, dropRate: 0.1 }, { units: 1 }]);
  expect(withoutLayer(RUN, 0).layers).toEqual([{ units: 1 }]);
  expect(withLayer(withoutLayer(RUN, 0)).layers).toEqual([{ units: 8 }, { units: 1 }]);
  const given = presets['gradient-checking/n-dimensional']! as unknown as Draft;
  expect(() => validate(withLayer(given))).not.toThrow();
});

test('other data: the output and the loss follow its labels', () => {
  const asked = { ...RUN, loss: 'sigmoidCrossEntropy' };
  const three = withData(asked, { name: 'blobs' }, 3);
  expect(validate(three)).toMatchObject({ loss: 'softmaxCrossEntropy', layers: [{ units: 8 }, { units: 3 }] });
  expect(validate(withData(three, { name: 'circles' }, 2)).loss).toBe('sigmoidCrossEntropy');
});

test('the same length in the other unit', () => {
  expect(countedIn({ ...RUN, steps: 50, record: 5 }, 'epochs', 1000)).toEqual({ ...RUN, epochs: 50 });
  expect(countedIn(RUN, 'epochs', 1000)).toEqual({ ...RUN, epochs: 1000 });
});

// Defaults as docs/run-document.md lists them.
test('defaults are the library’s, for the optimizer and the data that the run has', () => {
  const byDefault = defaultsOf(validate(RUN));
  expect(byDefault('optimizer.learningRate')).toBe(0.001);
  expect(byDefault('optimizer.name')).toBe('sgd');
  expect(byDefault('optimizer.beta2')).toBe(0.999);
  expect(byDefault('optimizer.clipNorm')).toBeUndefined();
  expect(byDefault('data.noise')).toBe(0.2);
  expect(byDefault('layers[0].dropRate')).toBe(0);
  expect(byDefault('steps')).toBe(1000);
  expect(defaultsOf(validate({ ...RUN, seed: 9 }))('init.seed')).toBe(9);
});

test('early stopping: the metric has its default, and goes with the patience', () => {
  const stops = { ...RUN, data: { name: 'moons', validationFraction: 0.2 }, earlyStopping: { patience: 5 } };
  expect(defaultsOf(validate(stops))('earlyStopping.metric')).toBe('validation.loss');
  const watched = write(stops, 'earlyStopping.metric', 'validation.accuracy');
  expect(edited(watched, 'earlyStopping.patience', undefined, validate(watched)).earlyStopping).toBeUndefined();
  expect(line(watched, stops)).toBe('watched held-out loss instead of held-out accuracy');
  expect(line(stops, { ...stops, earlyStopping: undefined })).toBe('patience none instead of 5');
});

test('every field of every preset has a default, or says what holds without', () => {
  for (const preset of Object.values(presets)) {
    const run = validate(preset);
    const byDefault = defaultsOf(run);
    for (const field of allFields(run)) {
      const isKnown = byDefault(field.path) !== undefined || 'without' in field;
      const isRequired = /\.units$|^epochs$|\.given/.test(field.path);
      expect(isKnown || isRequired, `${preset.name}: ${field.path}`).toBe(true);
    }
  }
});

test('every setting of a preset’s canonical form has a field, but what is written out in full', () => {
  const whole =
    /^(basin|name|loss)$|^data\.(name|x|y|testX|testY)$|weights|values|dropMasks|^(steps|epochs)$|batch\.(order|seed)/;
  for (const preset of Object.values(presets)) {
    const run = validate(preset);
    const paths = allFields(run).map(({ path }) => path);
    if ('name' in run.data && run.data.noise === 0) paths.push('data.noise'); // football and digits have none to set
    const missing = leafPaths(run).filter((path) => !paths.includes(path) && !whole.test(path));
    expect(missing, preset.name).toEqual([]);
  }
});

test('what is recorded has the contract’s default: about a hundred points in the unit of the length', () => {
  const long = validate({ ...RUN, steps: 5000 });
  expect(defaultsOf(long)('record')).toBe(50);
  expect(defaultsOf(validate({ ...RUN, epochs: 200 }))('record.epochs')).toBe(2);
  expect(recordedIn(RUN, 'epochs', 3).record).toEqual({ epochs: 3 });
  expect(recordedIn({ ...RUN, record: { epochs: 3 } }, 'steps', 3).record).toBe(3);
});

// Sizes counted by hand: 8 · 2 + 8 weights and biases below, 1 · 8 + 1 above.
const GIVEN: Draft = {
  ...RUN,
  data: { name: 'moons', rows: 4 },
  layers: [{ units: 8, dropRate: 0.1, dropMasks: [new Array(2).fill(new Array(8).fill(1))] }, { units: 1 }],
  init: {
    scheme: 'given',
    seed: 3,
    weights: [
      { w: new Array(8).fill([1, 2]), b: new Array(8).fill(0) },
      { w: [new Array(8).fill(0.5)], b: [0] },
    ],
  },
  optimizer: { name: 'adam', learningRate: 0.01, schedule: { name: 'given', values: [0.1, 0.05, 0.02] } },
  batch: { size: 2, order: [[3, 2, 1, 0]] },
};

test('what a document gives number by number is told with its size, and dropped for the default rule', () => {
  const sizes = givenIn(GIVEN).map(({ path, numbers }) => [path, numbers]);
  expect(sizes).toEqual([
    ['layers[0].dropMasks', 16],
    ['init.weights', 33],
    ['optimizer.schedule.values', 3],
    ['batch.order', 4],
  ]);
  const run = validate(GIVEN);
  const plain = givenIn(GIVEN).reduce((draft, part) => dropped(draft, part, run), GIVEN);
  expect(givenIn(plain)).toEqual([]);
  expect(validate(plain)).toMatchObject({
    layers: [{ units: 8, dropRate: 0.1 }, { units: 1 }],
    init: { scheme: 'heNormal', seed: 3 },
    optimizer: { name: 'adam', learningRate: 0.01, schedule: { name: 'constant' } },
    batch: { size: 2, order: 'shuffle' },
  });
});

// ---------------------------------------------------------------- differences

const compared = (document: object) => ({ written: document, run: validate(document) });
const line = (first: object, other: object) => differenceLine(compared(first), compared(other));

test.each<[string, Draft, string]>([
  ['a rate', write(RUN, 'optimizer.learningRate', 0.3), 'learning rate 0.3 instead of 0.01'],
  ['a penalty', { ...RUN, l2: 0.7 }, 'L2 strength λ 0.7 instead of 0'],
  ['a seed, and all that follow it', { ...RUN, seed: 4 }, 'seed 4 instead of 0'],
  ['the start', { ...RUN, init: { scheme: 'zeros' } }, 'first weights zeros instead of He, normal'],
  [
    'a scale that the first start cannot have',
    { ...RUN, init: { scheme: 'normal', scale: 10 } },
    'first weights normal instead of He, normal, scale 10',
  ],
  ['a clip that is gone', write(RUN, 'optimizer.clipNorm', undefined), 'longest gradient none instead of 1'],
  ['a layer', withLayer(RUN), 'layers 8–8–1 instead of 8–1'],
  ['other data', { ...RUN, data: { name: 'circles' } }, 'data circles instead of moons'],
  ['a length in epochs', { ...RUN, epochs: 10 }, 'length 10 epochs instead of 1000 steps'],
  [
    'two things',
    { ...write(RUN, 'layers[0].dropRate', 0), l2: 1 },
    'layer 1’s drop rate 0 instead of 0.1, L2 strength λ 1 instead of 0',
  ],
  ['nothing: a default written out', { ...RUN, l2: 0 }, 'no setting differs yet'],
])('%s', (_, other, words) => {
  expect(line(RUN, other)).toBe(words);
});

test('another optimizer is one difference where its constants are its defaults', () => {
  const first = { ...RUN, optimizer: { name: 'sgd' } };
  expect(line(first, { ...RUN, optimizer: { name: 'adam' } })).toBe('optimizer Adam instead of gradient descent');
});

test('what all hidden layers have alike is said once', () => {
  const layers = (dropRate: number, second = dropRate) => [
    { units: 4, dropRate },
    { units: 4, dropRate: second },
    { units: 1 },
  ];
  const first = { ...RUN, layers: layers(0) };
  expect(line(first, { ...RUN, layers: layers(0.2) })).toBe('drop rate 0.2 instead of 0');
  expect(line(first, { ...RUN, layers: layers(0.2, 0.3) })).toBe(
    'layer 1’s drop rate 0.2 instead of 0, layer 2’s drop rate 0.3 instead of 0',
  );
});

test('columns left out of a file are a difference', () => {
  const file = { ...RUN, data: { csv: 'a.csv', label: 'y' } };
  const fewer = { ...file, data: { ...file.data, omit: ['id', 'name'] } };
  expect(line(file, fewer)).toBe('columns left out id, name');
  expect(line(fewer, file)).toBe('columns left out none instead of id, name');
});

test('a preset and its short form do not differ', () => {
  for (const preset of Object.values(presets))
    expect(line(preset, shortForm(preset as Run))).toBe('no setting differs yet');
});

test('what does not validate is named by the library at its path', () => {
  expect(() => validate(write(RUN, 'layers[0].dropRate', 1.5))).toThrow(SpecError);
  expect(() => validate(write(RUN, 'layers[0].dropRate', 'abc'))).toThrow(
    /^layers\[0\]\.dropRate: "abc" is not a number/,
  );
});
