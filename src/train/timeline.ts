// Which rows each step trains on. One timeline serves all models of a plan: they share data and batch order.

import { NumpyRandom } from '../core/rng/numpy.ts';
import { streamKey } from '../core/rng/streams.ts';
import { foldIn, permutation } from '../core/rng/threefry.ts';
import { batchSize, epochRows, stepsPerEpoch, totalSteps } from '../spec/steps.ts';
import type { CanonicalRun } from '../spec/types.ts';
import type { Moment } from './schedule.ts';

export interface Timeline {
  /** Steps of the whole run. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Rows of a whole batch. */
  readonly batch: number;
  /** Is a batch something else than the whole training set in file order? */
  readonly gather: boolean;
  moment(step: number): Moment;
  /** Rows of this step's batch; the last one of an epoch may be smaller. */
  batchRows(step: number): number;
  /** The batch's row numbers into `order` at `offset`; past its end row 0, whose gradient is zero. */
  writeOrder(step: number, order: Uint32Array, offset: number): void;
}

export function createTimeline(run: CanonicalRun, trainRows: number): Timeline {
  const batch = batchSize(run, trainRows);
  const perEpoch = stepsPerEpoch(run, trainRows);
  const rows = epochRows(run, trainRows);
  const steps = totalSteps(run, trainRows);
  const orderOf = epochOrder(run, trainRows);
  const batchRows = (step: number) => Math.min(batch, rows - (step % perEpoch) * batch);
  let known: { epoch: number; order: Uint32Array } = { epoch: -1, order: new Uint32Array() };

  return {
    steps,
    stepsPerEpoch: perEpoch,
    batch,
    gather: run.batch.size !== 'full' || typeof run.batch.order !== 'string',
    moment: (step) => ({ step, epoch: Math.floor(step / perEpoch), steps }),
    batchRows,
    writeOrder(step, order, offset) {
      const epoch = Math.floor(step / perEpoch);
      if (known.epoch !== epoch) known = { epoch, order: orderOf(epoch) };
      const first = (step % perEpoch) * batch;
      const used = batchRows(step);
      order.set(known.order.subarray(first, first + used), offset);
      order.fill(0, offset + used, offset + batch);
    },
  };
}

/** Epoch → the order of its rows. */
function epochOrder(run: CanonicalRun, trainRows: number): (epoch: number) => Uint32Array {
  const { order, seed } = run.batch;
  if (Array.isArray(order)) return (epoch) => Uint32Array.from(order[epoch % order.length]!);
  if (order === 'sequential') return () => Uint32Array.from({ length: trainRows }, (_, row) => row);
  if (run.rng === 'numpy') return (epoch) => new NumpyRandom(seed + epoch).permutation(trainRows);
  const key = streamKey(seed, 'batch');
  return (epoch) => permutation(foldIn(key, epoch), trainRows);
}
