// From losses to heights: one scale for all grounds that stand side by side, and what lies on them. Pure numbers.

import type { Foot, Ground, GroundOrWhy } from '../training/protocol.ts';

export const isGround = (found: GroundOrWhy): found is Ground => 'losses' in found;

export interface Tick {
  readonly loss: number;
  /** From 0 at the lowest loss to 1 at the ceiling. */
  readonly height: number;
}

export interface Scale {
  readonly isLog: boolean;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /** 0 … 1; 1 for what is above the ceiling or no number. */
  heightOf(loss: number): number;
}

/** Losses further apart than this are drawn by their logarithm. */
const LOG_FROM = 15;
/** What rises further above the lowest loss than so many times is cut off. */
const MOST_DECADES = 7;
const MOST_TICKS = 6;

/** The scale that shows all cells of these grounds. */
export function scaleOf(grounds: readonly Ground[]): Scale {
  const found = grounds.flatMap(({ losses }) => Array.from(losses)).filter((loss) => Number.isFinite(loss));
  const all = found.length > 0 ? found : [0, 1];
  const low = all.reduce((least, loss) => Math.min(least, loss), Number.POSITIVE_INFINITY);
  const top = all.reduce((most, loss) => Math.max(most, loss), 0);
  const floor = Math.max(low, 1e-6);
  const isLog = top / floor > LOG_FROM;
  const high = isLog ? Math.min(top, floor * 10 ** MOST_DECADES) : Math.max(top, low + 1e-9);
  const from = isLog ? Math.log(floor) : low;
  const range = (isLog ? Math.log(high) : high) - from;
  const heightOf = (loss: number) => {
    if (!Number.isFinite(loss)) return 1;
    const value = isLog ? Math.log(Math.max(loss, floor)) : loss;
    return Math.min(1, Math.max(0, (value - from) / range));
  };
  const ticks = (isLog ? decadeTicks(floor, high) : evenTicks(low, high)).map((loss) => ({
    loss,
    height: heightOf(loss),
  }));
  return { isLog, low: isLog ? floor : low, high, ticks, heightOf };
}

/** 1, 2, 5 of each decade; only the 1s where those are enough. */
function decadeTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i));
  const inside = (values: number[]) => values.filter((value) => value >= low && value <= high);
  const round = (value: number) => Number(value.toPrecision(1));
  const all = inside(decades.flatMap((decade) => [1, 2, 5].map((part) => round(part * decade))));
  return all.length <= MOST_TICKS ? all : inside(decades.map(round));
}

function evenTicks(low: number, high: number): number[] {
  const rough = (high - low) / (MOST_TICKS - 2);
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((part) => part * decade).find((each) => each >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

export const heightsOf = (ground: Ground, scale: Scale): Float32Array =>
  Float32Array.from(ground.losses, scale.heightOf);

/** Where a foot lies on the ground, from 0 to 1 along both axes; outside where it is off the picture. */
export function placeOf({ x, y }: Pick<Foot, 'x' | 'y'>, ground: Ground): [number, number] {
  const share = (value: number, axis: Float64Array) => (value - axis[0]!) / (axis[axis.length - 1]! - axis[0]!);
  return [share(x, ground.x), share(y, ground.y)];
}

/** Heights between the cells. @param s, t from 0 to 1 */
export function heightAt(heights: Float32Array, size: number, s: number, t: number): number {
  const [x, y] = [s * (size - 1), t * (size - 1)];
  const column = Math.min(size - 2, Math.max(0, Math.floor(x)));
  const row = Math.min(size - 2, Math.max(0, Math.floor(y)));
  const [dx, dy] = [x - column, y - row];
  const at = (c: number, r: number) => heights[r * size + c]!;
  const lower = at(column, row) * (1 - dx) + at(column + 1, row) * dx;
  const upper = at(column, row + 1) * (1 - dx) + at(column + 1, row + 1) * dx;
  return lower * (1 - dy) + upper * dy;
}

/** A path laid over the ground, in steps no longer than half a cell. Each point: s, t and height; what is off the picture is left out. */
export function draped(path: readonly Foot[], ground: Ground, heights: Float32Array): [number, number, number][] {
  const size = ground.x.length;
  const places = path.map((foot) => placeOf(foot, ground));
  const points: [number, number, number][] = [];
  places.forEach(([s, t], i) => {
    const [s0, t0] = places[i - 1] ?? [s, t];
    const parts = Math.min(200, Math.max(1, Math.ceil(2 * (size - 1) * Math.hypot(s - s0, t - t0))));
    for (let part = i === 0 ? parts : 1; part <= parts; part++) {
      const [a, b] = [s0 + ((s - s0) * part) / parts, t0 + ((t - t0) * part) / parts];
      if (a >= 0 && a <= 1 && b >= 0 && b <= 1) points.push([a, b, heightAt(heights, size, a, b)]);
    }
  });
  return points;
}

/** The share of the ground that is less than `rise` above its centre: how wide the valley is. */
export function flatShare({ losses, centre }: Ground, rise: number): number {
  return losses.reduce((count, loss) => count + (loss <= centre + rise ? 1 : 0), 0) / losses.length;
}
