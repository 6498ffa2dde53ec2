// The lab as a student uses it: real clicks in headless Chrome, on the production build.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSweep, presets, type Run, type SweepInput } from '../../src/index.ts';
import {
  curve,
  figures,
  type Lab,
  longestTaskMs,
  openLab,
  pauseAt,
  press,
  rested,
  stepOf,
  violations,
  visit,
  waitForStep,
} from './lab-page.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab?.close();
});

const text = (page: Page, selector: string) => page.$eval(selector, (found) => found.textContent ?? '');

test('in slow motion the steps can be watched one by one, and paused with a click', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?more=0&backend=cpu');
  await page.locator('.check input').click();
  await press(page, 'Start');
  await waitForStep(page, 3);
  await press(page, 'Pause');
  await rested(page);
  expect(await stepOf(page)).toBeLessThan(1_000);
  expect(errors).toEqual([]);
  await page.close();
});

/** Moves a slider to one of its stops. */
async function slide(page: Page, key: string, stop: string): Promise<void> {
  await page.$eval(
    `#setting-${key}`,
    (slider, value) => {
      (slider as HTMLInputElement).value = value;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    },
    stop,
  );
}

test('start, pause, step and rewind; the numbers are those of the library, to the bit', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?more=0&backend=cpu');
  expect(await text(page, 'h1')).toMatch(/weights start/);
  await press(page, 'Start');
  await pauseAt(page, 600);
  const paused = await stepOf(page);
  await press(page, '+100 steps');
  await waitForStep(page, paused + 100);
  await rested(page);
  expect(await stepOf(page)).toBe(paused + 100);

  const shown = await figures(page, 'train-loss');
  const accuracy = await figures(page, 'test-accuracy');
  const firstCurves = await Promise.all(['zeros', 'random', 'he'].map((model) => curve(page, model)));
  expect(firstCurves[2]!.length).toBeGreaterThan(6);

  const models = ['zeros', 'random', 'he'].map((name) => ({ init: presets[`initialization/${name}`]!.init! }));
  const sweep = await createSweep({ base: 'initialization/he', models }, { backend: 'cpu' });
  const start = await sweep.evaluate();
  await sweep.step(paused + 100);
  const expected = await sweep.evaluate();
  expect(shown).toEqual(expected.map(({ train }) => train.loss));
  expect(accuracy).toEqual(expected.map(({ test: scores }) => scores!.accuracy));
  firstCurves.forEach((rows, m) => {
    expect(rows[0]).toEqual([0, start[m]!.train.loss, start[m]!.test!.loss]);
  });

  await press(page, 'Rewind');
  await page.waitForFunction(() => document.querySelector('progress')!.value === 0);
  expect(await figures(page, 'train-loss')).toEqual(start.map(({ train }) => train.loss));
  await press(page, 'Start');
  await pauseAt(page, 600);
  const again = await curve(page, 'he');
  const both = Math.min(again.length, firstCurves[2]!.length);
  expect(both).toBeGreaterThan(6);
  expect(again.slice(0, both)).toEqual(firstCurves[2]!.slice(0, both));
  expect(errors).toEqual([]);
  await page.close();
});

test('a whole run ends with a verdict about the guess, and no task holds the page for 50 ms', async () => {
  const { page, errors } = await visit(lab, '#1/regularization?backend=cpu');
  await page.locator('::-p-xpath(//label[normalize-space(.)="L2"])').click();
  const longestMs = await longestTaskMs(page, async () => {
    await press(page, 'Start');
    await waitForStep(page, 10_000);
  });
  console.log(`longest task of the main thread while training: ${longestMs.toFixed(1)} ms`);
  expect(longestMs).toBeLessThan(50);
  await waitForStep(page, 30_000);
  await page.waitForSelector('.judged');
  expect(await text(page, '.judged')).toBe('You were right: L2 did best.');
  const [none, l2] = await figures(page, 'test-accuracy');
  expect(l2).toBeGreaterThan(none!);
  expect(errors).toEqual([]);
  await page.close();
});

