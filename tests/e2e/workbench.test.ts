// The workbench as an engineer uses it: real clicks in headless Chrome, on the production build.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeLink } from '../../demo/link.ts';
import { createSession, createSweep, presets, type Run } from '../../src/index.ts';
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

const BENCH = '#1/workbench?backend=cpu';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab?.close();
});

/** Types a value into the field of a path, in the place of what is there. */
async function type(page: Page, path: string, text: string): Promise<void> {
  const selector = `[data-path="${path}"] input`;
  await openGroupOf(page, selector);
  await page.click(selector, { count: 3 });
  await page.keyboard.press('Backspace');
  await page.type(selector, text);
}

async function choose(page: Page, path: string, name: string): Promise<void> {
  const selector = `[data-path="${path}"] select`;
  await openGroupOf(page, selector);
  await page.select(selector, name);
}

async function openGroupOf(page: Page, selector: string): Promise<void> {
  await page.waitForSelector(selector);
  const isOpen = await page.$eval(selector, (found) => found.closest('details')!.open);
  if (!isOpen) {
    const summary = await page.evaluateHandle(
      (wanted) => document.querySelector(wanted)!.closest('details')!.querySelector('summary')!,
      selector,
    );
    await summary.click();
  }
}

const ready = (page: Page) => page.waitForSelector('.primary:enabled');

const words = (page: Page, selector: string) => page.$eval(selector, (found) => found.textContent ?? '');

async function waitForWords(page: Page, selector: string, pattern: RegExp): Promise<void> {
  await page.waitForFunction(
    (wanted, source) => new RegExp(source).test(document.querySelector(wanted)?.textContent ?? ''),
    {},
    selector,
    pattern.source,
  );
}

/** Runs to the end. */
async function train(page: Page): Promise<void> {
  await press(page, 'Start');
  await page.waitForFunction(() => document.querySelector('.primary')!.textContent!.includes('Start again'), {
    timeout: 60_000,
  });
}

/** How many runs stand side by side, once that many do and can be started. */
async function waitForRuns(page: Page, count: number): Promise<void> {
  await page.waitForFunction((wanted) => document.querySelectorAll('.run').length === wanted, {}, count);
  await ready(page);
}

test('a run’s numbers are the library’s for the same document, and rewinding gives the same curve to the bit', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await train(page);
  const shown = [...(await figures(page, 'train-loss')), ...(await figures(page, 'test-loss'))];
  const session = await createSession(presets['start/circles']!, { backend: 'cpu' });
  await session.step(1000);
  const scores = await session.evaluate();
  expect(shown).toEqual([scores.train.loss, scores.test!.loss]);
  expect(await figures(page, 'test-accuracy')).toEqual([scores.test!.accuracy]);

  const first = await curve(page, 'run-1');
  expect(first.length).toBeGreaterThan(100);
  await press(page, 'Rewind');
  await page.waitForFunction(() => document.querySelector('progress')!.value === 0);
  await press(page, '+1 step');
  await waitForStep(page, 1);
  await rested(page);
  await press(page, 'Go on');
  await waitForStep(page, 1000);
  await rested(page);
  expect(await curve(page, 'run-1')).toEqual(first);
  expect(errors).toEqual([]);
  await page.close();
});

test('a copy with another rate and another shape: each is told by what it does otherwise, and they train side by side', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await press(page, 'Add a copy');
  await waitForRuns(page, 2);
  expect(await words(page, '[data-model=run-2] .difference')).toMatch(/no setting differs yet/);
  await type(page, 'optimizer.learningRate', '0.3');
  await waitForWords(page, '[data-model=run-2] .difference', /^learning rate 0.3 instead of 0.5$/);
  await press(page, 'Add a copy');
  await waitForRuns(page, 3);
  await press(page, 'Add a layer');
  await waitForWords(page, '[data-model=run-3] .difference', /^layers 16–16–1 instead of 16–1, learning rate 0.3/);
  await ready(page);
  await train(page);

  const base = presets['start/circles']!;
  const slower: Run = { ...base, optimizer: { name: 'sgd', learningRate: 0.3 } };
  const deeper: Run = { ...slower, layers: [{ units: 16 }, { units: 16 }, { units: 1 }] };
  const expected = await Promise.all(
    [base, slower, deeper].map(async (run) => {
      const session = await createSession(run, { backend: 'cpu' });
      await session.step(1000);
      return (await session.evaluate()).train.loss;
    }),
  );
  expect(await figures(page, 'train-loss')).toEqual(expected);

  const rows = await page.$$eval('.tried tbody tr', (found) => found.map((row) => row.textContent));
  expect(rows).toHaveLength(3);
  expect(rows.join()).toMatch(/0\.3/);
  expect(errors).toEqual([]);
  await page.close();
});

