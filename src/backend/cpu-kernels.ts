// The f32 CPU kernels that earn their keep: register tiles over typed arrays, for the ops in which training time goes.
// They compute what the op table's own functions define; those stay the reference, and run everything that is not here.
// Sums run in f64, in the order of the reference, and are rounded once when stored. No destructuring in here: it runs an
// iterator, which V8 does not always take out of a hot loop.

import type { Key } from '../core/rng/threefry.ts';
import { threefry2x32 } from '../core/rng/threefry.ts';
import { ACTIVATION, activate, activationSlope } from '../ops/activation.ts';
import { type denseForward, denseGradW, type denseGradX } from '../ops/dense.ts';
import { DROPOUT } from '../ops/dropout.ts';
import { HYPER, HYPER_SIZE } from '../ops/hyper.ts';
import { LOSS, type lossHead, markUnhealthy } from '../ops/loss.ts';
import { OPTIMIZER, type optimizerStep, RATE_SIZE } from '../ops/optimizer.ts';
import type { OpName } from '../ops/table.ts';

/** The arguments of an op's `cpu`, with every real array in f32. */
type F32<A> = { readonly [K in keyof A]: A[K] extends Uint32Array ? Uint32Array : Float32Array };
type F32Kernel<O extends { cpu: (...args: never[]) => void }> =
  Parameters<O['cpu']> extends [infer D, infer A, infer C] ? (d: D, a: F32<A>, c: C) => void : never;

// ---------------------------------------------------------------- dropout

type DropoutDims = Parameters<(typeof denseGradX)['cpu']>[0];
type DropoutArrays = Pick<
  F32<Parameters<(typeof denseGradX)['cpu']>[1]>,
  'drop_keys' | 'drop_scale' | 'clock' | 'drop_masks'
>;
type DropoutSizes = Pick<
  DropoutDims,
  'batch' | 'fan_out' | 'layers' | 'layer' | 'masks' | 'mask_offset' | 'mask_stride'
>;

interface Factors {
  step: number;
  readonly values: Float32Array;
}

/** Factors of the current step, kept from the forward to the backward pass: by key buffer, then by model and layer. */
const keptFactors = new WeakMap<Uint32Array, Map<number, Factors>>();

/** Scale of each element of a layer of model m: 1 / (1 − dropRate) where kept, else 0. [batch × fan_out] */
function dropoutFactors(dropout: number, d: DropoutSizes, a: DropoutArrays, m: number): Float32Array {
  const setting = m * d.layers + d.layer;
  const factors = factorsOf(a.drop_keys, setting, d.batch * d.fan_out);
  const step = a.clock[0]!;
  if (factors.step === step) return factors.values;
  factors.step = step;
  const scale = a.drop_scale[setting]!;
  if (dropout === DROPOUT.counters) drawFactors(factors.values, a.drop_keys, setting * 4, step, scale);
  else copyMask(factors.values, a.drop_masks, d.mask_offset + m * d.mask_stride, step % d.masks, scale);
  return factors.values;
}

function factorsOf(keys: Uint32Array, setting: number, size: number): Factors {
  let bySetting = keptFactors.get(keys);
  if (!bySetting) {
    bySetting = new Map();
    keptFactors.set(keys, bySetting);
  }
  let factors = bySetting.get(setting);
  if (!factors) {
    factors = { step: -1, values: new Float32Array(size) };
    bySetting.set(setting, factors);
  }
  return factors;
}

const words = new Uint32Array(2);

/** One draw serves four elements: lane 0 is the low half of word 0. */
function drawFactors(values: Float32Array, keys: Uint32Array, at: number, step: number, scale: number): void {
  const key: Key = [keys[at]!, keys[at + 1]!];
  const threshold = keys[at + 2]!;
  for (let e = 0; e < values.length; e += 4) {
    threefry2x32(key, step, e >>> 2, words);
    const low = words[0]!;
    const high = words[1]!;
    values[e] = (low & 0xffff) < threshold ? scale : 0;
    values[e + 1] = low >>> 16 < threshold ? scale : 0; // beyond the end: ignored by the typed array
    values[e + 2] = (high & 0xffff) < threshold ? scale : 0;
    values[e + 3] = high >>> 16 < threshold ? scale : 0;
  }
}

