// Where the ground is looked at from: an orbit around its middle. The ground lies on [-1, 1]² with y up.

import { mat4, vec3, vec4 } from 'wgpu-matrix';

export interface Orbit {
  /** Radians; 0 looks along −z. */
  readonly azimuth: number;
  /** Radians above the ground's plane. */
  readonly elevation: number;
  readonly distance: number;
}

export const FIRST_ORBIT: Orbit = { azimuth: -0.6, elevation: 0.78, distance: 4.9 };
/** The highest point of the ground. */
export const RISE = 0.85;

const ELEVATIONS = [0.08, 1.5] as const;
/** Nearer than this a corner would come behind the eye. */
const DISTANCES = [2.2, 9] as const;
const FIELD_OF_VIEW = 0.62;
const MIDDLE = [0, 0.2, 0];

const between = (value: number, [low, high]: readonly [number, number]) => Math.min(high, Math.max(low, value));

export function turned(orbit: Orbit, azimuth: number, elevation: number): Orbit {
  return {
    ...orbit,
    azimuth: orbit.azimuth + azimuth,
    elevation: between(orbit.elevation + elevation, ELEVATIONS),
  };
}

/** @param factor below 1 is nearer */
export function zoomed(orbit: Orbit, factor: number): Orbit {
  return { ...orbit, distance: between(orbit.distance * factor, DISTANCES) };
}

export function eyeOf({ azimuth, elevation, distance }: Orbit): Float32Array {
  const level = distance * Math.cos(elevation);
  const offset = [level * Math.sin(azimuth), distance * Math.sin(elevation), level * Math.cos(azimuth)];
  return vec3.add(MIDDLE, offset);
}

/** World → clip space. A narrow canvas sees as much from side to side as one of 4 : 3. */
export function clipFromWorld(orbit: Orbit, aspect: number): Float32Array {
  const field = 2 * Math.atan(Math.tan(FIELD_OF_VIEW / 2) * Math.max(1, 4 / 3 / aspect));
  const projection = mat4.perspective(field, aspect, 0.1, 20);
  return mat4.multiply(projection, mat4.lookAt(eyeOf(orbit), MIDDLE, [0, 1, 0]));
}

/** Where a point of the world is seen, in parts of the canvas from its upper left corner. */
export function seenAt(matrix: Float32Array, [x, y, z]: readonly [number, number, number]): [number, number] {
  const [cx, cy, , cw] = vec4.transformMat4([x, y, z, 1], matrix) as unknown as [number, number, number, number];
  return [0.5 + (0.5 * cx) / cw, 0.5 - (0.5 * cy) / cw];
}

/** The world's place of a point of the ground: s and t from 0 to 1, y upwards in the picture of the map. */
export function worldOf(s: number, t: number, height: number): [number, number, number] {
  return [2 * s - 1, RISE * height, 1 - 2 * t];
}