test('the runs tried outlast edits and a reload, and come back', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await train(page);
  await type(page, 'l2', '0.4');
  await ready(page);
  await train(page);
  const rows = () => page.$$eval('.tried tbody tr', (found) => found.length);
  expect(await rows()).toBe(2);
  await page.reload();
  await ready(page);
  expect(await rows()).toBe(2);
  expect(await page.$eval('[data-path=l2] input', (input) => input.value)).toBe('0.4');
  await press(page, 'Bring back');
  await page.waitForFunction(() => !location.hash.includes('~'));
  expect(await page.$eval('[data-path=l2] input', (input) => input.value)).toBe('');
  expect(errors).toEqual([]);
  await page.close();
});

test('points are drawn by mouse and by keyboard, trained on, erased, and survive a reload', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await page.select('.group .data-kind select', 'drawn');
  await waitForWords(page, '.tools [role=status]', /^150 points of class 0, 150 of class 1/);
  await press(page, 'Clear all');
  await waitForWords(page, '.tools [role=status]', /No points yet/);
  const box = (await (await page.waitForSelector('.draw-pad'))!.boundingBox())!;
  const at = (u: number, v: number) => [box.x + u * box.width, box.y + v * box.height] as const;
  await page.mouse.move(...at(0.2, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.4, 0.2), { steps: 5 });
  await page.mouse.up();
  await page.locator('::-p-xpath(//label[normalize-space(.)="class 1"])').click();
  await page.mouse.click(...at(0.5, 0.8));
  await page.mouse.click(...at(0.7, 0.8));
  await waitForWords(page, '.tools [role=status]', /^[56] points of class 0, 2 of class 1/);
  await page.focus('.draw-pad');
  for (const key of ['ArrowUp', 'ArrowRight', 'Space'] as const) await page.keyboard.press(key);
  await waitForWords(page, '.tools [role=status]', /, 3 of class 1/);
  await page.locator('::-p-xpath(//label[normalize-space(.)="erase"])').click();
  await page.mouse.click(...at(0.5, 0.8));
  await waitForWords(page, '.tools [role=status]', /, 2 of class 1/);
  await ready(page);
  await train(page);
  expect(await figures(page, 'train-accuracy')).toEqual([1]);
  await page.reload();
  await ready(page);
  await waitForWords(page, '.tools [role=status]', /^[56] points of class 0, 2 of class 1/);
  expect(errors).toEqual([]);
  await page.close();
});

test('drawing while the run trains holds the page for no task of 50 ms', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await page.select('.group .data-kind select', 'drawn');
  await waitForWords(page, '.tools [role=status]', /^150 points of class 0/);
  await ready(page);
  await type(page, 'steps', '1000000');
  await ready(page);
  const box = (await (await page.waitForSelector('.draw-pad'))!.boundingBox())!;
  const longestMs = await longestTaskMs(page, async () => {
    await press(page, 'Start');
    for (let i = 0; i < 4; i++) {
      await page.mouse.move(box.x + 0.1 * box.width, box.y + (0.2 + 0.2 * i) * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.9 * box.width, box.y + (0.2 + 0.2 * i) * box.height, { steps: 20 });
      await page.mouse.up();
    }
    await waitForStep(page, 100);
  });
  console.log(`longest task of the main thread while drawing: ${longestMs.toFixed(1)} ms`);
  expect(longestMs).toBeLessThan(50);
  expect(errors).toEqual([]);
  await page.close();
});

