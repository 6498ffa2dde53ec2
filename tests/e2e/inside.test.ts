// What the lessons show of the inside of networks: sizes in each layer, findings with their fixes, dropped units.
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSweep, keptUnits, layerStatistics, presets, type Run, sampleRows } from '../../src/index.ts';
import { figures, type Lab, openLab, press, rested, visit, waitForStep } from './lab-page.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab?.close();
});

/** Kinds of findings of each network. */
const findings = (page: Page) =>
  page.$$eval('[data-inside]', (panels) =>
    panels.map((panel) => [
      panel.getAttribute('data-inside'),
      [...panel.querySelectorAll<HTMLElement>('[data-finding]')].map(({ dataset }) => dataset.finding),
    ]),
  );

const depthBase = (hidden: number[]): Run => ({
  ...presets['initialization/he']!,
  layers: [...hidden, 1].map((units) => ({ units })),
  init: { scheme: 'heNormal', seed: 3 },
});

test('initialization: sizes are those of the library, the depth slider adds layers, and the doctor names each bad start', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?backend=cpu');
  // Nothing gives the answer away before the start.
  expect((await findings(page)).flatMap(([, kinds]) => kinds)).toEqual([]);
  await press(page, '+1 step');
  await waitForStep(page, 1);
  await rested(page);
  expect(await findings(page)).toEqual([
    ['zeros', ['symmetry']],
    ['random', ['exploding']],
    ['small', ['vanishing']],
    ['he', []],
    ['xavier', []],
  ]);

  await page.focus('#setting-depth');
  for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelectorAll('[data-inside=he] .sizes tbody tr').length === 6);
  await page.waitForSelector('.primary:enabled');
  await press(page, '+100 steps');
  await waitForStep(page, 100);
  await rested(page);
  const shown = await page.$$eval('[data-inside=he] .sizes data', (all) => all.map(({ value }) => Number(value)));

  const sweep = await createSweep({ base: depthBase([10, 10, 10, 10, 5]), models: [{}] }, { backend: 'cpu' });
  await sweep.step(100);
  const [weights, gradients] = [await sweep.weights(), await sweep.gradients()];
  const sizes = layerStatistics(sweep.run(0).layers, weights[0]!, gradients[0]!, sampleRows(sweep.data));
  expect(shown).toEqual(sizes.flatMap(({ outputs, gradient }) => [outputs, gradient]));
  expect(errors).toEqual([]);
  await page.close();
});

test('initialization: five deep networks from the guess to the verdict; only the scaled starts learn', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?backend=cpu&depth=4');
  await page.locator('::-p-xpath(//label[normalize-space(.)="He"])').click();
  await press(page, 'Start');
  await page.waitForSelector('.judged', { timeout: 90_000 });
  const loss = await figures(page, 'train-loss');
  expect(loss).toHaveLength(5);
  for (const stuck of loss.slice(0, 3)) expect(stuck).toBeCloseTo(Math.LN2, 3);
  for (const learned of loss.slice(3)) expect(learned).toBeLessThan(0.2);
  const seen = await page.$$eval('.verdict li', (lines) => lines.map((line) => line.textContent));
  expect(seen[0]).toMatch(/^Zeros never left the coin toss/);
  expect(seen[1]).toMatch(/^Large random began with a loss of .* killed its ReLU units/);
  expect(seen[2]).toMatch(/^Small random is still at the coin toss/);
  expect(errors).toEqual([]);
  await page.close();
});

test('initialization: the fix of a finding opens the run and its mended copy side by side', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?backend=cpu');
  await press(page, '+1 step');
  await page.locator('[data-inside=zeros] [data-finding=symmetry] button').click();
  await page.waitForFunction(() => location.hash.startsWith('#1/workbench?run='));
  await page.waitForSelector('[data-model=run-2]');
  await page.waitForSelector('.primary:enabled');
  await press(page, 'Start');
  // Zeros stay where they are; what had the same document but for its start learns.
  await page.waitForFunction(
    () => {
      const [zeros, mended] = [...document.querySelectorAll<HTMLDataElement>('[data-figure=train-loss]')];
      return Math.abs(Number(zeros!.value) - Math.LN2) < 1e-6 && Number(mended!.value) < 0.3;
    },
    { timeout: 60_000 },
  );
  expect(errors).toEqual([]);
  await page.close();
});

test('regularization: the hollow units are those that the next step drops', async () => {
  const { page, errors } = await visit(lab, '#1/regularization?backend=cpu&dropRate=0.4');
  await press(page, '+200 steps');
  await waitForStep(page, 200);
  await rested(page);
  const kept = (model: string) =>
    page.$$eval(`[data-model=${model}] .units circle`, (all) =>
      all.map((unit) => (unit.getAttribute('class') === 'kept' ? 1 : 0)),
    );
  const base = presets['regularization/none']!;
  const sweep = await createSweep({ base, models: [{ dropRate: 0.4 }] }, { backend: 'cpu' });
  const masks = keptUnits(sweep.run(0), 211, 200); // step 200 shows its point 201 of 211
  const expected = [20, 3].flatMap((units, l) => [...masks[l]!.subarray(200 * units, 201 * units)]);
  expect(await kept('dropout')).toEqual(expected);
  expect(expected).toContain(0);
  expect(await kept('none')).toEqual(new Array(23).fill(1));
  expect(await page.$eval('[data-model=dropout] .units figcaption', (caption) => caption.textContent)).toMatch(
    /point 201/,
  );
  expect(errors).toEqual([]);
  await page.close();
});

test('optimizers: a falling rate helps where the steps are too long', async () => {
  const { page, errors } = await visit(lab, '#1/optimizers?backend=cpu&epochs=200&rate=0.3&batch=16');
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  const [, miniBatch, , , , decay] = await figures(page, 'train-loss');
  const { optimizer, ...preset } = presets['optimization/gd']!;
  const sgd = { ...optimizer!, learningRate: 0.3 };
  const base: Run = { ...preset, optimizer: sgd, batch: { size: 16, seed: 11 }, epochs: 200, record: { epochs: 200 } };
  const schedule = { name: 'inverseTime', decayRate: 1, every: 20, delay: 0 } as const;
  const sweep = await createSweep({ base, models: [{}, { optimizer: { schedule } }] }, { backend: 'cpu' });
  await sweep.step(sweep.totalSteps);
  const expected = (await sweep.evaluate()).map(({ train }) => train.loss);
  expect([miniBatch, decay]).toEqual(expected);
  expect(errors).toEqual([]);
  await page.close();
});