function copyMask(values: Float32Array, masks: Uint32Array, start: number, index: number, scale: number): void {
  const first = start + index * values.length;
  for (let e = 0; e < values.length; e++) values[e] = masks[first + e]! === 0 ? 0 : scale;
}

// ---------------------------------------------------------------- dense

/** 2 rows × 4 units at a time; past the edge the last row and unit are computed again. */
const forward: F32Kernel<typeof denseForward> = (d, a, c) => {
  const { batch, fan_in, fan_out } = d;
  const { x, parameters: p, y } = a;
  const activation = d.linear ? ACTIVATION.linear : c.ACTIVATION;
  const floor = activation === ACTIVATION.relu ? 0 : Number.NEGATIVE_INFINITY;
  const lastRow = batch - 1;
  const lastUnit = fan_out - 1;
  for (let m = 0; m < d.models; m++) {
    const xModel = d.x_offset + m * d.x_stride;
    const w = m * d.params + d.w_offset;
    const b = m * d.params + d.b_offset;
    const yModel = m * batch * fan_out;
    for (let o = 0; o < fan_out; o += 4) {
      const o1 = Math.min(o + 1, lastUnit);
      const o2 = Math.min(o + 2, lastUnit);
      const o3 = Math.min(o + 3, lastUnit);
      const w0 = w + o * fan_in;
      const w1 = w + o1 * fan_in;
      const w2 = w + o2 * fan_in;
      const w3 = w + o3 * fan_in;
      for (let row = 0; row < batch; row += 2) {
        const row1 = Math.min(row + 1, lastRow);
        const x0 = xModel + row * fan_in;
        const x1 = xModel + row1 * fan_in;
        let z00 = p[b + o]!;
        let z01 = p[b + o1]!;
        let z02 = p[b + o2]!;
        let z03 = p[b + o3]!;
        let z10 = z00;
        let z11 = z01;
        let z12 = z02;
        let z13 = z03;
        for (let i = 0; i < fan_in; i++) {
          const v0 = x[x0 + i]!;
          const v1 = x[x1 + i]!;
          const u0 = p[w0 + i]!;
          const u1 = p[w1 + i]!;
          const u2 = p[w2 + i]!;
          const u3 = p[w3 + i]!;
          z00 += v0 * u0;
          z01 += v0 * u1;
          z02 += v0 * u2;
          z03 += v0 * u3;
          z10 += v1 * u0;
          z11 += v1 * u1;
          z12 += v1 * u2;
          z13 += v1 * u3;
        }
        const y0 = yModel + row * fan_out;
        const y1 = yModel + row1 * fan_out;
        y[y0 + o3] = atLeast(floor, z03);
        y[y0 + o2] = atLeast(floor, z02);
        y[y0 + o1] = atLeast(floor, z01);
        y[y0 + o] = atLeast(floor, z00);
        y[y1 + o3] = atLeast(floor, z13);
        y[y1 + o2] = atLeast(floor, z12);
        y[y1 + o1] = atLeast(floor, z11);
        y[y1 + o] = atLeast(floor, z10);
      }
    }
    activateInPlace(activation, y, yModel, batch * fan_out);
    if (c.DROPOUT !== DROPOUT.none) multiply(y, yModel, dropoutFactors(c.DROPOUT, d, a, m));
  }
};

/** relu while storing, for a floor of 0; the value itself for −∞. */
const atLeast = (floor: number, z: number): number => (z < floor ? floor : z);

function activateInPlace(activation: number, y: Float32Array, start: number, size: number): void {
  if (activation === ACTIVATION.linear || activation === ACTIVATION.relu) return;
  for (let e = start; e < start + size; e++) y[e] = activate(activation, y[e]!);
}

