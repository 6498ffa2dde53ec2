// The lab's addresses: what is on the page goes into the link and comes back, and old links keep working.
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { lessonById, lessons } from '../../demo/lessons/index.ts';
import {
  differsInLook,
  filesOf,
  type LessonPlace,
  landscapePlace,
  lessonPlace,
  MOST_RUNS,
  readLink,
  writeLink,
} from '../../demo/link.ts';
import { pack } from '../../demo/share/pack.ts';
import { presets, type Run, validate } from '../../src/index.ts';
import { drawing } from '../support/draw.ts';

// ---------------------------------------------------------------- lessons

test.each(lessons.map((lesson) => [lesson.id, lesson] as const))(
  '%s: every setting comes back from its link',
  (_, lesson) => {
    for (const pick of [0, -1]) {
      const settings = Object.fromEntries(lesson.settings.map(({ key, values }) => [key, values.at(pick)!]));
      const place: LessonPlace = { page: 'lesson', lesson, settings, backend: 'cpu' };
      expect(readLink(writeLink(place))).toEqual({ place, problem: null });
    }
  },
);

test('initial settings are left out of the link', () => {
  expect(writeLink(lessonPlace(lessons[0]!))).toBe('#1/initialization');
});

test('what a chart counts is another look at the same runs; a setting, or beginning again, is not', () => {
  const place = lessonPlace(lessonById('optimizers')!, 'cpu');
  const chosen = (change: object) => ({ ...place, settings: { ...place.settings, ...change } });
  expect(differsInLook(place, chosen({ by: 1 }))).toBe(true);
  expect(differsInLook(place, chosen({ by: 1, rate: 0.1 }))).toBe(false);
  expect(differsInLook(place, { ...place })).toBe(false);
  expect(differsInLook(place, { ...chosen({ by: 1 }), backend: 'auto' })).toBe(false);
  expect(differsInLook(place, lessonPlace(lessonById('tuning')!, 'cpu'))).toBe(false);
});

test('what cannot be read is named, and the rest is kept', () => {
  const { place, problem } = readLink('#1/regularization?l2=2&dropRate=9&x=1');
  const { settings } = place as LessonPlace;
  expect(settings.l2).toBe(2);
  expect(settings.dropRate).toBe(0.14);
  expect(problem).toMatch(/Drop rate “9” is not between 0 and 0.6; “x=1” means nothing here/);
});

test('every lesson with documents makes valid ones at both ends of its sliders', () => {
  for (const lesson of lessons) {
    if (lesson.kind === 'check' || (lesson.kind === 'compare' && lesson.needsFile)) continue;
    for (const pick of [0, -1]) {
      const settings = Object.fromEntries(lesson.settings.map(({ key, values }) => [key, values.at(pick)!]));
      const bases =
        lesson.kind === 'compare' ? lesson.groups(settings).map(({ base }) => base) : [lesson.base(settings)];
      for (const base of bases) expect(() => validate(base), `${lesson.id} ${JSON.stringify(settings)}`).not.toThrow();
    }
  }
});

// ---------------------------------------------------------------- runs

const linkOf = (...runs: Run[]) => writeLink({ page: 'workbench', runs, backend: 'auto' });

function runsIn(link: string): readonly Run[] {
  const { place, problem } = readLink(link, () => true);
  expect(problem).toBeNull();
  if (place.page !== 'workbench') throw new Error(`${link} is no workbench`);
  return place.runs;
}

const HAND_MADE: Run = {
  basin: 1,
  name: 'Moons, my second try – wider',
  seed: 4,
  data: { name: 'moons', noise: 0.35, validationFraction: 0.2 },
  layers: [{ units: 24, activation: 'tanh', dropRate: 0.1 }, { units: 12, activation: 'gelu' }, { units: 1 }],
  l2: 0.05,
  init: { scheme: 'xavierUniform' },
  optimizer: { name: 'adamw', learningRate: 0.02, clipNorm: 1, schedule: { name: 'cosine', min: 0.001 } },
  batch: { size: 32 },
  epochs: 120,
  earlyStopping: { patience: 15 },
};

test.each(Object.entries(presets))('%s: the preset is its id in the link, and comes back whole', (id, preset) => {
  const link = linkOf(preset);
  expect(link.length).toBeLessThan(60);
  expect(link).toBe(id === 'start/circles' ? '#1/workbench' : `#1/workbench?run=${id}`);
  expect(runsIn(link)).toEqual([preset]);
  expect(runsIn(linkOf(validate(preset)))).toEqual([preset]);
});

test('a hand-made run comes back with the same canonical form, in fewer than 400 characters', () => {
  const link = linkOf(HAND_MADE);
  expect(link.length).toBeLessThan(400);
  expect(runsIn(link).map(validate)).toEqual([validate(HAND_MADE)]);
});

