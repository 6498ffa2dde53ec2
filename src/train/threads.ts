// How many processor threads a number of models is worth.

import type { Backend } from '../backend/backend.ts';
import type { LoadedDataset } from '../data/load.ts';
import { placeLayers } from '../plan/memory.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { networkShape } from './settings.ts';
import { createTimeline } from './timeline.ts';

/** Multiply-adds that make up for starting a thread (30 to 50 ms): small networks take about 0.2 s for them. */
const WORTH_A_THREAD = 5e8;
/** Forward, and the gradients of inputs and weights. */
const PRODUCTS_A_STEP = 3;

/** Threads for this much work, or undefined where the backend's own one has done it before others have started. */
export function threadsFor({ threads }: Backend, multiplyAdds: number): number | undefined {
  const worth = Math.min(threads, Math.floor(multiplyAdds / WORTH_A_THREAD));
  return worth > 1 ? worth : undefined;
}

/** Multiply-adds of one update of one model. */
export function stepWork(run: CanonicalRun, data: LoadedDataset): number {
  const timeline = createTimeline(run, data.train.count);
  const { params } = placeLayers(networkShape([run], data, timeline));
  return PRODUCTS_A_STEP * timeline.batch * params;
}
