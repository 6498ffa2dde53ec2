// Gradient checking: the backward pass against five-point differences of the forward pass.
// All perturbed copies of the network are models of one fleet, evaluated in one go. f64, on the CPU.

import { createCpuBackend } from '../backend/cpu.ts';
import { SpecError } from '../core/errors.ts';
import type { Reals } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import type { Plan } from '../plan/plan.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { Fleet } from './fleet.ts';

export interface GradientCheck {
  /** ‖analytic − numeric‖ / (‖analytic‖ + ‖numeric‖) over all parameters; 0 where both are 0. */
  readonly difference: number;
  /** The same, layer by layer. */
  readonly layers: readonly number[];
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
  const backend = createCpuBackend('f64');
  const fleet = await Fleet.create(backend, [run], data, parameters);
  if (fleet.plan.params > MOST_PARAMETERS) {
    throw new SpecError('layers', `make ${fleet.plan.params} parameters. Allowed for a check: ${MOST_PARAMETERS}.`);
  }
  const at = Float64Array.from(await fleet.parameters());
  const analytic = Float64Array.from(await fleet.gradients());
  const used = usedParameters(fleet.plan);
  const numeric = new Float64Array(at.length);
  const perBatch = COPIES_AT_ONCE / STENCIL.length;
  for (let first = 0; first < used.length; first += perBatch) {
    const chosen = used.slice(first, first + perBatch);
    const losses = await perturbedLosses(run, data, at, chosen, epsilon);
    chosen.forEach((p, i) => {
      numeric[p] = STENCIL.reduce(
        (sum, { weight }, k) => sum + (weight * losses[i * STENCIL.length + k]!) / epsilon,
        0,
      );
    });
  }
  return {
    difference: relativeDifference(analytic, numeric),
    layers: byLayer(fleet.plan, analytic, numeric),
    analytic,
    numeric,
  };
}

/** Losses of copies of the network, each with one parameter moved by one offset of the stencil. */
async function perturbedLosses(
  run: CanonicalRun,
  data: LoadedDataset,
  at: Float64Array,
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
    createCpuBackend('f64'),
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

function byLayer({ places, params }: Plan, a: Float64Array, n: Float64Array): number[] {
  return places.map(({ wOffset }, l) => {
    const end = places[l + 1]?.wOffset ?? params;
    return relativeDifference(a.subarray(wOffset, end), n.subarray(wOffset, end));
  });
}

/** ‖a − b‖ / (‖a‖ + ‖b‖), 0 where both are 0. */
export function relativeDifference(a: Reals, b: Reals): number {
  const norm = (values: Reals) => {
    let squares = 0;
    for (const v of values) squares += v * v;
    return Math.sqrt(squares);
  };
  const scale = norm(a) + norm(b);
  return scale === 0 ? 0 : norm(Float64Array.from(a, (v, i) => v - b[i]!)) / scale;
}
