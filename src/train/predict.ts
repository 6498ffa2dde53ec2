// What a network's outputs mean, and prediction from a model file, which needs the network and no training data.

import { createCpuBackend } from '../backend/cpu.ts';
import type { Reals } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import type { Model } from '../io/safetensors.ts';
import { placeLayers } from '../plan/memory.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { Fleet } from './fleet.ts';
import { networkShape } from './settings.ts';
import { createTimeline } from './timeline.ts';
import { flatParameters } from './weights.ts';

export interface Outputs {
  /** Outputs of the network for each row. */
  readonly units: number;
  /** Number of classes, or null where the outputs are values. */
  readonly classes: number | null;
  /** One row's class; absent where the outputs are values. */
  readonly classOf?: (row: ArrayLike<number>) => number;
}

/** Softmax tells its units apart, one sigmoid output tells two classes apart; everything else is values. */
export function outputsOf({ loss, layers }: Pick<CanonicalRun, 'loss' | 'layers'>): Outputs {
  const { units } = layers.at(-1)!;
  if (loss === 'softmaxCrossEntropy') return { units, classes: units, classOf: firstLargest };
  if (loss === 'sigmoidCrossEntropy' && units === 1) {
    return { units, classes: 2, classOf: (row) => (row[0]! > 0.5 ? 1 : 0) };
  }
  return { units, classes: null };
}

function firstLargest(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

export interface Predictor {
  /** Columns of x. */
  readonly inputs: number;
  readonly outputs: Outputs;
  /** Probabilities, or values, for rows in the data's own units: [rows × inputs] → [rows × units]. */
  predict(x: Float64Array): Promise<Reals>;
}

/** The network of a model file on the CPU, in the precision of its weights. */
export async function createPredictor(model: Model): Promise<Predictor> {
  const inputs = model.weights[0]!.shape[1];
  const outputs = outputsOf(model.run);
  const precision = model.weights[0]!.w instanceof Float64Array ? 'f64' : 'f32';
  const layers = model.run.layers.map((layer) => ({ ...layer, dropRate: 0 }));
  const run: CanonicalRun = { ...model.run, layers, batch: { size: 'full', order: 'sequential', seed: 0 } };
  const data = oneRow(model, inputs, outputs);
  const { places, params } = placeLayers(networkShape([run], data, createTimeline(run, 1)));
  const initial = flatParameters(model.weights, places, params);
  const fleet = await Fleet.create(await createCpuBackend(precision), [run], data, initial);
  return { inputs, outputs, predict: (x) => fleet.predict(x) };
}

/** A fleet has a data set; this one is never trained on. */
function oneRow({ columns, classNames, scaling }: Model, inputs: number, { units, classes }: Outputs): LoadedDataset {
  const targets = classes === null ? units : 1;
  return {
    inputs,
    targets,
    classes,
    classNames,
    columns,
    train: { count: 1, x: new Float64Array(inputs), y: new Float64Array(targets) },
    validation: null,
    test: null,
    scaling: scaling && { mean: Float64Array.from(scaling.mean), deviation: Float64Array.from(scaling.deviation) },
  };
}