function multiply(y: Float32Array, start: number, factors: Float32Array): void {
  for (let e = 0; e < factors.length; e++) y[start + e]! *= factors[e]!;
}

/** 2 rows × 4 units of the layer below at a time. */
const gradX: F32Kernel<typeof denseGradX> = (d, a, c) => {
  const { batch, units_above, fan_out } = d;
  const { d_y, parameters: p, saved, d_z } = a;
  // relu lets a gradient through where its output is above 0; dropped units have 0 too.
  const alive = c.ACTIVATION === ACTIVATION.relu ? 0 : Number.NEGATIVE_INFINITY;
  const lastRow = batch - 1;
  const lastUnit = fan_out - 1;
  for (let m = 0; m < d.models; m++) {
    const w = m * d.params + d.w_offset;
    const zModel = m * batch * fan_out;
    for (let i = 0; i < fan_out; i += 4) {
      const i1 = Math.min(i + 1, lastUnit);
      const i2 = Math.min(i + 2, lastUnit);
      const i3 = Math.min(i + 3, lastUnit);
      for (let row = 0; row < batch; row += 2) {
        const row1 = Math.min(row + 1, lastRow);
        const d0 = (m * batch + row) * units_above;
        const d1 = (m * batch + row1) * units_above;
        let t00 = 0;
        let t01 = 0;
        let t02 = 0;
        let t03 = 0;
        let t10 = 0;
        let t11 = 0;
        let t12 = 0;
        let t13 = 0;
        for (let o = 0, at = w; o < units_above; o++, at += fan_out) {
          const v0 = d_y[d0 + o]!;
          const v1 = d_y[d1 + o]!;
          const u0 = p[at + i]!;
          const u1 = p[at + i1]!;
          const u2 = p[at + i2]!;
          const u3 = p[at + i3]!;
          t00 += v0 * u0;
          t01 += v0 * u1;
          t02 += v0 * u2;
          t03 += v0 * u3;
          t10 += v1 * u0;
          t11 += v1 * u1;
          t12 += v1 * u2;
          t13 += v1 * u3;
        }
        const z0 = zModel + row * fan_out;
        const z1 = zModel + row1 * fan_out;
        d_z[z0 + i3] = saved[z0 + i3]! > alive ? t03 : 0;
        d_z[z0 + i2] = saved[z0 + i2]! > alive ? t02 : 0;
        d_z[z0 + i1] = saved[z0 + i1]! > alive ? t01 : 0;
        d_z[z0 + i] = saved[z0 + i]! > alive ? t00 : 0;
        d_z[z1 + i3] = saved[z1 + i3]! > alive ? t13 : 0;
        d_z[z1 + i2] = saved[z1 + i2]! > alive ? t12 : 0;
        d_z[z1 + i1] = saved[z1 + i1]! > alive ? t11 : 0;
        d_z[z1 + i] = saved[z1 + i]! > alive ? t10 : 0;
      }
    }
    const factors = c.DROPOUT === DROPOUT.none ? null : dropoutFactors(c.DROPOUT, d, a, m);
    slopeInPlace(c.ACTIVATION, d_z, a.saved, zModel, batch * fan_out, factors);
  }
};

/** d_z *= slope(saved) · factor */
function slopeInPlace(
  activation: number,
  d_z: Float32Array,
  saved: Float32Array,
  start: number,
  size: number,
  factors: Float32Array | null,
): void {
  if (activation === ACTIVATION.relu) {
    if (factors) multiply(d_z, start, factors);
    return;
  }
  const savesOutput = activation !== ACTIVATION.gelu;
  for (let e = 0; e < size; e++) {
    const factor = factors ? factors[e]! : 1;
    const output = factor === 0 || !savesOutput ? saved[start + e]! : saved[start + e]! / factor;
    d_z[start + e]! *= activationSlope(activation, output) * factor;
  }
}

