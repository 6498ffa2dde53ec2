// Runs trained as one fleet, by a strategy of the test's choice, in slices of a given number of steps.

import type { Backend } from '../../src/backend/backend.ts';
import type { AdapterTraits, StrategyPin } from '../../src/plan/choose.ts';
import type { Run } from '../../src/spec/types.ts';
import { Fleet } from '../../src/train/fleet.ts';
import { prepareRun } from '../../src/train/session.ts';

export interface Variant {
  readonly traits: AdapterTraits | null;
  readonly pin: StrategyPin;
}

export interface Trained {
  /** Of every step, before its update, [steps × models]. */
  readonly losses: Float64Array;
  /** [models × params] */
  readonly parameters: Float64Array;
  readonly moments: Float64Array;
  readonly diverged: readonly unknown[];
}

/**
 * @param slices how many steps to ask for at once, one after another.
 * @param initial start weights, [models × params].
 */
export async function trainFleet(
  backend: Backend,
  runs: readonly Run[],
  slices: readonly number[],
  variant?: Variant,
  initial?: Float64Array,
): Promise<Trained> {
  const prepared = await Promise.all(runs.map((run) => prepareRun(run)));
  const fitted = prepared.map((each) => each.fitted);
  const device = variant ? { ...backend, traits: variant.traits } : backend;
  const fleet = await Fleet.create(device, fitted, prepared[0]!.data, initial, variant?.pin);
  for (const steps of slices) await fleet.step(steps, () => true);
  const { parameters, moments } = await fleet.state();
  const diverged = await fleet.divergences();
  const losses = Float64Array.from(fleet.history.flatMap((row) => [...row.losses]));
  fleet.dispose();
  return { losses, parameters: Float64Array.from(parameters), moments: Float64Array.from(moments), diverged };
}
