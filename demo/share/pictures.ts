// The boundary and the curves as SVG: vectors in the page's colours. Pure text, so that it works without a page too.

import type { GridView } from '../../src/index.ts';
import type { Dots } from '../training/protocol.ts';
import { count } from '../view/format.ts';
import { areas, boundary, leads, logit, type Ring } from './contour.ts';
import { cornersOf, LOOKS } from './marks.ts';

/** What the style sheet calls --card, --ink and so on. */
export type Palette = (name: string) => string;

const SIZE = 640;
/** Shades on either side of the boundary, and how strong the surest is. */
const SHADES = 8;
const STRENGTH = 0.5;

const short = (value: number) => String(Number(value.toFixed(2)));
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function svg(width: number, height: number, title: string, palette: Palette, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${palette('--card')}"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

// ---------------------------------------------------------------- boundary

export interface Field {
  readonly title: string;
  readonly view: GridView;
  /** Outputs of every cell, the lowest row first. */
  readonly grid: Float32Array;
  readonly train: Dots | null;
  /** Drawn hollow. */
  readonly test: Dots | null;
}

export function boundarySvg({ title, view, grid, train, test }: Field, palette: Palette): string {
  const { columns, rows } = view;
  const outputs = grid.length / (columns * rows);
  const levels = leads(grid, outputs);
  const thresholds = Array.from({ length: SHADES }, (_, i) => logit(0.5 + (i + 1) / (2 * SHADES + 2)));
  const shades = levels.flatMap((level, label) =>
    areas(level, columns, rows, thresholds).map(
      (rings) =>
        `<path d="${path(rings)}" fill="${palette(`--class-${label % LOOKS}`)}" fill-opacity="${short(STRENGTH / SHADES)}"/>`,
    ),
  );
  const lines = (outputs === 1 ? levels.slice(1) : levels).flatMap((level) => boundary(level, columns, rows));
  return svg(SIZE, SIZE, title, palette, [
    ...shades,
    `<path d="${path(lines)}" fill="none" stroke="${palette('--ink')}" stroke-width="2.5"/>`,
    ...(train ? marks(train, view, palette, true) : []),
    ...(test ? marks(test, view, palette, false) : []),
  ]);
}

function path(rings: readonly Ring[]): string {
  const at = ([x, y]: readonly [number, number]) => `${short(SIZE * x)} ${short(SIZE * y)}`;
  return rings.map((ring) => `M${ring.map(at).join('L')}Z`).join('');
}

/** As in the page: each class has a colour and a shape. */
function marks(dots: Dots, view: GridView, palette: Palette, isFilled: boolean): string[] {
  const radius = SIZE / 115;
  return Array.from(dots.y, (label, row) => {
    const x = ((dots.x[2 * row]! - view.x[0]) / (view.x[1] - view.x[0])) * SIZE;
    const y = (1 - (dots.x[2 * row + 1]! - view.y[0]) / (view.y[1] - view.y[0])) * SIZE;
    const [ink, paper] = [palette(`--dot-${label % LOOKS}`), palette('--card')];
    const [fill, stroke] = isFilled ? [ink, paper] : [paper, ink];
    const paint = `fill="${fill}" stroke="${stroke}" stroke-width="${short(radius / (isFilled ? 3 : 1.6))}"`;
    const corners = cornersOf(label, x, y, radius);
    if (corners === null) return `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}" ${paint}/>`;
    return `<path d="M${corners.map((corner) => corner.map(short).join(' ')).join('L')}Z" ${paint}/>`;
  });
}

// ---------------------------------------------------------------- curves

export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly dash?: string;
  /** By step; what is not finite is a gap. */
  readonly values: readonly number[];
}

export interface Curves {
  readonly title: string;
  readonly steps: readonly number[];
  readonly lines: readonly Line[];
}

const [WIDTH, HEIGHT] = [800, 400];
const PLOT = { left: 64, right: 776, top: 44, bottom: 348 };

export function curvesSvg({ title, steps, lines }: Curves, palette: Palette): string {
  const last = Math.max(1, ...steps);
  const finite = lines.flatMap(({ values }) => values.filter(Number.isFinite));
  const top = niceCeiling(Math.max(1e-12, ...finite));
  const x = (step: number) => PLOT.left + (step / last) * (PLOT.right - PLOT.left);
  const y = (value: number) => PLOT.bottom - (value / top) * (PLOT.bottom - PLOT.top);
  const quarters = [0, 1, 2, 3, 4].map((i) => i / 4);
  const [ink, faint] = [palette('--ink-2'), palette('--line')];
  return svg(WIDTH, HEIGHT, title, palette, [
    ...quarters.flatMap((part) => [
      `<path d="M${PLOT.left} ${short(y(part * top))}H${PLOT.right}" stroke="${faint}"/>`,
      `<text x="${PLOT.left - 8}" y="${short(y(part * top) + 4)}" text-anchor="end" font-size="13" fill="${ink}">${Number((part * top).toPrecision(3))}</text>`,
      `<text x="${short(x(part * last))}" y="${PLOT.bottom + 20}" text-anchor="middle" font-size="13" fill="${ink}">${count(Math.round(part * last))}</text>`,
    ]),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 42}" text-anchor="middle" font-size="13" fill="${ink}">steps</text>`,
    ...lines.flatMap((line, i) => [
      `<path d="${curvePath(steps.map(x), line.values.map(y))}" fill="none" stroke-width="2.5" ${strokeOf(line, palette)}/>`,
      `<path d="M${PLOT.left + 220 * i} 22h32" stroke-width="2.5" ${strokeOf(line, palette)}/>`,
      `<text x="${PLOT.left + 220 * i + 40}" y="27" font-size="14" fill="${palette('--ink')}">${escaped(line.label)}</text>`,
    ]),
  ]);
}

const strokeOf = ({ colour, dash }: Line, palette: Palette) =>
  `stroke="${palette(colour)}"${dash ? ` stroke-dasharray="${dash}"` : ''}`;

/** A number at or above the value whose quarters are easy to read. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map((factor) => factor * power).find((each) => each >= value)!;
}

function curvePath(xs: readonly number[], ys: readonly number[]): string {
  let isDown = false;
  return xs
    .map((x, i) => {
      const isThere = Number.isFinite(ys[i]);
      const command = isThere ? `${isDown ? 'L' : 'M'}${short(x)} ${short(ys[i]!)}` : '';
      isDown = isThere;
      return command;
    })
    .join('');
}
