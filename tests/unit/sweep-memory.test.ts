// What a sweep holds on the device at any time, counted where programs are built and disposed of.
import { beforeEach, expect, test, vi } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { createSession, createSweep, type SweepInput } from '../../src/index.ts';
import { planBytes } from '../../src/plan/memory.ts';

const held = { now: 0, peak: 0, largest: 0 };

function counted(backend: Backend): Backend {
  return {
    ...backend,
    async build(plan, threads) {
      const bytes = planBytes(plan, threads);
      held.now += bytes;
      held.peak = Math.max(held.peak, held.now);
      held.largest = Math.max(held.largest, bytes);
      const program = await backend.build(plan, threads);
      return {
        ...program,
        dispose() {
          held.now -= bytes;
          program.dispose();
        },
      };
    },
  };
}

vi.mock('../../src/train/backends.ts', async (original) => {
  const real = await original<typeof import('../../src/train/backends.ts')>();
  const chooseBackend: typeof real.chooseBackend = async (options) => {
    const { backend, why } = await real.chooseBackend(options);
    return { backend: counted(backend), why };
  };
  return { ...real, chooseBackend };
});

beforeEach(() => Object.assign(held, { now: 0, peak: 0, largest: 0 }));

const SWEEP: SweepInput = {
  base: {
    basin: 1,
    data: { name: 'circles', rows: 60, testRows: 20, validationFraction: 0.2 },
    layers: [{ units: 6, dropRate: 0.2 }, { units: 1 }],
    batch: { size: 16 },
    steps: 40,
  },
  vary: { 'optimizer.name': ['sgd', 'adam', 'rmsprop'], seed: { from: 0, count: 9 } },
};

/** To the end with an interruption half-way, and every question in between. */
async function use(input: SweepInput, memoryBytes: number): Promise<number> {
  const sweep = await createSweep(input, { backend: 'cpu', memoryBytes });
  await sweep.step(5);
  for await (const { done } of sweep.train({ everyMs: 1e-3 })) if (done > 0.5) break;
  await sweep.losses();
  await sweep.evaluate();
  for await (const _ of sweep.train());
  await sweep.best();
  await sweep.records();
  await sweep.reset();
  await sweep.step(2);
  const { waves } = sweep;
  sweep.dispose();
  return waves;
}

// A fleet of all nine models of an optimizer takes about 125 KiB: 300 KB hold two of them, 100 KB a part of one.
test.each([300_000, 100_000])('a sweep in waves keeps to %i bytes', async (memoryBytes) => {
  expect(await use(SWEEP, memoryBytes)).toBeGreaterThan(2);
  expect(held.largest).toBeLessThanOrEqual(memoryBytes);
  expect(held.peak).toBeLessThanOrEqual(memoryBytes);
  expect(held.peak).toBeGreaterThan(memoryBytes / 2);
  expect(held.now).toBe(0);
});

test('a model that is larger than the memory is there alone', async () => {
  expect(await use(SWEEP, 1)).toBe(27);
  expect(held.peak).toBe(held.largest);
  expect(held.now).toBe(0);
});

test('models that halving stops leave the device', async () => {
  const sweep = await createSweep({ ...SWEEP, search: { halving: 3 } }, { backend: 'cpu' });
  const all = held.now;
  for await (const _ of sweep.train());
  expect(held.peak).toBe(all);
  // One of 27 models is left. It takes as much as it does alone.
  const left = held.now;
  const last = sweep.run(sweep.modelSteps().indexOf(40));
  sweep.dispose();
  expect(held.now).toBe(0);
  await createSession(last, { backend: 'cpu' });
  expect(held.now).toBe(left);
});
