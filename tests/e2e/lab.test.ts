// The lab as a student uses it: real clicks in headless Chrome, on the production build.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSweep, presets } from '../../src/index.ts';
import {
  curve,
  figures,
  type Lab,
  longestTaskMs,
  openLab,
  press,
  rested,
  stepOf,
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

test('start, pause, step and rewind; the numbers are those of the library, to the bit', async () => {
  const { page, errors } = await visit(lab, '#1/initialization?backend=cpu');
  expect(await text(page, 'h1')).toMatch(/weights start/);
  await press(page, 'Start');
  await waitForStep(page, 600);
  await press(page, 'Pause');
  await rested(page);
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
  await waitForStep(page, 600);
  await press(page, 'Pause');
  await rested(page);
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
  const { page, errors } = await visit(lab, '#1/initialization?backend=webgpu');
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

test.each([
  ['#1/nowhere', /no lesson “nowhere”/],
  ['#2/initialization', /version “2”/],
  ['#garbage', /not one of the lab/],
  ['#1/initialization?depth=99&seed=x&colour=red', /Hidden layers “99”.*Seed “x”.*“colour=red” means nothing/],
])('a malformed link %s gets a readable message and a working page', async (hash, message) => {
  const { page, errors } = await visit(lab, hash);
  expect(await text(page, '[role=alert]')).toMatch(message);
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

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { violations: found } = await (window as unknown as { axe: Axe }).axe.run();
    return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  });
}

const screens = ['initialization', 'regularization'].flatMap((lesson) =>
  (['light', 'dark'] as const).map((scheme) => [lesson, scheme] as const),
);

test.each(screens)('axe finds nothing on %s, %s, at rest and while training', async (lesson, scheme) => {
  const { page } = await visit(lab, `#1/${lesson}?backend=cpu`, { scheme });
  expect(await violations(page)).toEqual([]);
  await press(page, 'Start');
  await waitForStep(page, 300);
  expect(await violations(page)).toEqual([]);
  await page.close();
});

test('nothing on a phone is wider than the screen', async () => {
  const { page } = await visit(lab, '', { width: 390 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.close();
});
