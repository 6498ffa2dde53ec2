// One update of every parameter of every model, and the clipping of the gradient before it.

import { ceilDiv, type Reals } from '../core/shape.ts';
import type { OptimizerName } from '../spec/types.ts';
import { HYPER, HYPER_SIZE } from './hyper.ts';
import { markUnhealthy } from './loss.ts';
import { defineOp, read, readU32, readWrite, readWriteU32 } from './op.ts';

/** Codes of the kernels' OPTIMIZER constant. adam with its epsilon inside the square root is a rule of its own. */
export const OPTIMIZER = {
  sgd: 0,
  momentum: 1,
  nesterov: 2,
  rmsprop: 3,
  adam: 4,
  adamw: 5,
} as const satisfies Record<OptimizerName, number>;

/** Running averages that each optimizer keeps beside a parameter. */
export const MOMENTS = {
  sgd: 0,
  momentum: 1,
  nesterov: 1,
  rmsprop: 1,
  adam: 2,
  adamw: 2,
} as const satisfies Record<OptimizerName, number>;

/** Values in each row of the rate table: the schedule's factor, 1/(1 − β₁ᵗ), 1/(1 − β₂ᵗ) with t = step + 1, unused. */
export const RATE_SIZE = 4;

/** A thread takes about this many parameters. */
const PARAMETERS_OF_THREAD = 8;

/** w ← w − update for the whole flat parameter arena; writes step + 1 into `health` for layers that stop being finite. */
export const optimizerStep = defineOp({
  name: 'optimizer_step',
  file: 'optimizer_step',
  // rate_stride: elements from one model's rate table to the next, 0 where the models share it.
  dims: ['models', 'params', 'moments', 'tensors', 'rate_stride', 'health_stride'],
  bindings: {
    gradients: read('models', 'params'),
    hyper: read('models', 'hyper'),
    rates: read('models', 'table_steps', 'rate'),
    clock: readU32('3'),
    tensor_offsets: readU32('tensors_and_end'),
    parameters: readWrite('models', 'params'),
    moments: readWrite('models', 'moments', 'params'),
    health: readWriteU32('models', 'health_stride'),
  },
  constants: { WORKGROUP_SIZE: 64, OPTIMIZER: OPTIMIZER.sgd, EPSILON_INSIDE: 0 },
  uses: ['lib/hyper', 'lib/numeric', 'lib/clock'],
  grid: (d, c) => [ceilDiv(d.params, PARAMETERS_OF_THREAD * c.WORKGROUP_SIZE), 1, d.models],
  tolerance: () => ({ rtol: 1e-5, atol: 1e-6 }),
  cpu(d, a, c) {
    const step = a.clock[0]!;
    const end = a.tensor_offsets[d.tensors]!;
    for (let m = 0; m < d.models; m++) {
      const rate = m * d.rate_stride + (step - a.clock[1]!) * RATE_SIZE;
      for (let tensor = 0; tensor < d.tensors; tensor++) {
        const isWeight = tensor % 2 === 0;
        const last = tensor + 1 < d.tensors ? a.tensor_offsets[tensor + 1]! : end;
        for (let p = a.tensor_offsets[tensor]!; p < last; p++) {
          const at = m * d.params + p;
          const w = a.parameters[at]! - update(c, d, a, m, p, rate, isWeight);
          a.parameters[at] = w;
          if (!Number.isFinite(a.parameters[at]!)) {
            markUnhealthy(a.health, m * d.health_stride + 1 + (tensor >> 1), step + 1);
          }
        }
      }
    }
  },
});

type UpdateArrays = { gradients: Reals; hyper: Reals; rates: Reals; parameters: Reals; moments: Reals };

/** What is taken from parameter p of model m; moves its running averages on. Names as in the papers. */
function update(
  c: { OPTIMIZER: number; EPSILON_INSIDE: number },
  d: { params: number; moments: number },
  a: UpdateArrays,
  m: number,
  p: number,
  rate: number,
  isWeight: boolean,
): number {
  const h = m * HYPER_SIZE;
  const alpha = a.hyper[h + HYPER.learningRate]! * a.rates[rate]!;
  const share1 = a.hyper[h + HYPER.share1]!;
  const share2 = a.hyper[h + HYPER.share2]!;
  const epsilon = a.hyper[h + HYPER.epsilon]!;
  const first = m * d.moments * d.params + p;
  const second = first + d.params;
  const g = a.gradients[m * d.params + p]!;
  switch (c.OPTIMIZER) {
    case OPTIMIZER.momentum: {
      // The averaging form of momentum, as the notebooks have it: v = βv + (1−β)g.
      const v = (1 - share1) * a.moments[first]! + share1 * g;
      a.moments[first] = v;
      return alpha * v;
    }
    case OPTIMIZER.nesterov: {
      const v = (1 - share1) * a.moments[first]! + share1 * g;
      a.moments[first] = v;
      return alpha * ((1 - share1) * v + share1 * g);
    }
    case OPTIMIZER.rmsprop: {
      // Tieleman & Hinton 2012, lecture 6.5.
      const s = (1 - share2) * a.moments[first]! + share2 * g * g;
      a.moments[first] = s;
      return (alpha * g) / (Math.sqrt(s) + epsilon);
    }
    case OPTIMIZER.adam:
    case OPTIMIZER.adamw: {
      // Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1; the decay of adamw: Loshchilov & Hutter 2019, arXiv:1711.05101.
      const v = (1 - share1) * a.moments[first]! + share1 * g;
      const s = (1 - share2) * a.moments[second]! + share2 * g * g;
      a.moments[first] = v;
      a.moments[second] = s;
      const vHat = v * a.rates[rate + 1]!;
      const sHat = s * a.rates[rate + 2]!;
      const decay = c.OPTIMIZER === OPTIMIZER.adamw && isWeight ? a.hyper[h + HYPER.weightDecay]! : 0;
      const scale = c.EPSILON_INSIDE ? Math.sqrt(sHat + epsilon) : Math.sqrt(sHat) + epsilon;
      return alpha * (vHat / scale + decay * a.parameters[m * d.params + p]!);
    }
    default:
      return alpha * g;
  }
}

/** Scales a model's whole gradient to length clipNorm where it is longer. Pascanu et al. 2013, arXiv:1211.5063, §3.2. */
export const clipGradient = defineOp({
  name: 'clip_gradient',
  file: 'clip_gradient',
  dims: ['models', 'params'],
  bindings: { hyper: read('models', 'hyper'), gradients: readWrite('models', 'params') },
  constants: { WORKGROUP_SIZE: 64 },
  uses: ['lib/hyper', 'lib/reduce'],
  grid: (d) => [1, 1, d.models],
  // A sum of squares as in `objective`, its root (which halves that error), a division of 2.5 ulp and a product.
  tolerance: (d) => ({ rtol: (d.params / 64 + 16) * 2 ** -23, atol: 0 }),
  cpu(d, a) {
    for (let m = 0; m < d.models; m++) {
      const start = m * d.params;
      let squares = 0;
      for (let p = 0; p < d.params; p++) squares += a.gradients[start + p]! ** 2;
      const norm = Math.sqrt(squares);
      const limit = a.hyper[m * HYPER_SIZE + HYPER.clipNorm]!;
      if (norm <= limit) continue;
      for (let p = 0; p < d.params; p++) a.gradients[start + p]! *= limit / norm;
    }
  },
});
