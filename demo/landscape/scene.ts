// What stands on a ground in 3-D: the paths with their ends, and dots where a path is hidden. Pure.

import type { Ground } from '../training/protocol.ts';
import { worldOf } from './camera.ts';
import { draped, heightsOf, type Scale } from './relief.ts';
import type { Point, Rgba, Scene, Stroke } from './renderer.ts';

export interface PathPaint {
  readonly colour: Rgba;
  /** Drawn and left out in turn, in pixels of the page; none is a full line. */
  readonly dash: readonly number[];
}

export interface SceneColours {
  /** One for each path. */
  readonly paths: readonly PathPaint[];
  /** Around paths, so that they stand out from any ground. */
  readonly halo: Rgba;
}

/** Above the ground, in parts of its rise, so that a line lies on it and not in it. */
const LIFT = 0.012;
const PATH = 2.1;
const HALO = 3.9;
const END = 6;
/** Of the world, for one pixel of a dash. */
const DASH = 0.012;
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
    ...paths.flatMap((path) => line(path, colours.halo, HALO, [])),
    ...paths.flatMap((path, i) => line(path, colours.paths[i]!.colour, PATH, colours.paths[i]!.dash)),
    ...paths.flatMap((path, i) => ends(path, colours.paths[i]!.colour, colours.halo)),
  ];
  const hidden = paths.flatMap((path, i) => dots(path, colours.paths[i]!.colour));
  return { size, heights, strokes: sized(strokes), hidden: sized(hidden) };
}

function line(path: readonly Point[], colour: Rgba, radius: number, dash: readonly number[]): Stroke[] {
  const isDrawn = dashes(dash.map((part) => part * DASH));
  let gone = 0;
  return path.slice(1).flatMap((b, i) => {
    const a = path[i]!;
    const drawn = isDrawn(gone);
    gone += Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
    return drawn ? [{ a, b, colour, radius }] : [];
  });
}

/** Is a line with these dashes drawn at this length? */
function dashes(dash: readonly number[]): (length: number) => boolean {
  const ends = dash.map((_, i) => dash.slice(0, i + 1).reduce((sum, part) => sum + part, 0));
  const period = ends.at(-1) ?? 0;
  if (period === 0) return () => true;
  return (length) => ends.findIndex((end) => length % period < end) % 2 === 0;
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
