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

// The same in memory, where one load serves all blocks; a constant in the text takes two instructions for each use.
var<private> rng_rotations: array<vec4u, 6>;

// Keys: two words, the third that follows from them, and a threshold. In memory as well: in registers they would drive out the blocks.
const RNG_MOST_KEYS = 16u;
var<private> rng_keys: array<vec4u, RNG_MOST_KEYS>;

// Before the first key. Loops over a computed index keep the compiler from taking the arrays apart into registers again.
fn rng_triple_prepare() {
  for (var i: u32 = 0u; i < 6u; i++) { rng_rotations[i] = RNG_ROTATIONS[i]; }
  for (var i: u32 = 0u; i < RNG_MOST_KEYS; i++) { rng_keys[i] = vec4u(0u); }
}

fn rng_triple_key(at: u32, key: vec2u, threshold: u32) {
  rng_keys[at] = vec4u(key, 0x1bd11bdau ^ key.x ^ key.y, threshold);
}

struct RngTriple { x: vec3u, y: vec3u }

// Three blocks (counter0, counter1), each with the key that stands at `at`.
fn rng_triple(at: vec3u, counter0: u32, counter1: vec3u) -> RngTriple {
  var b: RngTriple = RngTriple(counter0 + rng_key_0(at), counter1 + rng_key_1(at));
  b = rng_triple_odd(b);
  b = RngTriple(b.x + rng_key_1(at), b.y + rng_key_2(at) + 1u);
  b = rng_triple_even(b);
  b = RngTriple(b.x + rng_key_2(at), b.y + rng_key_0(at) + 2u);
  b = rng_triple_odd(b);
  b = RngTriple(b.x + rng_key_0(at), b.y + rng_key_1(at) + 3u);
  b = rng_triple_even(b);
  b = RngTriple(b.x + rng_key_1(at), b.y + rng_key_2(at) + 4u);
  b = rng_triple_odd(b);
  return RngTriple(b.x + rng_key_2(at), b.y + rng_key_0(at) + 5u);
}

fn rng_key_0(at: vec3u) -> vec3u { return vec3u(rng_keys[at.x].x, rng_keys[at.y].x, rng_keys[at.z].x); }
fn rng_key_1(at: vec3u) -> vec3u { return vec3u(rng_keys[at.x].y, rng_keys[at.y].y, rng_keys[at.z].y); }
fn rng_key_2(at: vec3u) -> vec3u { return vec3u(rng_keys[at.x].z, rng_keys[at.y].z, rng_keys[at.z].z); }

// Of each block: bit i says whether 16-bit lane i is below the threshold of the key at `at`. Then their difference is negative, and
// has all of its upper bits: a comparison and a select take four times as long.
fn rng_triple_below(at: vec3u, words: RngTriple) -> vec3u {
  let threshold = vec3u(rng_keys[at.x].w, rng_keys[at.y].w, rng_keys[at.z].w);
  let borrows = ((rng_triple_lower(words.x) - threshold) & vec3u(0x10000u)) |
                ((rng_triple_upper(words.x) - threshold) & vec3u(0x20000u)) |
                ((rng_triple_lower(words.y) - threshold) & vec3u(0x40000u)) |
                ((rng_triple_upper(words.y) - threshold) & vec3u(0x80000u));
  return rng_triple_upper(borrows);
}

fn rng_triple_lower(x: vec3u) -> vec3u { return x & rng_rotations[4].www; }

// A rotation by 16, without the part that moves up.
fn rng_triple_upper(x: vec3u) -> vec3u {
  return rng_triple_bits(x & rng_rotations[4].yyy, rng_rotations[4].z) & rng_rotations[4].www;
}

// Four rounds with the rotations 13, 15, 26 = 13 + 13, 6.
fn rng_triple_odd(b: RngTriple) -> RngTriple {
  let x1 = b.x + b.y;
  let y1 = rng_triple_rotate(b.y, rng_rotations[2]) ^ x1;
  let x2 = x1 + y1;
  let y2 = rng_triple_rotate(y1, rng_rotations[3]) ^ x2;
  let x3 = x2 + y2;
  let half3 = rng_triple_rotate(y2, rng_rotations[2]);
  let y3 = rng_triple_rotate(half3, rng_rotations[2]) ^ x3;
  let x4 = x3 + y3;
  let y4 = rng_triple_rotate(y3, rng_rotations[0]) ^ x4;
  return RngTriple(x4, y4);
}

// The same with 17, 29 = 16 + 13, 16, 24 = 16 + 8.
fn rng_triple_even(b: RngTriple) -> RngTriple {
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
  return RngTriple(x4, y4);
}

fn rng_triple_rotate(x: vec3u, r: vec4u) -> vec3u {
  return x * r.x + (rng_triple_bits(x & r.yyy, r.z) & r.www);
}

fn rng_triple_bits(field: vec3u, magic: u32) -> vec3u {
  return bitcast<vec3u>(vec3f(bitcast<vec3i>(field)) + bitcast<f32>(magic));
}
