// The loss on a plane through a network's weights, and a path of weights on it. Every cell is a model of one fleet.

import { SpecError } from '../core/errors.ts';
import { allocateReals, type Reals } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import type { LayerPlace } from '../plan/plan.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { Fleet } from './fleet.ts';
import { nextTask } from './pace.ts';
import {
  type Coordinates,
  captured,
  checkPlane,
  type Plane,
  pathDirections,
  project,
  randomDirections,
} from './plane.ts';
import type { Session } from './session.ts';
import { threadsFor } from './threads.ts';
import { modelsPerWave } from './waves.ts';
import { flatParameters, type LayerTensors, layerTensors, type Weights } from './weights.ts';

/** The part of the plane that is looked at, in lengths of its directions. */
export interface LandscapeSpan {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface LandscapeOptions {
  /** Cells a side, 2 … 256 (default 41); an odd number has the centre in the middle cell. */
  readonly cells?: number;
  /** How far to look: a number is that far on every side. Default 1; along a path, a square around it. */
  readonly span?: number | LandscapeSpan;
  /** Of the random directions; the run's own by default. */
  readonly seed?: number;
  /** Weights that were recorded on the way, in order, as `session.weights()` gives them. */
  readonly path?: readonly Weights[];
  /**
   * `random`: two directions, filter by filter as long as the weights. `path`: the plane nearest to the path, whose
   * directions have length 1. Or two of your own. Default: `path` where one is given.
   */
  readonly directions?: 'random' | 'path' | readonly [Weights, Weights];
  /** What the plane goes through; the session's present weights by default. */
  readonly centre?: Weights;
  /** Device memory that the models may take at once (default 256 MiB). What does not fit comes in parts, with the same bits. */
  readonly memoryBytes?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, models: number): void;
}

/** A point of the path: where it lies in the plane, how far off it, and its own loss. */
export interface PathPoint extends Coordinates {
  readonly loss: number;
}

export interface Landscape {
  /** Where the columns and rows of `losses` lie, in lengths of the directions. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Row by row from the lowest y. */
  readonly losses: Float64Array;
  /** The loss at (0, 0). */
  readonly centre: number;
  readonly directions: readonly [LayerTensors[], LayerTensors[]];
  readonly path: readonly PathPoint[];
  /** The share of the path's squared distances from the centre that lies in the plane. */
  readonly captured: number;
}

const CELLS = 41;
const MOST_CELLS = 256;
const MEMORY_BYTES = 256 * 2 ** 20;
/** WebGPU promises 65,535 workgroups a dimension, and one model takes one. */
const MOST_MODELS = 65_535;
/** On the CPU a part is short, for progress and to be cancelled: about this many multiply-adds of each thread. */
const CPU_WORK = 2e7;
/** Cells are only evaluated, so that there is no step to compile a kernel of its own for. */
const LAYERED = { strategy: 'layered' } as const;
/** Air around a path, in parts of its size. */
const MARGIN = 0.25;

/**
 * The training objective without dropout, data loss over all training rows plus the L2 penalty, on a plane through the
 * session's weights. All cells are evaluated together, as models of one fleet on the session's device; the session itself
 * does not change.
 *
 * Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", arXiv:1712.09913.
 *
 * @throws SpecError for options that make no plane; the signal's reason when it is aborted.
 */
export async function lossLandscape(session: Session, options: LandscapeOptions = {}): Promise<Landscape> {
  const { places, params } = session.plan;
  const flat = (weights: Weights, path: string) => finite(flatParameters(weights, places, params, path), path);
  const path = (options.path ?? []).map((weights, i) => flat(weights, `path[${i}]`));
  const centre = flat(options.centre ?? (await session.weights()), options.centre ? 'centre' : 'weights');
  const [u, v] = directionsOf(session, centre, path, options);
  const plane: Plane = { centre, u, v };
  checkPlane(plane);
  const feet = path.map((weights) => project(plane, weights));
  const { x, y } = axes(options, feet.length > 0 && options.directions !== 'random' ? around(feet) : 1);
  const cells = x.length * y.length;
  const place = (m: number, into: Reals): void => {
    if (m >= cells) {
      into.set(path[m - cells] ?? centre);
      return;
    }
    const [dx, dy] = [x[m % x.length]!, y[Math.floor(m / x.length)]!];
    for (let p = 0; p < into.length; p++) into[p] = centre[p]! + dx * u[p]! + dy * v[p]!;
  };
  const losses = await objectives(session, cells + path.length + 1, place, options);
  return {
    x,
    y,
    losses: losses.slice(0, cells),
    centre: losses[cells + path.length]!,
    directions: [layerTensors(u, places, params), layerTensors(v, places, params)],
    path: feet.map((foot, i) => ({ ...foot, loss: losses[cells + i]! })),
    captured: captured(plane, path),
  };
}

// ---------------------------------------------------------------- the plane

function directionsOf(
  { plan, run }: Session,
  centre: Float64Array,
  path: readonly Float64Array[],
  options: LandscapeOptions,
): [Float64Array, Float64Array] {
  const { places, params } = plan;
  const wanted = options.directions ?? (path.length > 0 ? 'path' : 'random');
  if (typeof wanted !== 'string') {
    const { length } = wanted as readonly unknown[];
    if (length !== 2)
      throw new SpecError('directions', `has ${length} entries. Allowed: two, of a network's weights each.`);
    return [
      flatParameters(wanted[0], places, params, 'directions[0]'),
      flatParameters(wanted[1], places, params, 'directions[1]'),
    ];
  }
  const random = randomDirections(centre, places, checkedSeed(options.seed ?? run.seed));
  if (wanted === 'random') return random;
  if (wanted === 'path') return pathDirections(centre, path, random[0]);
  throw new SpecError('directions', `"${String(wanted)}" is unknown. Allowed: "random", "path", or two of your own.`);
}