test('a preset takes the place of the chosen run', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await page.select('.bench-settings > .data-kind select', 'spirals/adam');
  await page.waitForFunction(() => location.hash.includes('run=spirals/adam'));
  await ready(page);
  await press(page, '+1 step');
  await waitForStep(page, 1);
  await rested(page);
  const session = await createSession(presets['spirals/adam']!, { backend: 'cpu' });
  await session.step(1);
  expect(await figures(page, 'train-loss')).toEqual([(await session.evaluate()).train.loss]);
  expect(errors).toEqual([]);
  await page.close();
});

test('a value that is not allowed is told at its field in the library’s words, and nothing is lost', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await train(page);
  const path = 'layers[0].dropRate';
  await type(page, path, '1.5');
  await waitForWords(page, `[data-path="${path}"]`, /1\.5 is outside \[0, 1\)\. It is the fraction removed/);
  expect(await stepOf(page)).toBe(1000);
  await type(page, path, 'abc');
  await waitForWords(page, `[data-path="${path}"]`, /"abc" is not a number/);
  await type(page, 'optimizer.learningRate', '0.25');
  await waitForWords(page, `[data-path="${path}"]`, /"abc" is not a number/);
  await choose(page, 'optimizer.name', 'adam');
  await page.waitForSelector('[data-path="optimizer.beta2"]');
  await choose(page, 'optimizer.name', 'sgd');
  await type(page, 'optimizer.learningRate', '0.25');
  await type(page, path, '0.1');
  await page.waitForFunction(() => document.querySelector('progress')!.value === 0);
  await ready(page);
  expect(await page.$eval(`[data-path="${path}"] input`, (input) => input.getAttribute('aria-invalid'))).toBe('false');
  expect(await page.$eval('[data-path="optimizer.learningRate"] input', (input) => input.value)).toBe('0.25');
  await page.click(`[data-path="${path}"] .reset`);
  expect(await page.$eval(`[data-path="${path}"] input`, (input) => input.placeholder)).toBe('0');
  expect(errors).toEqual([]);
  await page.close();
});

// Worked out here: max(0, w·x + b) at the middles of 32 × 32 cells of a square around all points, a side 12 % longer than
// the points reach.
test('hovering a unit, or moving to it by keyboard, shows what it computes', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await train(page);
  await page.hover('[data-unit="0-3"]');
  await waitForWords(page, '.large-unit strong', /Layer 1, unit 4/);
  const shown = [...(await figures(page, 'unit-low')), ...(await figures(page, 'unit-high'))];
  const session = await createSession(presets['start/circles']!, { backend: 'cpu' });
  await session.step(1000);
  const { w, b } = (await session.weights())[0]!;
  const points = [...session.data.train.x, ...session.data.test!.x];
  const [xs, ys] = [0, 1].map((axis) => points.filter((_, i) => i % 2 === axis));
  const reach = (values: number[]) => [Math.min(...values), Math.max(...values)] as const;
  const side = 1.12 * Math.max(...[xs!, ys!].map((values) => reach(values)[1] - reach(values)[0]));
  const middles = (values: number[]) => {
    const [low, high] = reach(values);
    return Array.from({ length: 32 }, (_, i) => (low + high) / 2 + side * ((i + 0.5) / 32 - 0.5));
  };
  const outputs = middles(xs!).flatMap((x) => middles(ys!).map((y) => Math.max(0, w[6]! * x + w[7]! * y + b[3]!)));
  expect(shown[0]).toBeCloseTo(Math.min(...outputs), 6);
  expect(shown[1]).toBeCloseTo(Math.max(...outputs), 6);
  await page.focus('[data-unit="0-3"]');
  await page.keyboard.press('ArrowDown');
  await waitForWords(page, '.large-unit strong', /Layer 1, unit 5/);
  await page.keyboard.press('ArrowRight');
  await waitForWords(page, '.large-unit strong', /Output 1/);
  expect(errors).toEqual([]);
  await page.close();
});

