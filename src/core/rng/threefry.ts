// Threefry-2x32-20: stateless random numbers, (key, counter) → bits. Integers only, so the same on every engine and GPU.
// Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".

import { cos, log, sin } from '../math.ts';

/** Two 32-bit words. */
export type Key = readonly [number, number];

const PARITY = 0x1bd11bda;
const TWO_POW_32 = 4294967296;
const TWO_PI = 2 * Math.PI;

// The high counter word tells draws, splits and foldIn apart: foldIn's is below 2²¹, so no two ever use one block.
const DRAW_BLOCKS = 0x80000000;
const SPLIT_BLOCKS = 0xc0000000;

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/** The two words of block (counter0, counter1) under `key`, in `out`, which hot loops pass in and reuse. */
export function threefry2x32(
  key: Key,
  counter0: number,
  counter1: number,
  out: Uint32Array = new Uint32Array(2),
): Uint32Array {
  let k0 = key[0];
  let k1 = key[1];
  let k2 = k0 ^ k1 ^ PARITY;
  let x0 = (counter0 + k0) | 0;
  let x1 = (counter1 + k1) | 0;
  for (let block = 1; block <= 5; block++) {
    // Four rounds: add, rotate, xor. Odd and even blocks rotate by different amounts.
    const odd = (block & 1) === 1;
    x0 = (x0 + x1) | 0;
    x1 = rotate(x1, odd ? 13 : 17) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotate(x1, odd ? 15 : 29) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotate(x1, odd ? 26 : 16) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotate(x1, odd ? 6 : 24) ^ x0;
    // Then the next two words of the key schedule, and the block's number.
    const spent = k0;
    k0 = k1;
    k1 = k2;
    k2 = spent;
    x0 = (x0 + k0) | 0;
    x1 = (x1 + k1 + block) | 0;
  }
  out[0] = x0;
  out[1] = x1;
  return out;
}

function lowAndHigh(n: number): Key {
  return [n >>> 0, Math.floor(n / TWO_POW_32) >>> 0];
}

function asKey(words: Uint32Array): Key {
  return [words[0] as number, words[1] as number];
}

/** The key of a seed, an integer in [0, 2⁵³): its low and its high 32 bits. */
export function key(seed: number): Key {
  return lowAndHigh(seed);
}

/** The key of child `n` of `parent`, n an integer in [0, 2⁵³). Children of one key are independent streams. */
export function foldIn(parent: Key, n: number): Key {
  const [low, high] = lowAndHigh(n);
  return asKey(threefry2x32(parent, low, high));
}

/** `n` keys, independent of each other, of every foldIn(parent, …) and of the draws from `parent`. */
export function split(parent: Key, n: number): Key[] {
  return Array.from({ length: n }, (_, i) => asKey(threefry2x32(parent, i, SPLIT_BLOCKS)));
}

/** `length` uniformly random 32-bit words; word e is half e mod 2 of block ⌊e/2⌋. */
export function bits(key: Key, length: number): Uint32Array {
  const out = new Uint32Array(length);
  const block = new Uint32Array(2);
  for (let e = 0; e < length; e += 2) {
    threefry2x32(key, e / 2, DRAW_BLOCKS, block);
    out[e] = block[0] as number;
    if (e + 1 < length) out[e + 1] = block[1] as number;
  }
  return out;
}

/** `length` multiples of 2⁻⁵³, uniform on [0, 1): 0 can come, 1 cannot. One block each. */
export function uniform(key: Key, length: number): Float64Array {
  const out = new Float64Array(length);
  const block = new Uint32Array(2);
  for (let i = 0; i < length; i++) {
    threefry2x32(key, i, DRAW_BLOCKS, block);
    out[i] = (((block[0] as number) >>> 5) * 67108864 + ((block[1] as number) >>> 6)) / 9007199254740992;
  }
  return out;
}

/**
 * `length` standard normals, each pair from two uniforms and without rejection.
 *
 * Box and Muller 1958: √(−2 ln u) · (cos 2πv, sin 2πv), u in (0, 1], so no value is beyond ±8.6.
 */
export function normal(key: Key, length: number): Float64Array {
  const uniforms = uniform(key, length + (length % 2));
  const out = new Float64Array(length);
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * log(1 - (uniforms[i] as number)));
    const angle = TWO_PI * (uniforms[i + 1] as number);
    out[i] = radius * cos(angle);
    if (i + 1 < length) out[i + 1] = radius * sin(angle);
  }
  return out;
}

/** A sequence of words that a rejection loop can draw from without knowing how many it will need. */
function wordsOf(key: Key): () => number {
  const block = new Uint32Array(2);
  let e = 0;
  return () => {
    if (e % 2 === 0) threefry2x32(key, e / 2, DRAW_BLOCKS, block);
    return block[e++ % 2] as number;
  };
}

/** A permutation of 0 … n−1, each equally likely: Fisher–Yates, j drawn under a bit mask and again while above i. */
export function permutation(key: Key, n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const nextWord = wordsOf(key);
  for (let i = n - 1; i > 0; i--) {
    const mask = 0xffffffff >>> Math.clz32(i);
    let j = nextWord() & mask;
    while (j > i) j = nextWord() & mask;
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order;
}
