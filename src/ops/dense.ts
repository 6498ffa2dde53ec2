// The dense layer: forward with bias, activation and dropout in one go, and both gradients.
// Weights are (fan_out, fan_in) row-major inside each model's flat parameters; biases follow at their own offset.

import { ceilDiv } from '../core/shape.ts';
import { ACTIVATION, activate, activationSlope } from './activation.ts';
import { DROPOUT, dropoutBindings, dropoutDims, dropoutFactor } from './dropout.ts';
import { HYPER, HYPER_SIZE } from './hyper.ts';
import { type Dims, defineOp, read, write } from './op.ts';

/** Every thread computes a TILE × TILE block of the result. */
const TILE = 4;
const EPS = 2 ** -23;

const tiles = (rows: number, columns: number) => ceilDiv(rows, TILE) * ceilDiv(columns, TILE);

/** Worst case of a dot product of K terms of magnitude 1 in f32 is K²·2⁻²⁴; K·2⁻²³ is far above what random signs give. */
const dotTolerance = (terms: number) => ({ rtol: 1e-5, atol: Math.max(4, terms) * EPS });

type Matmul = Dims<'models' | 'batch' | 'fan_in' | 'fan_out'>;
const matmulFlops = (d: Matmul) => 2 * d.models * d.batch * d.fan_in * d.fan_out;

/** y = dropout(activate(x · wᵀ + b)) */
export const denseForward = defineOp({
  name: 'dense_forward',
  file: 'dense_forward',
  // x_stride: elements from one model's x to the next, 0 where the models share x.
  dims: [
    'models',
    'batch',
    'fan_in',
    'fan_out',
    'x_offset',
    'x_stride',
    'params',
    'w_offset',
    'b_offset',
    ...dropoutDims,
  ],
  bindings: {
    x: read('models', 'batch', 'fan_in'),
    parameters: read('models', 'params'),
    ...dropoutBindings,
    y: write('models', 'batch', 'fan_out'),
  },
  constants: { WORKGROUP_SIZE: 64, ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  uses: ['lib/activation', 'lib/numeric', 'lib/dropout', 'lib/rng', 'lib/clock'],
  grid: (d, c) => [ceilDiv(tiles(d.batch, d.fan_out), c.WORKGROUP_SIZE), 1, d.models],
  tolerance: (d) => {
    const dot = dotTolerance(d.fan_in);
    return { rtol: dot.rtol, atol: dot.atol + 1e-5 };
  },
  flops: matmulFlops,
  cpu(d, a, c) {
    const { batch, fan_in, fan_out } = d;
    for (let m = 0; m < d.models; m++) {
      const x = d.x_offset + m * d.x_stride;
      const w = m * d.params + d.w_offset;
      const b = m * d.params + d.b_offset;
      for (let row = 0; row < batch; row++) {
        for (let o = 0; o < fan_out; o++) {
          let z = a.parameters[b + o]!;
          for (let i = 0; i < fan_in; i++) z += a.x[x + row * fan_in + i]! * a.parameters[w + o * fan_in + i]!;
          const e = row * fan_out + o;
          a.y[m * batch * fan_out + e] = activate(c.ACTIVATION, z) * dropoutFactor(c.DROPOUT, d, a, m, e);
        }
      }
    }
  },
});

/**
 * d_z of the layer below: d_z = (d_y · w) · slope(saved) · dropout, all of that layer's shape (batch, fan_in).
 * `saved` is what the layer below kept: its output after dropout, or its z where the activation is gelu.
 */
export const denseGradX = defineOp({
  name: 'dense_grad_x',
  file: 'dense_grad_x',
  // Here fan_out is the width of the layer below, whose units and masks these are, and units_above that of d_y.
  dims: ['models', 'batch', 'units_above', 'fan_out', 'params', 'w_offset', ...dropoutDims],
  bindings: {
    d_y: read('models', 'batch', 'units_above'),
    parameters: read('models', 'params'),
    saved: read('models', 'batch', 'fan_out'),
    ...dropoutBindings,
    d_z: write('models', 'batch', 'fan_out'),
  },
  constants: { WORKGROUP_SIZE: 64, ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  uses: ['lib/activation', 'lib/numeric', 'lib/dropout', 'lib/rng', 'lib/clock'],
  grid: (d, c) => [ceilDiv(tiles(d.batch, d.fan_out), c.WORKGROUP_SIZE), 1, d.models],
  tolerance: (d) => {
    const dot = dotTolerance(d.units_above);
    return { rtol: dot.rtol, atol: dot.atol + 1e-5 };
  },
  flops: (d) => 2 * d.models * d.batch * d.units_above * d.fan_out,
  cpu(d, a, c) {
    const { batch, units_above, fan_out } = d;
    for (let m = 0; m < d.models; m++) {
      const w = m * d.params + d.w_offset;
      for (let row = 0; row < batch; row++) {
        for (let i = 0; i < fan_out; i++) {
          const e = row * fan_out + i;
          const factor = dropoutFactor(c.DROPOUT, d, a, m, e);
          let total = 0;
          for (let o = 0; o < units_above; o++) {
            total += a.d_y[(m * batch + row) * units_above + o]! * a.parameters[w + o * fan_out + i]!;
          }
          const saved = a.saved[m * batch * fan_out + e]!;
          // The kept output is the activation times the factor; the slope wants the activation.
          const output = factor === 0 || c.ACTIVATION === ACTIVATION.gelu ? saved : saved / factor;
          a.d_z[m * batch * fan_out + e] = total * activationSlope(c.ACTIVATION, output) * factor;
        }
      }
    }
  },
});

/** d_w = d_yᵀ · x + (λ/N) · w and d_b = Σ d_y, written into each model's flat gradient. */
export const denseGradW = defineOp({
  name: 'dense_grad_w',
  file: 'dense_grad_w',
  dims: ['models', 'batch', 'fan_in', 'fan_out', 'x_offset', 'x_stride', 'params', 'w_offset', 'b_offset'],
  bindings: {
    d_y: read('models', 'batch', 'fan_out'),
    x: read('models', 'batch', 'fan_in'),
    parameters: read('models', 'params'),
    hyper: read('models', 'hyper'),
    gradients: write('models', 'params'),
  },
  constants: { WORKGROUP_SIZE: 64 },
  uses: ['lib/hyper'],
  // The bias is column fan_in, where x is 1.
  grid: (d, c) => [ceilDiv(tiles(d.fan_out, d.fan_in + 1), c.WORKGROUP_SIZE), 1, d.models],
  tolerance: (d) => dotTolerance(d.batch),
  flops: matmulFlops,
  cpu(d, a) {
    const { batch, fan_in, fan_out } = d;
    for (let m = 0; m < d.models; m++) {
      const x = d.x_offset + m * d.x_stride;
      const w = m * d.params + d.w_offset;
      const b = m * d.params + d.b_offset;
      const l2 = a.hyper[m * HYPER_SIZE + HYPER.l2]!;
      for (let o = 0; o < fan_out; o++) {
        for (let i = 0; i < fan_in; i++) {
          let total = 0;
          for (let row = 0; row < batch; row++) {
            total += a.d_y[(m * batch + row) * fan_out + o]! * a.x[x + row * fan_in + i]!;
          }
          a.gradients[w + o * fan_in + i] = total + l2 * a.parameters[w + o * fan_in + i]!;
        }
        let bias = 0;
        for (let row = 0; row < batch; row++) bias += a.d_y[(m * batch + row) * fan_out + o]!;
        a.gradients[b + o] = bias;
      }
    }
  },
});
