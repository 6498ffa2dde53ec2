// Loss heads: the loss of every row and its gradient, both from logits; and the training objective.
// Log-sum-exp forms throughout: finite wherever the loss is mathematically finite.

import { ceilDiv, type Reals } from '../core/shape.ts';
import type { LossName } from '../spec/types.ts';
import { sigmoid } from './activation.ts';
import { batchRow } from './batch.ts';
import { HYPER, HYPER_SIZE } from './hyper.ts';
import { type Arrays, type Dims, defineOp, read, readU32, readWriteU32, write } from './op.ts';

/** Codes of the kernels' LOSS constant. */
export const LOSS = {
  sigmoidCrossEntropy: 0,
  softmaxCrossEntropy: 1,
  meanSquaredError: 2,
} as const satisfies Record<LossName, number>;

/** ln Σ e^z over `width` logits from `start`. */
function logSumExp(logits: Reals, start: number, width: number): number {
  let max = -Infinity;
  for (let o = 0; o < width; o++) max = Math.max(max, logits[start + o]!);
  let total = 0;
  for (let o = 0; o < width; o++) total += Math.exp(logits[start + o]! - max);
  return max + Math.log(total);
}

/**
 * Loss of one row: the sum over its outputs, no ½.
 * `y` holds `units` targets from `yStart`; for softmax one class index.
 */
export function rowLoss(loss: number, logits: Reals, start: number, units: number, y: Reals, yStart: number): number {
  if (loss === LOSS.softmaxCrossEntropy) return logSumExp(logits, start, units) - logits[start + y[yStart]!]!;
  let total = 0;
  for (let o = 0; o < units; o++) {
    const z = logits[start + o]!;
    const target = y[yStart + o]!;
    if (loss === LOSS.meanSquaredError) total += (z - target) ** 2;
    else total += Math.max(z, 0) - z * target + Math.log1p(Math.exp(-Math.abs(z)));
  }
  return total;
}

/**
 * row_loss and d_logits = ∂(mean loss)/∂logits of the batch; rows past the batch's end give zeros.
 * Writes the step into `health` when a row's loss is not finite.
 */
export const lossHead = defineOp({
  name: 'loss_head',
  file: 'loss_head',
  dims: ['models', 'batch', 'units', 'targets', 'gather', 'health_stride'],
  bindings: {
    logits: read('models', 'batch', 'units'),
    y: read('rows', 'targets'),
    clock: readU32('3'),
    /** rows of each step's batch */
    batch_rows: readU32('table_steps'),
    order: readU32('table_steps', 'batch'),
    row_loss: write('models', 'batch'),
    d_logits: write('models', 'batch', 'units'),
    health: readWriteU32('models', 'health_stride'),
  },
  constants: { WORKGROUP_SIZE: 32, LOSS: LOSS.sigmoidCrossEntropy },
  uses: ['lib/loss', 'lib/numeric', 'lib/batch', 'lib/clock'],
  grid: (d, c) => [ceilDiv(d.batch, c.WORKGROUP_SIZE), 1, d.models],
  // exp and log are within 3 + 2·|x| ulp and 2⁻²¹ absolute (WGSL §15.7.4.1).
  tolerance: (d) => ({ rtol: 2e-6, atol: 2e-6 * d.units }),
  cpu(d, a, c) {
    const rows = a.batch_rows[a.clock[0]! - a.clock[1]!]!;
    for (let m = 0; m < d.models; m++) {
      for (let row = 0; row < d.batch; row++) {
        const start = (m * d.batch + row) * d.units;
        const y = batchRow(d, a, row) * d.targets;
        const used = row < rows;
        const loss = used ? rowLoss(c.LOSS, a.logits, start, d.units, a.y, y) : 0;
        a.row_loss[m * d.batch + row] = loss;
        if (!Number.isFinite(a.row_loss[m * d.batch + row]!)) markUnhealthy(a.health, m * d.health_stride, a.clock[0]!);
        if (used) rowGradient(c.LOSS, d.units, rows, a, start, y);
        else a.d_logits.fill(0, start, start + d.units);
      }
    }
  },
});

type HeadArrays = Arrays<{
  logits: ReturnType<typeof read>;
  y: ReturnType<typeof read>;
  d_logits: ReturnType<typeof read>;
}>;

/** Gradient of one row's loss, divided by the rows of the batch. */
function rowGradient(loss: number, units: number, rows: number, a: HeadArrays, start: number, y: number): void {
  const normalizer = loss === LOSS.softmaxCrossEntropy ? logSumExp(a.logits, start, units) : 0;
  for (let o = 0; o < units; o++) {
    const z = a.logits[start + o]!;
    let slope: number;
    if (loss === LOSS.softmaxCrossEntropy) slope = Math.exp(z - normalizer) - (a.y[y] === o ? 1 : 0);
    else if (loss === LOSS.meanSquaredError) slope = 2 * (z - a.y[y + o]!);
    else slope = sigmoid(z) - a.y[y + o]!;
    a.d_logits[start + o] = slope / rows;
  }
}

/**
 * The training objective of the step: mean row loss + λ/(2N) · Σ‖W‖² over weights, not biases.
 * Writes row (step − the tables' first step) of `losses`, and the step into `health` when it is not finite.
 */
