// The result document: what training a run came to, as the command line prints it and the lab saves it.

import type { Divergence } from '../core/errors.ts';
import type { CanonicalRun } from '../spec/types.ts';
import type { Evaluation, Score } from './fleet.ts';
import type { RecordEntry } from './record.ts';
import type { BackendReport } from './session.ts';

/** What a result tells of. */
export interface Outcome {
  readonly run: CanonicalRun;
  readonly backend: BackendReport;
  /** Steps done. */
  readonly steps: number;
  /** Training was stopped before its end. */
  readonly stopped: boolean;
  readonly record: readonly RecordEntry[];
  readonly scores: Evaluation;
  readonly diverged: Divergence | null;
  readonly classNames: readonly string[] | null;
  /** Milliseconds until training could begin, and of training. */
  readonly setupMs: number;
  readonly trainMs: number;
}

export interface ResultTiming {
  readonly setupMs: number;
  readonly trainMs: number;
  readonly stepsPerSecond: number;
}

export interface ResultDocument {
  readonly basin: 1;
  readonly run: CanonicalRun;
  readonly backend: BackendReport;
  readonly steps: number;
  readonly stopped?: { readonly step: number };
  readonly record: readonly RecordEntry[];
  readonly train: Score;
  readonly test: Score | null;
  readonly validation: Score | null;
  readonly diverged: Divergence | null;
  readonly classNames?: readonly string[];
  readonly timing: ResultTiming;
}

/**
 * The document of an outcome, its times in whole milliseconds.
 *
 * @param extras that were asked for: weights, predictions. They stand before the timing.
 */
export function resultDocument<Extras extends object>(outcome: Outcome, extras: Extras): ResultDocument & Extras {
  const { run, backend, steps, stopped, record, scores, diverged, classNames } = outcome;
  const { train, test, validation } = scores;
  return {
    basin: 1,
    run,
    backend,
    steps,
    ...(stopped && { stopped: { step: steps } }),
    record,
    train,
    test,
    validation,
    diverged,
    ...(classNames && { classNames }),
    ...extras,
    timing: timingOf(outcome),
  };
}

/** Times as results tell them. `steps` done in trainMs. */
export function timingOf({ steps, setupMs, trainMs }: Pick<Outcome, 'steps' | 'setupMs' | 'trainMs'>): ResultTiming {
  const stepsPerSecond = steps === 0 ? 0 : Math.round((1000 * steps) / Math.max(trainMs, 1e-3));
  return { setupMs: Math.round(setupMs), trainMs: Math.round(trainMs), stepsPerSecond };
}
