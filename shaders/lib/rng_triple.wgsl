// Three blocks of Threefry-2x32-20 at once, without shifts: the same bits as lib/rng.wgsl, for software adapters.
//
// SwiftShader has no shift of four lanes at a time: one costs 5 ns where an add, a multiplication or a conversion costs
// 0.5 (Chromium 156). So x << r is x · 2^r, and x >> (32 - r) comes out of f32 arithmetic that is exact: the top r bits
// of x as a number, plus 1.5 · 2^23 units in the last place, leaves those bits at the bottom of the sum's mantissa.
// A block is one long chain of operations, so that three together take little longer than one; more spill the registers.

// A rotation left by r <= 22 bits: 2^r, the top r bits, 1.5 · 2^(55 - r) as the bits of its
// f32, and the low r bits. Those by more are made of two.
const RNG_ROTATIONS = array<vec4u, 6>(
  vec4u(0x40u, 0xfc000000u, bitcast<u32>(0x1.8p49f), 0x3fu),        // 6
  vec4u(0x100u, 0xff000000u, bitcast<u32>(0x1.8p47f), 0xffu),       // 8
  vec4u(0x2000u, 0xfff80000u, bitcast<u32>(0x1.8p42f), 0x1fffu),    // 13
  vec4u(0x8000u, 0xfffe0000u, bitcast<u32>(0x1.8p40f), 0x7fffu),    // 15
  vec4u(0x10000u, 0xffff0000u, bitcast<u32>(0x1.8p39f), 0xffffu),   // 16
  vec4u(0x20000u, 0xffff8000u, bitcast<u32>(0x1.8p38f), 0x1ffffu),  // 17
);

// The same in memory, where one load serves all blocks; a constant in the text takes two instructions for each use. The loop
// over a computed index keeps the compiler from putting the constants back.
var<private> rng_rotations: array<vec4u, 6>;

// Before the first draw.
fn rng_triple_prepare() {
  for (var i: u32 = 0u; i < 6u; i++) { rng_rotations[i] = RNG_ROTATIONS[i]; }
}

struct RngTriple { x: vec3u, y: vec3u }

// Three blocks (counter0, counter1), each with a key of its own.
fn rng_triple(key0: vec3u, key1: vec3u, counter0: u32, counter1: vec3u) -> RngTriple {
  let parity = vec3u(0x1bd11bdau) ^ key0 ^ key1;
  var b: RngTriple = RngTriple(counter0 + key0, counter1 + key1);
  b = rng_triple_odd(b, key1, parity + 1u);
  b = rng_triple_even(b, parity, key0 + 2u);
  b = rng_triple_odd(b, key0, key1 + 3u);
  b = rng_triple_even(b, key1, parity + 4u);
  b = rng_triple_odd(b, parity, key0 + 5u);
  return b;
}

// The same with one key, which takes fewer registers.
fn rng_triple_of_key(key: vec2u, counter0: u32, counter1: vec3u) -> RngTriple {
  let parity = 0x1bd11bdau ^ key.x ^ key.y;
  var b: RngTriple = RngTriple(vec3u(counter0 + key.x), counter1 + key.y);
  b = rng_triple_odd(b, vec3u(key.y), vec3u(parity + 1u));
  b = rng_triple_even(b, vec3u(parity), vec3u(key.x + 2u));
  b = rng_triple_odd(b, vec3u(key.x), vec3u(key.y + 3u));
  b = rng_triple_even(b, vec3u(key.y), vec3u(parity + 4u));
  b = rng_triple_odd(b, vec3u(parity), vec3u(key.x + 5u));
  return b;
}

// Of each block: bit i says whether 16-bit lane i is below the block's threshold, which is not 0.
// A lower half is compared as it is; an upper half by the whole word, its top bit turned over, since signed integers compare in
// one operation here, unsigned ones in three.
fn rng_triple_below(words: RngTriple, threshold: vec3u) -> vec3u {
  let low = bitcast<vec3i>(threshold - 1u);
  let high = bitcast<vec3i>((threshold * 65536u - 1u) ^ vec3u(0x80000000u));
  let none = vec3u(0u);
  return select(none, vec3u(1u), bitcast<vec3i>(words.x & vec3u(0xffffu)) <= low) |
         select(none, vec3u(2u), bitcast<vec3i>(words.x ^ vec3u(0x80000000u)) <= high) |
         select(none, vec3u(4u), bitcast<vec3i>(words.y & vec3u(0xffffu)) <= low) |
         select(none, vec3u(8u), bitcast<vec3i>(words.y ^ vec3u(0x80000000u)) <= high);
}

// Four rounds with the rotations 13, 15, 26 = 13 + 13, 6, and the key words that follow them.
fn rng_triple_odd(b: RngTriple, k0: vec3u, k1: vec3u) -> RngTriple {
  let x1 = b.x + b.y;
  let y1 = rng_triple_rotate(b.y, rng_rotations[2]) ^ x1;
  let x2 = x1 + y1;
  let y2 = rng_triple_rotate(y1, rng_rotations[3]) ^ x2;
  let x3 = x2 + y2;
  let half3 = rng_triple_rotate(y2, rng_rotations[2]);
  let y3 = rng_triple_rotate(half3, rng_rotations[2]) ^ x3;
  let x4 = x3 + y3;
  let y4 = rng_triple_rotate(y3, rng_rotations[0]) ^ x4;
  return RngTriple(x4 + k0, y4 + k1);
}

// The same with 17, 29 = 16 + 13, 16, 24 = 16 + 8.
fn rng_triple_even(b: RngTriple, k0: vec3u, k1: vec3u) -> RngTriple {
  let x1 = b.x + b.y;
  let y1 = rng_triple_rotate(b.y, rng_rotations[5]) ^ x1;
  let x2 = x1 + y1;
  let half2 = rng_triple_rotate(y1, rng_rotations[4]);
  let y2 = rng_triple_rotate(half2, rng_rotations[2]) ^ x2;
  let x3 = x2 + y2;
  let y3 = rng_triple_rotate(y2, rng_rotations[4]) ^ x3;
  let x4 = x3 + y3;
  let half4 = rng_triple_rotate(y3, rng_rotations[4]);
  let y4 = rng_triple_rotate(half4, rng_rotations[1]) ^ x4;
  return RngTriple(x4 + k0, y4 + k1);
}

fn rng_triple_rotate(x: vec3u, r: vec4u) -> vec3u {
  return x * r.x + (rng_triple_bits(x & r.yyy, r.z) & r.www);
}

fn rng_triple_bits(field: vec3u, magic: u32) -> vec3u {
  return bitcast<vec3u>(vec3f(bitcast<vec3i>(field)) + bitcast<f32>(magic));
}