test('trains on WebGPU where it is asked for, within f32 rounding of the CPU', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?more=0&backend=webgpu');
  expect(await text(page, 'footer')).toMatch(/Training runs on WebGPU \(.+\)\. You chose it\./);
  await press(page, '+100 steps');
  await waitForStep(page, 100);
  await rested(page);
  const shown = await figures(page, 'train-loss');
  const sweep = await createSweep({ base: 'initialization/he', models: [{}] }, { backend: 'cpu' });
  await sweep.step(100);
  const [he] = await sweep.evaluate();
  expect(Math.abs(shown[2]! - he!.train.loss)).toBeLessThan(1e-5);
  expect(errors).toEqual([]);
  await page.close();
});

// ---------------------------------------------------------------- optimizers: two sweeps side by side

const OPTIMIZERS = '#1/optimizers?backend=cpu&epochs=200&rate=0.01';
const NAMES = ['gd', 'minibatch', 'momentum', 'rmsprop', 'adam', 'decay'];
const LABELS = ['Gradient descent', 'Mini-batch descent', 'Momentum', 'RMSProp', 'Adam', 'Falling rate'];
const EPOCHS = 200;

const moons: Run = {
  ...presets['optimization/gd']!,
  data: { ...presets['optimization/gd']!.data, testRows: 500, testSeed: 4 },
  optimizer: { name: 'sgd', learningRate: 0.01 },
  epochs: EPOCHS,
  record: { epochs: EPOCHS },
};
const { epsilonInside } = presets['optimization/adam']!.optimizer as { epsilonInside: true };
const schedule = { name: 'inverseTime', decayRate: 1, every: EPOCHS / 10 } as const;
const SWEEPS: readonly SweepInput[] = [
  { base: { ...moons, batch: { size: 'full' } }, models: [{}] },
  {
    base: moons, // batches of 64: five steps an epoch
    models: [
      {},
      { optimizer: { name: 'momentum', learningRate: 0.01 } },
      { optimizer: { name: 'rmsprop', learningRate: 0.01 } },
      { optimizer: { name: 'adam', learningRate: 0.01, epsilonInside } },
      { optimizer: { schedule } },
    ],
  },
];

/** Every model's training loss after so many epochs of both sweeps. */
async function lossesAfter(epochs: number): Promise<number[]> {
  const losses: number[] = [];
  for (const [g, input] of SWEEPS.entries()) {
    const sweep = await createSweep(input, { backend: 'cpu' });
    await sweep.step(epochs * (g === 0 ? 1 : 5));
    losses.push(...(await sweep.evaluate()).map(({ train }) => train.loss));
    sweep.dispose();
  }
  return losses;
}

type LossRow = readonly [word: string, place: number, loss: number];

/** A contender's curve as its table has it: what the rows count, where each stands, and its training loss. */
async function sharedCurve(page: Page, model: string): Promise<LossRow[]> {
  const table = `[data-model="${model}"] details`;
  if (!(await page.$(`${table}[open]`))) await page.click(`${table} summary`);
  await page.waitForSelector(`${table} tbody tr`);
  return page.$eval(table, (details) => {
    const word = details.querySelector('th')!.textContent!;
    return [...details.querySelectorAll('tbody tr')].map((row) => {
      const [place, loss] = [...(row as HTMLTableRowElement).cells];
      const exact = Number(loss!.querySelector('data')!.value);
      return [word, Number(place!.textContent!.replace(',', '')), exact] as const;
    });
  });
}

/** Of every contender; one after the other, as a hand would click. */
async function sharedCurves(page: Page): Promise<LossRow[][]> {
  const curves: LossRow[][] = [];
  for (const model of NAMES) curves.push(await sharedCurve(page, model));
  return curves;
}

