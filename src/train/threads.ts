// How many processor threads a number of models is worth. Measured in docs/cpu-kernels.md.

import type { Backend } from '../backend/backend.ts';
import type { LoadedDataset } from '../data/load.ts';
import { placeLayers } from '../plan/memory.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { networkShape } from './settings.ts';
import { createTimeline } from './timeline.ts';

/** Multiply-adds of all models. */
export interface Work {
  readonly all: number;
  /** Between two times that all threads are waited for. */
  readonly atOnce: number;
}

/** What makes up for starting a thread (30 to 50 ms): small networks take about 0.2 s for so much. */
const WORTH_A_THREAD = 5e8;
/** What makes up for a question and its answers (0.2 to 0.5 ms): 4 ms of small networks. */
const WORTH_A_WAIT = 1e7;
/** Forward, and the gradients of inputs and weights. */
const PRODUCTS_A_STEP = 3;

/** Threads for this work, or undefined where the backend's own one is as fast. */
export function threadsFor({ threads }: Backend, { all, atOnce }: Work): number | undefined {
  const worth = Math.min(threads, Math.floor(all / WORTH_A_THREAD), Math.floor(atOnce / WORTH_A_WAIT));
  return worth > 1 ? worth : undefined;
}

/** @param updates of all models together. */
export function trainingWork(run: CanonicalRun, data: LoadedDataset, models: number, updates: number): Work {
  const timeline = createTimeline(run, data.train.count);
  const { params } = placeLayers(networkShape([run], data, timeline));
  const update = PRODUCTS_A_STEP * timeline.batch * params;
  const all = updates * update;
  // Early stopping looks at the models after each epoch.
  return { all, atOnce: run.earlyStopping ? models * timeline.stepsPerEpoch * update : all };
}