function finite(values: Float64Array, path: string): Float64Array {
  if (values.every(Number.isFinite)) return values;
  throw new SpecError(path, 'hold numbers that are not finite: training has diverged. Look at an earlier step.');
}

function checkedSeed(seed: number): number {
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new SpecError('seed', `${seed} is no seed. Allowed: whole numbers from 0 to 2⁵³ − 1.`);
}

function axes(
  { cells = CELLS, span }: LandscapeOptions,
  usual: number | LandscapeSpan,
): { x: Float64Array; y: Float64Array } {
  if (!Number.isInteger(cells) || cells < 2 || cells > MOST_CELLS) {
    throw new SpecError(
      'cells',
      `${cells} is not allowed. Allowed: whole numbers from 2 to ${MOST_CELLS}, the cells of one side.`,
    );
  }
  const { x, y } = checkedSpan(span ?? usual);
  const spread = ([low, high]: readonly [number, number]) =>
    Float64Array.from({ length: cells }, (_, i) => {
      const part = i / (cells - 1);
      return low * (1 - part) + high * part;
    });
  return { x: spread(x), y: spread(y) };
}

function checkedSpan(span: number | LandscapeSpan): LandscapeSpan {
  const { x, y } = typeof span === 'number' ? { x: [-span, span] as const, y: [-span, span] as const } : span;
  for (const [low, high] of [x, y]) {
    if (Number.isFinite(low) && Number.isFinite(high) && low < high) continue;
    throw new SpecError(
      'span',
      `${low} … ${high} is no range. Allowed: a number above 0, or { x: [low, high], y: [low, high] }.`,
    );
  }
  return { x, y };
}

/** A square that holds the path and the centre with some air. */
function around(feet: readonly Coordinates[]): LandscapeSpan {
  const range = (values: readonly number[]) => [Math.min(0, ...values), Math.max(0, ...values)] as const;
  const ranges = [range(feet.map(({ x }) => x)), range(feet.map(({ y }) => y))] as const;
  const half = (0.5 + MARGIN) * Math.max(...ranges.map(([low, high]) => high - low));
  const [x, y] = ranges.map(([low, high]) => [(low + high) / 2 - half, (low + high) / 2 + half] as const);
  return { x: x!, y: y! };
}

// ---------------------------------------------------------------- the losses

/** What a cell's network is evaluated as: dropout and everything that only training needs is out of it. */
function evaluatedRun(run: CanonicalRun): CanonicalRun {
  const layers = run.layers.map(({ dropMasks: _, ...layer }) => ({ ...layer, dropRate: 0 }));
  const optimizer = { name: 'sgd', learningRate: 0, schedule: { name: 'constant' } } as const;
  return { ...run, layers, optimizer, batch: { size: 1, order: 'sequential', seed: 0 } };
}

/** The objective of `models` models, [models], in as few parts as memory allows. */
async function objectives(
  { run, data, engine, plan }: Session,
  models: number,
  place: (model: number, into: Reals) => void,
  { memoryBytes = MEMORY_BYTES, signal, onProgress }: LandscapeOptions,
): Promise<Float64Array> {
  signal?.throwIfAborted();
  const own: LoadedDataset = { ...data, validation: null, test: null };
  const work = own.train.count * plan.params;
  const threads = threadsFor(engine, { all: models * work, atOnce: models * work });
  const cpuPart = Math.max(1, Math.floor(((threads ?? 1) * CPU_WORK) / work));
  const most = Math.min(models, engine.name === 'cpu' ? cpuPart : MOST_MODELS);
  const copies = new Array<CanonicalRun>(most).fill(evaluatedRun(run));
  const part = modelsPerWave(copies, own, engine, memoryBytes, LAYERED, threads);
  const parameters = allocateReals(engine.precision, part * plan.params);
  const parametersOf = (m: number) => parameters.subarray(m * plan.params, (m + 1) * plan.params);
  const beginning = { initial: new Float64Array(0), pin: LAYERED, threads };
  const fleet = Fleet.parked(engine, copies.slice(0, part), own, beginning);
  const losses = new Float64Array(models);
  try {
    for (let first = 0; first < models; first += part) {
      // The last part's spare models keep the weights of the part before.
      const count = Math.min(part, models - first);
      for (let m = 0; m < count; m++) place(first + m, parametersOf(m));
      await fleet.setParameters(parameters);
      const scores = await fleet.evaluate();
      for (let m = 0; m < count; m++) {
        losses[first + m] = scores[m]!.train.loss + penalty(parametersOf(m), plan.places, run.l2 / own.train.count);
      }
      onProgress?.(first + count, models);
      await nextTask();
      signal?.throwIfAborted();
    }
  } finally {
    fleet.dispose();
  }
  return losses;
}

/** λ/(2N) · Σ‖W‖² */
function penalty(flat: Reals, places: readonly LayerPlace[], l2: number): number {
  let squares = 0;
  for (const { fanIn, fanOut, wOffset } of places) {
    for (let p = wOffset; p < wOffset + fanIn * fanOut; p++) squares += flat[p]! ** 2;
  }
  return (l2 / 2) * squares;
}
