// What the sections of a resident kernel share: the network's sizes, the preset, and the form of its text.

import type { LayerPlace, LayerShape, NetworkShape, Preset } from '../plan.ts';

export interface Network {
  readonly shape: NetworkShape;
  readonly places: readonly LayerPlace[];
  readonly params: number;
  readonly preset: Preset;
}

/** Source text, line by line. */
export type Lines = readonly string[];

/** Threads of a workgroup, and rows that it works on at once: one each. */
export const threadsOf = ({ preset }: Network): number => (preset.name === 'software' ? 4 : preset.threads);

/** 0, 1, … n − 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Layers count from 1; layer 0 is the input. */
export const layerNumbers = ({ shape }: Network): number[] => range(shape.layers.length).map((l) => l + 1);

export const layerAt = ({ shape }: Network, l: number): LayerShape => shape.layers[l - 1]!;

export const unitsOf = ({ shape }: Network, l: number): number => (l === 0 ? shape.inputs : shape.layers[l - 1]!.units);

/** The line that gives a place of the text its value, a name or an element of an array. */
export const keep = (place: string, value: string): string =>
  place.endsWith(']') ? `${place} = ${value};` : `let ${place} = ${value};`;

export const indent = (lines: Lines, depth: number): string => lines.join(`\n${'  '.repeat(depth)}`);

/**
 * A loop that runs at least once. Its condition stands at the end: SwiftShader runs the body of other loops once more than
 * they say, with all lanes masked.
 */
export const loop = (name: string, from: string, to: string, lines: Lines): Lines => [
  `{ var ${name}: u32 = ${from}; loop {`,
  ...lines.map((line) => `  ${line}`),
  `  continuing { ${name}++; break if ${name} >= ${to}; }`,
  '} }',
];
