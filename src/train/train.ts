// The training loop of a fleet: slices of steps until the run is done, stopped early, or aborted.

import { createEarlyStop } from './early-stopping.ts';
import type { Fleet } from './fleet.ts';
import { recordedSteps } from './record.ts';

export interface Progress {
  /** Updates done, of `steps` in the whole run. */
  readonly step: number;
  readonly steps: number;
  readonly stepsPerSecond: number;
}

export interface TrainOptions {
  /** Ends the loop without an error; training can go on from there. */
  readonly signal?: AbortSignal;
  /** Progress is reported about this often. */
  readonly everyMs?: number;
  /** Ends the loop at this step, where the run goes further; training can go on from there. */
  readonly until?: number;
}

/** Makes `count` updates and keeps the losses that the document asks to record. */
export function stepRecorded(fleet: Fleet, count: number): Promise<void> {
  return fleet.step(count, recordedSteps(fleet.runs[0]!.record, fleet.timeline));
}

/**
 * Trains on to the end of the run document. Yields now and then, and once at the end.
 *
 * @param last the last step, where it is not the document's.
 */
export async function* train(
  fleet: Fleet,
  { signal, everyMs = 100, until = Number.POSITIVE_INFINITY }: TrainOptions = {},
  last = fleet.timeline.steps,
): AsyncGenerator<Progress> {
  const { steps, stepsPerEpoch } = fleet.timeline;
  const end = Math.min(last, until);
  const setting = fleet.runs[0]!.earlyStopping;
  const early = setting && createEarlyStop(fleet, setting);
  let slice = 16;
  while (fleet.steps < end && !early?.stopped && !signal?.aborted) {
    const started = performance.now();
    const toEpochEnd = stepsPerEpoch - (fleet.steps % stepsPerEpoch);
    const count = Math.min(slice, end - fleet.steps, early ? toEpochEnd : Number.POSITIVE_INFINITY);
    await stepRecorded(fleet, count);
    if (early && count === toEpochEnd) await early.afterEpoch();
    const elapsedMs = Math.max(0.01, performance.now() - started);
    slice = Math.max(1, Math.min(4 * slice, Math.round((count * everyMs) / elapsedMs)));
    if (fleet.steps < end) yield { step: fleet.steps, steps, stepsPerSecond: (1000 * count) / elapsedMs };
  }
  if (early && (early.stopped || fleet.steps >= last) && !signal?.aborted) await early.restoreBest();
  yield { step: fleet.steps, steps, stepsPerSecond: 0 };
}
