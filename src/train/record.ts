// Which losses a run document asks to record, and what they are called in a result.

import type { CanonicalRun } from '../spec/types.ts';
import type { RecordedLosses } from './fleet.ts';
import type { Timeline } from './timeline.ts';

/** A recorded loss: of one step, or the mean over an epoch. */
export type RecordEntry =
  | { readonly step: number; readonly loss: number }
  | { readonly epoch: number; readonly loss: number };

/** Is the loss at this step needed for the record? */
export function recordedSteps(record: CanonicalRun['record'], timeline: Timeline): (step: number) => boolean {
  if (typeof record === 'number') return (step) => step % record === 0;
  const last = Math.ceil(timeline.steps / timeline.stepsPerEpoch) - 1;
  return (step) => {
    const { epoch } = timeline.moment(step);
    return epoch % record.epochs === 0 || epoch === last;
  };
}

/**
 * Model m's record.  By steps: the entries kept, and `end`, the loss after the last update.  By epochs: for every whole
 * recorded epoch the mean over its examples of the loss each met.
 */
export function recordOf(
  record: CanonicalRun['record'],
  timeline: Timeline,
  history: readonly RecordedLosses[],
  m: number,
  end: { step: number; loss: number },
): RecordEntry[] {
  if (typeof record !== 'number') return epochMeans(timeline, history, m);
  const entries = history.filter(({ step }) => step < end.step).map(({ step, losses }) => ({ step, loss: losses[m]! }));
  return [...entries, end];
}

function epochMeans(timeline: Timeline, history: readonly RecordedLosses[], m: number): RecordEntry[] {
  const epochs = new Map<number, { total: number; rows: number; steps: number }>();
  for (const { step, losses } of history) {
    const { epoch } = timeline.moment(step);
    const sum = epochs.get(epoch) ?? { total: 0, rows: 0, steps: 0 };
    const rows = timeline.batchRows(step);
    epochs.set(epoch, { total: sum.total + losses[m]! * rows, rows: sum.rows + rows, steps: sum.steps + 1 });
  }
  return [...epochs]
    .filter(([, { steps }]) => steps === timeline.stepsPerEpoch)
    .map(([epoch, { total, rows }]) => ({ epoch, loss: total / rows }));
}
