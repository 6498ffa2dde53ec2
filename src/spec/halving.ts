// The successive-halving part of a sweep's search: how many go on after each rung, by which score, and when the first rung ends.
// Jamieson & Talwalkar 2016, arXiv:1502.07943; Li et al. 2018, Hyperband, arXiv:1603.06560, algorithm 1.
import { type Fields, fail, integer, interval, many, oneOf, show } from './checks.ts';
import type { CanonicalRun } from './types.ts';

/** Scores that models are ranked by; never those of the test rows, which are for the end. */
export const RANK_METRICS = ['train.loss', 'train.accuracy', 'validation.loss', 'validation.accuracy'] as const;
export type RankMetric = (typeof RANK_METRICS)[number];

export interface Halving {
  /** After each rung the best one of so many models goes on. */
  readonly halving: number;
  /** Updates of the first rung at least; then there may be fewer rungs. */
  readonly minSteps?: number;
  /** Default: `validation.loss` where rows are held out, else `train.loss`. */
  readonly metric?: RankMetric;
}

/** A rung: so many models train until they have made so many updates. */
export interface Rung {
  readonly models: number;
  readonly steps: number;
}

const FACTOR = interval('[2, 65535]');
const STEPS = interval('[1, 9007199254740991]');

/** Null where the search does not halve. @param base in canonical form. */
export function readHalving(search: Fields, models: number, base: CanonicalRun): Required<Halving> | null {
  if (search.halving === undefined) {
    for (const key of ['minSteps', 'metric']) {
      if (search[key] !== undefined)
        fail(`search.${key}`, `${show(search[key])} without halving. Allowed with it: add "halving": 3, or remove it.`);
    }
    return null;
  }
  const halving = integer('search.halving', search.halving, FACTOR, 'After each rung the best one of so many goes on.');
  if (halving > models) {
    fail(
      'search.halving',
      `${halving} of ${many(models, 'model')} leaves none. Allowed: at most the number of models.`,
    );
  }
  if (base.earlyStopping) {
    fail('search.halving', `${halving} together with base.earlyStopping. Allowed: one of them. Remove one.`);
  }
  const minSteps = integer('search.minSteps', search.minSteps ?? 1, STEPS, 'It is the length of the first rung.');
  return { halving, minSteps, metric: readMetric(search.metric, base.data.validationFraction > 0) };
}

function readMetric(value: unknown, hasValidation: boolean): RankMetric {
  const metric = oneOf('search.metric', value ?? (hasValidation ? 'validation.loss' : 'train.loss'), RANK_METRICS);
  if (metric.startsWith('validation') && !hasValidation) {
    fail('search.metric', `"${metric}" needs held-out rows. Write "validationFraction": 0.2 in base.data.`);
  }
  return metric;
}

/**
 * Rung i of s + 1 trains ⌊n / ηⁱ⌋ models until they have made ⌊R / ηˢ⁻ⁱ⌋ updates: each rung costs about the same. s is the
 * largest that leaves a model in the last rung and `minSteps` updates to the first one.
 *
 * @param steps R, updates of the whole run.
 */
export function rungsOf({ halving, minSteps }: Required<Halving>, models: number, steps: number): Rung[] {
  const rungs: Rung[] = [{ models, steps }];
  for (let part = halving; part <= models && Math.floor(steps / part) >= minSteps; part *= halving) {
    rungs.unshift({ models, steps: Math.floor(steps / part) });
  }
  if (rungs.length === 1) {
    const most = Math.floor(steps / halving);
    const remedy = most > 0 ? `Allowed: at most ${most}, steps / halving.` : 'Train for more steps.';
    fail('search.minSteps', `${minSteps} of ${many(steps, 'step')} leaves no rung before the end. ${remedy}`);
  }
  return rungs.map((rung, i) => ({ ...rung, models: Math.floor(models / halving ** i) }));
}
