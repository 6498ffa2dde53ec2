// The colours of grounds and of the paths on them, from the style sheet.

import { type Rgb, rgb } from '../view/colours.ts';
import type { Rgba } from './renderer.ts';

/** From the lowest loss up: dark to light, so that it reads without colour too. */
const RAMP = ['--ground-0', '--ground-1', '--ground-2', '--ground-3', '--ground-4', '--ground-5'];

export const rampColours = (): Rgb[] => RAMP.map(rgb);

export function rgba(name: string, alpha = 1): Rgba {
  const [red, green, blue] = rgb(name);
  return [red / 255, green / 255, blue / 255, alpha];
}

/** The ramp and the walls, as the renderer wants them. */
export const groundColours = (): Rgba[] => [...RAMP, '--ground-wall'].map((name) => rgba(name));
