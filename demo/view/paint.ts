// Drawing on 2-D canvases: the field of probabilities with its boundary, and the points of both classes.

import type { GridView } from '../../src/index.ts';
import { boundary, leads } from '../share/contour.ts';
import { cornersOf, LOOKS } from '../share/marks.ts';
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

const look = (index: number) => index % LOOKS;

/** 256 colours from sure of class 0 over the paper to sure of class 1. */
function palette(): Rgb[] {
  const [paper, zero, one] = [rgb('--card'), rgb('--class-0'), rgb('--class-1')];
  return Array.from({ length: 256 }, (_, i) => {
    const sureness = (2 * i) / 255 - 1;
    return mix(paper, sureness < 0 ? zero : one, STRENGTH * Math.abs(sureness));
  });
}

/** One of the probabilities that a cell's shade comes from. */
type ShadeOf = (cell: number) => Rgb;

/** @param grid probabilities of class 1 */
function twoClasses(grid: Float32Array): ShadeOf {
  const colours = palette();
  return (cell) => {
    const p = grid[cell]!;
    return colours[Number.isFinite(p) ? Math.round(255 * p) : 128]!;
  };
}

/** @param grid probabilities of every class, [cells × classes]; the most likely one gives the colour, its lead the strength */
function manyClasses(grid: Float32Array, classes: number): ShadeOf {
  const paper = rgb('--card');
  const colours = Array.from({ length: classes }, (_, index) => rgb(`--class-${look(index)}`));
  return (cell) => {
    const best = mostLikely(grid, cell * classes, classes);
    const p = grid[cell * classes + best]!;
    if (!Number.isFinite(p)) return paper;
    return mix(paper, colours[best]!, (STRENGTH * (p - 1 / classes)) / (1 - 1 / classes));
  };
}

function mostLikely(grid: Float32Array, first: number, classes: number): number {
  let best = 0;
  for (let index = 1; index < classes; index++) if (grid[first + index]! > grid[first + best]!) best = index;
  return best;
}

/** @param grid outputs [rows × columns × outputs], the lowest row first */
export function paintField(canvas: HTMLCanvasElement, grid: Float32Array, { columns, rows }: GridView): void {
  const context = canvas.getContext('2d')!;
  const outputs = grid.length / (columns * rows);
  paintCells(context, columns, rows, outputs === 1 ? twoClasses(grid) : manyClasses(grid, outputs));
  const levels = leads(grid, outputs);
  for (const level of outputs === 1 ? levels.slice(1) : levels) paintBoundary(context, level, columns, rows);
}

function paintCells(context: CanvasRenderingContext2D, columns: number, rows: number, shadeOf: ShadeOf): void {
  small.width = columns;
  small.height = rows;
  const image = new ImageData(columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [red, green, blue] = shadeOf((rows - 1 - row) * columns + column);
      const at = 4 * (row * columns + column);
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255;
    }
  }
  small.getContext('2d')!.putImageData(image, 0, 0);
  context.drawImage(small, 0, 0, context.canvas.width, context.canvas.height);
}

/** The line where a level is 0: on both sides of it another class is the likeliest. */
function paintBoundary(
  context: CanvasRenderingContext2D,
  level: readonly number[],
  columns: number,
  rows: number,
): void {
  const { width, height } = context.canvas;
  context.beginPath();
  for (const line of boundary(level, columns, rows)) {
    line.forEach(([x, y], i) => {
      if (i === 0) context.moveTo(x * width, y * height);
      else context.lineTo(x * width, y * height);
    });
  }
  context.strokeStyle = colour('--ink');
  context.lineWidth = Math.max(1.5, width / 240);
  context.stroke();
}

// ---------------------------------------------------------------- values with a sign

/** 256 colours from the most negative over the paper to the most positive. */
export function signedPalette(): Rgb[] {
  const [paper, minus, plus] = [rgb('--card'), rgb('--minus'), rgb('--plus')];
  return Array.from({ length: 256 }, (_, i) => {
    const size = (2 * i) / 255 - 1;
    return mix(paper, size < 0 ? minus : plus, Math.abs(size));
  });
}

/**
 * An image of values, one cell each.
 *
 * @param most the value that has the full colour; those that are not finite have none
 * @param fromBelow is the first row at the bottom, as in a plane?
 */
export function paintSigned(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  { columns, rows, most, fromBelow }: { columns: number; rows: number; most: number; fromBelow: boolean },
): void {
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = fromBelow;
  const colours = signedPalette();
  const cellOf = (cell: number) => {
    if (fromBelow) return cell;
    return (rows - 1 - Math.floor(cell / columns)) * columns + (cell % columns);
  };
  paintCells(context, columns, rows, (cell) => {
    const share = most === 0 ? 0 : values[cellOf(cell)]! / most;
    return colours[Number.isFinite(share) ? Math.round(127.5 * (Math.max(-1, Math.min(1, share)) + 1)) : 128]!;
  });
}

// ---------------------------------------------------------------- points

export function paintDots(canvas: HTMLCanvasElement, { view, train, test }: Opened, withTest: boolean): void {
  const context = canvas.getContext('2d')!;
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!view) return;
  if (train) paintSet(context, train, view, true);
  if (test && withTest) paintSet(context, test, view, false);
}

/** Each class has a shape too, for eyes that do not tell the colours apart. */
function paintSet(context: CanvasRenderingContext2D, dots: Dots, view: GridView, isFilled: boolean): void {
  const { width } = context.canvas;
  const radius = Math.max(2, width / 115);
  const paints = Array.from({ length: LOOKS }, (_, index) => colour(`--dot-${index}`));
  const paper = colour('--card');
  dots.y.forEach((label, row) => {
    const x = ((dots.x[2 * row]! - view.x[0]) / (view.x[1] - view.x[0])) * width;
    const y = (1 - (dots.x[2 * row + 1]! - view.y[0]) / (view.y[1] - view.y[0])) * width;
    const paint = paints[look(label)]!;
    context.beginPath();
    shape(context, label, x, y, radius);
    context.fillStyle = isFilled ? paint : paper;
    context.strokeStyle = isFilled ? paper : paint;
    context.lineWidth = radius / (isFilled ? 3 : 1.6);
    context.fill();
    context.stroke();
  });
}

function shape(context: CanvasRenderingContext2D, label: number, x: number, y: number, radius: number): void {
  const corners = cornersOf(label, x, y, radius);
  if (corners === null) {
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  for (const [cornerX, cornerY] of corners) context.lineTo(cornerX, cornerY);
  context.closePath();
}
