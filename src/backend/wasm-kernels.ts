// Which WebAssembly kernel computes what an op defines, and where its arrays lie: one function a dispatch, called a model at a time.

import { ACTIVATION, type activationForward } from '../ops/activation.ts';
import type { denseForward, denseGradW, denseGradX } from '../ops/dense.ts';
import { DROPOUT } from '../ops/dropout.ts';
import { HYPER, HYPER_SIZE } from '../ops/hyper.ts';
import { type lossHead, markUnhealthy, type objective } from '../ops/loss.ts';
import { OPTIMIZER, type optimizerStep, RATE_SIZE } from '../ops/optimizer.ts';
import type { OpName } from '../ops/table.ts';
import type { Wasm } from './wasm.ts';

/** Does a dispatch's work for model m. */
export type ModelKernel = (m: number) => void;

type F32<A> = { readonly [K in keyof A]: A[K] extends Uint32Array ? Uint32Array : Float32Array };
type Maker<O extends { cpu: (...args: never[]) => void }> =
  Parameters<O['cpu']> extends [infer D, infer A, infer C] ? (wasm: Wasm, d: D, a: F32<A>, c: C) => ModelKernel : never;

/** Where element `index` of an array lies in the memory. */
const at = (array: Float32Array | Uint32Array, index: number): number => array.byteOffset + 4 * index;

// ---------------------------------------------------------------- batch

interface BatchDims {
  readonly batch: number;
  readonly gather: number;
}
interface BatchTables {
  readonly clock: Uint32Array;
  readonly order: Uint32Array;
}

/** Where the rows of the step's batch stand one after another: where they lie, or where they are put for the first model. */
function batchRows(
  { kernels }: Wasm,
  d: BatchDims,
  { clock, order }: BatchTables,
  m: number,
  values: Float32Array,
  columns: number,
  scratch: number,
): number {
  if (!d.gather) return at(values, 0);
  if (m === 0) kernels.gather(at(values, 0), at(order, (clock[0]! - clock[1]!) * d.batch), scratch, d.batch, columns);
  return scratch;
}

// ---------------------------------------------------------------- dense

type DropoutDims = Parameters<(typeof denseGradX)['cpu']>[0];
type DropoutArrays = F32<Parameters<(typeof denseGradX)['cpu']>[1]>;
type DropoutSizes = Pick<
  DropoutDims,
  'batch' | 'fan_out' | 'layers' | 'layer' | 'masks' | 'mask_offset' | 'mask_stride'
>;
type DropoutInputs = Pick<DropoutArrays, 'drop_keys' | 'drop_scale' | 'clock' | 'drop_masks'>;

const forward: Maker<typeof denseForward> = (wasm, d, a, c) => {
  const { kernels: k, packed } = wasm;
  const activation = d.linear ? ACTIVATION.linear : c.ACTIVATION;
  const size = d.batch * d.fan_out;
  return (m) => {
    const x = batchRows(wasm, d, a, m, a.x, d.fan_in, wasm.batchX) + 4 * (d.x_offset + m * d.x_stride);
    const w = at(a.parameters, m * d.params + d.w_offset);
    const b = at(a.parameters, m * d.params + d.b_offset);
    const y = at(a.y, m * size);
    k.dense_forward(x, w, b, y, d.batch, d.fan_in, d.fan_out, packed);
    k.activate(activation, y, size);
    if (c.DROPOUT !== DROPOUT.none) k.multiply(y, writeFactors(wasm, c.DROPOUT, d, a, m), size);
  };
};

/** Writes dropout's factors of model m at the current step, and says where they lie. */
function writeFactors(
  { kernels, factors }: Wasm,
  dropout: number,
  d: DropoutSizes,
  a: DropoutInputs,
  m: number,
): number {
  const size = d.batch * d.fan_out;
  const setting = m * d.layers + d.layer;
  const scale = a.drop_scale[setting]!;
  const step = a.clock[0]!;
  if (dropout === DROPOUT.given) {
    const mask = d.mask_offset + m * d.mask_stride + (step % d.masks) * size;
    kernels.mask_factors(at(a.drop_masks, mask), scale, factors, size);
  } else {
    const key = 4 * setting;
    const { drop_keys: keys } = a;
    kernels.drop_factors(keys[key]!, keys[key + 1]!, keys[key + 2]!, scale, step, factors, size);
  }
  return factors;
}

