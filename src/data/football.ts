// A set like the one of the regularization notebook: a field cut by a diagonal, with wrong labels near it.
// Integers, + − × ÷ and comparisons only, so the same numbers in every language. It draws from its own generator.

import type { Rows } from './dataset.ts';

// The field is an ellipse, longer along x2.
const CENTRE = [-0.12, -0.03] as const;
const RADIUS = [0.44, 0.66] as const;
// Class 1 lies above the diagonal x2 = SLOPE · x1 + OFFSET.
const SLOPE = 1.7;
const OFFSET = 0.22;
const STEEPNESS = 1.9723082923316; // √(1 + SLOPE²), which turns a height over the diagonal into a distance
// The chance of the other label falls linearly from the diagonal to REACH and stays there.
const FLIP_AT_DIAGONAL = 0.42;
const FLIP_FAR = 0.04;
const REACH = 0.075;

/** Uniforms in [0, 1) in steps of 2⁻³²: mulberry32 by Tommy Ettinger, 2017, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Coordinates have four decimals. */
function round4(value: number): number {
  return Math.floor(value * 10000 + 0.5) / 10000;
}

/** A point of the unit disc, by rejection. */
function pointInDisc(draw: () => number): [number, number] {
  for (;;) {
    const u = 2 * draw() - 1;
    const v = 2 * draw() - 1;
    if (u * u + v * v <= 1) return [u, v];
  }
}

function flipChance(distance: number): number {
  const far = Math.abs(distance) / REACH;
  return far >= 1 ? FLIP_FAR : FLIP_AT_DIAGONAL + (FLIP_FAR - FLIP_AT_DIAGONAL) * far;
}

function sample(count: number, draw: () => number): Rows {
  const x = new Float64Array(2 * count);
  const y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [u, v] = pointInDisc(draw);
    const x1 = round4(CENTRE[0] + RADIUS[0] * u);
    const x2 = round4(CENTRE[1] + RADIUS[1] * v);
    const distance = (x2 - SLOPE * x1 - OFFSET) / STEEPNESS;
    const label = distance > 0 ? 1 : 0;
    x.set([x1, x2], 2 * i);
    y[i] = draw() < flipChance(distance) ? 1 - label : label;
  }
  return { count, x, y };
}

/** Training and test rows from one stream: the training rows are drawn first. The low 32 bits of `seed` count. */
export function football(rows: number, testRows: number, seed: number): { train: Rows; test: Rows | null } {
  const draw = mulberry32(seed);
  const train = sample(rows, draw);
  return { train, test: testRows > 0 ? sample(testRows, draw) : null };
}
