// Colours from the style sheet, for what is drawn on a canvas.

import { signal } from '@preact/signals';

export type Rgb = readonly [number, number, number];

/** Goes up when the page turns light or dark: what is painted must be painted again. */
export const theme = signal(0);

/** Asking the document each time would lay the page out again in the middle of a frame. */
const known = new Map<string, string>();

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  known.clear();
  theme.value += 1;
});

/** The value of a custom property such as `--ink`. */
export function colour(name: string): string {
  const before = known.get(name);
  if (before !== undefined) return before;
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  known.set(name, value);
  return value;
}

const probe = document.createElement('canvas').getContext('2d')!;

/** Of a custom property that is a colour, however it is written. */
export function rgb(name: string): Rgb {
  probe.fillStyle = colour(name);
  const value = Number.parseInt(String(probe.fillStyle).slice(1), 16); // a canvas gives back #rrggbb
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** The colour at a place from 0 to 1 on a scale. */
export function shade(part: number, scale: readonly Rgb[]): Rgb {
  const place = Math.min(1, Math.max(0, part)) * (scale.length - 1);
  const low = Math.min(scale.length - 2, Math.floor(place));
  const mixed = scale[low]!.map((from, channel) => from + (scale[low + 1]![channel]! - from) * (place - low));
  return mixed as unknown as Rgb;
}

export const css = (of: Rgb): string => `rgb(${of.map(Math.round).join(' ')})`;

/** A scale from left to right. */
export const gradient = (scale: readonly Rgb[]): string => `linear-gradient(to right, ${scale.map(css).join(', ')})`;
