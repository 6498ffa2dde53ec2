// The colours of grounds and of the paths on them, from the style sheet.

import { type Rgb, rgb } from '../view/colours.ts';
import type { Rgba } from './renderer.ts';

/** From the lowest loss up: dark to light, so that it reads without colour too. */
const RAMP = ['--ground-0', '--ground-1', '--ground-2', '--ground-3', '--ground-4', '--ground-5'];

export const rampColours = (): Rgb[] => RAMP.map(rgb);

/** Red, green and blue of a height from 0 to 1. */
export function shadeOf(height: number, ramp: readonly Rgb[]): Rgb {
  const place = Math.min(1, Math.max(0, height)) * (ramp.length - 1);
  const low = Math.min(ramp.length - 2, Math.floor(place));
  const mixed = ramp[low]!.map((from, channel) => from + (ramp[low + 1]![channel]! - from) * (place - low));
  return mixed as unknown as Rgb;
}

export const css = (colour: Rgb): string => `rgb(${colour.map(Math.round).join(' ')})`;

export function rgba(name: string, alpha = 1): Rgba {
  const [red, green, blue] = rgb(name);
  return [red / 255, green / 255, blue / 255, alpha];
}

/** The ramp and the walls, as the renderer wants them. */
export const groundColours = (): Rgba[] => [...RAMP, '--ground-wall'].map((name) => rgba(name));
