// Points that a person draws: rows of inline data in the plane. Pure.

import type { Data, InlineData } from '../../src/index.ts';
import type { Dots } from '../training/protocol.ts';

export type Tool = 'class 0' | 'class 1' | 'erase';

export const TOOLS: readonly Tool[] = ['class 0', 'class 1', 'erase'];

export interface Plane {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Where drawing begins without any points. */
export const EMPTY_PLANE: Plane = { x: [-1, 1], y: [-1, 1] };

type Place = readonly [x: number, y: number];

/** A point drawn where one of the same class lies already, this close to it in parts of the plane, would be lost below it. */
const APART = 0.02;
const ERASER = 0.04;

/** Three digits are less than a pixel, and short in a link. */
const rounded = (value: number) => Number(value.toPrecision(3));

/** Points that are on the screen, as a person could have drawn them. */
export function drawnFrom(train: Dots | null, test: Dots | null): InlineData {
  const rows = ({ x, y }: Dots) => Array.from(y, (_, i) => [rounded(x[2 * i]!), rounded(x[2 * i + 1]!)]);
  return {
    x: train ? rows(train) : [],
    y: train ? [...train.y] : [],
    ...(test && { testX: rows(test), testY: [...test.y] }),
  };
}

/** Distance in parts of the plane's sides. */
function distance([ax, ay]: Place, [bx, by]: Place, { x, y }: Plane): number {
  return Math.hypot((ax - bx) / (x[1] - x[0]), (ay - by) / (y[1] - y[0]));
}

/** The data after one touch of a tool; the same object where nothing changes. */
export function touched(data: InlineData, tool: Tool, place: Place, plane: Plane): InlineData {
  return tool === 'erase' ? erased(data, place, plane) : added(data, TOOLS.indexOf(tool), place, plane);
}

function added(data: InlineData, label: number, [x, y]: Place, plane: Plane): InlineData {
  const labels = data.y as number[];
  const point = [rounded(x), rounded(y)];
  const isCovered = data.x.some(
    (row, i) => labels[i] === label && distance(row as unknown as Place, [x, y], plane) < APART,
  );
  return isCovered ? data : { ...data, x: [...data.x, point], y: [...labels, label] };
}

function erased(data: InlineData, place: Place, plane: Plane): InlineData {
  const stays = data.x.map((row) => distance(row as unknown as Place, place, plane) >= ERASER);
  if (!stays.includes(false)) return data;
  return { ...data, x: data.x.filter((_, i) => stays[i]), y: (data.y as number[]).filter((_, i) => stays[i]) };
}

/** Can these rows be drawn on? Two columns, and labels of two classes. */
export function isDrawable(data: Data): data is InlineData {
  if (!('x' in data)) return false;
  return data.x.every((row) => row.length === 2) && data.y.every((label) => label === 0 || label === 1);
}