export const objective = defineOp({
  name: 'objective',
  file: 'objective',
  dims: ['models', 'batch', 'params', 'tensors', 'health_stride'],
  bindings: {
    row_loss: read('models', 'batch'),
    parameters: read('models', 'params'),
    /** where each tensor of the flat parameters begins, w and b in turn, and where the last ends */
    tensor_offsets: readU32('tensors_and_end'),
    hyper: read('models', 'hyper'),
    clock: readU32('3'),
    batch_rows: readU32('table_steps'),
    losses: write('table_steps', 'models'),
    health: readWriteU32('models', 'health_stride'),
  },
  constants: { WORKGROUP_SIZE: 64 },
  uses: ['lib/hyper', 'lib/numeric', 'lib/clock', 'lib/reduce'],
  grid: (d) => [1, 1, d.models],
  // Two sums of terms that are not negative, each thread's own and then a tree: one rounding a term and level, relative
  // to the sum; a division of 2.5 ulp (WGSL §15.7.4.1).
  tolerance: (d) => ({ rtol: (Math.max(d.batch, d.params) / 64 + 16) * 2 ** -23, atol: 0 }),
  cpu(d, a) {
    const step = a.clock[0]!;
    const slot = step - a.clock[1]!;
    for (let m = 0; m < d.models; m++) {
      let data = 0;
      for (let row = 0; row < d.batch; row++) data += a.row_loss[m * d.batch + row]!;
      let squares = 0;
      for (let tensor = 0; tensor < d.tensors; tensor += 2) {
        const end = a.tensor_offsets[tensor + 1]!;
        for (let p = a.tensor_offsets[tensor]!; p < end; p++) squares += a.parameters[m * d.params + p]! ** 2;
      }
      const loss = data / a.batch_rows[slot]! + (a.hyper[m * HYPER_SIZE + HYPER.l2]! / 2) * squares;
      a.losses[slot * d.models + m] = loss;
      if (!Number.isFinite(a.losses[slot * d.models + m]!)) markUnhealthy(a.health, m * d.health_stride, step);
    }
  },
});

/** No step: this part of the model has been finite so far. */
export const HEALTHY = 0xffffffff;

/** Keeps the first step at which something was not finite. Slot 0 is the loss, slot l the weights of layer l. */
export function markUnhealthy(health: Uint32Array, slot: number, step: number): void {
  health[slot] = Math.min(health[slot]!, step);
}

export const SCORE_BLOCK = 64;

/**
 * Loss and hits of every block of 64 rows, from logits: scores[model][block] = [Σ row loss, rows classified rightly].
 * Class 1 is a probability above 0.5; softmax takes the first largest. The host adds the blocks up in f64.
 */
export const scoreRows = defineOp({
  name: 'score_rows',
  file: 'score_rows',
  dims: ['models', 'batch', 'units', 'targets', 'y_offset', 'rows', 'block_offset', 'blocks'],
  bindings: {
    logits: read('models', 'batch', 'units'),
    y: read('rows', 'targets'),
    scores: write('models', 'blocks', '2'),
  },
  constants: { WORKGROUP_SIZE: 64, LOSS: LOSS.sigmoidCrossEntropy },
  uses: ['lib/loss', 'lib/numeric'],
  grid: (d, c) => [ceilDiv(ceilDiv(d.rows, SCORE_BLOCK), c.WORKGROUP_SIZE), 1, d.models],
  tolerance: (d) => ({ rtol: 1e-5, atol: SCORE_BLOCK * 2e-6 * d.units }),
  cpu(d, a, c) {
    for (let m = 0; m < d.models; m++) {
      for (let block = 0; block < ceilDiv(d.rows, SCORE_BLOCK); block++) {
        let loss = 0;
        let hits = 0;
        const end = Math.min(d.rows, (block + 1) * SCORE_BLOCK);
        for (let row = block * SCORE_BLOCK; row < end; row++) {
          const start = (m * d.batch + row) * d.units;
          const y = d.y_offset + row * d.targets;
          loss += rowLoss(c.LOSS, a.logits, start, d.units, a.y, y);
          if (predictedClass(c.LOSS, a.logits, start, d.units) === a.y[y]) hits++;
        }
        const score = (m * d.blocks + d.block_offset + block) * 2;
        a.scores[score] = loss;
        a.scores[score + 1] = hits;
      }
    }
  },
});

function predictedClass(loss: number, logits: Reals, start: number, units: number): number {
  if (loss !== LOSS.softmaxCrossEntropy) return rounded(logits, sigmoid(logits[start]!)) > 0.5 ? 1 : 0;
  let best = 0;
  for (let o = 1; o < units; o++) if (logits[start + o]! > logits[start + best]!) best = o;
  return best;
}

/** A value in the precision of the run. */
function rounded(like: Reals, value: number): number {
  return like instanceof Float32Array ? Math.fround(value) : value;
}

/** Probabilities for cross-entropies, the values themselves for mean squared error. */
export const probabilities = defineOp({
  name: 'probabilities',
  file: 'probabilities',
  dims: ['models', 'batch', 'units'],
  bindings: { logits: read('models', 'batch', 'units'), y: write('models', 'batch', 'units') },
  constants: { WORKGROUP_SIZE: 64, LOSS: LOSS.sigmoidCrossEntropy },
  uses: ['lib/numeric'],
  grid: (d, c) => [ceilDiv(d.batch, c.WORKGROUP_SIZE), 1, d.models],
  tolerance: () => ({ rtol: 1e-5, atol: 1e-6 }),
  cpu(d: Dims<'models' | 'batch' | 'units'>, a, c) {
    for (let row = 0; row < d.models * d.batch; row++) {
      const start = row * d.units;
      const normalizer = c.LOSS === LOSS.softmaxCrossEntropy ? logSumExp(a.logits, start, d.units) : 0;
      for (let o = 0; o < d.units; o++) {
        const z = a.logits[start + o]!;
        if (c.LOSS === LOSS.meanSquaredError) a.y[start + o] = z;
        else a.y[start + o] = c.LOSS === LOSS.softmaxCrossEntropy ? Math.exp(z - normalizer) : sigmoid(z);
      }
    }
  },
});