/** How many pixels of the shared chart have each line's colour. */
const linePixels = (page: Page) =>
  page.$eval('.shared canvas', (canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    const seen = new Map<string, number>();
    for (let i = 0; i < data.length; i += 4) {
      const key = data.slice(i, i + 3).join(', ');
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    return [...document.querySelectorAll('.shared .key line')].map((line) => {
      const [rgb] = /\d+, \d+, \d+/.exec(getComputedStyle(line).stroke)!;
      return seen.get(rgb) ?? 0;
    });
  });

test('optimizers: gradient descent and mini-batches in one plot at the same epochs, to the bits of two sweeps', async () => {
  const { page, errors } = await visit(lab, OPTIMIZERS);
  expect(await page.$$eval('[data-model]', (all) => all.map((each) => each.getAttribute('data-model')))).toEqual(NAMES);
  await page.locator('::-p-xpath(//label[normalize-space(.)="Adam"])').click();
  await press(page, 'Start');
  await page.waitForSelector('.judged');

  const losses = await figures(page, 'train-loss');
  expect(losses).toEqual(await lossesAfter(EPOCHS));
  expect(await figures(page, 'steps')).toEqual([EPOCHS, ...new Array(5).fill(5 * EPOCHS)]);
  expect(Math.min(...(await linePixels(page)))).toBeGreaterThan(20);
  // As three digits show it: losses that read the same are level.
  const shown = losses.map((loss) => Number(loss.toPrecision(3)));
  const lowest = LABELS.filter((_, m) => shown[m] === Math.min(...shown));
  const judged = lowest.length === 1 ? `${lowest[0]} got lowest.` : `${lowest.join(' and ')} came out level.`;
  expect(await text(page, '.judged')).toBe(
    `${lowest.includes('Adam') ? 'You were right' : 'Not this time'}: ${judged}`,
  );
  expect(lowest).not.toContain('Gradient descent');

  const curves = await sharedCurves(page);
  const places = curves.map((rows) => rows.map(([word, place]) => `${word} ${place}`));
  for (const own of places) expect(own).toEqual(places[0]);
  expect(places[0]!.slice(0, 2)).toEqual(['epoch 0', 'epoch 1']);
  expect(places[0]!.at(-1)).toBe('epoch 200');
  expect(curves.map((rows) => rows[50]![2])).toEqual(await lossesAfter(50));
  expect(errors).toEqual([]);
  await page.close();
});

test('optimizers: by steps each line ends with its own last one; the choice is in the link and trains nothing again', async () => {
  const { page, errors } = await visit(lab, OPTIMIZERS);
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  const before = await sharedCurve(page, 'gd');
  await page.locator('::-p-xpath(//label[normalize-space(.)="steps"])').click();
  await page.waitForFunction(() => location.hash.includes('by=1'));
  expect(await page.$('.judged')).not.toBeNull();
  const [gd, miniBatch] = [await sharedCurve(page, 'gd'), await sharedCurve(page, 'minibatch')];
  expect(gd.map(([, , loss]) => loss)).toEqual(before.map(([, , loss]) => loss));
  expect([gd.at(-1)!.slice(0, 2), miniBatch.at(-1)!.slice(0, 2)]).toEqual([
    ['step', 200],
    ['step', 1000],
  ]);
  await page.reload();
  await page.waitForSelector('.primary:enabled');
  expect(await page.$eval('input[name=counts]:checked', (input) => input.parentElement!.textContent)).toBe('steps');
  expect(errors).toEqual([]);
  await page.close();
});

test('optimizers: +1 step is one batch, no task is long, and a rewound run has the same curve, to the bit', async () => {
  const { page, errors } = await visit(lab, OPTIMIZERS);
  for (let step = 1; step <= 6; step++) {
    await press(page, '+1 step');
    await waitForStep(page, step);
    await rested(page);
  }
  expect(await figures(page, 'steps')).toEqual([1, 6, 6, 6, 6, 6]);
  const longestMs = await longestTaskMs(page, async () => {
    await press(page, 'Go on');
    await page.waitForSelector('.judged');
  });
  expect(longestMs).toBeLessThan(50);
  const first = await sharedCurves(page);
  await press(page, 'Rewind');
  await page.waitForFunction(() => document.querySelector('progress')!.value === 0);
  expect(await figures(page, 'steps')).toEqual(new Array(6).fill(0));
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  expect(await sharedCurves(page)).toEqual(first);
  expect(errors).toEqual([]);
  await page.close();
});

test('optimizers: an old link with all points in a batch makes mini-batch descent gradient descent', async () => {
  const { page, errors } = await visit(lab, '#1/optimizers?backend=cpu&epochs=200&rate=0.1&batch=300');
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  const [gd, miniBatch] = await figures(page, 'train-loss');
  expect(Math.abs(miniBatch! - gd!)).toBeLessThan(1e-5); // other order of the same sums
  expect(await text(page, '.verdict')).toMatch(/mini-batch descent is gradient descent/);
  expect(await page.$('[role=alert]')).toBeNull();
  expect(errors).toEqual([]);
  await page.close();
});

test('tuning: 1024 networks train live on WebGPU, and a cell opens as a run whose loss equals the cell’s', async () => {
  const { page, errors } = await visit(lab, '#1/tuning?side=32&steps=20&backend=webgpu');
  await press(page, 'Start');
  await page.waitForSelector('.verdict li', { timeout: 90_000 });
  const canvas = (await page.$('.heat canvas'))!;
  await canvas.scrollIntoView();
  const box = (await canvas.boundingBox())!;
  await page.mouse.click(box.x + 0.4 * box.width, box.y + 0.7 * box.height);
  await page.waitForSelector('[data-figure="cell-loss"][data-step="20"]', { timeout: 90_000 });
  const [own] = await figures(page, 'cell-loss');
  expect([own]).toEqual(await figures(page, 'grid-loss'));
  expect(own).toBeGreaterThan(0);
  expect(own).toBeLessThan(0.69);
  expect(errors).toEqual([]);
  await page.close();
});

test('tuning: two other hyperparameters, chosen by hand, make the grid that the library makes', async () => {
  const { page, errors } = await visit(lab, '#1/tuning?side=8&steps=50&backend=cpu');
  const choose = (legend: string, select: number, value: string) =>
    page.evaluate(
      (...[words, index, wanted]) => {
        const fields = [...document.querySelectorAll('fieldset.axis')].find((each) =>
          each.textContent!.includes(words),
        )!;
        const list = fields.querySelectorAll('select')[index]!;
        list.value = wanted;
        list.dispatchEvent(new Event('change', { bubbles: true }));
      },
      legend,
      select,
      value,
    );
  await choose('left to right', 0, '2');
  await choose('bottom up', 0, '4');
  await choose('bottom up', 1, '0.5');
  await page.waitForFunction(() => location.hash.includes('up=4&upFrom=0.5'));
  await page.locator('::-p-xpath(//label[contains(., "more than one in three")])').click();
  await press(page, 'Start');
  await page.waitForSelector('.verdict li', { timeout: 60_000 });
  expect(await text(page, '.axis-x')).toBe('drop rate');
  expect(await text(page, '.axis-y')).toBe('momentum β, log scale of 1 − β');

  const { learningRate } = presets['regularization/none']!.optimizer as { learningRate: number };
  const base: Run = {
    ...presets['regularization/none']!,
    data: { ...presets['regularization/none']!.data, testRows: 0, validationFraction: 0.3 },
    init: { scheme: 'heNormal', seed: 3 },
    steps: 50,
  };
  // The highest β and, seven even steps apart, the first and the last drop rate.
  const optimizer = { name: 'momentum', beta: 0.99, learningRate } as const;
  const models = [0, 0.8].map((dropRate) => ({ dropRate, optimizer }));
  const sweep = await createSweep({ base, models }, { backend: 'cpu' });
  await sweep.step(50);
  expect(await text(page, '.tuning + .verdict .judged')).toMatch(
    /^(You were right|Not this time): \d+ of 64 networks come/,
  );
  const expected = (await sweep.evaluate()).map(({ validation }) => `${Math.round(100 * validation!.accuracy!)} %`);
  await page.click('.tuning summary');
  const shown = await page.$$eval('.tuning tbody tr:last-child td', (cells) => cells.map((cell) => cell.textContent));
  expect([shown[0], shown.at(-1)]).toEqual(expected);
  expect(errors).toEqual([]);
  await page.close();
});

test('a large grid trains on several cores, and says on how many', async () => {
  const { page, errors } = await visit(lab, '#1/tuning?backend=cpu');
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  const threads = cores > 1 ? /beside this page \(WebAssembly SIMD, \d+ threads\)/ : /\(WebAssembly SIMD, one thread\)/;
  expect(await text(page, 'footer')).toMatch(threads);
  await press(page, 'Start');
  await waitForStep(page, 100);
  expect(errors).toEqual([]);
  await page.close();
});

test('the spread over seeds is that of single runs', async () => {
  const { page, errors } = await visit(lab, '#1/optimizers?backend=cpu&epochs=200&rate=0.01');
  await press(page, 'Try 16 seeds');
  await page.waitForFunction(() => document.querySelector('.spread .judged')?.textContent === 'After all steps:');
  const shown = await page.$eval('[data-spread=adam] td:nth-of-type(2)', (cell) => cell.textContent);
  const base: Run = {
    ...presets['optimization/adam']!,
    data: { ...presets['optimization/adam']!.data, testRows: 500, testSeed: 4 },
    epochs: 200,
    record: { epochs: 200 },
  };
  const models = Array.from({ length: 16 }, (_, seed) => ({ seed, init: { seed }, optimizer: { learningRate: 0.01 } }));
  const sweep = await createSweep({ base, models }, { backend: 'cpu' });
  await sweep.step(sweep.totalSteps);
  const accuracies = (await sweep.evaluate()).map(({ test: scores }) => scores!.accuracy!);
  const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / 16;
  expect(shown).toBe(`${(100 * mean).toFixed(1)} %`);
  expect(errors).toEqual([]);
  await page.close();
});

test('gradient checking: agrees without a bug, and names the layer of each planted one', async () => {
  const page = await lab.browser.newPage();
  await page.goto(`${lab.url}#1/gradient-checking`);
  await page.waitForSelector('.bars');
  expect(await text(page, '.judged')).toMatch(/agree everywhere/);
  const choose = (label: string) => page.locator(`::-p-xpath(//label[contains(., "${label}")])`).click();
  const expectWords = (words: string) =>
    page.waitForFunction((wanted) => document.querySelector('.judged')!.textContent!.includes(wanted), {}, words);
  await choose('in that layer and those below');
  await choose('slopes doubled');
  await expectWords('differ in layer 2, weights:');
  await expectWords('Not this time: it shows in that layer alone.');
  await choose('four times too large');
  await expectWords('differ in layer 1, biases:');
  await choose('instead of the mean');
  await expectWords('differ everywhere');
  await page.close();
});

const manyRows = Array.from({ length: 10_000 }, (_, i) => `${i % 97},${i % 89},${(i % 97) + (i % 89) > 92 ? 1 : 0}`);
const fewRows = Array.from({ length: 40 }, (_, i) => [i, (7 * i) % 11, i % 2]);

const files: readonly (readonly [name: string, content: string, message: RegExp | null])[] = [
  ['circles.csv', readFileSync(new URL('../fixtures/circles-train.csv', import.meta.url), 'utf8'), null],
  ['rows.csv', `a,b,label\n${manyRows.join('\n')}`, null],
  [
    'quoted.csv',
    `"size, cm","b ""x""",kind\n${fewRows.map(([a, b, c]) => `${a},${b},${c ? 'cat' : 'dog'}`).join('\n')}`,
    null,
  ],
  [
    'text.csv',
    `a,b,species\n${fewRows.map(([a, b], i) => `${a},${b},${['ash', 'elm', 'oak'][i % 3]}`).join('\n')}`,
    null,
  ],
  ['semicolons.csv', `a;b;label\n${fewRows.map((row) => row.join(';')).join('\n')}`, null],
  [
    'missing.csv',
    `a,b,label\n${fewRows.map(([a, b, c]) => `${a},${b || ''},${c}`).join('\n')}`,
    /Inputs must be numbers, but “b” has nothing in row 1\. Leave out what is no number, or mend the file\./,
  ],
  ['one-class.csv', `a,b,label\n${fewRows.map(([a, b]) => `${a},${b},1`).join('\n')}`, /same “label”/],
  [
    'empty.csv',
    '',
    /empty.csv is empty\. It needs one line with the names of its columns, and 8 rows or more under it/,
  ],
  ['header.csv', 'a,b,label\n', /header.csv has nothing under its header/],
  ['binary.csv', '\0\x01PNG', /binary.csv is no text file/],
];

test('own data: who has no file takes an example', async () => {
  const { page, errors } = await visit(lab, '#1/your-data?backend=cpu', { ready: '.example' });
  await press(page, 'Try it with an example');
  await page.waitForSelector('.primary:enabled');
  expect(await text(page, '.drop strong')).toBe('three-groups.csv');
  await press(page, 'Start');
  await page.waitForFunction(() => document.querySelector('.primary')!.textContent!.includes('again'), {});
  // A net that has learned nothing gets a third of three groups right.
  for (const accuracy of await figures(page, 'test-accuracy')) expect(accuracy).toBeGreaterThan(0.5);
  expect(errors).toEqual([]);
  await page.close();
});

test('own data: each kind of file works, or the page says what to change', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'basin-csv-'));
  const page = await lab.browser.newPage();
  await page.goto(`${lab.url}#1/your-data?backend=cpu`);
  const input = await page.waitForSelector('input[type=file]');
  for (const [name, content, message] of files) {
    writeFileSync(join(folder, name), content);
    await input!.uploadFile(join(folder, name));
    if (message) {
      await page.waitForFunction(
        (pattern) => new RegExp(pattern).test(document.querySelector('[role=alert]')?.textContent ?? ''),
        {},
        message.source,
      );
    } else {
      await page.waitForFunction((wanted) => document.querySelector('.drop strong')?.textContent === wanted, {}, name);
      await page.waitForSelector('.primary:enabled');
      await press(page, '+');
      await waitForStep(page, 1);
      await rested(page);
      await press(page, 'Rewind');
    }
  }
  rmSync(folder, { recursive: true });
  await page.close();
});

