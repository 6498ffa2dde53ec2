// Dropout's factors: 1 / (1 − drop rate) where a unit is kept, 0 where it is dropped.
// Element e takes 16-bit lane e mod 4 of threefry2x32-20(key, (step, ⌊e / 4⌋)), lane 0 the low half of word 0; a lane below the
// threshold is kept. Four counters are drawn side by side.  Salmon et al. 2011, Threefry-2x32-20.

const PARITY: u32 = 0x1bd11bda;

/** factors[e] for e < size; writes up to 15 values more. */
export function drop_factors(
  key0: u32, key1: u32, threshold: i32, scale: f32, step: u32, factors: usize, size: i32,
): void {
  const key2 = key0 ^ key1 ^ PARITY;
  const thresholds = i32x4.splat(threshold);
  const scales = f32x4.splat(scale);
  for (let e: i32 = 0; e < size; e += 16) {
    const block = u32(e) >> 2;
    let x0 = i32x4.splat(step + key0);
    let x1 = i32x4.add(i32x4.splat(block + key1), i32x4(0, 1, 2, 3));
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 13), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 15), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 26), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 6), x0);
    x0 = i32x4.add(x0, i32x4.splat(key1)); x1 = i32x4.add(x1, i32x4.splat(key2 + 1));
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 17), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 29), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 16), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 24), x0);
    x0 = i32x4.add(x0, i32x4.splat(key2)); x1 = i32x4.add(x1, i32x4.splat(key0 + 2));
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 13), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 15), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 26), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 6), x0);
    x0 = i32x4.add(x0, i32x4.splat(key0)); x1 = i32x4.add(x1, i32x4.splat(key1 + 3));
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 17), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 29), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 16), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 24), x0);
    x0 = i32x4.add(x0, i32x4.splat(key1)); x1 = i32x4.add(x1, i32x4.splat(key2 + 4));
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 13), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 15), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 26), x0);
    x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 6), x0);
    x0 = i32x4.add(x0, i32x4.splat(key2)); x1 = i32x4.add(x1, i32x4.splat(key0 + 5));
    // Words of two counters side by side are eight lanes of 16 bits in the order of their elements.
    const low = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
    const high = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
    keep(factors, i32x4.extend_low_i16x8_u(low), thresholds, scales);
    keep(factors + 16, i32x4.extend_high_i16x8_u(low), thresholds, scales);
    keep(factors + 32, i32x4.extend_low_i16x8_u(high), thresholds, scales);
    keep(factors + 48, i32x4.extend_high_i16x8_u(high), thresholds, scales);
    factors += 64;
  }
}

@inline
function rotate(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

@inline
function keep(to: usize, lanes: v128, thresholds: v128, scales: v128): void {
  v128.store(to, v128.and(scales, i32x4.lt_s(lanes, thresholds)));
}

/** factors[e] from a given mask, one u32 an element. */
export function mask_factors(mask: usize, scale: f32, factors: usize, size: i32): void {
  const end = factors + (usize(size) << 2);
  for (; factors < end; factors += 4, mask += 4) store<f32>(factors, load<u32>(mask) ? scale : 0);
}

/** h = h · factors */
export function multiply(h: usize, factors: usize, size: i32): void {
  const end = h + (usize(size) << 2);
  for (; h + 16 <= end; h += 16, factors += 16) v128.store(h, f32x4.mul(v128.load(h), v128.load(factors)));
  for (; h < end; h += 4, factors += 4) store<f32>(h, load<f32>(h) * load<f32>(factors));
}
