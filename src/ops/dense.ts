// The dense layer: forward with bias, activation and dropout in one go, and both gradients.
// Weights are (fan_out, fan_in) row-major inside each model's flat parameters; biases follow at their own offset.

import { ceilDiv } from '../core/shape.ts';
import { ACTIVATION, activate, activationSlope } from './activation.ts';
import { batchRow } from './batch.ts';
import { DROPOUT, dropoutBindings, dropoutDims, dropoutFactor } from './dropout.ts';
import { HYPER, HYPER_SIZE } from './hyper.ts';
import { type Dims, defineOp, defineVariant, read, readU32, write } from './op.ts';

const EPS = 2 ** -23;

/** Square tiles of `size` in a rows × columns block of results. */
const tiles = (rows: number, columns: number, size: number) => ceilDiv(rows, size) * ceilDiv(columns, size);

/** Side of the tile that one thread makes. */
const TILE = 8;

/** What the four lanes of a subgroup make: rows that they share, 16 or 32, by 8 columns of each lane. */
const subgroupTiles = (rows: number, columns: number) => ceilDiv(rows, 16) * ceilDiv(columns, 32);
const wideTiles = (rows: number, columns: number) => tiles(rows, columns, 32);

/** Worst case of a dot product of K terms of magnitude 1 in f32 is K²·2⁻²⁴; K·2⁻²³ is far above what random signs give. */
const dotTolerance = (terms: number) => ({ rtol: 1e-5, atol: Math.max(4, terms) * EPS });

type Matmul = Dims<'models' | 'batch' | 'fan_in' | 'fan_out'>;
const matmulFlops = (d: Matmul) => 2 * d.models * d.batch * d.fan_in * d.fan_out;

