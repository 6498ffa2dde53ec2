// Seeded inputs for tests: the same numbers for the same name, whatever else is drawn.
import { bits, foldIn, type Key, key, normal, uniform } from '../../src/core/rng/threefry.ts';

export interface Drawing {
  /** Standard normals times `scale`, rounded to f32. */
  normals(length: number, scale?: number): Float32Array;
  /** Uniform on [low, high), rounded to f32. */
  uniforms(length: number, low: number, high: number): Float32Array;
  words(length: number): Uint32Array;
  /** Whole numbers from 0 to `below` − 1. */
  integers(length: number, below: number): Uint32Array;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

export function drawing(name: string): Drawing {
  const root = key(hash(name));
  let drawn = 0;
  const next = (): Key => foldIn(root, drawn++);
  return {
    normals: (length, scale = 1) => Float32Array.from(normal(next(), length), (z) => z * scale),
    uniforms: (length, low, high) => Float32Array.from(uniform(next(), length), (u) => low + (high - low) * u),
    words: (length) => bits(next(), length),
    integers: (length, below) => Uint32Array.from(uniform(next(), length), (u) => Math.floor(u * below)),
  };
}
