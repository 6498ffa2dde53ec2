// How much is asked of a device at once, on a clock of the test's own and a device whose steps take a set time.
import { describe, expect, test } from 'vitest';
import type { Program } from '../../src/backend/backend.ts';
import { createPacer } from '../../src/train/pace.ts';

/** A device that does what it is given one after another, and its clock, which moves when somebody waits for it. */
function createDevice() {
  const pending: { readonly end: number; readonly resolve: () => void }[] = [];
  const clock = { now: 0 };
  let free = 0;
  return {
    clock,
    give(ms: number) {
      free = Math.max(free, clock.now) + ms;
    },
    finished: () => new Promise<void>((resolve) => pending.push({ end: free, resolve })),
    async waitFor(work: Promise<void>) {
      let isDone = false;
      work.then(() => {
        isDone = true;
      });
      await new Promise(setImmediate);
      while (!isDone) {
        const { end, resolve } = pending.shift()!;
        clock.now = Math.max(clock.now, end);
        resolve();
        await new Promise(setImmediate);
      }
    },
  };
}

/** Milliseconds of a slice after forty of them, of steps of `stepMs`. */
async function settledSliceMs(
  kind: 'blocking' | 'queue',
  stepMs: number,
  isVisible: boolean,
  mostSteps = 8192,
  told: { watched?: boolean } = {},
) {
  const device = createDevice();
  const around = { now: () => device.clock.now, isWatched: () => isVisible };
  const pacer = createPacer(told, mostSteps, around);
  const program = { ...device, blocks: kind === 'blocking' } as unknown as Program;
  pacer.begin();
  let slice = 0;
  for (let index = 0; index < 40; index++) {
    slice = pacer.slice();
    device.give(slice * stepMs);
    if (kind === 'blocking') device.clock.now += slice * stepMs;
    await device.waitFor(pacer.pause(slice, program));
  }
  return slice * stepMs;
}

describe('slices of steps', () => {
  // Short enough for a page at 60 frames a second to be drawn between two of them.
  test.each([0.01, 0.03, 0.2, 1])('take 8 to 12 ms when a page is watched, at %s ms a step', async (stepMs) => {
    const sliceMs = await settledSliceMs('queue', stepMs, true);
    expect(sliceMs).toBeGreaterThanOrEqual(8);
    expect(sliceMs).toBeLessThanOrEqual(12);
  });

  test.each([0.2, 1, 8])('take about 100 ms when nobody watches, at %s ms a step', async (stepMs) => {
    const sliceMs = await settledSliceMs('queue', stepMs, false);
    expect(sliceMs).toBeGreaterThanOrEqual(90);
    expect(sliceMs).toBeLessThanOrEqual(110);
  });

  test('go by what the caller says, whatever the page looks like', async () => {
    expect(await settledSliceMs('queue', 1, true, 8192, { watched: false })).toBeCloseTo(100, -1);
    expect(await settledSliceMs('queue', 1, false, 8192, { watched: true })).toBeCloseTo(10, 0);
  });

  // Browsers end work of about two seconds.
  test('are one step where a step takes longer', async () => {
    expect(await settledSliceMs('queue', 250, false)).toBe(250);
  });

  test('never pass the rows of the step tables', async () => {
    expect(await settledSliceMs('queue', 0.001, false, 256)).toBeCloseTo(0.256, 9);
  });

  test('hold a thread that they block for about 10 ms, watched or not', async () => {
    expect(await settledSliceMs('blocking', 0.05, false)).toBeCloseTo(10, 0);
    expect(await settledSliceMs('blocking', 0.05, true)).toBeCloseTo(10, 0);
  });
});
