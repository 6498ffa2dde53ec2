// The product at the heart of all three dense kernels: C (rows × columns) = init + A (rows × depth) · B (depth × columns),
// for eight columns at a time. B's columns are packed first, so that every step of the sum is two loads; A is read where it
// lies, by two strides, which makes the transpose of d_y free. Four rows by eight columns are summed in registers.
// Lanes past the last column are computed and not stored. All pointers and strides are in bytes.

/** Columns that one pass over A makes. */
export const WIDTH: i32 = 8;
const PACKED_ROW: usize = 32;

/** packed[k][c] = b[k · stepK + c · stepC] for `columns` ≤ 8 columns, the rest 0. */
export function pack(b: usize, stepK: usize, stepC: usize, depth: i32, columns: i32, packed: usize): void {
  for (let k: i32 = 0; k < depth; k++) {
    for (let c: i32 = 0; c < WIDTH; c++) {
      const value: f32 = c < columns ? load<f32>(b + usize(c) * stepC) : 0;
      store<f32>(packed + (usize(c) << 2), value);
    }
    b += stepK;
    packed += PACKED_ROW;
  }
}

/** The same where b's columns are neighbours; lanes past the last column hold whatever follows. */
export function packRows(b: usize, stepK: usize, depth: i32, packed: usize): void {
  for (let k: i32 = 0; k < depth; k++) {
    v128.store(packed, v128.load(b));
    v128.store(packed, v128.load(b, 16), 16);
    b += stepK;
    packed += PACKED_ROW;
  }
}

/** C[row][c] = init[row][c] + Σ_k A[row][k] · packed[k][c] for `columns` ≤ 8 columns. `init` may be C. */
export function product(
  a: usize, aRow: usize, aStep: usize, packed: usize, depth: i32, init: usize, initRow: usize, c: usize, cRow: usize,
  rows: i32, columns: i32,
): void {
  const wide = columns > 4;
  let row: i32 = 0;
  for (; row + 4 <= rows; row += 4) {
    if (wide) fourByEight(a, aRow, aStep, packed, depth, init, initRow, c, cRow, columns);
    else fourByFour(a, aRow, aStep, packed, depth, init, initRow, c, cRow, columns);
    a += 4 * aRow;
    init += 4 * initRow;
    c += 4 * cRow;
  }
  for (; row < rows; row++) {
    oneByEight(a, aStep, packed, depth, init, c, columns);
    a += aRow;
    init += initRow;
    c += cRow;
  }
}

@inline
function add(sum: v128, value: v128, weights: v128): v128 {
  return f32x4.add(sum, f32x4.mul(value, weights));
}

@inline
function fourByEight(
  a: usize, aRow: usize, aStep: usize, packed: usize, depth: i32, init: usize, initRow: usize, c: usize, cRow: usize,
  columns: i32,
): void {
  let s00 = v128.load(init), s01 = v128.load(init, 16);
  let s10 = v128.load(init + initRow), s11 = v128.load(init + initRow, 16);
  let s20 = v128.load(init + 2 * initRow), s21 = v128.load(init + 2 * initRow, 16);
  let s30 = v128.load(init + 3 * initRow), s31 = v128.load(init + 3 * initRow, 16);
  const end = packed + usize(depth) * PACKED_ROW;
  let a0 = a, a1 = a + aRow, a2 = a + 2 * aRow, a3 = a + 3 * aRow;
  for (let p = packed; p < end; p += PACKED_ROW) {
    const b0 = v128.load(p), b1 = v128.load(p, 16);
    const v0 = v128.load_splat<f32>(a0);
    s00 = add(s00, v0, b0);
    s01 = add(s01, v0, b1);
    const v1 = v128.load_splat<f32>(a1);
    s10 = add(s10, v1, b0);
    s11 = add(s11, v1, b1);
    const v2 = v128.load_splat<f32>(a2);
    s20 = add(s20, v2, b0);
    s21 = add(s21, v2, b1);
    const v3 = v128.load_splat<f32>(a3);
    s30 = add(s30, v3, b0);
    s31 = add(s31, v3, b1);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
  }
  storeEight(c, s00, s01, columns);
  storeEight(c + cRow, s10, s11, columns);
  storeEight(c + 2 * cRow, s20, s21, columns);
  storeEight(c + 3 * cRow, s30, s31, columns);
}

@inline
function fourByFour(
  a: usize, aRow: usize, aStep: usize, packed: usize, depth: i32, init: usize, initRow: usize, c: usize, cRow: usize,
  columns: i32,
): void {
  let s0 = v128.load(init), s1 = v128.load(init + initRow);
  let s2 = v128.load(init + 2 * initRow), s3 = v128.load(init + 3 * initRow);
  const end = packed + usize(depth) * PACKED_ROW;
  let a0 = a, a1 = a + aRow, a2 = a + 2 * aRow, a3 = a + 3 * aRow;
  for (let p = packed; p < end; p += PACKED_ROW) {
    const b = v128.load(p);
    s0 = add(s0, v128.load_splat<f32>(a0), b);
    s1 = add(s1, v128.load_splat<f32>(a1), b);
    s2 = add(s2, v128.load_splat<f32>(a2), b);
    s3 = add(s3, v128.load_splat<f32>(a3), b);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
  }
  storeFour(c, s0, columns);
  storeFour(c + cRow, s1, columns);
  storeFour(c + 2 * cRow, s2, columns);
  storeFour(c + 3 * cRow, s3, columns);
}

@inline
function oneByEight(a: usize, aStep: usize, packed: usize, depth: i32, init: usize, c: usize, columns: i32): void {
  let s0 = v128.load(init), s1 = v128.load(init, 16);
  const end = packed + usize(depth) * PACKED_ROW;
  for (let p = packed; p < end; p += PACKED_ROW) {
    const v = v128.load_splat<f32>(a);
    s0 = add(s0, v, v128.load(p));
    s1 = add(s1, v, v128.load(p, 16));
    a += aStep;
  }
  storeEight(c, s0, s1, columns);
}

@inline
function storeEight(to: usize, low: v128, high: v128, columns: i32): void {
  if (columns <= 4) {
    storeFour(to, low, columns);
    return;
  }
  v128.store(to, low);
  storeFour(to + 16, high, columns - 4);
}

/** The first `columns` of four values, or all of them. */
@inline
export function storeFour(to: usize, values: v128, columns: i32): void {
  if (columns >= 4) {
    v128.store(to, values);
    return;
  }
  v128.store_lane<f32>(to, values, 0);
  if (columns > 1) v128.store_lane<f32>(to, values, 1, 4);
  if (columns > 2) v128.store_lane<f32>(to, values, 2, 8);
}