test('the doctor finds what is wrong, and mends a copy beside the run', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?backend=cpu');
  await press(page, 'Open in the workbench');
  await waitForRuns(page, 5);
  await press(page, '+1 step');
  await waitForStep(page, 5);
  await waitForWords(page, '.inside', /The doctor All units alike, layer 1/);
  await page.locator('::-p-xpath(//summary[contains(., "The doctor")])').click();
  await press(page, 'Start with He initialization');
  await waitForRuns(page, 6);
  await waitForWords(page, '[data-model=run-6] .difference', /^first weights He, normal instead of zeros/);
  expect(await words(page, '[data-model=run-1] .difference')).toBe('Zeros');
  expect(errors).toEqual([]);
  await page.close();
});

test('a rate schedule, what is recorded, and weights that the document gives: all are on the form', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await choose(page, 'optimizer.schedule.name', 'cosine');
  await type(page, 'optimizer.schedule.min', '0.01');
  await choose(page, 'optimizer.schedule.name', 'step');
  await type(page, 'optimizer.schedule.factor', '0.3');
  await type(page, 'optimizer.schedule.every', '40');
  await type(page, 'record', '250');
  await ready(page);
  await train(page);
  const run: Run = {
    ...presets['start/circles']!,
    optimizer: {
      ...presets['start/circles']!.optimizer!,
      schedule: { name: 'step', factor: 0.3, every: 40 },
    },
  };
  const session = await createSession(run, { backend: 'cpu' });
  await session.step(1000);
  expect(await figures(page, 'train-loss')).toEqual([(await session.evaluate()).train.loss]);

  const weights = [
    { w: Array.from({ length: 4 }, (_, i) => [i / 4, 1]), b: [0, 0, 0, 0] },
    { w: [[1, -1, 0.5, 0]], b: [0] },
  ];
  const given: Run = {
    basin: 1,
    data: { name: 'circles' },
    layers: [{ units: 4 }, { units: 1 }],
    init: { scheme: 'given', weights },
  };
  await page.goto(`${lab.url}${writeLink({ page: 'workbench', runs: [given], backend: 'cpu' })}`);
  await page.reload();
  await waitForWords(page, '[data-given="init.weights"]', /given by the document, 17 numbers/);
  await page.click('[data-given="init.weights"] button');
  await page.waitForFunction(() => !document.querySelector('[data-given]'));
  expect(await page.$eval('[data-path="init.scheme"] select', (select) => select.value)).toBe('heNormal');
  await ready(page);
  expect(errors).toEqual([]);
  await page.close();
});

test('a run with a wrong value is named beside the button, and the others start', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await press(page, 'Add a copy');
  await waitForRuns(page, 2);
  await type(page, 'layers[0].dropRate', '1.5');
  await waitForWords(page, '.progress-note', /Run 2 cannot start\. Drop rate of layer 1: 1\.5 is outside \[0, 1\)\.$/);
  expect(await words(page, '[data-model=run-2] .notice')).not.toMatch(/layers\[/);
  await press(page, 'Start');
  await waitForStep(page, 1000);
  await rested(page);
  expect(await page.$$eval('.tried tbody tr', (rows) => rows.length)).toBe(1);
  await page.click('[data-model=run-1] .run-head button:last-child');
  await waitForWords(page, '.progress-note', /This run cannot start/);
  expect(await page.$('.primary:disabled')).not.toBeNull();
  await page.click('[data-path="layers[0].dropRate"] .reset');
  await ready(page);
  expect(await words(page, '.progress-note')).toBe('');
  expect(errors).toEqual([]);
  await page.close();
});

