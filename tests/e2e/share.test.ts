// Links and files as a visitor uses them: real clicks, real downloads, the production build.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSession, fromSafetensors, presets, type Run, toPyTorch, validate } from '../../src/index.ts';
import { type Lab, openLab, press, rested, visit, waitForStep } from './lab-page.ts';

let lab: Lab;
const downloads = mkdtempSync(join(tmpdir(), 'basin-downloads-'));

beforeAll(async () => {
  lab = await openLab();
  const origin = lab.url.replace(/\/$/, '');
  await lab.browser
    .defaultBrowserContext()
    .overridePermissions(origin, ['clipboard-read', 'clipboard-sanitized-write']);
  const session = await lab.browser.target().createCDPSession();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
});

afterAll(async () => {
  await lab?.close();
  rmSync(downloads, { recursive: true });
});

/** Waits for the words in the live region of what was pressed. */
const said = (page: Page, words: string) =>
  page.waitForFunction(
    (wanted) => [...document.querySelectorAll('[role=status]')].some((each) => each.textContent?.includes(wanted)),
    {},
    words,
  );

/** @param ending how the file's name ends */
async function download(page: Page, button: string, ending: string): Promise<Buffer> {
  await press(page, button);
  await said(page, `${ending} is in your downloads`);
  const words = await page.$eval('.said', (each) => each.textContent!);
  const path = join(downloads, words.split(' ')[0]!);
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 50));
  return readFileSync(path);
}

async function clipboard(page: Page): Promise<string> {
  await page.bringToFront();
  return page.evaluate(() => navigator.clipboard.readText());
}

// ---------------------------------------------------------------- links

test('the address of every preset comes back after a reload, and its run is on the workbench', async () => {
  const { page, errors } = await visit(lab, '#1/workbench?run=spirals/adam&backend=cpu');
  for (const id of Object.keys(presets)) {
    const hash = `#1/workbench?run=${id}&backend=cpu`;
    await page.goto(`${lab.url}${hash}`);
    await page.reload();
    await page.waitForFunction(
      (name) => document.querySelector('main')?.textContent?.includes(name),
      {},
      presets[id]!.name!,
    );
    const own = id === 'start/circles' ? '#1/workbench?backend=cpu' : hash;
    await page.waitForFunction((wanted) => location.hash === wanted, {}, own);
    expect(await page.$('[role=alert]')).toBeNull();
  }
  expect(errors).toEqual([]);
  await page.close();
});

test('“Copy link” gives an address that opens the same settings elsewhere', async () => {
  const { page } = await visit(lab, '#1/initialization?depth=4&seed=7&backend=cpu');
  await press(page, 'Copy link');
  await said(page, 'Link copied.');
  const link = await clipboard(page);
  expect(link).toBe(`${lab.url}#1/initialization?depth=4&seed=7&backend=cpu`);
  const other = await lab.browser.newPage();
  await other.goto(link);
  await other.waitForSelector('.primary:enabled');
  expect(await other.$eval('#setting-depth', (slider) => slider.getAttribute('aria-valuetext'))).toBe('4');
  await other.close();
  await page.close();
});

test.each([
  ['cut off', '#1/workbench?run=~q1ZKSix', /cut off or changed/],
  [
    'of a preset that is none',
    '#1/workbench?run=spirals/eve~q1bKMVKyMtAzrAUA',
    /begins from “spirals\/eve”, which is no preset/,
  ],
])('a link that is %s says so, and the page works', async (_, hash, message) => {
  const { page, errors } = await visit(lab, `${hash}&backend=cpu`);
  expect(await page.$eval('[role=alert]', (alert) => alert.textContent)).toMatch(message);
  await press(page, 'Start');
  await waitForStep(page, 50);
  expect(errors).toEqual([]);
  await page.close();
});

// ---------------------------------------------------------------- files

