// Which kernel a dense op gets, by its sizes and the device. Never by the number of models: a model's arithmetic must not
// depend on its neighbours.

import { ceilDiv } from '../core/shape.ts';
import type { OpName } from '../ops/table.ts';
import type { AdapterTraits } from './choose.ts';

type DenseOp = 'dense_forward' | 'dense_grad_x' | 'dense_grad_w';

/** A product with rows × columns results, each a sum of `depth` terms. */
export interface ProductSize {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

export interface Variant {
  readonly op: OpName;
  readonly constants: Readonly<Record<string, number>>;
}

/** Below this many multiply-adds the code of a wide tile takes longer to compile than it saves in a thousand steps. */
const WIDE_WORK = 2 ** 20;
/** Tiles of 64 × 64 that keep a GPU busy; below, there are four times as many of 32 × 32. */
const BUSY_TILES = 64;

/**
 * @param traits of the WebGPU device; null for the CPU backend, which has no variants.
 * @param parts that each sum is split into.
 */
export function denseVariant(op: DenseOp, size: ProductSize, traits: AdapterTraits | null, parts = 1): Variant {
  if (traits === null) return { op, constants: {} };
  if (traits.software) return softwareVariant(op, size, traits, parts);
  const tile = tilesOf(size, 64) >= BUSY_TILES ? 64 : 32;
  return { op: `${op}_tiled`, constants: { WORKGROUP_SIZE: (tile / 4) ** 2, TILE: tile } };
}

/** Lanes that share loads are best. */
function softwareVariant(op: DenseOp, size: ProductSize, traits: AdapterTraits, parts: number): Variant {
  const constants = { REMAINDER: size.depth % (2 * parts) === 0 ? 0 : 1 };
  if (!sharesLoads(traits)) return { op, constants };
  return isWide(op, size, parts) ? { op: `${op}_wide`, constants: {} } : { op: `${op}_subgroup`, constants };
}

const sharesLoads = ({ subgroupSizes }: AdapterTraits): boolean => subgroupSizes !== null && subgroupSizes[0] >= 4;

/**
 * Wide tiles, 32 × 32, read and write four values at a time, and should neither be half empty nor leave a core without.
 * The rows of a gradient of weights are units.
 */
function isWide(op: DenseOp, size: ProductSize, parts: number): boolean {
  const { rows, columns, depth } = size;
  const inFours = columns % 4 === 0 && depth % (4 * parts) === 0 && (op !== 'dense_grad_w' || rows % 4 === 0);
  const fills = rows > 16 && columns > 16 && tilesOf(size, 32) >= 8;
  return inFours && fills && rows * columns * depth >= WIDE_WORK;
}

const tilesOf = ({ rows, columns }: ProductSize, side: number): number => ceilDiv(rows, side) * ceilDiv(columns, side);

/** Rows that a part of a split sum has at least, parts at most, and workgroups that keep the device busy. */
const PART_ROWS = 256;
const MOST_PARTS = 8;
const BUSY_WORKGROUPS = { software: 8, gpu: 64 } as const;

/** Into how many parts the sum over the rows of a batch is split, for a layer too small to make enough workgroups. */
export function gradientParts(size: ProductSize, traits: AdapterTraits | null): number {
  if (traits === null) return 1;
  const workgroups = traits.software ? ceilDiv(tilesOf(size, 8), 8) : tilesOf(size, 32);
  const wanted = Math.floor(BUSY_WORKGROUPS[traits.software ? 'software' : 'gpu'] / workgroups);
  return Math.max(1, Math.min(wanted, Math.floor(size.depth / PART_ROWS), MOST_PARTS));
}
