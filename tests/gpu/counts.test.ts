// No slow path by accident: after the first steps nothing is allocated, bound or compiled, and nothing is read that nobody asked
// for. Counted at the methods of a real device. (On the host a slice of steps, not a step, makes the arrays of its tables.)
import { beforeAll, describe, expect, test } from 'vitest';
import type { Run, SessionOptions } from '../../src/index.ts';
import { DIGITS, W1, W2 } from '../support/workloads.ts';
import type { Counts } from './page/counts.ts';
import { openPage, type TestPage } from './page-client.ts';

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

type Pin = Pick<SessionOptions, 'pin'>;
const LAYERED: Pin = { pin: { strategy: 'layered' } };

/** Only step 0 is recorded. */
const silent = (run: Run): Run => ({ ...run, record: 1_000_000 });

const CREATED = { buffers: 0, bindGroups: 0, pipelines: 0, shaders: 0 };

describe.each([
  ['W1, resident', W1, {}, 'resident'],
  ['W1, layered', W1, LAYERED, 'layered'],
  ['W2 with dropout, resident', W2, {}, 'resident'],
  ['W2 with dropout, layered', W2, LAYERED, 'layered'],
  ['W3, Adam in mini-batches', DIGITS, {}, 'layered'],
] as [string, Run, Pin, string][])('%s', (_, run, pin, strategy) => {
  test('1,000 steps after the first create nothing and read nothing', async () => {
    const counts = await page.call<Counts>('counts.steps', silent(run), pin, 1, 1000);
    expect(counts.strategy).toBe(strategy);
    // The counter counts.
    expect(Math.min(...Object.values(counts.before))).toBeGreaterThan(0);
    expect(counts.after).toMatchObject({ ...CREATED, maps: 0 });
  });

  // Sooner or later as many reads are under way as slices are: two, and the one that is being read.
  test('recorded losses are read once a slice, through buffers that are kept', async () => {
    const { after } = await page.call<Counts>('counts.steps', { ...run, record: 10 }, pin, 300, 1000);
    expect(after).toMatchObject({ ...CREATED, buffers: expect.any(Number) });
    expect(after.buffers).toBeLessThanOrEqual(2);
    expect(after.maps).toBeGreaterThan(0);
    // A slice is submitted, and then the copy of its losses.
    expect(after.maps).toBeLessThanOrEqual(after.submits / 2);
  });
});

test('a session looks for divergence once a call, through a buffer that is kept', async () => {
  const { after } = await page.call<Counts>('counts.sessionSteps', silent(W1), 1, 1000);
  expect(after).toMatchObject({ ...CREATED, maps: 1 });
});

test('W1: 1,000 steps that nobody watches take at most ten submits', async () => {
  const { strategy, after } = await page.call<Counts>('counts.unwatched', silent(W1), 2000, 1000);
  console.log(`W1: ${after.submits} submits for 1,000 steps`);
  expect(strategy).toBe('resident');
  expect(after.submits).toBeLessThanOrEqual(10);
});