const activation: Maker<typeof activationForward> = (wasm, d, a, c) => {
  const { kernels: k } = wasm;
  const size = d.batch * d.fan_out;
  return (m) => {
    a.y.set(a.z.subarray(m * size, (m + 1) * size), m * size);
    const y = at(a.y, m * size);
    k.activate(c.ACTIVATION, y, size);
    if (c.DROPOUT !== DROPOUT.none) k.multiply(y, writeFactors(wasm, c.DROPOUT, d, a, m), size);
  };
};

const gradX: Maker<typeof denseGradX> = (wasm, d, a, c) => {
  const { kernels: k, packed } = wasm;
  const size = d.batch * d.fan_out;
  const drops = c.DROPOUT !== DROPOUT.none;
  return (m) => {
    const dY = at(a.d_y, m * d.batch * d.units_above);
    const w = at(a.parameters, m * d.params + d.w_offset);
    const saved = at(a.saved, m * size);
    const dZ = at(a.d_z, m * size);
    k.dense_grad_x(dY, w, dZ, d.batch, d.fan_out, d.units_above, packed);
    // A dropped unit's output is 0, where relu has no slope: its mask need not be drawn again.
    if (c.ACTIVATION === ACTIVATION.relu) {
      k.relu_slope(saved, drops ? a.drop_scale[m * d.layers + d.layer]! : 1, dZ, size);
    } else if (drops || c.ACTIVATION !== ACTIVATION.linear) {
      k.slope(c.ACTIVATION, saved, drops ? writeFactors(wasm, c.DROPOUT, d, a, m) : 0, dZ, size);
    }
  };
};

const gradW: Maker<typeof denseGradW> = (wasm, d, a) => {
  const { kernels: k, packed } = wasm;
  return (m) => {
    const dY = at(a.d_y, m * d.batch * d.fan_out);
    const x = batchRows(wasm, d, a, m, a.x, d.fan_in, wasm.batchX) + 4 * (d.x_offset + m * d.x_stride);
    const model = m * d.params;
    const w = at(a.parameters, model + d.w_offset);
    const dW = at(a.gradients, model + d.w_offset);
    const dB = at(a.gradients, model + d.b_offset);
    const l2 = a.hyper[m * HYPER_SIZE + HYPER.l2]!;
    k.dense_grad_w(dY, x, w, dW, dB, d.batch, d.fan_in, d.fan_out, l2, packed);
  };
};

// ---------------------------------------------------------------- loss

const head: Maker<typeof lossHead> = (wasm, d, a, c) => {
  const { kernels: k } = wasm;
  return (m) => {
    const step = a.clock[0]!;
    const rows = a.batch_rows[step - a.clock[1]!]!;
    const logits = at(a.logits, m * d.batch * d.units);
    const dLogits = at(a.d_logits, m * d.batch * d.units);
    const rowLoss = at(a.row_loss, m * d.batch);
    const y = batchRows(wasm, d, a, m, a.y, d.targets, wasm.batchY);
    const allFinite = k.loss_head(c.LOSS, logits, y, rowLoss, dLogits, rows, d.batch, d.units, d.targets);
    if (!allFinite) markUnhealthy(a.health, m * d.health_stride, step);
  };
};

