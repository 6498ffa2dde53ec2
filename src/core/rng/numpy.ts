// numpy's legacy RandomState, for replaying published runs from their seeds alone.
// Matsumoto and Nishimura 1998 (MT19937) and numpy's documented stream of `rand`, `randn`, `permutation` and `shuffle`.

import { BasinError } from '../errors.ts';
import { log } from '../math.ts';

const SIZE = 624;
const SHIFT = 397;
const MATRIX = 0x9908b0df;

/** The upper bit of one word and the lower 31 of the next, advanced. */
function twist(upper: number, lower: number): number {
  const joined = (upper & 0x80000000) | (lower & 0x7fffffff);
  return (joined >>> 1) ^ (lower & 1 ? MATRIX : 0);
}

function seededState(seed: number): Uint32Array {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const previous = state[i - 1] as number;
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  return state;
}

/**
 * Same seed, same calls → the numbers of `numpy.random.RandomState(seed)`: uniforms and orders bit for bit, normals
 * too except for the last bit of one in a thousand, where numpy's logarithm depends on its C library.
 */
export class NumpyRandom {
  readonly #state: Uint32Array;
  #position = SIZE;
  #spareNormal: number | null = null;

  /** @throws BasinError unless `seed` is an integer in [0, 2³²), all that RandomState takes. */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new BasinError(
        `seed: ${seed} is not an integer in [0, 4294967295], all that numpy's RandomState takes. ` +
          `Use a smaller seed, or "rng": "threefry".`,
      );
    }
    this.#state = seededState(seed);
  }

  /** The next 32-bit output. */
  raw32(): number {
    if (this.#position === SIZE) this.#refill();
    let y = this.#state[this.#position++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** `rand(n)`: multiples of 2⁻⁵³ in [0, 1). */
  uniform(n: number): Float64Array {
    return this.#fill(n, () => this.#nextUniform());
  }

  /** `randn(n)`: standard normals. The spare of a pair survives other draws. */
  normal(n: number): Float64Array {
    return this.#fill(n, () => this.#nextNormal());
  }

  /** `permutation(n)` of 0 … n−1. */
  permutation(n: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  }

  /** Shuffles in place and returns its argument. */
  shuffle<T extends Uint32Array | Float64Array | unknown[]>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.#nextIndex(i);
      const swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
    return values;
  }

  #fill(n: number, next: () => number): Float64Array {
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++) out[i] = next();
    return out;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const next = twist(state[i] as number, state[(i + 1) % SIZE] as number);
      state[i] = (state[(i + SHIFT) % SIZE] as number) ^ next;
    }
    this.#position = 0;
  }

  #nextUniform(): number {
    const high = this.raw32() >>> 5;
    const low = this.raw32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Marsaglia's polar method: a point in the unit disc gives a pair of normals. */
  #nextNormal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    let u = 0;
    let v = 0;
    let r2 = 0;
    while (r2 >= 1 || r2 === 0) {
      u = 2 * this.#nextUniform() - 1;
      v = 2 * this.#nextUniform() - 1;
      r2 = u * u + v * v;
    }
    const factor = Math.sqrt((-2 * log(r2)) / r2);
    this.#spareNormal = factor * u;
    return factor * v;
  }

  /** An index in 0 … largest, each equally likely. */
  #nextIndex(largest: number): number {
    const mask = 0xffffffff >>> Math.clz32(largest);
    let j = (this.raw32() & mask) >>> 0;
    while (j > largest) j = (this.raw32() & mask) >>> 0;
    return j;
  }
}
