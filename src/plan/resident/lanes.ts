// How a layer's values lie in the lanes that train together, and what the text calls them.
//
// By rows: lane j has row j of the trip, and each unit is one value of the text. A parameter's gradient is then a sum over the
// lanes, and each lane adds to each.
//
// By units: lane j has unit 4 q + j on row j ^ k. The four values k = 0 … 3 of quad q are its four units on all four rows. A weight
// of quad q is four weights, one a lane, and its gradient the sum over k, in the lane that owns it: a fourth of the
// sums to keep, which on a software adapter cost more than all multiplications (docs/resident-experiment.md).
//
// Where a layer by units meets one by rows, lane j reads the other's value of lane j ^ k: a swap of lanes.

import { ceilDiv } from '../../core/shape.ts';
import { type Network, range, unitsOf } from './network.ts';

/** A layer with fewer units fills no more than half of a quad. */
const FEWEST_UNITS = 3;

/** Hidden layers lie by units where what is below them lies by rows; and none without swaps. */
export function byUnits(network: Network, l: number): boolean {
  const { preset, shape } = network;
  if (preset.name !== 'software' || !preset.subgroups) return false;
  const isHidden = l > 0 && l < shape.layers.length;
  return isHidden && unitsOf(network, l) >= FEWEST_UNITS && !byUnits(network, l - 1);
}

/** Units of layer l, or quads of them: rows of its weights in the text, and biases. */
export const breadthOf = (network: Network, l: number): number =>
  byUnits(network, l) ? ceilDiv(unitsOf(network, l), 4) : unitsOf(network, l);

/** Values of layer l in the text. */
export const valuesOf = (network: Network, l: number): number =>
  byUnits(network, l) ? 4 * breadthOf(network, l) : unitsOf(network, l);

/** k of a layer's values: 0 … 3 by units, else 0 alone. */
export const swapsOf = (network: Network, l: number): number[] => range(byUnits(network, l) ? 4 : 1);

const SWAPS = ['', 'quadSwapX', 'quadSwapY', 'quadSwapDiagonal'] as const;

/** What lane j ^ k has. */
export const swapped = (value: string, k: number): string => (k === 0 ? value : `${SWAPS[k]}(${value})`);

/** Where the weight from unit i of the layer below to unit o of layer l stands in the kernel's arrays; quads where a layer lies by units. */
export const weightAt = (network: Network, l: number, o: number, i: number): number =>
  placeOf(network, l).wOffset + o * breadthOf(network, l - 1) + i;

export const biasAt = (network: Network, l: number, o: number): number => placeOf(network, l).bOffset + o;

/** The GPU preset keeps parameters as they stand in memory, the software preset one after the other. */
function placeOf(network: Network, l: number): { wOffset: number; bOffset: number } {
  if (network.preset.name === 'gpu') return network.places[l - 1]!;
  const wOffset = slotsUpTo(network, l - 1);
  return { wOffset, bOffset: wOffset + breadthOf(network, l) * breadthOf(network, l - 1) };
}

const slotsUpTo = (network: Network, l: number): number =>
  range(l).reduce((sum, k) => sum + breadthOf(network, k + 1) * (breadthOf(network, k) + 1), 0);

/** Weights and biases in the text of the software preset. */
export const slotsOf = (network: Network): number => slotsUpTo(network, network.shape.layers.length);

/**
 * What unit u of layer l hands up, as the text that reads it; or value u, where the layer lies by units. Names of their own live
 * in registers, where the GPU preset has all of them. On a software adapter more than a few that are read often would drive
 * everything else out of there, so that they stand in an array instead (docs/resident-experiment.md).
 */
export function outputOf(network: Network, l: number, u: number): string {
  const readOften = l < network.shape.layers.length && unitsOf(network, l + 1) > 2;
  return inArray(network, readOften) ? `h[${valuesBelow(network, l) + u}]` : `h${l}_${u}`;
}

/** ∂loss/∂z of unit u of layer l, likewise: every unit below reads it, of which the first layer has none. */
export function gradientOf(network: Network, l: number, u: number): string {
  const readOften = l > 1 && l < network.shape.layers.length;
  return inArray(network, readOften) ? `d[${valuesBelow(network, l) + u}]` : `d${l}_${u}`;
}

const inArray = ({ preset }: Network, readOften: boolean): boolean => preset.name === 'software' && readOften;

/** Values of the layers below l, the inputs among them. */
export const valuesBelow = (network: Network, l: number): number =>
  range(l).reduce((sum, k) => sum + valuesOf(network, k), 0);
