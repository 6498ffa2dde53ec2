// How long a run is: pure arithmetic over a canonical document and the number of its training rows.
import type { CanonicalRun } from './types.ts';

/** The parts of a canonical document that decide its length. */
export type RunLength = Pick<CanonicalRun, 'batch' | 'steps' | 'epochs'>;

/** Rows held out of `rows` by a fraction: the nearest number, but at least one on either side. 0 holds out none. */
export function heldOutRows(rows: number, fraction: number): number {
  if (fraction === 0) return 0;
  return Math.min(Math.max(Math.round(rows * fraction), 1), rows - 1);
}

/** Rows that one epoch visits: all training rows, or as many as a given order lists. */
export function epochRows(run: RunLength, trainRows: number): number {
  const { order } = run.batch;
  return typeof order === 'string' ? trainRows : (order[0]?.length ?? trainRows);
}

/** Rows of a whole batch. A size above the epoch's rows is the epoch's rows. */
export function batchSize(run: RunLength, trainRows: number): number {
  const rows = epochRows(run, trainRows);
  return run.batch.size === 'full' ? rows : Math.min(run.batch.size, rows);
}

/** Updates in one epoch; the last one may have a smaller batch. */
export function stepsPerEpoch(run: RunLength, trainRows: number): number {
  return Math.ceil(epochRows(run, trainRows) / batchSize(run, trainRows));
}

/** Updates in the whole run, if nothing stops it early. */
export function totalSteps(run: RunLength, trainRows: number): number {
  return run.steps ?? (run.epochs ?? 0) * stepsPerEpoch(run, trainRows);
}
