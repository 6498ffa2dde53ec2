// From run documents to what a plan needs: its shape, and each model's row in the setting buffers.

import { NumpyRandom } from '../core/rng/numpy.ts';
import { streamKey } from '../core/rng/streams.ts';
import { foldIn } from '../core/rng/threefry.ts';
import type { Dataset } from '../data/dataset.ts';
import { keepThreshold } from '../ops/dropout.ts';
import { HYPER, HYPER_SIZE } from '../ops/hyper.ts';
import type { DropoutKind, LayerShape, NetworkShape } from '../plan/plan.ts';
import type { CanonicalLayer, CanonicalRun } from '../spec/types.ts';
import { baseRate } from './schedule.ts';
import type { Timeline } from './timeline.ts';

/** The shape that these runs share. They differ in numbers and seeds only; `planKey` is equal for all of them. */
export function networkShape(runs: readonly CanonicalRun[], data: Dataset, timeline: Timeline): NetworkShape {
  const run = runs[0]!;
  return {
    models: runs.length,
    inputs: data.inputs,
    targets: data.targets,
    layers: layerShapes(run, timeline),
    loss: run.loss!,
    optimizer: run.optimizer.name,
    epsilonInside: epsilonInside(run),
    clip: run.optimizer.clipNorm !== undefined,
    rows: { train: data.train.count, validation: data.validation?.count ?? 0, test: data.test?.count ?? 0 },
    batch: timeline.batch,
    gather: timeline.gather,
    sharedRates: allEqual(runs.map(rateKey)),
    sharedMasks: allEqual(runs.map(maskKey)),
  };
}

export function layerShapes(run: CanonicalRun, timeline: Timeline): LayerShape[] {
  return run.layers.map((layer) => {
    const dropout = dropoutKind(run, layer);
    const masks = dropout === 'given' ? (layer.dropMasks?.length ?? timeline.stepsPerEpoch) : 0;
    return { units: layer.units, activation: layer.activation, dropout, masks };
  });
}

/** Runs with equal keys can be models of one plan: a model's arithmetic never depends on its neighbours. */
export function planKey(run: CanonicalRun): string {
  const dropout = run.layers.map((layer) => dropoutKind(run, layer));
  return JSON.stringify([run.optimizer.name, epsilonInside(run), run.optimizer.clipNorm !== undefined, dropout]);
}

function dropoutKind(run: CanonicalRun, layer: CanonicalLayer): DropoutKind {
  if (layer.dropRate === 0) return 'none';
  return layer.dropMasks || run.rng === 'numpy' ? 'given' : 'counters';
}

function epsilonInside({ optimizer }: CanonicalRun): boolean {
  return 'epsilonInside' in optimizer && optimizer.epsilonInside;
}

const allEqual = (keys: readonly string[]): boolean => keys.every((key) => key === keys[0]);

/** Runs with equal keys have equal rate tables. */
const rateKey = ({ optimizer }: CanonicalRun): string => {
  const [beta1, beta2] = betas(optimizer);
  const learningRate = optimizer.schedule.name === 'cosine' ? optimizer.learningRate : 0;
  return JSON.stringify([optimizer.schedule, learningRate, beta1, beta2]);
};

/** Runs with equal keys have equal given masks: listed ones are the base's, numpy's follow the drop rate. */
const maskKey = (run: CanonicalRun): string =>
  JSON.stringify(run.rng === 'numpy' ? [run.maskSeed, run.layers.map((l) => l.dropRate)] : 0);

/** β₁ and β₂ as the optimizer kernel reads them; 0 where the optimizer has none. */
export function betas(optimizer: CanonicalRun['optimizer']): [number, number] {
  switch (optimizer.name) {
    case 'sgd':
      return [0, 0];
    case 'momentum':
    case 'nesterov':
      return [optimizer.beta, 0];
    case 'rmsprop':
      return [0, optimizer.beta];
    case 'adam':
    case 'adamw':
      return [optimizer.beta1, optimizer.beta2];
    default:
      return optimizer satisfies never;
  }
}

/** [models × HYPER_SIZE] */
export function hyperTable(runs: readonly CanonicalRun[], trainRows: number): Float64Array {
  const table = new Float64Array(runs.length * HYPER_SIZE);
  runs.forEach(({ optimizer, l2 }, m) => {
    const [beta1, beta2] = betas(optimizer);
    const row = table.subarray(m * HYPER_SIZE);
    row[HYPER.learningRate] = baseRate(optimizer);
    row[HYPER.l2] = l2 / trainRows;
    row[HYPER.share1] = 1 - beta1;
    row[HYPER.share2] = 1 - beta2;
    row[HYPER.epsilon] = 'epsilon' in optimizer ? optimizer.epsilon : 0;
    row[HYPER.weightDecay] = 'weightDecay' in optimizer ? optimizer.weightDecay : 0;
    row[HYPER.clipNorm] = optimizer.clipNorm ?? 0;
  });
  return table;
}

/** [models × layers × 4]: key words of the layer's stream, keep threshold, unused. */
export function dropKeys(runs: readonly CanonicalRun[]): Uint32Array {
  const rows = runs.flatMap((run) => {
    const stream = streamKey(run.seed, 'dropout');
    return run.layers.flatMap((layer, l) => [...foldIn(stream, l), keepThreshold(layer.dropRate), 0]);
  });
  return Uint32Array.from(rows);
}

/** [models × layers]: 1 / (1 − dropRate). */
export function dropScales(runs: readonly CanonicalRun[]): Float64Array {
  return Float64Array.from(runs.flatMap((run) => run.layers.map((layer) => 1 / (1 - layer.dropRate))));
}

/** Given masks of one model, layer by layer, each (masks, batch, units); empty where no layer has any. */
export function givenMasks(run: CanonicalRun, timeline: Timeline): Uint32Array {
  const given = run.layers.filter((layer) => dropoutKind(run, layer) === 'given');
  if (run.rng !== 'numpy') return Uint32Array.from(given.flatMap((layer) => layer.dropMasks!.flat(2)));
  const perLayer = given.map(
    (layer) => new Uint32Array((layer.dropMasks?.length ?? timeline.stepsPerEpoch) * timeline.batch * layer.units),
  );
  for (let step = 0; step < timeline.stepsPerEpoch; step++) {
    // The notebooks reseed at every step and draw (units, rows), layer by layer.
    const random = new NumpyRandom(run.maskSeed ?? 1);
    given.forEach((layer, index) => {
      if (layer.dropMasks) return;
      const rows = timeline.batchRows(step);
      const draws = random.uniform(layer.units * rows);
      const mask = perLayer[index]!.subarray(step * timeline.batch * layer.units);
      for (let unit = 0; unit < layer.units; unit++) {
        for (let row = 0; row < rows; row++) {
          mask[row * layer.units + unit] = draws[unit * rows + row]! < 1 - layer.dropRate ? 1 : 0;
        }
      }
    });
  }
  given.forEach((layer, index) => {
    if (layer.dropMasks) perLayer[index]!.set(layer.dropMasks.flat(2));
  });
  return Uint32Array.from(perLayer.flatMap((mask) => [...mask]));
}
