// The CPU backend's WebAssembly: the module compiled from wasm/, and the memory that a plan's arrays lie in.
// A page whose content policy forbids WebAssembly goes without; the op table's own functions then run.

import base64 from '../../wasm/kernels.ts?assemblyscript';
import { LimitError } from '../core/errors.ts';
import { alignUp, ceilDiv } from '../core/shape.ts';
import { elements } from '../plan/memory.ts';
import type { Dispatch, Plan } from '../plan/plan.ts';

/** What wasm/kernels.ts exports. Arrays are pointers: bytes from the start of the memory. */
export interface Exports {
  heap_base(): number;
  scratch_floats(depth: number): number;
  dense_forward(
    x: number,
    w: number,
    b: number,
    z: number,
    rows: number,
    fanIn: number,
    fanOut: number,
    scratch: number,
  ): void;
  dense_grad_x(dZ: number, w: number, dH: number, rows: number, fanIn: number, fanOut: number, scratch: number): void;
  dense_grad_w(
    dZ: number,
    x: number,
    w: number,
    dW: number,
    dB: number,
    rows: number,
    fanIn: number,
    fanOut: number,
    l2: number,
    scratch: number,
  ): void;
  activate(activation: number, h: number, size: number): void;
  relu_slope(saved: number, scale: number, d: number, size: number): void;
  slope(activation: number, saved: number, factors: number, d: number, size: number): void;
  drop_factors(
    key0: number,
    key1: number,
    threshold: number,
    scale: number,
    step: number,
    factors: number,
    size: number,
  ): void;
  mask_factors(mask: number, scale: number, factors: number, size: number): void;
  multiply(h: number, factors: number, size: number): void;
  loss_head(
    loss: number,
    logits: number,
    y: number,
    rowLoss: number,
    dLogits: number,
    rows: number,
    batch: number,
    units: number,
    targets: number,
  ): number;
  sum(values: number, size: number): number;
  sum_squares(values: number, size: number): number;
  update(
    optimizer: number,
    epsilonInside: number,
    w: number,
    g: number,
    first: number,
    second: number,
    size: number,
    rate: number,
    share1: number,
    share2: number,
    epsilon: number,
    decay: number,
    correction1: number,
    correction2: number,
  ): number;
  gather(values: number, order: number, out: number, rows: number, columns: number): void;
}

// ---------------------------------------------------------------- module and memory

let compiled: Promise<WebAssembly.Module | null> | undefined;

/** The kernels, or null where WebAssembly with SIMD is not to be had. */
export function loadKernels(): Promise<WebAssembly.Module | null> {
  compiled ??= compileKernels();
  return compiled;
}

async function compileKernels(): Promise<WebAssembly.Module | null> {
  try {
    return await WebAssembly.compile(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
  } catch {
    return null; // forbidden by the page, absent, or without SIMD
  }
}

const PAGE_BYTES = 65536;
/** Kernels load up to eight floats past the end of an array, and store up to sixteen past the end of the factors. */
const SLACK_BYTES = 64;
/** Bytes that a memory can have. */
export const MOST_BYTES = 2 ** 32;

/** The kernels, the plan's arrays in the memory that they work in, and pointers to scratch. */
export interface Wasm {
  readonly kernels: Exports;
  readonly arrays: Readonly<Record<string, Float32Array | Uint32Array>>;
  /** Columns of a product, eight side by side. */
  readonly packed: number;
  /** Dropout's factors of one layer of one model. */
  readonly factors: number;
  /** x and y of a batch that the order table picks. */
  readonly batchX: number;
  readonly batchY: number;
}

export async function createWasm(module: WebAssembly.Module, plan: Plan): Promise<Wasm> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = exports as unknown as Exports;
  let end = kernels.heap_base();
  const place = (length: number) => {
    const start = alignUp(end, 16);
    end = start + 4 * length + SLACK_BYTES;
    return start;
  };
  const buffers = Object.values(plan.buffers);
  const places = buffers.map((buffer) => place(elements(buffer)));
  const { depth, largestLayer, batchX: xs, batchY: ys } = sizesOf(plan);
  const packed = place(kernels.scratch_floats(depth));
  const factors = place(largestLayer);
  const batchX = place(xs);
  const batchY = place(ys);
  grow(memory, end);
  const arrays = buffers.map((buffer, index) => {
    const Kind = buffer.element === 'u32' ? Uint32Array : Float32Array;
    return [buffer.name, new Kind(memory.buffer, places[index]!, elements(buffer))];
  });
  return { kernels, arrays: Object.fromEntries(arrays), packed, factors, batchX, batchY };
}

function grow(memory: WebAssembly.Memory, bytes: number): void {
  try {
    memory.grow(ceilDiv(bytes, PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES);
  } catch {
    const remedy = 'There is no memory for this run. Fewer models or rows would fit.';
    throw new LimitError('memory', bytes, Number.NaN, remedy);
  }
}

/** The longest sum of a product, and the elements of the largest (batch, fan_out) and of a picked batch. */
function sizesOf(plan: Plan) {
  const dispatches = Object.values(plan.segments)
    .flat()
    .flatMap((dispatch) => dispatch.standsFor ?? dispatch);
  const most = (of: (dims: Dispatch['dims']) => number) => Math.max(0, ...dispatches.map(({ dims }) => of(dims)));
  return {
    depth: most(({ fan_in = 0, units_above = 0 }) => Math.max(fan_in, units_above)),
    largestLayer: most(({ batch = 0, fan_out = 0 }) => batch * fan_out),
    batchX: most(({ gather = 0, batch = 0, fan_in = 0 }) => gather * batch * fan_in),
    batchY: most(({ gather = 0, batch = 0, targets = 0 }) => gather * batch * targets),
  };
}
