// Planes in the space of a network's weights: directions, coordinates, and what is seen of a path in them. Pure.

import { SpecError } from '../core/errors.ts';
import { streamKey } from '../core/rng/streams.ts';
import { foldIn, normal } from '../core/rng/threefry.ts';
import type { Reals } from '../core/shape.ts';
import type { LayerPlace } from '../plan/plan.ts';

/** Flat parameters and two independent directions; (x, y) stands for centre + x · u + y · v. */
export interface Plane {
  readonly centre: Reals;
  readonly u: Reals;
  readonly v: Reals;
}

export interface Coordinates {
  readonly x: number;
  readonly y: number;
  /** From the weights themselves to their foot in the plane. */
  readonly distance: number;
}

/** Below this share of a length, what is left of a direction is rounding. */
const ROUNDING = 1e-9;
const MOST_ITERATIONS = 500;

/**
 * Two random directions, filter by filter as long as the weights: each unit's incoming weights get a normal draw, scaled to
 * the norm of the weights themselves. Biases stay where they are, as in the authors' own code (`ignore=biasbn`).
 *
 * Li et al. 2018, arXiv:1712.09913, §4. A dense layer's filters are the rows of its matrix.
 */
export function randomDirections(
  centre: Reals,
  places: readonly LayerPlace[],
  seed: number,
): [Float64Array, Float64Array] {
  const key = streamKey(seed, 'landscape');
  return [draw(0), draw(1)];

  function draw(axis: number): Float64Array {
    const direction = new Float64Array(centre.length);
    places.forEach(({ fanIn, fanOut, wOffset }, l) => {
      direction.set(normal(foldIn(foldIn(key, axis), l), fanIn * fanOut), wOffset);
      for (let row = 0; row < fanOut; row++) {
        const first = wOffset + row * fanIn;
        const filter = direction.subarray(first, first + fanIn);
        scale(filter, norm(centre.subarray(first, first + fanIn)) / norm(filter));
      }
    });
    return direction;
  }
}

/**
 * The two directions of length 1 whose plane through `centre` lies nearest to the path: its principal components, of the
 * differences from the centre. Biases take part. A path on a straight line gets a second direction from `other`.
 *
 * Li et al. 2018, §7.2. They come from the matrix of scalar products, which has a row for each point and not for each weight.
 *
 * @throws SpecError when the path never leaves the centre.
 */
export function pathDirections(
  centre: Reals,
  path: readonly Reals[],
  other: Float64Array,
): [Float64Array, Float64Array] {
  const steps = path.map((point) => difference(point, centre));
  const products = steps.map((a) => Float64Array.from(steps, (b) => dot(a, b)));
  const total = products.reduce((sum, row, i) => sum + row[i]!, 0);
  if (!(total > 0)) {
    throw new SpecError('path', 'never leaves the centre. Record weights at more than one step, or leave it out.');
  }
  const first = strongest(products, []);
  const u = combined(steps, first);
  scale(u, 1 / norm(u));
  const second = combined(steps, strongest(products, [first]));
  const v = perpendicular(second, u);
  if (norm(v) > ROUNDING * Math.sqrt(total)) scale(v, 1 / norm(v));
  else v.set(unit(perpendicular(other, u)));
  return [u, perpendicular(v, u)];
}

/** The coordinates of the nearest point of the plane, by least squares: u and v need not be perpendicular. */
export function project({ centre, u, v }: Plane, weights: Reals): Coordinates {
  const offset = difference(weights, centre);
  const [uu, uv, vv, ou, ov] = [dot(u, u), dot(u, v), dot(v, v), dot(offset, u), dot(offset, v)];
  const determinant = uu * vv - uv * uv;
  const x = (vv * ou - uv * ov) / determinant;
  const y = (uu * ov - uv * ou) / determinant;
  const rest = offset.map((value, p) => value - x * u[p]! - y * v[p]!);
  return { x, y, distance: norm(rest) };
}

/** The share of the path's squared distances from the centre that lies in the plane; 1 for a path that stays there. */
export function captured(plane: Plane, path: readonly Reals[]): number {
  let all = 0;
  let lost = 0;
  for (const point of path) {
    all += norm(difference(point, plane.centre)) ** 2;
    lost += project(plane, point).distance ** 2;
  }
  return all === 0 ? 1 : 1 - lost / all;
}

/** @throws SpecError when the directions span no plane. */
export function checkPlane({ u, v }: Plane): void {
  for (const direction of [u, v]) {
    if (norm(direction) > 0 && direction.every(Number.isFinite)) continue;
    throw new SpecError(
      'directions',
      'have no length: random ones are as long as the weights, and these are all 0. Train first, or give directions.',
    );
  }
  if (norm(perpendicular(v, u)) <= ROUNDING * norm(v)) {
    throw new SpecError('directions', 'are parallel, so they span a line. Give two that point different ways.');
  }
}

/** The eigenvector with the largest eigenvalue beside those `found`, by power iteration on a symmetric matrix. */
function strongest(matrix: readonly Float64Array[], found: readonly Float64Array[]): Float64Array {
  let vector: Float64Array = normal(streamKey(0, 'landscape'), matrix.length);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    let next: Float64Array = Float64Array.from(matrix, (row) => dot(row, vector));
    for (const other of found) next = perpendicular(next, other);
    if (norm(next) === 0) return next;
    next = unit(next);
    const moved = norm(difference(next, vector));
    vector = next;
    if (moved < 1e-13) break;
  }
  return vector;
}

function combined(vectors: readonly Float64Array[], weights: Reals): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  vectors.forEach((vector, i) => {
    for (let p = 0; p < sum.length; p++) sum[p]! += weights[i]! * vector[p]!;
  });
  return sum;
}

const difference = (a: Reals, b: Reals): Float64Array => Float64Array.from(a, (value, p) => value - b[p]!);

/** What of `a` is not along `b`. */
function perpendicular(a: Reals, b: Reals): Float64Array {
  const along = dot(a, b) / dot(b, b);
  return Float64Array.from(a, (value, p) => value - along * b[p]!);
}

function unit(a: Float64Array): Float64Array {
  const length = norm(a);
  return a.map((value) => value / length);
}

function scale(values: Float64Array, factor: number): void {
  for (let p = 0; p < values.length; p++) values[p]! *= factor;
}

function dot(a: Reals, b: Reals): number {
  let total = 0;
  for (let p = 0; p < a.length; p++) total += a[p]! * b[p]!;
  return total;
}

const norm = (a: Reals): number => Math.sqrt(dot(a, a));
