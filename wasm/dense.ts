// The three products of a dense layer, for one model. Weights are (fan_out, fan_in) row-major, rows of x are examples.

import { pack, packRows, product, WIDTH } from './product';

/** Rows of a batch whose gradients are added up before they join the sum: short sums keep f32 exact enough. */
const BLOCK_ROWS: i32 = 256;

/** Floats of scratch that the products below need for sums of up to `depth` terms. */
export function scratch_floats(depth: i32): i32 {
  return WIDTH * (1 + max(depth, BLOCK_ROWS));
}

/** z (rows, fan_out) = x (rows, fan_in) · wᵀ + b */
export function dense_forward(
  x: usize, w: usize, b: usize, z: usize, rows: i32, fanIn: i32, fanOut: i32, scratch: usize,
): void {
  const bias = scratch;
  const packed = scratch + 32;
  for (let o: i32 = 0; o < fanOut; o += WIDTH) {
    const columns = min(WIDTH, fanOut - o);
    pack(b + (usize(o) << 2), 0, 4, 1, columns, bias);
    pack(w + (usize(o * fanIn) << 2), 4, usize(fanIn) << 2, fanIn, columns, packed);
    product(x, usize(fanIn) << 2, 4, packed, fanIn, bias, 0, z + (usize(o) << 2), usize(fanOut) << 2, rows, columns);
  }
}

/** d_h (rows, fan_in) = d_z (rows, fan_out) · w */
export function dense_grad_x(dZ: usize, w: usize, dH: usize, rows: i32, fanIn: i32, fanOut: i32, scratch: usize): void {
  memory.fill(scratch, 0, 32);
  const packed = scratch + 32;
  for (let i: i32 = 0; i < fanIn; i += WIDTH) {
    packRows(w + (usize(i) << 2), usize(fanIn) << 2, fanOut, packed);
    product(
      dZ,
      usize(fanOut) << 2,
      4,
      packed,
      fanOut,
      scratch,
      0,
      dH + (usize(i) << 2),
      usize(fanIn) << 2,
      rows,
      min(WIDTH, fanIn - i),
    );
  }
}

/** d_w (fan_out, fan_in) = d_zᵀ · x + l2 · w, d_b = Σ d_z */
export function dense_grad_w(
  dZ: usize, x: usize, w: usize, dW: usize, dB: usize, rows: i32, fanIn: i32, fanOut: i32, l2: f32, scratch: usize,
): void {
  scale(w, l2, dW, fanIn * fanOut);
  memory.fill(dB, 0, usize(fanOut) << 2);
  for (let first: i32 = 0; first < rows; first += BLOCK_ROWS) {
    const block = min(BLOCK_ROWS, rows - first);
    const dBlock = dZ + (usize(first * fanOut) << 2);
    const xBlock = x + (usize(first * fanIn) << 2);
    for (let i: i32 = 0; i < fanIn; i += WIDTH) {
      const at = dW + (usize(i) << 2);
      packRows(xBlock + (usize(i) << 2), usize(fanIn) << 2, block, scratch);
      product(
        dBlock,
        4,
        usize(fanOut) << 2,
        scratch,
        block,
        at,
        usize(fanIn) << 2,
        at,
        usize(fanIn) << 2,
        fanOut,
        min(WIDTH, fanIn - i),
      );
    }
    addColumns(dBlock, block, fanOut, dB);
  }
}

/** out = value · factor */
function scale(values: usize, factor: f32, out: usize, size: i32): void {
  const end = values + (usize(size) << 2);
  const factors = f32x4.splat(factor);
  for (; values + 16 <= end; values += 16, out += 16) v128.store(out, f32x4.mul(v128.load(values), factors));
  for (; values < end; values += 4, out += 4) store<f32>(out, load<f32>(values) * factor);
}

/** out[c] += Σ_row d[row][c] */
function addColumns(d: usize, rows: i32, columns: i32, out: usize): void {
  const row = usize(columns) << 2;
  const end = d + usize(rows) * row;
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4, d += 16, out += 16) {
    let sum = f32x4.splat(0);
    for (let at = d; at < end; at += row) sum = f32x4.add(sum, v128.load(at));
    v128.store(out, f32x4.add(v128.load(out), sum));
  }
  for (; c < columns; c++, d += 4, out += 4) {
    let sum: f32 = 0;
    for (let at = d; at < end; at += row) sum += load<f32>(at);
    store<f32>(out, load<f32>(out) + sum);
  }
}
