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
  for (const [i, look] of looks.entries()) paintPath(context, ground, i, look, pixels);
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

function paintPath(
  context: CanvasRenderingContext2D,
  ground: Ground,
  index: number,
  { stroke, dash = [] }: PathLook,
  pixels: number,
): void {
  const { width, height } = context.canvas;
  const points = ground.paths[index]!.map((foot) => {
    const [s, t] = placeOf(foot, ground);
    return [s * width, (1 - t) * height] as const;
  });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return;
  context.lineJoin = 'round';
  context.lineCap = 'butt';
  const line = (style: string, thick: number, pattern: readonly number[]) => {
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.strokeStyle = style;
    context.lineWidth = thick * pixels;
    context.setLineDash(pattern.map((part) => part * pixels));
    context.stroke();
    context.setLineDash([]);
  };
  line(colour('--path-halo'), 5.5, []);
  line(colour(stroke), 3, dash);
  if (points.length > 1) mark(context, first, 4.5 * pixels, colour('--path-halo'), colour(stroke), pixels);
  mark(context, last, 5.5 * pixels, colour(stroke), colour('--path-halo'), pixels);
}

function mark(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
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
