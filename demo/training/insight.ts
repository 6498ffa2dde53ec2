// What the training worker sees inside its networks, when a job asks for it.

import {
  diagnose,
  type Finding,
  keptUnits,
  type LayerStatistics,
  layerStatistics,
  type Sweep,
  sampleRows,
} from '../../src/index.ts';
import type { Kept, Point } from './protocol.ts';

/** [models][layers] */
export async function sizesOf(sweep: Sweep): Promise<LayerStatistics[][]> {
  const [weights, gradients] = [await sweep.weights(), await sweep.gradients()];
  const x = sampleRows(sweep.data);
  return weights.map((layers, m) => layerStatistics(sweep.run(m).layers, layers, gradients[m]!, x));
}

/** Of each model, for one row of the batch after another. */
export function keptOf(sweep: Sweep): Kept[] {
  return Array.from({ length: sweep.models }, (_, m) => {
    const run = sweep.run(m);
    const masks = keptUnits(run, sweep.data.train.count, sweep.steps);
    const rows = masks.length > 0 ? masks[0]!.length / run.layers[0]!.units : 1;
    const position = sweep.steps % rows;
    const rowOf = (mask: Uint32Array, units: number) => [...mask.subarray(position * units, (position + 1) * units)];
    return { position, layers: masks.map((mask, l) => rowOf(mask, run.layers[l]!.units)) };
  });
}

/** What is wrong with each model. @param curve points since the start, the last one now */
export async function findingsOf(sweep: Sweep, curve: readonly Point[]): Promise<Finding[][]> {
  const [weights, gradients] = [await sweep.weights(), await sweep.gradients()];
  const divergences = await sweep.divergences();
  return weights.map((layers, m) =>
    diagnose({
      run: sweep.run(m),
      data: sweep.data,
      weights: layers,
      gradients: gradients[m]!,
      curve: curve.map(({ step, scores }) => ({ step, scores: scores[m]! })),
      divergence: divergences[m]!,
    }),
  );
}