const mean: Maker<typeof objective> =
  ({ kernels: k }, d, a) =>
  (m) => {
    const step = a.clock[0]!;
    const slot = step - a.clock[1]!;
    let squares = 0;
    for (let tensor = 0; tensor < d.tensors; tensor += 2) {
      const [first, end] = [a.tensor_offsets[tensor]!, a.tensor_offsets[tensor + 1]!];
      squares += k.sum_squares(at(a.parameters, m * d.params + first), end - first);
    }
    const data = k.sum(at(a.row_loss, m * d.batch), d.batch) / a.batch_rows[slot]!;
    const loss = data + (a.hyper[m * HYPER_SIZE + HYPER.l2]! / 2) * squares;
    a.losses[slot * d.models + m] = loss;
    if (!Number.isFinite(Math.fround(loss))) markUnhealthy(a.health, m * d.health_stride, step);
  };

// ---------------------------------------------------------------- optimizer

const optimizer: Maker<typeof optimizerStep> =
  ({ kernels: k }, d, a, c) =>
  (m) => {
    const step = a.clock[0]!;
    const rate = m * d.rate_stride + (step - a.clock[1]!) * RATE_SIZE;
    const h = m * HYPER_SIZE;
    const alpha = a.hyper[h + HYPER.learningRate]! * a.rates[rate]!;
    const share1 = a.hyper[h + HYPER.share1]!;
    const share2 = a.hyper[h + HYPER.share2]!;
    const epsilon = a.hyper[h + HYPER.epsilon]!;
    const weightDecay = c.OPTIMIZER === OPTIMIZER.adamw ? a.hyper[h + HYPER.weightDecay]! : 0;
    const correction1 = a.rates[rate + 1]!;
    const correction2 = a.rates[rate + 2]!;
    for (let tensor = 0; tensor < d.tensors; tensor++) {
      const p = a.tensor_offsets[tensor]!;
      const size = a.tensor_offsets[tensor + 1]! - p;
      const w = at(a.parameters, m * d.params + p);
      const g = at(a.gradients, m * d.params + p);
      const first = at(a.moments, m * d.moments * d.params + p);
      const second = first + 4 * d.params;
      const decay = tensor % 2 === 0 ? weightDecay : 0;
      // biome-ignore format: one argument a line would hide the loop
      const allFinite = k.update(
        c.OPTIMIZER, c.EPSILON_INSIDE, w, g, first, second, size,
        alpha, share1, share2, epsilon, decay, correction1, correction2,
      );
      if (!allFinite) markUnhealthy(a.health, m * d.health_stride + 1 + (tensor >> 1), step + 1);
    }
  };

// ---------------------------------------------------------------- table

/** How a device tiles a product makes no difference here. */
const MAKERS = {
  dense_forward: forward,
  dense_forward_wide: forward,
  dense_forward_subgroup: forward,
  dense_forward_tiled: forward,
  activation_forward: activation,
  loss_head: head,
  objective: mean,
  dense_grad_x: gradX,
  dense_grad_x_wide: gradX,
  dense_grad_x_subgroup: gradX,
  dense_grad_x_tiled: gradX,
  dense_grad_w: gradW,
  dense_grad_w_wide: gradW,
  dense_grad_w_subgroup: gradW,
  dense_grad_w_tiled: gradW,
  optimizer_step: optimizer,
} as const satisfies Partial<Record<OpName, unknown>>;

type AnyMaker = (wasm: Wasm, d: unknown, a: unknown, c: unknown) => ModelKernel;

/** Does a dispatch have a kernel? A gradient in parts, which GPUs add up, has none. */
export const hasKernel = (op: OpName, dims: Readonly<Record<string, number>>): op is keyof typeof MAKERS =>
  op in MAKERS && (dims.splits ?? 1) === 1;

/** The kernel of a dispatch, or null where the op's own definition runs. */
export function modelKernel(
  wasm: Wasm,
  op: OpName,
  dims: Readonly<Record<string, number>>,
  arrays: Readonly<Record<string, unknown>>,
  constants: Readonly<Record<string, number>>,
): ModelKernel | null {
  if (!hasKernel(op, dims)) return null;
  return (MAKERS[op] as AnyMaker)(wasm, dims, arrays, constants);
}
