// What the sections of a resident kernel share: the network's sizes, the preset, and the names that its text uses.

import type { LayerPlace, LayerShape, NetworkShape, Preset } from '../plan.ts';

export interface Network {
  readonly shape: NetworkShape;
  readonly places: readonly LayerPlace[];
  readonly params: number;
  readonly preset: Preset;
}

/** Source text, line by line. */
export type Lines = readonly string[];

/** Rows that a thread works on at once: the width of the text's type `rows`. */
export const rowsPerThread = ({ preset }: Network): 1 | 4 => (preset.name === 'software' ? 4 : 1);

export const threadsOf = ({ preset }: Network): number => (preset.name === 'software' ? 4 : preset.threads);

/** Rows that the workgroup works on at once. */
export const rowsPerTrip = (network: Network): number => threadsOf(network) * rowsPerThread(network);

/** 0, 1, … n − 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Layers count from 1; layer 0 is the input. */
export const layerNumbers = ({ shape }: Network): number[] => range(shape.layers.length).map((l) => l + 1);

export const layerAt = ({ shape }: Network, l: number): LayerShape => shape.layers[l - 1]!;

export const unitsOf = ({ shape }: Network, l: number): number => (l === 0 ? shape.inputs : shape.layers[l - 1]!.units);

/** Where the weight from unit i of the layer below to unit o of layer l stands among the parameters. */
export function weightAt({ places }: Network, l: number, o: number, i: number): number {
  const { wOffset, fanIn } = places[l - 1]!;
  return wOffset + o * fanIn + i;
}

export const biasAt = ({ places }: Network, l: number, o: number): number => places[l - 1]!.bOffset + o;

/** One text per row that a thread works on, put side by side: `row(r)` is about the thread's row r. */
export function sideBySide(network: Network, type: 'f' | 'i' | 'u', row: (r: number) => string): string {
  if (rowsPerThread(network) === 1) return row(0);
  return `vec4${type}(${range(4).map(row).join(', ')})`;
}

/** Component of a value of type `rows` (or its integer relatives) for the thread's row r. */
export function component(network: Network, value: string, r: number): string {
  return rowsPerThread(network) === 1 ? value : `${value}.${'xyzw'[r]}`;
}

export const indent = (lines: Lines, depth: number): string => lines.join(`\n${'  '.repeat(depth)}`);
