// The first paint of the production build, as `npm start` serves it: within a second. Of five fresh loads the fastest counts, since
// other work on the machine can only add to what the page takes. On two cores of a server processor medians were 0.4 to 0.6 s;
// when the same machine ran at half its speed, 0.9 to 1.2 s, and the fastest 0.8 to 1.0 s.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, openLab } from './lab-page.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab?.close();
});

const LOADS = 5;
const MOST_MS = 1000;

/** From the navigation to the first content on the screen, in a profile that has nothing of the page in store. */
async function firstPaintMs(hash: string): Promise<number> {
  const context = await lab.browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${lab.url}${hash}`);
  const ms = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          for (const { name, startTime } of list.getEntries())
            if (name === 'first-contentful-paint') resolve(startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
  await context.close();
  return ms;
}

test.each(['', '#1/tuning', '#1/workbench', '#1/landscape'])('“%s” paints within a second', async (hash) => {
  const times: number[] = [];
  for (let load = 0; load < LOADS; load++) times.push(await firstPaintMs(hash));
  const sorted = times.toSorted((a, b) => a - b).map(Math.round);
  console.log(`first paint of “${hash}”: ${sorted.join(', ')} ms`);
  expect(sorted[0]).toBeLessThan(MOST_MS);
});
