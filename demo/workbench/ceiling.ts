// Where the loss axis of the workbench ends: one for all runs, so that their curves can be compared. Pure.

/** A run that diverges must not press the others flat. */
const MOST_TIMES_FIRST = 3;
const AIR = 1.08;

/** @param curves losses of each run from its start on, training and test rows alike */
export function lossCeiling(curves: readonly (readonly number[])[]): number {
  const finite = curves.map((losses) => losses.filter(Number.isFinite)).filter((losses) => losses.length > 0);
  if (finite.length === 0) return 1;
  const most = Math.max(...finite.map((losses) => losses.reduce((a, b) => Math.max(a, b))));
  const first = Math.min(...finite.map((losses) => losses[0]!));
  return AIR * Math.min(most, MOST_TIMES_FIRST * first) || 1;
}
