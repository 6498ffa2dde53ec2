// Early stopping: after each epoch the held-out rows are scored; a model that has not improved for `patience` epochs stops,
// and every model ends with the weights of its best epoch.
// Prechelt 1998, "Early Stopping - But When?", LNCS 1524.

import type { Reals } from '../core/shape.ts';
import type { CanonicalRun } from '../spec/types.ts';
import type { Fleet, Score } from './fleet.ts';

export interface EarlyStop {
  /** Has every model stopped? */
  readonly stopped: boolean;
  /** Scores the models after an epoch. */
  afterEpoch(): Promise<void>;
  /** Puts each model's best weights back. */
  restoreBest(): Promise<void>;
}

export function createEarlyStop(fleet: Fleet, setting: NonNullable<CanonicalRun['earlyStopping']>): EarlyStop {
  const { patience, metric } = setting;
  const models = fleet.runs.map(() => ({ best: Number.NEGATIVE_INFINITY, waited: 0 }));
  let bestParameters: Reals | undefined;

  return {
    get stopped() {
      return models.every(({ waited }) => waited >= patience);
    },
    async afterEpoch() {
      const scores = await fleet.score('validation');
      const now = await fleet.parameters();
      bestParameters ??= now.slice();
      const { params } = fleet.plan;
      models.forEach((model, m) => {
        if (model.waited >= patience) return;
        const value = metricValue(scores[m]!, metric);
        if (!(value > model.best)) {
          model.waited++;
          return;
        }
        model.best = value;
        model.waited = 0;
        bestParameters!.set(now.subarray(m * params, (m + 1) * params), m * params);
      });
    },
    async restoreBest() {
      if (bestParameters) await fleet.setParameters(bestParameters);
    },
  };
}

/** Larger is better. */
function metricValue({ loss, accuracy }: Score, metric: 'validation.loss' | 'validation.accuracy'): number {
  return metric === 'validation.loss' ? -loss : accuracy!;
}