test('what is taken away is what the library gives for the same document', async () => {
  const { page, errors } = await visit(lab, '#1/regularization?backend=cpu');
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  await rested(page);
  await page.select('.take-away select', '1');
  const result = JSON.parse((await download(page, 'Run, result', 'l2-result.json')).toString());
  const run = JSON.parse((await download(page, 'Run, document', 'l2-run.json')).toString()) as Run;
  expect(result.run).toEqual(run);
  expect(run).toEqual(validate(run));

  const session = await createSession(run, { backend: 'cpu' });
  for await (const _ of session.train()) {
    // to the end
  }
  const { train, test: scores } = await session.evaluate();
  expect(result).toMatchObject({ basin: 1, steps: 30000, train, test: scores, validation: null, diverged: null });
  expect(result.record).toEqual(await session.record());
  expect(result.backend).toMatchObject({ name: 'cpu', precision: 'f32' });

  const file = new Uint8Array(await download(page, 'Weights', 'l2.safetensors'));
  const { weights } = fromSafetensors(file, 'l2.safetensors');
  expect(weights.map(({ w, b }) => [[...w], [...b]])).toEqual(
    (await session.weights()).map(({ w, b }) => [[...w], [...b]]),
  );

  const curves = (await download(page, 'Curves, CSV', 'l2-curves.csv')).toString().trimEnd().split('\n');
  expect(curves).toHaveLength(1 + 151);
  expect(curves.at(-1)!.split(',')[2]).toBe(String(train.loss));
  const rows = (await download(page, 'Data', 'rows.csv')).toString().trimEnd().split('\n');
  expect(rows).toHaveLength(1 + 211 + 200);

  const svg = (await download(page, 'Boundary, SVG', 'l2-boundary.svg')).toString();
  expect(svg.match(/<circle|Z" fill="(?!none)/g)!.length).toBeGreaterThan(400);
  for (const picture of ['boundary', 'curves']) {
    const button = `${picture[0]!.toUpperCase()}${picture.slice(1)}, PNG`;
    const png = await download(page, button, `l2-${picture}.png`);
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  }
  expect(errors).toEqual([]);
  await page.close();
});

test('files of runs with other batches are each of their own sweep, at its own step', async () => {
  const { page, errors } = await visit(lab, '#1/optimizers?epochs=200&backend=cpu');
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  await rested(page);
  for (const [model, name, batch, steps] of [
    [0, 'gradient-descent', 'full', 200],
    [2, 'momentum', 64, 1000],
  ] as const) {
    await page.select('.take-away select', String(model));
    const result = JSON.parse((await download(page, 'Run, result', `${name}-result.json`)).toString());
    const session = await createSession(result.run as Run, { backend: 'cpu' });
    await session.step(session.totalSteps);
    const { train, test: scores } = await session.evaluate();
    expect(result).toMatchObject({ steps, run: { batch: { size: batch } }, train, test: scores });
    expect(result.record).toEqual(await session.record());
    const { weights } = fromSafetensors(new Uint8Array(await download(page, 'Weights', `${name}.safetensors`)), name);
    expect(weights.map(({ w }) => [...w])).toEqual((await session.weights()).map(({ w }) => [...w]));
    const curves = (await download(page, 'Curves, CSV', `${name}-curves.csv`)).toString().trimEnd().split('\n');
    expect(curves.at(-1)!.split(',')[0]).toBe(String(steps));
    session.dispose();
  }
  expect(errors).toEqual([]);
  await page.close();
});

test('the program that is shown is the library’s, and training goes on while it is made', async () => {
  const { page } = await visit(lab, '#1/initialization?backend=cpu');
  await page.locator('.check input').click(); // slow motion
  await press(page, 'Start');
  await waitForStep(page, 5);
  await page.locator('::-p-xpath(//summary[contains(., "PyTorch")])').click();
  await page.waitForSelector('.program');
  await press(page, 'Copy the PyTorch');
  await said(page, 'The program is copied.');
  const program = await clipboard(page);
  expect(program).toBe(
    toPyTorch({ ...presets['initialization/zeros']!, name: 'Zeros', init: { scheme: 'zeros', seed: 3 } }),
  );
  const before = await page.$eval('progress', (progress) => progress.value);
  await waitForStep(page, before + 5);
  await page.close();
});

test('a cell of the grid goes on as a run, with the cell’s numbers', async () => {
  const { page, errors } = await visit(lab, '#1/tuning?side=8&steps=100&backend=cpu');
  await press(page, 'Start');
  await page.waitForSelector('.verdict li');
  const box = (await (await page.$('.heat canvas'))!.boundingBox())!;
  await page.mouse.click(box.x + 0.4 * box.width, box.y + 0.6 * box.height);
  await page.waitForSelector('[data-figure="cell-loss"][data-step="100"]');
  const grid = await page.$eval('[data-figure="grid-loss"]', (each) => Number((each as HTMLDataElement).value));
  await press(page, 'Continue as a run');
  await page.waitForFunction(() => location.hash.startsWith('#1/workbench'));
  await page.waitForSelector('.primary:enabled');
  for (let i = 0; i < 20; i++) await press(page, '+5 steps');
  await waitForStep(page, 100);
  await rested(page);
  const result = JSON.parse((await download(page, 'Run, result', '-result.json')).toString());
  expect(result).toMatchObject({ steps: 100, validation: { loss: grid } });
  expect(validate(result.run).steps).toBe(500);
  expect(errors).toEqual([]);
  await page.close();
});