/** y = dropout(activate(x · wᵀ + b)) */
export const denseForward = defineOp({
  name: 'dense_forward',
  file: 'dense_forward',
  // x_stride: elements from one model's x to the next, 0 where the models share x.
  // gather: 1 where x is the training set, of which the order table picks the batch.
  // linear: 1 for no activation, whatever ACTIVATION is, so that an output layer shares the kernel of the layers below.
  dims: [
    'models',
    'batch',
    'fan_in',
    'fan_out',
    'x_offset',
    'x_stride',
    'gather',
    'params',
    'w_offset',
    'b_offset',
    'linear',
    ...dropoutDims,
  ],
  bindings: {
    x: read('models', 'batch', 'fan_in'),
    parameters: read('models', 'params'),
    ...dropoutBindings,
    order: readU32('table_steps', 'batch'),
    y: write('models', 'batch', 'fan_out'),
  },
  constants: { WORKGROUP_SIZE: 8, REMAINDER: 1, ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  uses: ['lib/activation', 'lib/numeric', 'lib/dropout', 'lib/rng', 'lib/batch', 'lib/clock'],
  grid: (d, c) => [ceilDiv(tiles(d.batch, d.fan_out, TILE), c.WORKGROUP_SIZE), 1, d.models],
  tolerance: (d) => {
    const dot = dotTolerance(d.fan_in);
    return { rtol: dot.rtol, atol: dot.atol + 1e-5 };
  },
  flops: matmulFlops,
  cpu(d, a, c) {
    const { batch, fan_in, fan_out } = d;
    const activation = d.linear ? ACTIVATION.linear : c.ACTIVATION;
    for (let m = 0; m < d.models; m++) {
      const w = m * d.params + d.w_offset;
      const b = m * d.params + d.b_offset;
      for (let row = 0; row < batch; row++) {
        const x = d.x_offset + m * d.x_stride + batchRow(d, a, row) * fan_in;
        for (let o = 0; o < fan_out; o++) {
          let z = a.parameters[b + o]!;
          for (let i = 0; i < fan_in; i++) z += a.x[x + i]! * a.parameters[w + o * fan_in + i]!;
          const e = row * fan_out + o;
          a.y[m * batch * fan_out + e] = activate(activation, z) * dropoutFactor(c.DROPOUT, d, a, m, e);
        }
      }
    }
  },
});

/** For large layers on software adapters with subgroups; fan_in and fan_out multiples of 4. */
export const denseForwardWide = defineVariant(denseForward, {
  name: 'dense_forward_wide',
  constants: { ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  grid: (d) => [wideTiles(d.batch, d.fan_out), 1, d.models],
});

/** For software adapters with subgroups of four lanes or more. */
export const denseForwardSubgroup = defineVariant(denseForward, {
  name: 'dense_forward_subgroup',
  constants: { REMAINDER: 1, ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  grid: (d) => [subgroupTiles(d.batch, d.fan_out), 1, d.models],
});

/** For GPUs: a workgroup of (TILE / 4)² threads makes TILE × TILE outputs. */
export const denseForwardTiled = defineVariant(denseForward, {
  name: 'dense_forward_tiled',
  constants: { WORKGROUP_SIZE: 256, TILE: 64, ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  grid: (d, c) => [tiles(d.batch, d.fan_out, c.TILE), 1, d.models],
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
  constants: { WORKGROUP_SIZE: 8, REMAINDER: 1, ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  uses: ['lib/activation', 'lib/numeric', 'lib/dropout', 'lib/rng', 'lib/clock'],
  grid: (d, c) => [ceilDiv(tiles(d.batch, d.fan_out, TILE), c.WORKGROUP_SIZE), 1, d.models],
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

/** For large layers on software adapters with subgroups; units_above and fan_out multiples of 4. */
export const denseGradXWide = defineVariant(denseGradX, {
  name: 'dense_grad_x_wide',
  constants: { ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  grid: (d) => [wideTiles(d.batch, d.fan_out), 1, d.models],
});

/** For software adapters with subgroups of four lanes or more. */
export const denseGradXSubgroup = defineVariant(denseGradX, {
  name: 'dense_grad_x_subgroup',
  constants: { REMAINDER: 1, ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  grid: (d) => [subgroupTiles(d.batch, d.fan_out), 1, d.models],
});

/** For GPUs: a workgroup of (TILE / 4)² threads makes TILE × TILE outputs. */
export const denseGradXTiled = defineVariant(denseGradX, {
  name: 'dense_grad_x_tiled',
  constants: { WORKGROUP_SIZE: 256, TILE: 64, ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none },
  grid: (d, c) => [tiles(d.batch, d.fan_out, c.TILE), 1, d.models],
});

/**
 * d_w = d_yᵀ · x + (λ/N) · w and d_b = Σ d_y, written into each model's flat gradient; with splits > 1 only sums over parts of
 * the rows, without the penalty, into as many gradients a model.
 */
export const denseGradW = defineOp({
  name: 'dense_grad_w',
  file: 'dense_grad_w',
  dims: [
    'models',
    'batch',
    'fan_in',
    'fan_out',
    'x_offset',
    'x_stride',
    'gather',
    'params',
    'w_offset',
    'b_offset',
    'splits',
  ],
  bindings: {
    d_y: read('models', 'batch', 'fan_out'),
    x: read('models', 'batch', 'fan_in'),
    parameters: read('models', 'params'),
    hyper: read('models', 'hyper'),
    clock: readU32('3'),
    order: readU32('table_steps', 'batch'),
    gradients: write('models', 'splits', 'params'),
  },
  constants: { WORKGROUP_SIZE: 8, REMAINDER: 1 },
  uses: ['lib/hyper', 'lib/batch', 'lib/clock'],
  grid: (d, c) => [ceilDiv(tiles(d.fan_out, d.fan_in, TILE), c.WORKGROUP_SIZE), d.splits, d.models],
  tolerance: (d) => dotTolerance(d.batch),
  flops: matmulFlops,
  cpu(d, a) {
    const { batch, fan_in, fan_out, splits } = d;
    const partRows = ceilDiv(batch, splits);
    for (let m = 0; m < d.models; m++) {
      const x = d.x_offset + m * d.x_stride;
      const w = m * d.params + d.w_offset;
      const l2 = splits > 1 ? 0 : a.hyper[m * HYPER_SIZE + HYPER.l2]!;
      for (let part = 0; part < splits; part++) {
        const start = (m * splits + part) * d.params;
        const end = Math.min(batch, (part + 1) * partRows);
        for (let o = 0; o < fan_out; o++) {
          for (let i = 0; i < fan_in; i++) {
            let total = 0;
            for (let row = part * partRows; row < end; row++) {
              total += a.d_y[(m * batch + row) * fan_out + o]! * a.x[x + batchRow(d, a, row) * fan_in + i]!;
            }
            a.gradients[start + d.w_offset + o * fan_in + i] = total + l2 * a.parameters[w + o * fan_in + i]!;
          }
          let bias = 0;
          for (let row = part * partRows; row < end; row++) bias += a.d_y[(m * batch + row) * fan_out + o]!;
          a.gradients[start + d.b_offset + o] = bias;
        }
      }
    }
  },
});

/** For large layers on software adapters with subgroups; fan_in, fan_out and the rows of a part multiples of 4. */
export const denseGradWWide = defineVariant(denseGradW, {
  name: 'dense_grad_w_wide',
  constants: {},
  grid: (d) => [wideTiles(d.fan_out, d.fan_in), d.splits, d.models],
});

/** For software adapters with subgroups of four lanes or more. */
export const denseGradWSubgroup = defineVariant(denseGradW, {
  name: 'dense_grad_w_subgroup',
  constants: { REMAINDER: 1 },
  grid: (d) => [subgroupTiles(d.fan_out, d.fan_in), d.splits, d.models],
});

/** For GPUs: a workgroup of (TILE / 4)² threads makes TILE × TILE outputs. */
export const denseGradWTiled = defineVariant(denseGradW, {
  name: 'dense_grad_w_tiled',
  constants: { WORKGROUP_SIZE: 256, TILE: 64 },
  grid: (d, c) => [tiles(d.fan_out, d.fan_in, c.TILE), d.splits, d.models],
});

/** The gradient of a layer from its parts: Σ parts, and the penalty's (λ/N) · w for the weights, first … weights_end. */
export const sumGradients = defineOp({
  name: 'sum_gradients',
  file: 'sum_gradients',
  dims: ['models', 'params', 'splits', 'first', 'weights_end', 'end'],
  bindings: {
    parts: read('models', 'splits', 'params'),
    parameters: read('models', 'params'),
    hyper: read('models', 'hyper'),
    gradients: write('models', 'params'),
  },
  constants: { WORKGROUP_SIZE: 64 },
  uses: ['lib/hyper'],
  grid: (d, c) => [ceilDiv(d.end - d.first, c.WORKGROUP_SIZE), 1, d.models],
  tolerance: (d) => dotTolerance(d.splits),
  cpu(d, a) {
    for (let m = 0; m < d.models; m++) {
      const l2 = a.hyper[m * HYPER_SIZE + HYPER.l2]!;
      for (let p = d.first; p < d.end; p++) {
        let total = 0;
        for (let part = 0; part < d.splits; part++) total += a.parts[(m * d.splits + part) * d.params + p]!;
        a.gradients[m * d.params + p] = total + (p < d.weights_end ? l2 * a.parameters[m * d.params + p]! : 0);
      }
    }
  },
});
