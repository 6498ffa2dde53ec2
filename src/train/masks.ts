// Which units dropout keeps, as the training kernels have it: for pictures, and for finding rows that are clear of kinks.

import { DROPOUT, dropoutMask } from '../ops/dropout.ts';
import { dropoutDims } from '../plan/compile.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { dropKeys, dropScales, givenMasks, layerShapes } from './settings.ts';
import { createTimeline } from './timeline.ts';

/**
 * The masks of update `step` + 1, hidden layer by hidden layer: [positions in the batch × units], 1 where a unit is kept.
 * A layer without dropout keeps all.
 *
 * @param trainRows rows of the training set.
 */
export function keptUnits(run: CanonicalRun, trainRows: number, step: number): Uint32Array[] {
  const timeline = createTimeline(run, trainRows);
  const { batch } = timeline;
  const layers = layerShapes(run, timeline);
  const arrays = {
    drop_keys: dropKeys([run]),
    drop_scale: dropScales([run]),
    clock: Uint32Array.of(step, 0, 0),
    drop_masks: givenMasks(run, timeline),
  };
  return layers.slice(0, -1).map(({ units, dropout }, l) => {
    const dims = { models: 1, batch, fan_out: units, ...dropoutDims({ layers, batch, sharedMasks: true }, l) };
    const mask = new Uint32Array(batch * units);
    dropoutMask.cpu(dims, { ...arrays, mask }, { ...dropoutMask.constants, DROPOUT: DROPOUT[dropout] });
    return mask.subarray(0, timeline.batchRows(step) * units);
  });
}