test('two runs over 16 seeds: the spread is that of the library’s sweeps, and a verdict stands below', async () => {
  const { page, errors } = await visit(lab, BENCH);
  expect(await words(page, '.spread')).toMatch(/two runs/);
  await press(page, 'Add a copy');
  await waitForRuns(page, 2);
  await type(page, 'optimizer.learningRate', '0.05');
  await waitForWords(page, '[data-model=run-2] .difference', /^learning rate 0.05/);
  await press(page, 'Try 16 seeds');
  await page.waitForSelector('.spread li', { timeout: 60_000 });
  const shown = await page.$$eval('.spread tbody tr', (rows) =>
    rows.map((row) => [...row.querySelectorAll('td')].map((cell) => Number.parseFloat(cell.textContent!))),
  );
  const run = presets['start/circles']!;
  const slower: Run = { ...run, optimizer: { ...run.optimizer!, learningRate: 0.05 } };
  for (const [r, base] of [run, slower].entries()) {
    const models = Array.from({ length: 16 }, (_, seed) => ({ seed, init: { seed } }));
    const sweep = await createSweep({ base, models }, { backend: 'cpu' });
    await sweep.step(sweep.totalSteps);
    const values = (await sweep.evaluate()).map(({ test: scores }) => 100 * scores!.accuracy!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    // Shown with one place.
    for (const [i, value] of [Math.min(...values), mean, Math.max(...values)].entries()) {
      expect(Math.abs(shown[r]![i]! - value)).toBeLessThan(0.0501);
    }
  }
  expect(await words(page, '.spread li')).toMatch(/Run 1.*beats.*Run 2|Run 2.*beats.*Run 1/);
  expect(errors).toEqual([]);
  await page.close();
});

test('leaving the workbench pauses its runs, and it says so when one comes back', async () => {
  const { page } = await visit(lab, BENCH);
  await page.select('.controls select', '2');
  await press(page, 'Start');
  await waitForStep(page, 1);
  await page.click('nav a');
  await ready(page);
  await page.goBack();
  await waitForWords(page, '.progress-note', /Paused when you left the workbench/);
  await press(page, 'Go on');
  await waitForWords(page, '.progress-note', /^$/);
  await page.close();
});

test('a network that is far too large says how large it is, and is given up at once', async () => {
  const { page, errors } = await visit(lab, BENCH);
  for (let layer = 0; layer < 6; layer++) await press(page, 'Add a layer');
  for (let layer = 0; layer < 7; layer++) await type(page, `layers[${layer}].units`, '4096');
  // By hand: 4096 · 3 + 6 · 4096 · 4097 + 4097 weights and biases.
  await waitForWords(page, '.progress-note', /100,704,257 parameters, at least 806 MB of memory/);
  const startedMs = performance.now();
  await press(page, 'Cancel');
  await waitForWords(page, '.run .notice', /Cancelled before it was ready/);
  expect(performance.now() - startedMs).toBeLessThan(2000);
  await press(page, 'Make it after all');
  await waitForWords(page, '.progress-note', /100,704,257 parameters/);
  await type(page, 'layers[3].units', '8');
  for (let layer = 0; layer < 7; layer++) await type(page, `layers[${layer}].units`, '8');
  await ready(page);
  await press(page, '+1 step');
  await waitForStep(page, 1);
  expect(errors).toEqual([]);
  await page.close();
});

test('early stopping stops where the library does, with its best weights', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await type(page, 'earlyStopping.patience', '3');
  await waitForWords(
    page,
    '.bench-settings',
    /Patience: needs rows to watch, .* Set “Held out”, under Rows, to 0\.2\./,
  );
  await type(page, 'data.validationFraction', '0.3');
  await type(page, 'optimizer.learningRate', '5');
  await ready(page);
  await train(page);
  const run: Run = {
    ...presets['start/circles']!,
    data: { ...presets['start/circles']!.data, validationFraction: 0.3 },
    optimizer: { name: 'sgd', learningRate: 5 },
    earlyStopping: { patience: 3 },
  };
  const session = await createSession(run, { backend: 'cpu' });
  for await (const _ of session.train());
  const scores = await session.evaluate();
  expect(session.steps).toBeLessThan(1000);
  expect(await stepOf(page)).toBe(session.steps);
  expect(await figures(page, 'validation-loss')).toEqual([scores.validation!.loss]);
  expect(errors).toEqual([]);
  await page.close();
});

