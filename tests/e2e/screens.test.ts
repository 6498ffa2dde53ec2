// A picture of every screen, kept for people to look at: in the folder that BASIN_SCREENS names, else among the system's
// temporary files. What a program can see of them is checked: nothing is wider than the screen, nothing failed.
import { mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lessons } from '../../demo/lessons/index.ts';
import { type Lab, layoutShift, openLab, pauseAt, press, visit, waitForStep, watchShifts } from './lab-page.ts';

const folder = process.env.BASIN_SCREENS ?? join(tmpdir(), 'basin-screens');

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
  mkdirSync(folder, { recursive: true });
  console.log(`pictures of the screens: ${folder}`);
});

afterAll(async () => {
  await lab?.close();
});

const LOOKS = [
  { scheme: 'light', width: 390 },
  { scheme: 'dark', width: 390 },
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 1600 },
] as const;

/** Trains for a while where the page trains. */
async function train(page: Page): Promise<void> {
  await press(page, 'Start');
  await waitForStep(page, 20);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)));
  await pauseAt(page, 20);
}

interface Screen {
  readonly name: string;
  readonly hash: string;
  /** Stands there when the page can be used. */
  readonly ready: string;
  readonly trains: boolean;
  /** What comes last into the picture. */
  readonly last?: string;
}

/** Of a ground in 3-D: it gets its place from the first picture. */
const WORD = '.ground-word[style]';

const settings: Readonly<Record<string, string>> = { tuning: '?side=16&steps=50&backend=cpu' };
const without: Readonly<Record<string, string>> = { 'gradient-checking': '.bars', 'your-data': '.drop' };

const screens: readonly Screen[] = [
  ...lessons.map(({ id }) => ({
    name: id,
    hash: `#1/${id}${settings[id] ?? '?backend=cpu'}`,
    ready: without[id] ?? '.primary:enabled',
    trains: !(id in without),
  })),
  { name: 'workbench', hash: '#1/workbench?backend=cpu', ready: '.primary:enabled', trains: true },
  {
    name: 'workbench-two',
    hash: '#1/workbench?run=spirals/adam&run=start/blobs&backend=cpu',
    ready: '.primary:enabled',
    trains: true,
  },
  { name: 'landscape', hash: '#1/landscape?backend=cpu', ready: '.primary:enabled', trains: true, last: WORD },
];

test.each(screens)(
  '$name: nothing is wider than the screen, from a phone to a projector',
  async ({ name, hash, ready, trains, last }) => {
    for (const { scheme, width } of LOOKS) {
      const { page, errors } = await visit(lab, hash, { scheme, width, ready });
      if (trains) await train(page);
      if (last) await page.waitForSelector(last);
      const path = join(folder, `${name}-${width}-${scheme}.png`);
      await page.screenshot({ path: path as `${string}.png`, fullPage: true });
      expect(statSync(path).size).toBeGreaterThan(10_000);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${name} at ${width}`).toBe(width);
      expect(errors).toEqual([]);
      await page.close();
    }
  },
);

interface Lesson {
  readonly name: string;
  readonly hash: string;
  /** What shows how training goes: pictures, curves or a map. */
  readonly seen: string;
}

const trained: readonly Lesson[] = [
  { name: 'initialization', hash: '#1/initialization?backend=cpu', seen: '[data-model=xavier] .chart' },
  { name: 'regularization', hash: '#1/regularization?backend=cpu', seen: '[data-model=dropout] .chart' },
  { name: 'optimizers', hash: '#1/optimizers?epochs=200&rate=0.01&backend=cpu', seen: '.shared .chart' },
  { name: 'tuning', hash: '#1/tuning?side=16&steps=50&backend=cpu', seen: '.heat canvas' },
  { name: 'landscape', hash: '#1/landscape?run=start/circles&view=map&backend=cpu', seen: '[data-model="1"] .ground' },
];

const PROJECTORS = [
  { width: 1280, height: 800 },
  { width: 1600, height: 900 },
] as const;
const PHONE = { width: 390, height: 844 } as const;

test.each(trained)('$name: question, guess, start, setting, picture and verdict are on one screen', async (lesson) => {
  for (const size of PROJECTORS) {
    const { page } = await visit(lab, lesson.hash, size);
    await press(page, 'Start');
    await page.waitForSelector('.verdict .judged', { timeout: 60_000 });
    await page.evaluate(() => scrollTo(0, 0));
    const setting = '.settings input, .settings select';
    const shown = ['h1', '.prediction', '.primary', '.progress', setting, lesson.seen, '.judged'];
    const below = await page.evaluate(
      (selectors) =>
        selectors.filter((each) => document.querySelector(each)!.getBoundingClientRect().bottom > innerHeight),
      shown,
    );
    expect(below, `${lesson.name} at ${size.width}`).toEqual([]);
    await page.close();
  }
});

// Below a tenth a page counts as calm (web.dev/articles/cls); this is a fiftieth of that.
const CALM = 0.002;

test.each(trained)('$name: nothing jumps when training starts, goes on and ends', async ({ name, hash }) => {
  for (const size of [...PROJECTORS, PHONE]) {
    const { page } = await visit(lab, hash, { ...size, before: watchShifts });
    await press(page, 'Start');
    await page.waitForSelector('.verdict .judged', { timeout: 60_000 });
    expect(await layoutShift(page), `${name} at ${size.width}`).toBeLessThan(CALM);
    await page.close();
  }
});
