// A ground as a map on a 2-D canvas: heights as colours, contour lines, and the paths.

import { contours } from 'd3-contour';
import type { Ground } from '../training/protocol.ts';
import { colour, css, shade } from '../view/colours.ts';
import { rampColours } from './palette.ts';
import { heightsOf, placeOf, type Scale } from './relief.ts';

/** Contour lines up to the ceiling, here and in 3-D. */
export const LEVELS = 14;

export interface PathLook {
  /** Name of a colour in the style sheet, and the dashes in pixels of the page. */
  readonly stroke: string;
  readonly dash?: readonly number[];
}

export function paintMap(canvas: HTMLCanvasElement, ground: Ground, scale: Scale, looks: readonly PathLook[]): void {
  const context = canvas.getContext('2d')!;
  const pixels = canvas.width / Math.max(1, canvas.clientWidth);
  context.clearRect(0, 0, canvas.width, canvas.height);
  paintGround(context, ground, scale, pixels);
  paintPaths(context, ground, looks, pixels);
}

function paintGround(context: CanvasRenderingContext2D, ground: Ground, scale: Scale, pixels: number): void {
  const size = ground.x.length;
  const { width, height } = context.canvas;
  const ramp = rampColours();
  const levels = Array.from({ length: LEVELS }, (_, level) => level / LEVELS);
  context.fillStyle = css(shade(0, ramp));
  context.fillRect(0, 0, width, height);
  context.lineWidth = 0.7 * pixels;
  for (const shape of contours().size([size, size]).thresholds(levels)(Array.from(heightsOf(ground, scale)))) {
    context.beginPath();
    for (const ring of shape.coordinates.flat()) {
      // A cell's value is that of its middle; the picture ends at the middles of the outer cells.
      ring.forEach(([x, y], i) => {
        const [px, py] = [((x! - 0.5) / (size - 1)) * width, (1 - (y! - 0.5) / (size - 1)) * height];
        if (i === 0) context.moveTo(px, py);
        else context.lineTo(px, py);
      });
      context.closePath();
    }
    context.fillStyle = css(shade(shape.value + 0.5 / LEVELS, ramp));
    context.strokeStyle = css(shade(shape.value - 0.6 / LEVELS, ramp));
    context.fill();
    context.stroke();
  }
}

/** The last one first, and no path's edge over another's line: where several go one way, the sparser dashes lie on top. */
function paintPaths(
  context: CanvasRenderingContext2D,
  ground: Ground,
  looks: readonly PathLook[],
  pixels: number,
): void {
  const paths = looks.map((look, i) => ({ ...look, points: placesOf(ground, i, context.canvas) })).reverse();
  const halo = colour('--path-halo');
  context.lineJoin = 'round';
  context.lineCap = 'butt';
  for (const { points } of paths) paintLine(context, points, halo, 5.5 * pixels, []);
  for (const { points, stroke, dash = [] } of paths) {
    const pattern = dash.map((part) => part * pixels);
    paintLine(context, points, colour(stroke), 3 * pixels, pattern);
  }
  for (const { points, stroke } of paths) {
    const [first, last] = [points[0], points.at(-1)];
    if (first && points.length > 1) mark(context, first, 4.5 * pixels, halo, colour(stroke), pixels);
    if (last) mark(context, last, 5.5 * pixels, colour(stroke), halo, pixels);
  }
}

type Place = readonly [x: number, y: number];

function placesOf(ground: Ground, path: number, { width, height }: HTMLCanvasElement): Place[] {
  return ground.paths[path]!.map((foot) => {
    const [s, t] = placeOf(foot, ground);
    return [s * width, (1 - t) * height];
  });
}

function paintLine(
  context: CanvasRenderingContext2D,
  points: readonly Place[],
  style: string,
  width: number,
  dash: readonly number[],
): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.strokeStyle = style;
  context.lineWidth = width;
  context.setLineDash([...dash]);
  context.stroke();
  context.setLineDash([]);
}

function mark(
  context: CanvasRenderingContext2D,
  [x, y]: Place,
  radius: number,
  fill: string,
  stroke: string,
  pixels: number,
): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.strokeStyle = stroke;
  context.lineWidth = 2.4 * pixels;
  context.fill();
  context.stroke();
}
