// A plan's models cut into shares. Where elements lie is worked by hand; the bits of shares are those of the whole.
import { describe, expect, test } from 'vitest';
import type { Backend, Program } from '../../src/backend/backend.ts';
import { createCpuBackend } from '../../src/backend/cpu.ts';
import { buildShared } from '../../src/backend/cpu-shared.ts';
import { LimitError } from '../../src/core/errors.ts';
import { planBytes } from '../../src/plan/memory.ts';
import type { PlanBuffer } from '../../src/plan/plan.ts';
import { sharesOf, stretchesOf, withModels } from '../../src/plan/share.ts';
import { Fleet } from '../../src/train/fleet.ts';
import { prepareRun } from '../../src/train/session.ts';
import { W2 } from '../support/workloads.ts';

const buffer = (modelAxis: number | null, ...shape: number[]): PlanBuffer => ({
  name: 'any',
  element: 'real',
  shape,
  modelAxis,
});

describe('shares', () => {
  test('are as equal as can be, in order, and leave no model out', () => {
    expect(sharesOf(7, 3)).toEqual([
      { first: 0, models: 2 },
      { first: 2, models: 2 },
      { first: 4, models: 3 },
    ]);
    expect(sharesOf(2, 2).map(({ models }) => models)).toEqual([1, 1]);
  });

  // Models 2 and 3 of five, three elements each: 6 … 11 of the whole are 0 … 5 of the share.
  test('of a buffer whose first axis is the models are one stretch', () => {
    const share = { first: 2, models: 2 };
    const values = buffer(0, 5, 3);
    expect(stretchesOf(values, share, 0, 15)).toEqual([{ whole: 6, own: 0, length: 6 }]);
    expect(stretchesOf(values, share, 7, 10)).toEqual([{ whole: 7, own: 1, length: 3 }]);
    expect(stretchesOf(values, share, 0, 6)).toEqual([]);
  });

  // Rows of five models: in rows 1 and 2 (elements 5 … 14) models 2 and 3 are 7, 8 and 12, 13; the share's rows have two.
  test('of a buffer whose last axis is the models are a stretch a row', () => {
    expect(stretchesOf(buffer(1, 4, 5), { first: 2, models: 2 }, 5, 15)).toEqual([
      { whole: 7, own: 2, length: 2 },
      { whole: 12, own: 4, length: 2 },
    ]);
  });

  test('of what all models read are the whole', () => {
    expect(stretchesOf(buffer(null, 8), { first: 2, models: 2 }, 3, 7)).toEqual([{ whole: 3, own: 3, length: 4 }]);
  });
});

/** A backend with so many threads, all of them this one. */
async function threaded(precision: 'f32' | 'f64', threads: number): Promise<Backend> {
  const one = await createCpuBackend(precision);
  const build: Backend['build'] = (plan, wanted = 1) =>
    buildShared(plan, new Array<Backend>(Math.min(wanted, threads)).fill(one), `${wanted} threads`);
  return { ...one, threads, build };
}

/** Seven models with their own masks, as numpy's random numbers give them, and their own rates. */
async function sevenModels(backend: Backend, threads?: number): Promise<Fleet> {
  const { fitted, data } = await prepareRun({ ...W2, rng: 'numpy', batch: { size: 50 } });
  const runs = Array.from({ length: 7 }, (_, m) => ({
    ...fitted,
    maskSeed: m,
    optimizer: {
      ...fitted.optimizer,
      learningRate: 0.1 + 0.02 * m,
      schedule: { name: 'cosine' as const, min: 0, steps: 40 },
    },
  }));
  return Fleet.parked(backend, runs as never, data, { threads });
}

async function answersOf(fleet: Fleet) {
  await fleet.step(30, (step) => step % 3 === 0);
  const x = Float64Array.from({ length: 8 }, (_, i) => i / 8);
  return {
    history: fleet.history,
    losses: await fleet.losses(),
    gradients: await fleet.gradients(),
    evaluation: await fleet.evaluate(),
    predictions: await fleet.predict(x),
    grid: await fleet.decisionGrid({ x: [-1, 1], y: [-1, 1], columns: 40, rows: 30 }),
    divergences: await fleet.divergences(),
    state: await fleet.state(),
  };
}

test.each(['f32', 'f64'] as const)('in %s, shares of seven models have the bits of the whole', async (precision) => {
  const whole = await answersOf(await sevenModels(await createCpuBackend(precision)));
  expect(new Set(whole.losses).size).toBe(7);
  for (const threads of [2, 3, 7]) {
    expect(await answersOf(await sevenModels(await threaded(precision, threads), threads))).toEqual(whole);
  }
});

test('each thread has the rows and the tables for itself, and its own models only', async () => {
  const { plan } = await sevenModels(await createCpuBackend('f32'));
  const parts = [2, 2, 3].map((models) => planBytes(withModels(plan, models)));
  expect(planBytes(plan, 3)).toBe(parts.reduce((sum, bytes) => sum + bytes, 0));
});

test('where one thread has no room the others give theirs back, and the models stay where they were', async () => {
  const backend = await threaded('f32', 1);
  let [built, disposed, isFull] = [0, 0, true];
  const counting: Backend = {
    ...backend,
    async build(plan): Promise<Program> {
      const program = await backend.build(plan);
      built++;
      return { ...program, dispose: () => void disposed++ };
    },
  };
  const full: Backend = {
    ...counting,
    build: (plan) => (isFull ? Promise.reject(new LimitError('memory', 2, 1, 'No room.')) : counting.build(plan)),
  };
  const fleet = await sevenModels(
    { ...backend, build: (plan) => buildShared(plan, [counting, full, counting], '3 threads') },
    3,
  );
  await expect(fleet.step(1)).rejects.toThrow(LimitError);
  expect([built, disposed, fleet.isParked]).toEqual([2, 2, true]);
  isFull = false;
  await fleet.step(30);
  expect(await fleet.parameters()).toEqual((await answersOf(await sevenModels(backend))).state.parameters);
});
