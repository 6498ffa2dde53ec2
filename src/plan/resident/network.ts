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

/** Threads of a workgroup, and rows that it works on at once: one each. */
export const threadsOf = ({ preset }: Network): number => (preset.name === 'software' ? 4 : preset.threads);

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

/**
 * What unit u of layer l hands up, as the text that reads it. Names of their own live in registers, where the GPU preset
 * has all of them. On a software adapter more than a few that are read often would drive the sums out of there, so that they
 * stand in an array instead (docs/resident-experiment.md).
 */
export function outputOf(network: Network, l: number, u: number): string {
  const readOften = l < network.shape.layers.length && unitsOf(network, l + 1) > 2;
  return inArray(network, readOften) ? `h[${unitsBelow(network, l) + u}]` : `h${l}_${u}`;
}

/** ∂loss/∂z of unit u of layer l, likewise: every unit below reads it, of which the first layer has none. */
export function gradientOf(network: Network, l: number, u: number): string {
  const readOften = l > 1 && l < network.shape.layers.length;
  return inArray(network, readOften) ? `d[${unitsBelow(network, l) + u}]` : `d${l}_${u}`;
}

const inArray = ({ preset }: Network, readOften: boolean): boolean => preset.name === 'software' && readOften;

/** Units of the layers below l, the inputs among them. */
export const unitsBelow = (network: Network, l: number): number =>
  range(l).reduce((sum, k) => sum + unitsOf(network, k), 0);

/** The line that gives such a place its value. */
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
