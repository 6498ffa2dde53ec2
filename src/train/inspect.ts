// Looking inside a network: what each unit puts out for given rows, and how large everything is in each layer.
// Plain f64 on the CPU, by the op table's own functions; no device.

import type { Dataset } from '../data/dataset.ts';
import { ACTIVATION, activationSlope } from '../ops/activation.ts';
import { denseForward } from '../ops/dense.ts';
import type { ActivationName, CanonicalLayer } from '../spec/types.ts';
import { flattenRows } from './fleet.ts';
import type { LayerTensors } from './weights.ts';

/** Rows as people or arrays have them. */
type RowValues = readonly (readonly number[])[] | Float32Array | Float64Array;

/**
 * What every layer puts out for rows of x, [rows × units] each: hidden layers after their activation and without dropout,
 * the last one its logits.
 *
 * @param layers the run's `layers`.
 * @param weights of one model, as `weights()` gives them.
 * @param x [rows × inputs] as the network sees them, like `data.train.x`: after standardization, where the data has it
 *   (`standardize(x, data.scaling)`).
 */
export function layerOutputs(
  layers: readonly CanonicalLayer[],
  weights: readonly LayerTensors[],
  x: RowValues,
): Float64Array[] {
  let input = flattenRows(x, weights[0]!.shape[1]);
  return weights.map((tensors, l) => {
    input = forward(layers[l]!.activation, tensors, input);
    return input;
  });
}

const NO_DROPOUT = {
  dims: { layers: 1, layer: 0, masks: 1, mask_offset: 0, mask_stride: 0 },
  arrays: {
    drop_keys: new Uint32Array(4),
    drop_scale: Float64Array.of(1),
    clock: new Uint32Array(3),
    drop_masks: new Uint32Array(0),
    order: new Uint32Array(0),
  },
};

/** One layer's outputs, by the row that defines them. */
function forward(activation: ActivationName, { w, b, shape }: LayerTensors, x: Float64Array): Float64Array {
  const [fan_out, fan_in] = shape;
  const batch = x.length / fan_in;
  const parameters = new Float64Array(w.length + b.length);
  parameters.set(w);
  parameters.set(b, w.length);
  const y = new Float64Array(batch * fan_out);
  const flat = { params: parameters.length, w_offset: 0, b_offset: w.length };
  denseForward.cpu(
    { models: 1, batch, fan_in, fan_out, x_offset: 0, x_stride: 0, gather: 0, ...flat, linear: 0, ...NO_DROPOUT.dims },
    { x, parameters, ...NO_DROPOUT.arrays, y },
    { ...denseForward.constants, ACTIVATION: ACTIVATION[activation] },
  );
  return y;
}

/** Rows of x of the training set, spread evenly over it: enough to see how large things are. [at most `most` × inputs] */
export function sampleRows({ train, inputs }: Dataset, most = 256): Float64Array {
  const count = Math.min(most, train.count);
  const x = new Float64Array(count * inputs);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * train.count) / count);
    x.set(train.x.subarray(row * inputs, (row + 1) * inputs), i * inputs);
  }
  return x;
}

/** How large things are in one layer. */
export interface LayerStatistics {
  /** How much a unit's output varies over the rows: its standard deviation, as a root mean square over the units. */
  readonly outputs: number;
  /** Fraction of the units that put out 0 for every row; only relu units can. */
  readonly dead: number;
  /** Fraction of the outputs on a flat end of sigmoid or tanh. */
  readonly saturated: number;
  /** Root mean square of the weights, without the biases. */
  readonly weights: number;
  /** Root mean square of the weights' gradient. */
  readonly gradient: number;
}

/** Layer by layer, for rows of x as in `layerOutputs`. Weights and gradients are those of one model. */
export function layerStatistics(
  layers: readonly CanonicalLayer[],
  weights: readonly LayerTensors[],
  gradients: readonly LayerTensors[],
  x: RowValues,
): LayerStatistics[] {
  return layerOutputs(layers, weights, x).map((outputs, l) => {
    const { activation, units } = layers[l]!;
    return {
      outputs: variation(outputs, units),
      dead: activation === 'relu' ? deadUnits(outputs, units) / units : 0,
      saturated: outputs.filter((h) => isSaturated(activation, h)).length / outputs.length,
      weights: rootMeanSquare(weights[l]!.w),
      gradient: rootMeanSquare(gradients[l]!.w),
    };
  });
}

/** A unit on a flat end passes less than this part of the most gradient that it could. */
const FLAT = 0.05;

/** sigmoid below 0.013 or above 0.987, tanh beyond ±0.975. */
function isSaturated(activation: ActivationName, output: number): boolean {
  if (activation !== 'sigmoid' && activation !== 'tanh') return false;
  const code = ACTIVATION[activation];
  const steepest = activationSlope(code, activation === 'sigmoid' ? 0.5 : 0);
  return activationSlope(code, output) < FLAT * steepest;
}

/** Columns of outputs [rows × units] that are 0 in every row. */
function deadUnits(outputs: Float64Array, units: number): number {
  const alive = new Set<number>();
  outputs.forEach((h, e) => {
    if (h !== 0) alive.add(e % units);
  });
  return units - alive.size;
}

/** Standard deviation of each column of values [rows × columns], as a root mean square over the columns. */
export function variation(values: Float64Array, columns: number): number {
  const rows = values.length / columns;
  const means = new Float64Array(columns);
  values.forEach((value, e) => {
    means[e % columns]! += value / rows;
  });
  return rootMeanSquare(values.map((value, e) => value - means[e % columns]!));
}

function rootMeanSquare(values: Float32Array | Float64Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / values.length);
}
