// Gradient checking: the backward pass against five-point differences of the forward pass.
// All perturbed copies of the network are models of one fleet, evaluated in one go. f64, on the CPU.

import type { Backend } from '../backend/backend.ts';
import { createCpuBackend } from '../backend/cpu.ts';
import { SpecError } from '../core/errors.ts';
import type { Reals } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import type { Plan } from '../plan/plan.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { Fleet } from './fleet.ts';
import { type SmoothStart, smoothStart } from './kinks.ts';

export interface GradientCheck {
  /** ‖analytic − numeric‖ / (‖analytic‖ + ‖numeric‖) over all parameters; 0 where both are 0. */
  readonly difference: number;
  /** The same, layer by layer. */
  readonly layers: readonly number[];
  /** How much of each layer's difference rounding alone may make: much only where a layer's gradient is next to nothing. */
  readonly noise: readonly number[];
  /** Training rows that took part: those for which no unit is within 1e-3 of its kink, at most 32. */
  readonly rows: number;
  /** Were the weights moved, because fewer than four rows were clear of every kink? */
  readonly moved: boolean;
  /** The flat weights that were checked. */
  readonly parameters: Float64Array;
  readonly analytic: Float64Array;
  readonly numeric: Float64Array;
}

export interface GradientCheckOptions {
  /** Distance of the differences. */
  readonly epsilon?: number;
  /** Flat weights to check at [params]; the run's start without. */
  readonly parameters?: Float64Array;
}

/** Offsets and weights of f'(x) ≈ (f(x−2ε) − 8 f(x−ε) + 8 f(x+ε) − f(x+2ε)) / 12ε. Abramowitz & Stegun, 25.3.6. */
const STENCIL = [
  { offset: -2, weight: 1 / 12 },
  { offset: -1, weight: -8 / 12 },
  { offset: 1, weight: 8 / 12 },
  { offset: 2, weight: -1 / 12 },
] as const;

const MOST_ROWS = 32;
/** More perturbed copies at once than this gain nothing on the CPU. */
const COPIES_AT_ONCE = 512;
/** Above this, the check would take minutes. */
const MOST_PARAMETERS = 20_000;

/**
 * Checks the gradient of a run's first update, dropout and penalty included.
 *
 * Rounding noise of the differences is about 1e-16/ε relative to the loss, their error ε⁴: near 1e-5 both are below 1e-10.
 *
 * @throws SpecError when the network is too large to check.
 */
export async function checkGradient(
  run: CanonicalRun,
  data: LoadedDataset,
  { epsilon = 1e-5, parameters }: GradientCheckOptions = {},
): Promise<GradientCheck> {
  const start = await gradientStart(run, data, MOST_ROWS, parameters);
  const fleet = await Fleet.create(await createCpuBackend('f64'), [start.run], start.data, start.parameters);
  const analytic = Float64Array.from(await fleet.gradients());
  const loss = (await fleet.losses())[0]!;
  const numeric = await numericGradient(start, usedParameters(fleet.plan), epsilon);
  const { plan } = fleet;
  return {
    difference: relativeDifference(analytic, numeric),
    layers: layerDifferences(plan, analytic, numeric),
    noise: layerNoise(plan, analytic, numeric, (4 * Number.EPSILON * Math.max(1, Math.abs(loss))) / epsilon),
    rows: start.data.train.count,
    moved: start.moved,
    parameters: start.parameters,
    analytic,
    numeric,
  };
}

/**
 * The run at its start, or at `parameters`, with the training rows (at most `most`) that are clear of every kink.
 *
 * @throws SpecError when the network is too large to check, or no rows are clear.
 */
async function gradientStart(
  run: CanonicalRun,
  data: LoadedDataset,
  most: number,
  parameters?: Float64Array,
): Promise<SmoothStart> {
  const fleet = await Fleet.create(await createCpuBackend('f64'), [run], data, parameters);
  const { params, places } = fleet.plan;
  if (params > MOST_PARAMETERS) {
    throw new SpecError(
      'layers',
      `make ${params} parameters. Allowed for a gradient check: ${MOST_PARAMETERS}. Check a smaller network of the same kind.`,
    );
  }
  const at = Float64Array.from(await fleet.parameters());
  const start = smoothStart(run, data, places, at, most);
  if (start) return start;
  throw new SpecError(
    'layers',
    'have a unit at its kink for nearly every row. Check a smaller network of the same kind.',
  );
}