test('says why the CPU trains where the adapter is software', async () => {
  const { page } = await visit(lab, '');
  expect(await text(page, 'footer')).toMatch(/Training runs on the CPU, .*Chosen for you: .*software adapter/);
  await page.close();
});

test('works in a browser without WebGPU, and says so', async () => {
  const plain = await openLab(false);
  const { page, errors } = await visit(plain, '');
  expect(await text(page, 'footer')).toMatch(/Training runs on the CPU/);
  await press(page, '+100 steps');
  await waitForStep(page, 100);
  await page.select('footer select', 'webgpu');
  await page.waitForSelector('[role=alert]');
  expect(await text(page, '[role=alert]')).toMatch(/no adapter|no WebGPU/);
  await press(page, 'Choose another backend');
  await page.waitForSelector('.primary:enabled');
  expect(errors).toEqual([]);
  await plain.close();
});

test('a malformed link gets a readable message and a working page', async () => {
  const { page, errors } = await visit(lab, '#1/nowhere');
  const expectMessage = async (message: RegExp) => {
    await page.waitForFunction(
      (pattern) => new RegExp(pattern).test(document.querySelector('[role=alert]')?.textContent ?? ''),
      {},
      message.source,
    );
  };
  await expectMessage(/no page “nowhere”/);
  await page.goto(`${lab.url}#2/initialization`);
  await expectMessage(/version “2”/);
  await page.goto(`${lab.url}#garbage`);
  await expectMessage(/not one of the lab/);
  await page.goto(`${lab.url}#1/initialization?depth=99&seed=x&colour=red`);
  await expectMessage(/Hidden layers “99”.*Seed “x”.*“colour=red” means nothing/);
  await page.waitForSelector('.primary:enabled');
  await press(page, '+1 step');
  await waitForStep(page, 1);
  expect(errors).toEqual([]);
  await page.close();
});

