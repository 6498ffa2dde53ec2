// What the training worker sees inside its networks, when a job asks for it.

import {
  diagnose,
  type Finding,
  keptUnits,
  type LayerStatistics,
  layerStatistics,
  sampleRows,
} from '../../src/index.ts';
import type { Groups } from './groups.ts';
import type { Kept, Point } from './protocol.ts';

/** [models][layers] */
export async function sizesOf(groups: Groups): Promise<LayerStatistics[][]> {
  const [weights, gradients] = [await groups.weights(), await groups.gradients()];
  const x = sampleRows(groups.data);
  return weights.map((layers, m) => layerStatistics(groups.run(m).layers, layers, gradients[m]!, x));
}

/** Of each model, for one row of the batch after another. */
export function keptOf(groups: Groups): Kept[] {
  const steps = groups.modelSteps();
  return Array.from({ length: groups.models }, (_, m) => {
    const run = groups.run(m);
    const masks = keptUnits(run, groups.data.train.count, steps[m]!);
    const rows = masks.length > 0 ? masks[0]!.length / run.layers[0]!.units : 1;
    const position = steps[m]! % rows;
    const rowOf = (mask: Uint32Array, units: number) => [...mask.subarray(position * units, (position + 1) * units)];
    return { position, layers: masks.map((mask, l) => rowOf(mask, run.layers[l]!.units)) };
  });
}

/** What is wrong with each model. @param curve points since the start, the last one now */
export async function findingsOf(groups: Groups, curve: readonly Point[]): Promise<Finding[][]> {
  const [weights, gradients] = [await groups.weights(), await groups.gradients()];
  const divergences = await groups.divergences();
  return weights.map((layers, m) =>
    diagnose({
      run: groups.run(m),
      data: groups.data,
      weights: layers,
      gradients: gradients[m]!,
      curve: curve.map(({ steps, scores }) => ({ step: steps[m]!, scores: scores[m]! })),
      divergence: divergences[m]!,
    }),
  );
}