export interface GradientParity {
  /** ‖gradient − reference‖ / (‖gradient‖ + ‖reference‖), layer by layer. */
  readonly layers: readonly number[];
  /** Training rows that took part: all that are clear of every kink. */
  readonly rows: number;
}

/** A backend's gradient at `parameters` against that of the CPU in f64. */
export async function compareGradients(
  backend: Backend,
  run: CanonicalRun,
  data: LoadedDataset,
  parameters: Float64Array,
): Promise<GradientParity> {
  const start = await gradientStart(run, data, data.train.count, parameters);
  const create = (on: Backend) => Fleet.create(on, [start.run], start.data, start.parameters);
  const reference = await create(await createCpuBackend('f64'));
  const other = await create(backend);
  const layers = layerDifferences(reference.plan, await other.gradients(), await reference.gradients());
  other.dispose();
  return { layers, rows: start.data.train.count };
}

/** Five-point differences by each of the parameters `used`; 0 elsewhere. */
async function numericGradient(start: SmoothStart, used: readonly number[], epsilon: number): Promise<Float64Array> {
  const numeric = new Float64Array(start.parameters.length);
  const perBatch = COPIES_AT_ONCE / STENCIL.length;
  for (let first = 0; first < used.length; first += perBatch) {
    const chosen = used.slice(first, first + perBatch);
    const losses = await perturbedLosses(start, chosen, epsilon);
    chosen.forEach((p, i) => {
      numeric[p] = STENCIL.reduce(
        (sum, { weight }, k) => sum + (weight * losses[i * STENCIL.length + k]!) / epsilon,
        0,
      );
    });
  }
  return numeric;
}

/** Losses of copies of the network, each with one parameter moved by one offset of the stencil. */
async function perturbedLosses(
  { run, data, parameters: at }: SmoothStart,
  chosen: readonly number[],
  epsilon: number,
): Promise<Reals> {
  const copies = chosen.flatMap((p) => STENCIL.map(({ offset }) => ({ p, offset })));
  const initial = new Float64Array(copies.length * at.length);
  copies.forEach(({ p, offset }, m) => {
    initial.set(at, m * at.length);
    initial[m * at.length + p]! += offset * epsilon;
  });
  const fleet = await Fleet.create(
    await createCpuBackend('f64'),
    copies.map(() => run),
    data,
    initial,
  );
  return fleet.losses();
}

/** Parameters that belong to a tensor; the rest is padding between tensors. */
function usedParameters({ places }: Plan): number[] {
  const range = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i);
  return places.flatMap(({ wOffset, bOffset, fanIn, fanOut }) => [
    ...range(wOffset, fanIn * fanOut),
    ...range(bOffset, fanOut),
  ]);
}

/** `of` each layer's part of two gradients. */
function byLayer<T>({ places, params }: Plan, a: Reals, b: Reals, of: (a: Reals, b: Reals) => T): T[] {
  return places.map(({ wOffset }, l) => {
    const end = places[l + 1]?.wOffset ?? params;
    return of(a.subarray(wOffset, end), b.subarray(wOffset, end));
  });
}

const layerDifferences = (plan: Plan, a: Reals, b: Reals): number[] => byLayer(plan, a, b, relativeDifference);

/** Rounding of `each` in every element, by the measure of the differences. */
function layerNoise(plan: Plan, a: Reals, b: Reals, each: number): number[] {
  return byLayer(plan, a, b, (x, y) => {
    const scale = norm(x) + norm(y);
    return scale === 0 ? 0 : (each * Math.sqrt(x.length)) / scale;
  });
}

function norm(values: Reals): number {
  let squares = 0;
  for (const v of values) squares += v * v;
  return Math.sqrt(squares);
}

/** ‖a − b‖ / (‖a‖ + ‖b‖), 0 where both are 0. */
export function relativeDifference(a: Reals, b: Reals): number {
  const scale = norm(a) + norm(b);
  return scale === 0 ? 0 : norm(Float64Array.from(a, (v, i) => v - b[i]!)) / scale;
}
