// How many models a device holds at once.

import type { Backend } from '../backend/backend.ts';
import type { LoadedDataset } from '../data/load.ts';
import type { StrategyPin } from '../plan/choose.ts';
import { compile } from '../plan/compile.ts';
import { largestBufferBytes, planBytes } from '../plan/memory.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { networkShape } from './settings.ts';
import { createTimeline } from './timeline.ts';

/** Models of one plan that fit the memory and the device's buffers together: all of them, or a half, a quarter, … */
export function modelsPerWave(
  runs: readonly CanonicalRun[],
  data: LoadedDataset,
  backend: Backend,
  memory: number,
  pin?: StrategyPin,
  threads = 1,
): number {
  const shape = networkShape(runs, data, createTimeline(runs[0]!, data.train.count));
  const fits = (models: number) => {
    const plan = compile({ ...shape, models }, backend.traits, pin);
    return (
      planBytes(plan, Math.min(threads, models)) <= memory && largestBufferBytes(plan) <= backend.limits.bufferBytes
    );
  };
  let models = runs.length;
  while (models > 1 && !fits(models)) models = Math.ceil(models / 2);
  return models;
}