/** 2 units × 4 inputs at a time, down the whole batch. */
const gradW: F32Kernel<typeof denseGradW> = (d, a, c) => {
  if (d.splits > 1) {
    denseGradW.cpu(d, a, c);
    return;
  }
  const { batch, fan_in, fan_out } = d;
  const { d_y, x, parameters: p, gradients: g } = a;
  const lastUnit = fan_out - 1;
  const lastInput = fan_in - 1;
  for (let m = 0; m < d.models; m++) {
    const xModel = d.x_offset + m * d.x_stride;
    const dModel = m * batch * fan_out;
    const w = m * d.params + d.w_offset;
    const l2 = a.hyper[m * HYPER_SIZE + HYPER.l2]!;
    for (let o = 0; o < fan_out; o += 2) {
      const o1 = Math.min(o + 1, lastUnit);
      for (let i = 0; i < fan_in; i += 4) {
        const i1 = Math.min(i + 1, lastInput);
        const i2 = Math.min(i + 2, lastInput);
        const i3 = Math.min(i + 3, lastInput);
        let t00 = 0;
        let t01 = 0;
        let t02 = 0;
        let t03 = 0;
        let t10 = 0;
        let t11 = 0;
        let t12 = 0;
        let t13 = 0;
        for (let row = 0, dAt = dModel, xAt = xModel; row < batch; row++, dAt += fan_out, xAt += fan_in) {
          const v0 = d_y[dAt + o]!;
          const v1 = d_y[dAt + o1]!;
          const u0 = x[xAt + i]!;
          const u1 = x[xAt + i1]!;
          const u2 = x[xAt + i2]!;
          const u3 = x[xAt + i3]!;
          t00 += v0 * u0;
          t01 += v0 * u1;
          t02 += v0 * u2;
          t03 += v0 * u3;
          t10 += v1 * u0;
          t11 += v1 * u1;
          t12 += v1 * u2;
          t13 += v1 * u3;
        }
        const g0 = w + o * fan_in;
        const g1 = w + o1 * fan_in;
        g[g0 + i3] = t03 + l2 * p[g0 + i3]!;
        g[g0 + i2] = t02 + l2 * p[g0 + i2]!;
        g[g0 + i1] = t01 + l2 * p[g0 + i1]!;
        g[g0 + i] = t00 + l2 * p[g0 + i]!;
        g[g1 + i3] = t13 + l2 * p[g1 + i3]!;
        g[g1 + i2] = t12 + l2 * p[g1 + i2]!;
        g[g1 + i1] = t11 + l2 * p[g1 + i1]!;
        g[g1 + i] = t10 + l2 * p[g1 + i]!;
      }
    }
    sumColumns(d_y, dModel, batch, fan_out, g, m * d.params + d.b_offset);
  }
};

/** Column sums of d_y [rows × columns] into `out`, four columns at a time. */
function sumColumns(
  d_y: Float32Array,
  start: number,
  rows: number,
  columns: number,
  out: Float32Array,
  at: number,
): void {
  const last = columns - 1;
  for (let o = 0; o < columns; o += 4) {
    const o1 = Math.min(o + 1, last);
    const o2 = Math.min(o + 2, last);
    const o3 = Math.min(o + 3, last);
    let t0 = 0;
    let t1 = 0;
    let t2 = 0;
    let t3 = 0;
    for (let row = 0, from = start; row < rows; row++, from += columns) {
      t0 += d_y[from + o]!;
      t1 += d_y[from + o1]!;
      t2 += d_y[from + o2]!;
      t3 += d_y[from + o3]!;
    }
    out[at + o3] = t3;
    out[at + o2] = t2;
    out[at + o1] = t1;
    out[at + o] = t0;
  }
}

// ---------------------------------------------------------------- sigmoid cross-entropy