test('weights and gradients: the sizes shown are the library’s', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await press(page, '+1 step');
  await waitForStep(page, 1);
  await rested(page);
  await page.locator('::-p-xpath(//summary[contains(., "Weights and gradients")])').click();
  await page.waitForSelector('.tensor-layer:nth-of-type(2) .histogram');
  const session = await createSession(presets['start/circles']!, { backend: 'cpu' });
  await session.step(1);
  const rms = (values: ArrayLike<number>) =>
    Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);
  const weights = (await session.weights()).map(({ w }) => rms(w));
  const gradients = (await session.gradients()).map(({ w }) => rms(w));
  const shown = { weights: await figures(page, 'weights-rms'), gradients: await figures(page, 'gradients-rms') };
  weights.forEach((size, l) => {
    expect(shown.weights[l]).toBeCloseTo(size, 12);
    expect(shown.gradients[l]).toBeCloseTo(gradients[l]!, 12);
  });
  expect(shown.weights).toHaveLength(2);
  expect(errors).toEqual([]);
  await page.close();
});

test('a CSV file is learned from, and three classes are drawn', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'basin-bench-'));
  const rows = Array.from({ length: 90 }, (_, i) => `${100 * (i % 10)},${i % 9},${['cat', 'dog', 'fox'][i % 3]}`);
  writeFileSync(join(folder, 'animals.csv'), `size;weight;kind\n${rows.join('\n').replaceAll(',', ';')}`);
  const { page, errors } = await visit(lab, BENCH);
  await page.select('.group .data-kind select', 'csv');
  const input = await page.waitForSelector('.drop input[type=file]');
  await input!.uploadFile(join(folder, 'animals.csv'));
  await waitForWords(page, '.group-summary', /animals.csv/);
  await ready(page);
  expect(await page.$eval('[data-path="layers[1].units"] input', (units) => units.value)).toBe('3');
  await train(page);
  expect((await figures(page, 'train-accuracy'))[0]).toBeGreaterThan(0.3);
  // Every class has the colour of its part of the plane.
  const colours = await page.$eval('.run .boundary canvas', (field) => {
    const { width, height } = field;
    const { data } = field.getContext('2d')!.getImageData(0, 0, width, height);
    return new Set(Array.from({ length: width * height }, (_, i) => data.slice(4 * i, 4 * i + 4).join())).size;
  });
  expect(colours).toBeGreaterThan(20);
  await choose(page, 'optimizer.name', 'adam');
  await ready(page);
  expect(errors).toEqual([]);
  rmSync(folder, { recursive: true });
  await page.close();
});

test('a file with columns of text is learned from without them, in a lesson and on the workbench', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'basin-csv-'));
  const rows = Array.from({ length: 40 }, (_, i) => [`row ${i}`, i % 7, (3 * i) % 5, ['Bonn', 'Oslo'][i % 2], i % 2]);
  const text = `id,a,b,city,label\n${rows.map((row) => row.join(',')).join('\n')}`;
  writeFileSync(join(folder, 'people.csv'), text);
  const { page, errors } = await visit(lab, '#1/your-data?backend=cpu', { ready: 'input[type=file]' });
  await (await page.$('input[type=file]'))!.uploadFile(join(folder, 'people.csv'));
  await waitForWords(page, '.drop .notice', /“id” has “row 0” in row 1, “city” has “Bonn” in row 1/);
  await press(page, 'Leave out these 2 columns');
  await ready(page);
  await press(page, 'Open in the workbench');
  await ready(page);
  await press(page, '+1 step');
  await waitForStep(page, 3); // of three runs
  await rested(page);

  const run: Run = {
    basin: 1,
    seed: 0,
    data: { csv: 'people.csv', label: 'label', omit: ['id', 'city'], testFraction: 0.25, standardize: true },
    layers: [{ units: 16 }, { units: 16 }, { units: 1 }],
    optimizer: { name: 'adam', learningRate: 0.01 },
    batch: { size: 64 },
    steps: 2000,
  };
  const session = await createSession(run, { backend: 'cpu', readText: async () => text });
  await session.step(1);
  expect((await figures(page, 'train-loss'))[0]).toBe((await session.evaluate()).train.loss);

  await press(page, 'Take them back');
  await waitForWords(page, '.drop .notice', /“id” has “row 0”/);
  expect(errors).toEqual([]);
  await page.close();
  rmSync(folder, { recursive: true });
});

