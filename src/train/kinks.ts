// Where relu and leakyRelu have no derivative: rows whose pre-activations all keep away from the kink, and weights that
// have such rows. Differences across a kink say nothing about a gradient.

import { foldIn, key, normal } from '../core/rng/threefry.ts';
import type { LoadedDataset } from '../data/load.ts';
import { ACTIVATION, activate } from '../ops/activation.ts';
import type { LayerPlace } from '../plan/plan.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { keptUnits } from './masks.ts';
import { dropScales } from './settings.ts';
import { createTimeline } from './timeline.ts';

/** A pre-activation within this of 0 is too close to the kink. */
const CLEARANCE = 1e-3;

/** What dropout makes of unit `unit` of layer l at a position of the first batch: 0 or 1 / (1 − dropRate); 1 without dropout. */
type DropFactor = (l: number, position: number, unit: number) => number;

function dropFactors(run: CanonicalRun, trainRows: number): DropFactor {
  const masks = keptUnits(run, trainRows, 0);
  const scales = dropScales([run]);
  return (l, position, unit) => {
    const mask = masks[l];
    return mask ? mask[position * run.layers[l]!.units + unit]! * scales[l]! : 1;
  };
}

const isKinked = (activation: string) => activation === 'relu' || activation === 'leakyRelu';

/** Does no kinked unit that is kept come near its kink for this row x [inputs]? */
function isClear(
  run: CanonicalRun,
  places: readonly LayerPlace[],
  parameters: Float64Array,
  x: Float64Array,
  factor: (l: number, unit: number) => number,
): boolean {
  let h = x;
  for (const [l, { fanIn, fanOut, wOffset, bOffset }] of places.entries()) {
    const { activation } = run.layers[l]!;
    const next = new Float64Array(fanOut);
    for (let o = 0; o < fanOut; o++) {
      const kept = factor(l, o);
      if (kept === 0) continue;
      let z = parameters[bOffset + o]!;
      for (let i = 0; i < fanIn; i++) z += parameters[wOffset + o * fanIn + i]! * h[i]!;
      if (isKinked(activation) && Math.abs(z) < CLEARANCE) return false;
      next[o] = kept * activate(ACTIVATION[activation], z);
    }
    h = next;
  }
  return true;
}

/**
 * At most `most` training rows for which no unit is near its kink in the first batch, in file order.
 * Masks go by position, so a row is tried at the position where it would stand.
 */
function clearRows(
  run: CanonicalRun,
  data: LoadedDataset,
  places: readonly LayerPlace[],
  parameters: Float64Array,
  most: number,
): number[] {
  const { inputs, train } = data;
  // numpy's masks change with the size of the batch: when fewer rows are clear, try again with as many as were.
  for (let wanted = Math.min(most, train.count); wanted > 0; ) {
    const restricted = restrictRun(run, wanted);
    const factor = dropFactors(restricted, wanted);
    const { batch } = createTimeline(restricted, wanted);
    const rows: number[] = [];
    for (let row = 0; row < train.count && rows.length < wanted; row++) {
      const position = rows.length;
      const x = train.x.subarray(row * inputs, (row + 1) * inputs);
      const inBatch = position < batch;
      if (isClear(restricted, places, parameters, x, (l, unit) => (inBatch ? factor(l, position, unit) : 1))) {
        rows.push(row);
      }
    }
    if (rows.length === wanted) return rows;
    wanted = rows.length;
  }
  return [];
}

/** The run for the first `rows` rows of another order: in file order, given masks cut to the batch. */
function restrictRun(run: CanonicalRun, rows: number): CanonicalRun {
  const batch = { ...run.batch, order: 'sequential' as const };
  const most = batch.size === 'full' ? rows : Math.min(batch.size, rows);
  const layers = run.layers.map((layer) =>
    layer.dropMasks ? { ...layer, dropMasks: layer.dropMasks.map((mask) => mask.slice(0, most)) } : layer,
  );
  return { ...run, batch, layers };
}

function restrictData(data: LoadedDataset, rows: readonly number[]): LoadedDataset {
  const cut = (values: Float64Array, columns: number) =>
    Float64Array.from(rows.flatMap((row) => [...values.subarray(row * columns, (row + 1) * columns)]));
  const train = { count: rows.length, x: cut(data.train.x, data.inputs), y: cut(data.train.y, data.targets) };
  return { ...data, train, validation: null, test: null };
}

/** A run where its objective has a derivative: fewer rows, and other weights where the run's own have too few such rows. */
export interface SmoothStart {
  readonly run: CanonicalRun;
  readonly data: LoadedDataset;
  /** Flat weights, [params]. */
  readonly parameters: Float64Array;
  /** Are the weights other than those asked for? */
  readonly moved: boolean;
}

const FEWEST_ROWS = 4;
const TRIES = 16;

/**
 * Keeps the rows that are clear of every kink; where fewer than four are, moves the weights by 0.1 · normal draws.
 * Undefined when no draw has enough rows.
 */
export function smoothStart(
  run: CanonicalRun,
  data: LoadedDataset,
  places: readonly LayerPlace[],
  parameters: Float64Array,
  most: number,
): SmoothStart | undefined {
  const enough = Math.min(FEWEST_ROWS, data.train.count);
  for (let trial = 0; trial < TRIES; trial++) {
    const draws = normal(foldIn(key(run.seed), trial), parameters.length);
    const at = trial === 0 ? parameters : parameters.map((value, p) => value + 0.1 * draws[p]!);
    const rows = clearRows(run, data, places, at, most);
    if (rows.length >= enough) {
      const restricted = restrictRun(run, rows.length);
      return { run: restricted, data: restrictData(data, rows), parameters: at, moved: trial > 0 };
    }
  }
  return undefined;
}