test('drawn points travel in the document: a hundred of them in fewer than 1200 characters', () => {
  const { uniforms } = drawing('points of a link');
  const x = Array.from({ length: 100 }, () => Array.from(uniforms(2, 0, 1), (u) => Math.round(u * 1000) / 1000));
  const run: Run = {
    basin: 1,
    data: { x, y: x.map(([a]) => (a! > 0.5 ? 1 : 0)) },
    layers: [{ units: 8 }, { units: 1 }],
  };
  const link = linkOf(run);
  expect(link.length).toBeLessThan(1200);
  expect(runsIn(link).map(validate)).toEqual([validate(run)]);
});

test('a run that differs from the first in one key costs fewer than 30 characters', () => {
  const [one, two] = [linkOf(HAND_MADE), linkOf(HAND_MADE, { ...HAND_MADE, l2: 1 })];
  expect(two.length - one.length).toBeLessThan(30);
  expect(runsIn(two).map(validate)).toEqual([validate(HAND_MADE), validate({ ...HAND_MADE, l2: 1 })]);
});

test('the landscape’s link holds its run, and the backend', () => {
  const place = landscapePlace(presets['spirals/adam']!, 'cpu');
  expect(writeLink(place)).toBe('#1/landscape?run=spirals/adam&backend=cpu');
  expect(readLink(writeLink(place))).toEqual({ place, problem: null });
});

test('how the landscape is looked at goes into its link; what means nothing is named', () => {
  const choices = { against: 'start', plane: 'along', view: 'map' } as const;
  const place = { ...landscapePlace(), choices };
  expect(writeLink(place)).toBe('#1/landscape?against=start&plane=along&view=map');
  expect(readLink(writeLink(place))).toEqual({ place, problem: null });
  const { place: other, problem } = readLink('#1/landscape?view=flat&toString=1&plane=along');
  expect(other).toEqual({ ...landscapePlace(), choices: { ...landscapePlace().choices, plane: 'along' } });
  expect(problem).toMatch(/“view=flat” means nothing here.*“toString=1” means nothing here/);
});

/** A document put together by chance, from values that the format's documentation allows. */
function randomRun(draw: () => number): Run {
  const pick = <T>(...values: T[]): T => values[Math.floor(draw() * values.length)]!;
  const maybe = (part: object) => (draw() < 0.5 ? part : {});
  const number = () => Number((draw() * 2).toPrecision(pick(2, 17)));
  const points = Array.from({ length: pick(2, 9, 40) }, () => [number(), number()]);
  const data = pick<Run['data']>(
    { name: pick('circles', 'moons', 'spirals', 'xor'), ...maybe({ noise: number() }), ...maybe({ rows: 50 }) },
    { name: 'football', ...maybe({ validationFraction: 0.25 }), ...maybe({ standardize: true }) },
    { x: points, y: points.map((_, i) => i % 2), ...maybe({ testX: points, testY: points.map(() => 1) }) },
    { csv: 'my “points”, 2.csv', label: 'ß & ~', ...maybe({ testFraction: 0.2 }) },
  );
  const hidden = Array.from({ length: pick(0, 1, 3) }, () => ({
    units: pick(1, 7, 64),
    ...maybe({ activation: pick('relu', 'tanh', 'gelu') }),
    ...maybe({ dropRate: pick(0, 0.14, 0.5) }),
  }));
  const schedule = pick<object>({ name: 'cosine' }, { name: 'step', every: 3 }, { name: 'given', values: [0.1, 0.05] });
  return {
    basin: 1,
    ...maybe({ name: pick('', 'Näme 🙂', 'a~b&run=c#d%') }),
    ...maybe({ seed: pick(0, 7, 2 ** 53 - 1) }),
    data: { ...data, ...maybe({ seed: 3 }) },
    layers: [...hidden, { units: 1 }],
    ...maybe({ l2: number() }),
    ...maybe({
      init: pick<object>({ scheme: 'normal', scale: number() }, { scheme: 'zeros' }, { scheme: 'heNormal', seed: 2 }),
    }),
    ...maybe({
      optimizer: {
        name: pick('sgd', 'adam', 'nesterov'),
        ...maybe({ learningRate: number() }),
        ...maybe({ schedule }),
      },
    }),
    ...maybe({ batch: { size: pick<number | 'full'>('full', 16), ...maybe({ seed: 9 }) } }),
    ...pick<object>({}, { steps: 0 }, { steps: 500, record: 7 }, { epochs: 12 }),
  } as Run;
}

test('any runs come back: 300 links of documents put together by chance', () => {
  const { uniforms } = drawing('documents of links');
  const draw = () => uniforms(1, 0, 1)[0]!;
  for (let i = 0; i < 300; i++) {
    const [a, b] = [randomRun(draw), randomRun(draw)];
    const runs = i % 3 === 0 ? [a, b, { ...a, l2: 0.3 }] : [a];
    expect(runsIn(linkOf(...runs)).map(validate)).toEqual(runs.map(validate));
  }
});

