// Counter-based random bits.  Threefry-2x32, 20 rounds: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
// The same words as src/core/rng/threefry.ts, bit for bit.

fn rng_rotate(x: u32, bits: u32) -> u32 {
  return (x << bits) | (x >> (32u - bits));
}

// Four rounds with the rotations r, each an add, a rotate and an xor.
fn rng_rounds(x: vec2u, r: vec4u) -> vec2u {
  var v: vec2u = x;
  v.x += v.y; v.y = rng_rotate(v.y, r.x) ^ v.x;
  v.x += v.y; v.y = rng_rotate(v.y, r.y) ^ v.x;
  v.x += v.y; v.y = rng_rotate(v.y, r.z) ^ v.x;
  v.x += v.y; v.y = rng_rotate(v.y, r.w) ^ v.x;
  return v;
}

fn rng_threefry2x32(key: vec2u, counter: vec2u) -> vec2u {
  let parity = 0x1bd11bdau ^ key.x ^ key.y;
  let odd = vec4u(13u, 15u, 26u, 6u);
  let even = vec4u(17u, 29u, 16u, 24u);
  var x: vec2u = counter + key;
  x = rng_rounds(x, odd) + vec2u(key.y, parity + 1u);
  x = rng_rounds(x, even) + vec2u(parity, key.x + 2u);
  x = rng_rounds(x, odd) + vec2u(key.x, key.y + 3u);
  x = rng_rounds(x, even) + vec2u(key.y, parity + 4u);
  x = rng_rounds(x, odd) + vec2u(parity, key.x + 5u);
  return x;
}

// Bit i: is 16-bit lane i of the words below the threshold? Lane 0 is the low half of word 0.
fn rng_below(words: vec2u, threshold: u32) -> u32 {
  let lanes = vec4u(words.x & 0xffffu, words.x >> 16u, words.y & 0xffffu, words.y >> 16u);
  let bits = select(vec4u(0u), vec4u(1u, 2u, 4u, 8u), lanes < vec4u(threshold));
  return bits.x | bits.y | bits.z | bits.w;
}
