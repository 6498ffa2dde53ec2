// The landscape's page as a student uses it: real clicks in headless Chrome, on the production build.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSession, lossLandscape, presets } from '../../src/index.ts';
import { figures, type Lab, longestTaskMs, openLab, press, visit } from './lab-page.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab?.close();
});

const text = (page: Page, selector: string) => page.$eval(selector, (found) => found.textContent ?? '');
const choose = (page: Page, label: string) =>
  page.locator(`::-p-xpath(//label[normalize-space(.)="${label}"])`).click();

/** How many different colours a canvas shows; 1 where nothing is drawn. */
const colours = (page: Page, canvas: string) =>
  page.$eval(canvas, (found) => {
    const { width, height } = found as HTMLCanvasElement;
    const { data } = (found as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    const seen = new Set<number>();
    for (let at = 0; at < data.length; at += 4) seen.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
    return seen.size;
  });

const waitForColours = (page: Page, canvas: string) =>
  page.waitForFunction(
    (selector) => {
      const found = document.querySelector<HTMLCanvasElement>(selector);
      if (!found || found.width < 100) return false;
      const { data } = found.getContext('2d')!.getImageData(0, 0, found.width, found.height);
      const seen = new Set<number>();
      for (let at = 0; at < data.length; at += 4) seen.add(data[at]! + 256 * data[at + 1]!);
      return seen.size > 100;
    },
    { timeout: 60_000 },
    canvas,
  );

const picture = (page: Page, canvas: string) => page.$eval(canvas, (found) => (found as HTMLCanvasElement).toDataURL());

/** Waits until the picture is another one than this. */
const waitForOther = (page: Page, canvas: string, before: string) =>
  page.waitForFunction(
    (selector, old) => document.querySelector<HTMLCanvasElement>(selector)!.toDataURL() !== old,
    { timeout: 60_000 },
    canvas,
    before,
  );

/** Two fingers that come together. */
async function pinch(page: Page, [x, y]: readonly [number, number]): Promise<void> {
  const [one, other] = [await page.touchscreen.touchStart(x - 90, y), await page.touchscreen.touchStart(x + 90, y)];
  for (const reach of [70, 50, 30]) {
    await one.move(x - reach, y);
    await other.move(x + reach, y);
  }
  await one.end();
  await other.end();
}

const SOLID = '[data-model="0"] .ground-solid canvas';
const MAP = '[data-model="0"] .ground-map';

test('from a guess to a verdict, with the ground that the library finds for the same documents', async () => {
  const { page, errors } = await visit(lab, '#1/landscape?run=start/circles&backend=cpu&view=map');
  await choose(page, 'With L2, λ = 1');
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  expect(await text(page, '.judged')).toMatch(/^(You were right|Not this time|.* equally wide)/);
  const shown = await figures(page, 'centre');
  for (const [m, change] of [{}, { l2: 1 }].entries()) {
    const session = await createSession({ ...presets['start/circles']!, ...change }, { backend: 'cpu' });
    await session.step(1000);
    const { centre } = await lossLandscape(session, { cells: 2 });
    expect(shown[m]).toBe(centre);
  }
  expect(await colours(page, MAP)).toBeGreaterThan(10);
  await page.click('[data-model="0"] details summary');
  await page.waitForFunction(() => document.querySelectorAll('[data-model="0"] table').length === 2);
  expect(errors).toEqual([]);
  await page.close();
});

// Rounding of f32 on another device: 1,000 steps apart, losses near 0.07 and 0.4.
test('the same on WebGPU, within rounding', async () => {
  const { page, errors } = await visit(lab, '#1/landscape?run=start/circles&backend=webgpu&view=map');
  await press(page, 'Start');
  await page.waitForSelector('.judged', { timeout: 90_000 });
  const [own] = await figures(page, 'centre');
  const session = await createSession(presets['start/circles']!, { backend: 'cpu', precision: 'f64' });
  await session.step(1000);
  expect(Math.abs(own! - (await lossLandscape(session, { cells: 2 })).centre)).toBeLessThan(1e-4);
  expect(errors).toEqual([]);
  await page.close();
});

test('in 3-D: drawn, and turned by keys, by buttons, by the mouse and by the wheel', async () => {
  const { page, errors } = await visit(lab, '#1/landscape?run=start/circles&backend=cpu');
  await waitForColours(page, SOLID);
  const box = (await (await page.$(SOLID))!.boundingBox())!;
  const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
  const moves: [string, () => Promise<unknown>][] = [
    ['arrow key', () => page.focus('[data-model="0"] .ground-solid').then(() => page.keyboard.press('ArrowRight'))],
    ['plus', () => page.keyboard.press('+')],
    ['button', () => page.click('.turning button[aria-label="From higher up"]')],
    ['wheel', () => page.mouse.move(...middle).then(() => page.mouse.wheel({ deltaY: -120 }))],
    ['pinch', () => pinch(page, middle)],
    [
      'drag',
      async () => {
        await page.mouse.down();
        await page.mouse.move(middle[0] + 80, middle[1] + 10, { steps: 4 });
        await page.mouse.up();
      },
    ],
  ];
  for (const [, move] of moves) {
    const before = await picture(page, SOLID);
    await move();
    await waitForOther(page, SOLID, before);
  }
  await page.focus('[data-model="0"] .ground-solid');
  const before = await picture(page, SOLID);
  await page.keyboard.press('Home');
  await waitForOther(page, SOLID, before);
  expect(errors).toEqual([]);
  await page.close();
});

test('training, looking at the ground and turning it never hold the page for 50 ms', async () => {
  const { page, errors } = await visit(lab, '#1/landscape?run=start/circles&backend=cpu');
  await waitForColours(page, SOLID);
  const longestMs = await longestTaskMs(page, async () => {
    await press(page, 'Start');
    await page.waitForSelector('.judged');
    await choose(page, 'along its path');
    await page.focus('[data-model="0"] .ground-solid');
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowLeft');
    await choose(page, 'map');
    await page.waitForSelector(MAP);
  });
  console.log(`longest task of the main thread: ${longestMs.toFixed(1)} ms`);
  expect(longestMs).toBeLessThan(50);
  expect(errors).toEqual([]);
  await page.close();
});

test('another look keeps the networks, goes into the address and survives a reload', async () => {
  const { page } = await visit(lab, '#1/landscape?run=start/circles&backend=cpu&view=map');
  await press(page, '+10 steps');
  await page.waitForFunction(() =>
    document.querySelector('.ground-caption')!.textContent!.startsWith('The ground at step 10'),
  );
  await choose(page, 'along its path');
  await page.waitForSelector('[data-figure="captured"]');
  expect(await text(page, '.ground-caption')).toMatch(/^The ground at step 10/);
  expect(await page.evaluate(() => location.hash)).toBe(
    '#1/landscape?run=start/circles&plane=along&view=map&backend=cpu',
  );
  await page.reload();
  await page.waitForSelector('input[name=plane]:checked');
  expect(await page.$$eval('input:checked', (found) => found.map((each) => each.parentElement!.textContent))).toEqual([
    'along its path',
    'map',
  ]);
  await page.close();
});

test('a run of one’s own, by its link; and one that cannot be stood on says why', async () => {
  const { page, errors } = await visit(lab, '#1/landscape?run=start/blobs&backend=cpu&view=map');
  expect(
    await page.$eval('.ground-choices select', (found) => (found as HTMLSelectElement).selectedOptions[0]!.text),
  ).toBe('Three blobs with softmax');
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  await page.goto(`${lab.url}#1/landscape?run=initialization/zeros&backend=cpu&view=map`);
  await page.waitForFunction(() => document.querySelector('.ground.empty')?.textContent?.includes('Every weight is 0'));
  expect(errors).toEqual([]);
  await page.close();
});

test('without WebGPU there is a map, and the page says why', async () => {
  const plain = await openLab(false);
  const { page, errors } = await visit(plain, '#1/landscape?run=start/circles&backend=cpu');
  await page.waitForSelector(MAP);
  expect(await text(page, '.notice')).toMatch(/drawn as a map/);
  await press(page, 'Start');
  await page.waitForSelector('.judged');
  expect(await colours(page, MAP)).toBeGreaterThan(10);
  expect(errors).toEqual([]);
  await plain.close();
});

test('a lost device leaves the map, and 3-D comes back when asked', async () => {
  const { page, errors } = await visit(lab, '#1/landscape?run=start/circles&backend=cpu', {
    before: () => {
      const real = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (...args) {
        const device = await real.apply(this, args);
        (window as unknown as { lastDevice: GPUDevice }).lastDevice = device;
        return device;
      };
    },
  });
  await waitForColours(page, SOLID);
  await page.evaluate(() => (window as unknown as { lastDevice: GPUDevice }).lastDevice.destroy());
  await page.waitForSelector(MAP);
  expect(await text(page, '.notice')).toMatch(/device was lost/);
  await press(page, 'Try 3-D again');
  await waitForColours(page, SOLID);
  expect(errors).toEqual([]);
  await page.close();
});

test('optimizers: all paths on one ground, from one start to the losses of the runs; then in 3-D', async () => {
  const { page, errors } = await visit(lab, '#1/optimizers?backend=cpu&epochs=200&rate=0.01');
  await press(page, 'Start');
  await page.waitForSelector('.shared-pair .ground-map');
  expect(await colours(page, '.shared-pair .ground-map')).toBeGreaterThan(10);
  await page.click('.shared-pair details summary');
  await page.waitForSelector('.shared-pair table:nth-of-type(2) tbody tr');
  const stops = await page.$$eval('.shared-pair table:nth-of-type(2) tbody tr', (rows) =>
    rows.map((row) => ({
      name: row.querySelector('th')!.textContent!,
      cells: [...row.querySelectorAll('td')].map((cell) => cell.textContent),
      loss: Number(row.querySelector('data')!.value),
    })),
  );
  const names = [...new Set(stops.map(({ name }) => name))];
  const losses = await figures(page, 'train-loss');
  expect(names).toEqual(['Gradient descent', 'Mini-batch descent', 'Momentum', 'RMSProp', 'Adam', 'Falling rate']);
  for (const [m, name] of names.entries()) {
    const own = stops.filter((stop) => stop.name === name);
    expect(own[0]!.cells.slice(0, 4)).toEqual(['0', '0.000', '0.000', '0.000']);
    expect(own.at(-1)!.loss).toBe(losses[m]);
    // 200 epochs: one step each on all points, or five on batches.
    expect(own.at(-1)!.cells[0]).toBe(m === 0 ? '200' : '1,000');
  }
  await press(page, 'Show it in 3-D');
  await waitForColours(page, '.shared-pair .ground-solid canvas');
  await press(page, 'Rewind');
  await page.waitForSelector('.shared-pair .ground.empty');
  expect(errors).toEqual([]);
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

test('axe finds nothing, in 3-D and as a map, light and dark', async () => {
  for (const view of ['solid', 'map']) {
    const { page } = await visit(lab, `#1/landscape?run=start/circles&backend=cpu&view=${view}`);
    await press(page, 'Start');
    await page.waitForSelector('.judged');
    for (const scheme of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      expect(await violations(page), `${view}, ${scheme}`).toEqual([]);
    }
    await page.close();
  }
});

test('nothing on a phone is wider than the screen', async () => {
  const { page } = await visit(lab, '#1/landscape?run=start/circles&backend=cpu', { width: 390 });
  await waitForColours(page, SOLID);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.close();
});