// Written out by this format's first version. They must open these documents for as long as the lab reads version 1.
test('old links keep working', () => {
  expect(runsIn('#1/workbench?run=regularization/l2~q1YqLkktKFayMjMAgloA')).toEqual([
    expect.objectContaining({ name: 'L2 regularization', l2: 0.7, steps: 60000 }),
  ]);
  expect(runsIn('#1/workbench?run=start/circles&run=first~q1bKMVKyMtAzrAUA')[1]).toMatchObject({ l2: 0.1 });
  const { place } = readLink('#1/initialization?depth=4&more=1&backend=webgpu');
  expect(place).toMatchObject({ page: 'lesson', settings: { depth: 4, more: 1 }, backend: 'webgpu' });
});

test('a link says which file it does not hold, unless the file is at hand', () => {
  const link = linkOf({ basin: 1, data: { csv: 'moons.csv', label: 'y' }, layers: [{ units: 1 }] });
  expect(readLink(link).problem).toBe('Links hold no files. Choose moons.csv under “Data” to go on.');
  expect(readLink(link, (name) => name === 'moons.csv').problem).toBeNull();
});

test('files are named, each once', () => {
  const run: Run = { basin: 1, data: { csv: 'a.csv', label: 'y', testCsv: 'b.csv' }, layers: [{ units: 1 }] };
  expect(filesOf([run, run, HAND_MADE])).toEqual(['a.csv', 'b.csv']);
});

// ---------------------------------------------------------------- links that are not as they were written

const packed = pack({ basin: 1, data: { name: 'circles' }, layers: [{ units: 1 }], name: 'A name of some length' });
const deflated = (text: string) => deflateRawSync(text).toString('base64url');
const bomb = deflated(' '.repeat(10_000_000));
const deep = deflated(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`);

test.each([
  ['cut off', packed.slice(0, -9), /^The run in this link is cut off or changed\. You see a first run instead\.$/],
  ['cut to nothing', '', /does not hold a document/],
  ['of other characters', 'a!b', /holds characters that no link of the lab has/],
  ['of one character too many for base64', 'abcde', /is cut off or changed/],
  ['no JSON', deflated('{"basin":'), /does not hold a document/],
  ['10 MB when unfolded', bomb, /unfolds to more than 1 MB/],
  ['twenty thousand objects deep', deep, /cannot be read|is not a key of a run document/],
  ['a list', pack([1, 2]), /\[1,2\] is not an object/],
  [
    'a document with a wrong value',
    pack({ basin: 1, data: { name: 'circles' }, layers: [{ units: 0 }] }),
    /is not valid: layers\[0\]\.units: 0 is outside/,
  ],
  ['a key that changes prototypes', pack(JSON.parse('{"__proto__":{"l2":1}}')), /"__proto__" is not a key/],
])('a document %s is named as such, and the page has another', (_, code, words) => {
  const { place, problem } = readLink(`#1/workbench?run=~${code}`);
  expect(problem).toMatch(words);
  expect(place).toMatchObject({ page: 'workbench', runs: [presets['start/circles']] });
});

test.each([
  ['#2/workbench?run=~abc', /version “2”, which this lab cannot read/],
  ['#workbench', /not one of the lab’s/],
  ['#1/nowhere', /There is no page “nowhere”\. There are: initialization, .*, workbench, landscape\./],
])('%s begins at the first lesson and says why', (link, words) => {
  const { place, problem } = readLink(link);
  expect(problem).toMatch(words);
  expect(place).toEqual(lessonPlace(lessons[0]!));
});

test.each([
  ['run=constructor~', /begins from “constructor”, which is no preset/],
  ['run=first~q1bKMVKyMtAzrAUA', /begins from a first run that is not there/],
  ['run=a~b~c', /holds characters/],
  ['rum=start/circles', /“rum=start\/circles” means nothing here/],
])('#1/workbench?%s says what is wrong', (query, words) => {
  const { place, problem } = readLink(`#1/workbench?${query}`);
  expect(problem).toMatch(words);
  expect(place).toMatchObject({ runs: [presets['start/circles']] });
});

test('the runs that can be read are kept beside one that cannot', () => {
  const { place, problem } = readLink(`#1/workbench?run=spirals/adam&run=~${packed.slice(0, -9)}&run=first`);
  expect(place).toMatchObject({ runs: [presets['spirals/adam'], { name: 'Two spirals with Adam' }] });
  expect(problem).toBe('Run 2 of this link is cut off or changed.');
});

test('no more runs than fit', () => {
  const { place, problem } = readLink(`#1/workbench?${'run=start/blobs&'.repeat(MOST_RUNS + 3)}`);
  expect(place).toMatchObject({ runs: Array(MOST_RUNS).fill(presets['start/blobs']) });
  expect(problem).toMatch(/Left out: 3 more than the 6 that fit/);
});
