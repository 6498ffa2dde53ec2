// Two blocks of Threefry-2x32-20 at once, without shifts: the same bits as lib/rng.wgsl, for software adapters.
//
// SwiftShader has no shift of four lanes at a time: one costs 5 ns where an add, a multiplication or a conversion costs
// 0.5 (Chromium 156). So x << r is x · 2^r, and x >> (32 - r) comes out of f32 arithmetic that is exact: the top r bits
// of x as a number, plus 1.5 · 2^23 units in the last place, leaves those bits at the bottom of the sum's mantissa.
// Two blocks fill the processor's pipelines; more spill its registers.

// Words (x, y) of the blocks (counter0, counter1.x) and (counter0, counter1.y), as (x, x, y, y).
fn rng_pair(key: vec2u, counter0: u32, counter1: vec2u) -> vec4u {
  let parity = 0x1bd11bdau ^ key.x ^ key.y;
  var b: RngPair = RngPair(vec2u(counter0 + key.x), counter1 + key.y);
  b = rng_pair_odd(b, key.y, parity + 1u);
  b = rng_pair_even(b, parity, key.x + 2u);
  b = rng_pair_odd(b, key.x, key.y + 3u);
  b = rng_pair_even(b, key.y, parity + 4u);
  b = rng_pair_odd(b, parity, key.x + 5u);
  return vec4u(b.x, b.y);
}

struct RngPair { x: vec2u, y: vec2u }

// Four rounds with the rotations 13, 15, 26, 6, and the key words that follow them.
fn rng_pair_odd(b: RngPair, k0: u32, k1: u32) -> RngPair {
  let x1 = b.x + b.y;
  let y1 = rng_pair_rotate(b.y, 0x2000u, 0xfff80000u, 0x1.8p42f) ^ x1;
  let x2 = x1 + y1;
  let y2 = rng_pair_rotate(y1, 0x8000u, 0xfffe0000u, 0x1.8p40f) ^ x2;
  let x3 = x2 + y2;
  let y3 = rng_pair_rotate_far(y2, 0x4000000u, 0xffc0u, 0x1.8p29f, 0x400u) ^ x3;
  let x4 = x3 + y3;
  let y4 = rng_pair_rotate(y3, 0x40u, 0xfc000000u, 0x1.8p49f) ^ x4;
  return RngPair(x4 + k0, y4 + k1);
}

// The same with 17, 29, 16, 24.
fn rng_pair_even(b: RngPair, k0: u32, k1: u32) -> RngPair {
  let x1 = b.x + b.y;
  let y1 = rng_pair_rotate(b.y, 0x20000u, 0xffff8000u, 0x1.8p38f) ^ x1;
  let x2 = x1 + y1;
  let y2 = rng_pair_rotate_far(y1, 0x20000000u, 0xfff8u, 0x1.8p26f, 0x2000u) ^ x2;
  let x3 = x2 + y2;
  let y3 = rng_pair_rotate(y2, 0x10000u, 0xffff0000u, 0x1.8p39f) ^ x3;
  let x4 = x3 + y3;
  let y4 = rng_pair_rotate_far(y3, 0x1000000u, 0xff00u, 0x1.8p31f, 0x100u) ^ x4;
  return RngPair(x4 + k0, y4 + k1);
}

// Left by r <= 22 bits: power = 2^r, mask = the top r bits, magic = 1.5 · 2^(55 - r).
fn rng_pair_rotate(x: vec2u, power: u32, mask: u32, magic: f32) -> vec2u {
  return x * power + (rng_pair_bits(x & vec2u(mask), magic) & vec2u(power - 1u));
}

// Left by r > 22 bits, so right by s = 32 - r: the upper half of x, and mask = bits s to 15 of its lower half.
fn rng_pair_rotate_far(x: vec2u, power: u32, mask: u32, magic: f32, half: u32) -> vec2u {
  let upper = rng_pair_bits(x & vec2u(0xffff0000u), 0x1.8p39f) & vec2u(0xffffu);
  let lower = rng_pair_bits(x & vec2u(mask), magic) & vec2u(half - 1u);
  return x * power + upper * half + lower;
}

fn rng_pair_bits(field: vec2u, magic: f32) -> vec2u {
  return bitcast<vec2u>(vec2f(bitcast<vec2i>(field)) + magic);
}