test('data of many inputs trains without pictures', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await page.select('.group .data-kind select', 'digits');
  await page.waitForFunction(() => document.querySelector('.run .boundary') === null);
  await ready(page);
  await press(page, '+1 step');
  await waitForStep(page, 1);
  await waitForWords(page, '.inside', /this data has 64 inputs/);
  expect(errors).toEqual([]);
  await page.close();
});

test.each([
  ['initialization', 5, /^Large random: first weights normal instead of zeros, scale 10$/],
  ['regularization', 3, /^L2: L2 strength λ 0.7 instead of 0$/],
  ['optimizers', 6, /^Mini-batch descent: /],
  ['gradient-checking', 1, /Gradient checking/],
])('%s opens in the workbench', async (lesson, count, difference) => {
  const page = await lab.browser.newPage();
  await page.goto(`${lab.url}#1/${lesson}?backend=cpu`);
  await page.waitForSelector('.bars, .primary:enabled');
  await press(page, 'Open in the workbench');
  await waitForRuns(page, count);
  await waitForWords(page, `[data-model=run-${Math.min(2, count)}] .difference`, difference);
  await press(page, '+1 step');
  await waitForStep(page, count);
  await page.goBack();
  await page.waitForSelector(`nav a[aria-current][href*="${lesson}"]`);
  await page.close();
});

test('a run opens in the landscape, and the way back leads to the same run', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await type(page, 'l2', '0.25');
  await page.waitForFunction(() => location.hash.includes('~'));
  const link = await page.evaluate(() => location.hash);
  await press(page, 'See its loss landscape');
  await page.waitForFunction(() => location.hash.startsWith('#1/landscape?run='));
  await page.goBack();
  await waitForRuns(page, 1);
  expect(await page.evaluate(() => location.hash)).toBe(link);
  expect(await page.$eval('[data-path=l2] input', (input) => input.value)).toBe('0.25');
  expect(errors).toEqual([]);
  await page.close();
});

test('axe finds nothing, light and dark, at rest and while training; no task holds the page for 50 ms', async () => {
  const { page, errors } = await visit(lab, BENCH);
  await press(page, 'Add a copy');
  await waitForRuns(page, 2);
  await type(page, 'steps', '200000');
  await type(page, 'layers[0].dropRate', '2');
  await page.locator('::-p-xpath(//summary[contains(., "Weights and gradients")])').click();
  const expectNone = async (state: string) => {
    for (const scheme of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      expect(await violations(page), `${state}, ${scheme}`).toEqual([]);
    }
  };
  await expectNone('at rest, with a wrong value');
  await type(page, 'layers[0].dropRate', '0.2');
  await ready(page);
  const longestMs = await longestTaskMs(page, async () => {
    await press(page, 'Start');
    await waitForStep(page, 5_000);
  });
  console.log(`longest task of the main thread while training on the workbench: ${longestMs.toFixed(1)} ms`);
  expect(longestMs).toBeLessThan(50);
  await expectNone('training');
  await pauseAt(page, 5_000);
  await expectNone('with a table of runs');
  expect(errors).toEqual([]);
  await page.close();
});

test('nothing on a phone is wider than the screen', async () => {
  const { page } = await visit(lab, BENCH, { width: 390 });
  await page.locator('::-p-xpath(//summary[contains(., "Weights and gradients")])').click();
  await train(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await type(page, 'layers[0].dropRate', '1.5');
  await waitForWords(page, '.progress-note', /This run cannot start/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.close();
});