/** One exponential a logit serves the loss and its gradient. */
const sigmoidHead: F32Kernel<typeof lossHead> = (d, a) => {
  const { logits, y, row_loss, d_logits } = a;
  const step = a.clock[0]!;
  const rows = a.batch_rows[step - a.clock[1]!]!;
  for (let m = 0; m < d.models; m++) {
    const first = m * d.batch;
    for (let row = 0; row < rows; row++) {
      let loss = 0;
      for (let o = 0; o < d.units; o++) {
        const at = (first + row) * d.units + o;
        const z = logits[at]!;
        const target = y[d.y_offset + row * d.targets + o]!;
        const e = Math.exp(-Math.abs(z));
        loss += (z > 0 ? z : 0) - z * target + Math.log1p(e);
        d_logits[at] = ((z >= 0 ? 1 : e) / (1 + e) - target) / rows;
      }
      row_loss[first + row] = loss;
      if (!Number.isFinite(row_loss[first + row]!)) markUnhealthy(a.health, m * d.health_stride, step);
    }
    row_loss.fill(0, first + rows, first + d.batch);
    d_logits.fill(0, (first + rows) * d.units, (first + d.batch) * d.units);
  }
};

// ---------------------------------------------------------------- adam

/** The one optimizer whose arithmetic shows in a profile; the others run the reference. */
const adam: F32Kernel<typeof optimizerStep> = (d, a, c) => {
  const { gradients, parameters, moments, hyper, tensor_offsets } = a;
  const step = a.clock[0]!;
  for (let m = 0; m < d.models; m++) {
    const rate = m * d.rate_stride + (step - a.clock[1]!) * RATE_SIZE;
    const h = m * HYPER_SIZE;
    const alpha = hyper[h + HYPER.learningRate]! * a.rates[rate]!;
    const share1 = hyper[h + HYPER.share1]!;
    const share2 = hyper[h + HYPER.share2]!;
    const epsilon = hyper[h + HYPER.epsilon]!;
    const correction1 = a.rates[rate + 1]!;
    const correction2 = a.rates[rate + 2]!;
    for (let tensor = 0; tensor < d.tensors; tensor++) {
      const decay = c.OPTIMIZER === OPTIMIZER.adamw && tensor % 2 === 0 ? hyper[h + HYPER.weightDecay]! : 0;
      let finite = true;
      for (let p = tensor_offsets[tensor]!; p < tensor_offsets[tensor + 1]!; p++) {
        const at = m * d.params + p;
        const first = m * d.moments * d.params + p;
        const second = first + d.params;
        const g = gradients[at]!;
        const v = (1 - share1) * moments[first]! + share1 * g;
        const s = (1 - share2) * moments[second]! + share2 * g * g;
        moments[first] = v;
        moments[second] = s;
        const root = c.EPSILON_INSIDE ? Math.sqrt(s * correction2 + epsilon) : Math.sqrt(s * correction2) + epsilon;
        const w = parameters[at]!;
        parameters[at] = w - alpha * ((v * correction1) / root + decay * w);
        finite &&= Number.isFinite(parameters[at]!);
      }
      if (!finite) markUnhealthy(a.health, m * d.health_stride + 1 + (tensor >> 1), step + 1);
    }
  }
};

// ---------------------------------------------------------------- table

type AnyKernel = (d: never, a: never, c: never) => void;

/** The fast kernel of a dispatch in f32, or undefined where the reference runs. */
export function fastKernel(op: OpName, constants: Readonly<Record<string, number>>): AnyKernel | undefined {
  // How a device tiles the work makes no difference here.
  if (op.startsWith('dense_forward')) return forward;
  if (op.startsWith('dense_grad_x')) return gradX;
  if (op.startsWith('dense_grad_w')) return gradW;
  if (op === 'loss_head' && constants.LOSS === LOSS.sigmoidCrossEntropy) return sigmoidHead;
  const isAdam = constants.OPTIMIZER === OPTIMIZER.adam || constants.OPTIMIZER === OPTIMIZER.adamw;
  return op === 'optimizer_step' && isAdam ? adam : undefined;
}
