// What stands on a ground in 3-D: the paths with their ends, and dots where a path is hidden. Pure.

import type { Ground } from '../training/protocol.ts';
import { worldOf } from './camera.ts';
import { draped, heightsOf, type Scale } from './relief.ts';
import type { Point, Rgba, Scene, Stroke } from './renderer.ts';

export interface SceneColours {
  /** One for each path. */
  readonly paths: readonly Rgba[];
  /** Around paths, so that they stand out from any ground. */
  readonly halo: Rgba;
}

/** Above the ground, in parts of its rise, so that a line lies on it and not in it. */
const LIFT = 0.012;
const PATH = 2.1;
const HALO = 3.9;
const END = 6;
/** Every so many points of a hidden path there is a dot. */
const DOT_EVERY = 4;

/** @param pixels device pixels of one pixel of the page */
export function sceneOf(ground: Ground, scale: Scale, colours: SceneColours, pixels: number): Scene {
  const heights = heightsOf(ground, scale);
  const size = ground.x.length;
  const paths = ground.paths.map((path) =>
    draped(path, ground, heights).map(([s, t, height]): Point => worldOf(s, t, height + LIFT)),
  );
  const sized = (strokes: Stroke[]) =>
    strokes.map((stroke) => ({ ...stroke, radius: stroke.radius * pixels, hole: (stroke.hole ?? 0) * pixels }));
  const strokes = [
    ...paths.flatMap((path) => line(path, colours.halo, HALO)),
    ...paths.flatMap((path, i) => line(path, colours.paths[i]!, PATH)),
    ...paths.flatMap((path, i) => ends(path, colours.paths[i]!, colours.halo)),
  ];
  const hidden = paths.flatMap((path, i) => dots(path, colours.paths[i]!));
  return { size, heights, strokes: sized(strokes), hidden: sized(hidden) };
}

function line(path: readonly Point[], colour: Rgba, radius: number): Stroke[] {
  return path.slice(1).map((b, i) => ({ a: path[i]!, b, colour, radius }));
}

function dots(path: readonly Point[], colour: Rgba): Stroke[] {
  const faint: Rgba = [colour[0], colour[1], colour[2], 0.75 * colour[3]];
  return path.filter((_, i) => i % DOT_EVERY === 0).map((a) => ({ a, b: a, colour: faint, radius: 1.3 }));
}

/** A ring where the path begins, a disc where it ends. */
function ends(path: readonly Point[], colour: Rgba, halo: Rgba): Stroke[] {
  const [first, last] = [path[0], path[path.length - 1]];
  if (!first || !last) return [];
  const at = (a: Point, of: Rgba, radius: number, hole = 0): Stroke => ({ a, b: a, colour: of, radius, hole });
  const begin = path.length > 1 ? [at(first, halo, END + 1.8), at(first, colour, END, END - 2.8)] : [];
  return [...begin, at(last, halo, END + 1.8), at(last, colour, END)];
}
