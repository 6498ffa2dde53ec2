// The CPU backend in a browser: in a worker of its own, with the same bits as in Node.
import { beforeAll, expect, test } from 'vitest';
import type { Run } from '../../src/index.ts';
import { type Outcome, trainAlone } from '../support/train.ts';
import { openPage, type TestPage } from './page-client.ts';

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

const run: Run = {
  basin: 1,
  data: { name: 'circles', rows: 90, testRows: 30 },
  layers: [{ units: 9, dropRate: 0.2 }, { units: 5 }, { units: 1 }],
  l2: 0.1,
  optimizer: { name: 'momentum', learningRate: 0.1 },
  batch: { size: 32 },
  steps: 60,
  record: 7,
};

// WebAssembly's arithmetic is exact (WebAssembly Core 2.0, §4.3.3), and nothing else moves the weights.
test('a page trains the bits that Node trains', async () => {
  const there = await page.call<Outcome>('cpu.alone', run, [1, 40, 19]);
  const here = await trainAlone(run, [1, 40, 19], { backend: 'cpu' });
  expect(there.weights).toEqual(here.weights);
  expect(there.record).toEqual(here.record);
  expect(there.losses).toEqual(here.losses);
  expect(page.page.workers()).toHaveLength(1);
});

test('a long step does not hold up the page', async () => {
  const large: Run = {
    basin: 1,
    data: { name: 'blobs', rows: 2000 },
    layers: [{ units: 1200 }, { units: 1200 }, { units: 3 }],
    steps: 2,
  };
  const { stepMs, longestWaitMs } = await page.call<{ stepMs: number; longestWaitMs: number }>(
    'cpu.pageWhileStepping',
    large,
  );
  console.log(`one step of ${stepMs.toFixed(0)} ms; the page waited for ${longestWaitMs.toFixed(0)} ms at most`);
  expect(stepMs).toBeGreaterThan(100);
  expect(longestWaitMs).toBeLessThan(stepMs / 2);
});
