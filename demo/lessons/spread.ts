// Is a difference real, or one lucky seed? Paired over seeds: each seed gives every contender the same start and the same luck.

import { points } from '../view/format.ts';
import type { Contender } from './lesson.ts';

/** All that the spread says of who took part. */
export type Named = Pick<Contender, 'id' | 'label'>;

export interface Difference {
  /** Mean of a − b. */
  readonly mean: number;
  /** Half of the mean's 95 % interval. */
  readonly margin: number;
  readonly wins: number;
  readonly losses: number;
}

/** Student's t for 95 %, both sides, within 1 % from 8 pairs on. Abramowitz & Stegun, 26.7.5, two terms. */
function tQuantile(pairs: number): number {
  const degrees = pairs - 1;
  return 1.96 + 2.372 / degrees + 2.82 / degrees ** 2;
}

/** @param a @param b results of two contenders, seed by seed */
export function pairedDifference(a: readonly number[], b: readonly number[]): Difference {
  const differences = a.map((value, i) => value - b[i]!);
  const n = differences.length;
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1);
  return {
    mean,
    margin: tQuantile(n) * Math.sqrt(variance / n),
    wins: differences.filter((d) => d > 0).length,
    losses: differences.filter((d) => d < 0).length,
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What the spread says, in sentences: the contender with the best mean against each of the others. */
export function spreadVerdict(contenders: readonly Named[], results: readonly (readonly number[])[]): string[] {
  const means = results.map(mean);
  const best = means.indexOf(Math.max(...means));
  return contenders.flatMap((other, i) =>
    i === best ? [] : [sentence(contenders[best]!, other, results[best]!, results[i]!)],
  );
}

function sentence(best: Named, other: Named, a: readonly number[], b: readonly number[]): string {
  const { mean: by, margin, wins, losses } = pairedDifference(a, b);
  const level = a.length - wins - losses;
  if (level === a.length) return `${best.label} and ${other.label} are level with every seed.`;
  const counts = `${best.label} beats ${other.label} with ${wins} of ${a.length} seeds${level > 0 ? ` (${level} level)` : ''}`;
  const size = `by ${points(by)} on average, give or take ${(100 * margin).toFixed(1)}`;
  const judgement =
    by > margin ? 'That is real: luck does not explain it.' : 'That can be luck: the two are not told apart.';
  return `${counts}, ${size}. ${judgement}`;
}
