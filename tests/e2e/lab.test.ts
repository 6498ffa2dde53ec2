// The lab as a student uses it: real clicks in headless Chrome, on the production build.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSweep, presets, type Run } from '../../src/index.ts';
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
  expect(await text(page, 'footer')).toMatch(/Trained on WebGPU on .*Why: asked for/);
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

test('optimizers: from the start to a verdict, Adam ahead of gradient descent', async () => {
  const { page, errors } = await visit(lab, '#1/optimizers?backend=cpu&epochs=200&rate=0.01');
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  const [gd, , , adam] = await figures(page, 'train-loss');
  expect(adam).toBeLessThan(gd!);
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
  expect(await text(page, 'footer')).toMatch(/Trained on the CPU, .*software adapter/);
  await page.close();
});

test('works in a browser without WebGPU, and says so', async () => {
  const plain = await openLab(false);
  const { page, errors } = await visit(plain, '');
  expect(await text(page, 'footer')).toMatch(/Trained on the CPU/);
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

test('settings go into the address and survive a reload', async () => {
  const { page } = await visit(lab, '#1/regularization?backend=cpu');
  await page.$eval('#setting-l2', (slider) => {
    (slider as HTMLInputElement).value = '15';
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.waitForFunction(() => location.hash.includes('l2=1.5'));
  await page.reload();
  await page.waitForSelector('.primary:enabled');
  expect(await page.$eval('#setting-l2', (slider) => (slider as HTMLInputElement).value)).toBe('15');
  expect(await text(page, '[data-model=l2]')).toMatch(/λ = 1.5/);
  await page.close();
});

const lessons = ['initialization', 'regularization', 'optimizers', 'tuning', 'gradient-checking', 'your-data'];

test('axe finds nothing on any screen, light and dark, at rest and while training', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?backend=cpu');
  const expectNone = async (screen: string) => {
    for (const scheme of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      expect(await violations(page), `${screen}, ${scheme}`).toEqual([]);
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
