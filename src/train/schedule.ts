// Learning rates over time. The device gets a base rate per model and a table of factors, computed here in f64.

import { cos } from '../core/math.ts';
import type { CanonicalOptimizer, CanonicalSchedule } from '../spec/types.ts';

/** Where a step stands in its run. */
export interface Moment {
  readonly step: number;
  readonly epoch: number;
  /** Steps of the whole run. */
  readonly steps: number;
}

/** The rate that the factors multiply: 1 where the schedule says rates outright. */
export function baseRate({ learningRate, schedule }: CanonicalOptimizer): number {
  return saysRates(schedule) ? 1 : learningRate;
}

const saysRates = (schedule: CanonicalSchedule): boolean =>
  schedule.name === 'given' || (schedule.name === 'cosine' && schedule.min > 0);

/** Factor on the base rate for the update made at this moment. */
export function rateFactor({ learningRate, schedule }: CanonicalOptimizer, { step, epoch, steps }: Moment): number {
  switch (schedule.name) {
    case 'constant':
      return 1;
    case 'inverseTime':
      return 1 / (1 + schedule.decayRate * Math.floor(Math.max(0, epoch - schedule.delay) / schedule.every));
    case 'step':
      return schedule.factor ** Math.floor(epoch / schedule.every);
    case 'exponential':
      return schedule.decayRate ** epoch;
    case 'cosine': {
      // Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, without restarts.
      const left = (1 + cos(Math.PI * Math.min(1, step / Math.max(1, steps)))) / 2;
      return saysRates(schedule) ? schedule.min + (learningRate - schedule.min) * left : left;
    }
    case 'given':
      return schedule.values[Math.min(step, schedule.values.length - 1)]!;
    default:
      return schedule satisfies never;
  }
}
