// Early stopping: after each epoch the held-out rows are scored; a model that has not improved for `patience` epochs stops,
// and every model ends with the weights of its best epoch.
// Prechelt 1998, "Early Stopping - But When?", LNCS 1524.

import type { Reals } from '../core/shape.ts';
import type { CanonicalRun } from '../spec/types.ts';
import type { Fleet, Score } from './fleet.ts';

/** What was seen of one model. */
export interface Watched {
  /** The best value so far; larger is better. */
  readonly best: number;
  /** Epochs since then. */
  readonly waited: number;
  /** The weights of then, [params]. */
  readonly parameters: Reals;
}

export interface EarlyStop {
  /** Has every model stopped? */
  readonly stopped: boolean;
  /** Scores the models after an epoch. */
  afterEpoch(): Promise<void>;
  /** Puts each model's best weights back. */
  restoreBest(): Promise<void>;
}

/** What it has seen is the fleet's, and goes where the fleet's state goes. */
export function createEarlyStop(fleet: Fleet, setting: NonNullable<CanonicalRun['earlyStopping']>): EarlyStop {
  const { patience, metric } = setting;
  const { params } = fleet.plan;
  const hasStopped = ({ waited }: Watched) => waited >= patience;

  return {
    get stopped() {
      return fleet.watched?.every(hasStopped) ?? false;
    },
    async afterEpoch() {
      const scores = await fleet.score('validation');
      const all = await fleet.parameters();
      fleet.watched = scores.map((score, m) => {
        const parameters = all.slice(m * params, (m + 1) * params);
        const before = fleet.watched?.[m] ?? { best: Number.NEGATIVE_INFINITY, waited: 0, parameters };
        if (hasStopped(before)) return before;
        const value = metricValue(score!, metric);
        return value > before.best ? { best: value, waited: 0, parameters } : { ...before, waited: before.waited + 1 };
      });
    },
    async restoreBest() {
      if (!fleet.watched) return;
      const all = await fleet.parameters();
      fleet.watched.forEach(({ parameters }, m) => {
        all.set(parameters, m * params);
      });
      await fleet.setParameters(all);
    },
  };
}

/** Larger is better. */
function metricValue({ loss, accuracy }: Score, metric: 'validation.loss' | 'validation.accuracy'): number {
  return metric === 'validation.loss' ? -loss : accuracy!;
}