test('another setting begins a lesson that trains again by itself; a paused one waits', async () => {
  const { page, errors } = await visit(lab, '#1/regularization?backend=cpu');
  const main = () => page.$eval('.primary', (button) => button.textContent!.trim());
  await page.click('.controls input[type=checkbox]'); // slow motion
  await press(page, 'Start');
  await waitForStep(page, 20);
  for (const value of ['12', '15']) await slide(page, 'l2', value);
  await page.waitForFunction(() => document.querySelector('progress')!.value === 0);
  await waitForStep(page, 1);
  expect(await main()).toBe('Pause');
  expect(await stepOf(page)).toBeLessThan(100); // still slow
  await press(page, 'Pause');
  await rested(page);
  await slide(page, 'l2', '3');
  await page.waitForFunction(() => document.querySelector('progress')!.value === 0);
  await page.waitForSelector('.primary:enabled');
  expect(await main()).toBe('Start');
  await page.click('nav a'); // another lesson waits, too
  await page.waitForFunction(() => location.hash.includes('initialization'));
  await page.waitForSelector('.primary:enabled');
  expect(await main()).toBe('Start');
  expect(errors).toEqual([]);
  await page.close();
});

test('settings go into the address and survive a reload', async () => {
  const { page } = await visit(lab, '#1/regularization?backend=cpu');
  await slide(page, 'l2', '15');
  await page.waitForFunction(() => location.hash.includes('l2=1.5'));
  await page.reload();
  await page.waitForSelector('.primary:enabled');
  expect(await page.$eval('#setting-l2', (slider) => (slider as HTMLInputElement).value)).toBe('15');
  expect(await text(page, '[data-model=l2]')).toMatch(/λ = 1.5/);
  await page.close();
});

const lessons = ['initialization', 'regularization', 'optimizers', 'tuning', 'gradient-checking', 'your-data'];

test('axe finds nothing on any screen, on a phone and a desk, light and dark, at rest and while training', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?backend=cpu');
  const expectNone = async (screen: string) => {
    for (const width of [390, 1440]) {
      await page.setViewport({ width, height: 900 });
      for (const scheme of ['light', 'dark']) {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        expect(await violations(page), `${screen}, ${scheme}, ${width} wide`).toEqual([]);
      }
    }
  };
  await expectNone('at rest');
  for (const lesson of lessons) {
    await page.goto(`${lab.url}#1/${lesson}?backend=cpu`);
    await page.waitForSelector(`nav a[aria-current][href*="${lesson}"]`);
    if (lesson === 'gradient-checking' || lesson === 'your-data') {
      await page.waitForSelector('.bars, .drop');
    } else {
      await page.waitForSelector('.primary:enabled');
      await press(page, 'Start');
      await waitForStep(page, 20);
    }
    await expectNone(lesson);
  }
  expect(errors).toEqual([]);
  await page.close();
});

test('nothing on a phone is wider than the screen', async () => {
  const { page } = await visit(lab, '', { width: 390 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.close();
});
