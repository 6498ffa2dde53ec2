// Inverted dropout. A unit is kept by a pure function of (the model's key, layer, step, position, unit), or by a given mask;
// nothing is stored between the forward and the backward pass.
// Srivastava et al. 2014, JMLR 15; scaled at training time.  RNG: Salmon et al. 2011, Threefry-2x32-20.

import { threefry2x32 } from '../core/rng/threefry.ts';
import { ceilDiv } from '../core/shape.ts';
import { type Arrays, type Dims, defineOp, read, readU32, writeU32 } from './op.ts';

/** Codes of the kernels' DROPOUT constant: no dropout, counters, or given masks. */
export const DROPOUT = { none: 0, counters: 1, given: 2 } as const;

/** A lane below this is kept; lanes have 16 bits. */
export function keepThreshold(dropRate: number): number {
  return Math.round(65536 * (1 - dropRate));
}

/**
 * What a kernel with dropout needs to know beside its own sizes: which of the `layers` it is, and where its given masks
 * (masks × batch × units) lie in the mask buffer. A mask stride of 0 means that the models share them.
 */
export const dropoutDims = ['layers', 'layer', 'masks', 'mask_offset', 'mask_stride'] as const;

export const dropoutBindings = {
  /** key word 0, key word 1, keep threshold, unused */
  drop_keys: readU32('models', 'layers', '4'),
  /** 1 / (1 − dropRate) */
  drop_scale: read('models', 'layers'),
  /** [0] updates done, [1] the step of the tables' first row, [2] the step at which this replay ends */
  clock: readU32('3'),
  /** 1 keeps, 0 drops */
  drop_masks: readU32('mask_models', 'masks', 'batch', 'fan_out'),
};

type DropoutArrays = Arrays<typeof dropoutBindings>;
type DropoutSizes = Dims<(typeof dropoutDims)[number] | 'batch' | 'fan_out'>;

// Four neighbours share a draw, so the last one is kept.
const words = new Uint32Array(2);
const drawn = { key0: -1, key1: -1, step: -1, block: -1 };

function draw(key0: number, key1: number, step: number, block: number): void {
  if (drawn.block === block && drawn.step === step && drawn.key0 === key0 && drawn.key1 === key1) return;
  threefry2x32([key0, key1], step, block, words);
  drawn.key0 = key0;
  drawn.key1 = key1;
  drawn.step = step;
  drawn.block = block;
}

/** Is element e of this layer kept at this step? Lane e mod 4 of threefry(key, (step, ⌊e/4⌋)), lane 0 the low half of word 0. */
function keptByCounter(key0: number, key1: number, threshold: number, step: number, e: number): boolean {
  draw(key0, key1, step, e >>> 2);
  const word = words[(e >>> 1) & 1]!;
  const lane = e & 1 ? word >>> 16 : word & 0xffff;
  return lane < threshold;
}

/** Scale of element e = position · units + unit of model m: 1 / (1 − dropRate) when kept, else 0; 1 without dropout. */
export function dropoutFactor(dropout: number, d: DropoutSizes, a: DropoutArrays, m: number, e: number): number {
  if (dropout === DROPOUT.none) return 1;
  return kept(dropout, d, a, m, e) ? a.drop_scale[m * d.layers + d.layer]! : 0;
}

function kept(dropout: number, d: DropoutSizes, a: DropoutArrays, m: number, e: number): boolean {
  const step = a.clock[0]!;
  if (dropout === DROPOUT.given) {
    const mask = d.mask_offset + m * d.mask_stride + (step % d.masks) * d.batch * d.fan_out;
    return a.drop_masks[mask + e] !== 0;
  }
  const setting = (m * d.layers + d.layer) * 4;
  return keptByCounter(a.drop_keys[setting]!, a.drop_keys[setting + 1]!, a.drop_keys[setting + 2]!, step, e);
}

/** The mask of one layer at the current step, 1 for kept, as the training kernels recompute it. */
export const dropoutMask = defineOp({
  name: 'dropout_mask',
  file: 'dropout',
  dims: ['models', 'batch', 'fan_out', ...dropoutDims],
  bindings: { ...dropoutBindings, mask: writeU32('models', 'batch', 'fan_out') },
  constants: { WORKGROUP_SIZE: 64, DROPOUT: DROPOUT.counters },
  uses: ['lib/dropout', 'lib/rng', 'lib/clock'],
  grid: (d, c) => [ceilDiv(d.batch * d.fan_out, 4 * c.WORKGROUP_SIZE), 1, d.models],
  tolerance: () => ({ rtol: 0, atol: 0 }),
  cpu(d, a, c) {
    const size = d.batch * d.fan_out;
    for (let m = 0; m < d.models; m++) {
      for (let e = 0; e < size; e++) a.mask[m * size + e] = dropoutFactor(c.DROPOUT, d, a, m, e) === 0 ? 0 : 1;
    }
  },
});
