// Drawing on 2-D canvases: the field of probabilities with its boundary, and the points of both classes.

import { contours } from 'd3-contour';
import type { GridView } from '../../src/index.ts';
import type { Dots, Opened } from '../training/protocol.ts';
import { colour, type Rgb, rgb } from './colours.ts';

/** How much of a class colour shows where the network is sure. */
const STRENGTH = 0.5;

const small = document.createElement('canvas');

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** 256 colours from sure of class 0 over the paper to sure of class 1. */
function palette(): Rgb[] {
  const [paper, zero, one] = [rgb('--card'), rgb('--class-0'), rgb('--class-1')];
  return Array.from({ length: 256 }, (_, i) => {
    const sureness = (2 * i) / 255 - 1;
    return mix(paper, sureness < 0 ? zero : one, STRENGTH * Math.abs(sureness));
  });
}

/** @param grid probabilities of class 1 [rows × columns], the lowest row first */
export function paintField(canvas: HTMLCanvasElement, grid: Float32Array, { columns, rows }: GridView): void {
  const context = canvas.getContext('2d')!;
  small.width = columns;
  small.height = rows;
  const image = new ImageData(columns, rows);
  const colours = palette();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const p = grid[(rows - 1 - row) * columns + column]!;
      const shade = colours[Number.isFinite(p) ? Math.round(255 * p) : 128]!;
      image.data.set([...shade, 255], 4 * (row * columns + column));
    }
  }
  small.getContext('2d')!.putImageData(image, 0, 0);
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  paintBoundary(context, grid, columns, rows);
}

/** Probabilities near 0 and 1 say little about where the line runs between two cells; logits do. */
function logit(p: number): number {
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(inside / (1 - inside));
}

/** The line where both classes are equally likely. */
function paintBoundary(context: CanvasRenderingContext2D, grid: Float32Array, columns: number, rows: number): void {
  const { width, height } = context.canvas;
  const [shape] = contours().size([columns, rows]).thresholds([0])(Array.from(grid, logit));
  context.beginPath();
  for (const ring of shape!.coordinates.flat()) {
    ring.forEach(([x, y], i) => {
      const isEdge = x === 0 || y === 0 || x === columns || y === rows;
      const [px, py] = [(x! / columns) * width, height - (y! / rows) * height];
      // A ring runs along the edge of the grid too: that part is no boundary.
      if (i === 0 || isEdge) context.moveTo(px, py);
      else context.lineTo(px, py);
    });
  }
  context.strokeStyle = colour('--ink');
  context.lineWidth = Math.max(1.5, width / 240);
  context.stroke();
}

export function paintDots(canvas: HTMLCanvasElement, { view, train, test }: Opened, withTest: boolean): void {
  const context = canvas.getContext('2d')!;
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!view) return;
  if (train) paintSet(context, train, view, true);
  if (test && withTest) paintSet(context, test, view, false);
}

/** Class 0 is round and class 1 a diamond, for eyes that do not tell the colours apart. */
function paintSet(context: CanvasRenderingContext2D, dots: Dots, view: GridView, isFilled: boolean): void {
  const { width } = context.canvas;
  const radius = Math.max(2, width / 115);
  const paints = [colour('--dot-0'), colour('--dot-1')];
  const paper = colour('--card');
  dots.y.forEach((label, row) => {
    const x = ((dots.x[2 * row]! - view.x[0]) / (view.x[1] - view.x[0])) * width;
    const y = (1 - (dots.x[2 * row + 1]! - view.y[0]) / (view.y[1] - view.y[0])) * width;
    context.beginPath();
    if (label === 0) context.arc(x, y, radius, 0, 2 * Math.PI);
    else diamond(context, x, y, 1.25 * radius);
    context.fillStyle = isFilled ? paints[label]! : paper;
    context.strokeStyle = isFilled ? paper : paints[label]!;
    context.lineWidth = radius / (isFilled ? 3 : 1.6);
    context.fill();
    context.stroke();
  });
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, reach: number): void {
  context.moveTo(x, y - reach);
  context.lineTo(x + reach, y);
  context.lineTo(x, y + reach);
  context.lineTo(x - reach, y);
  context.closePath();
}
