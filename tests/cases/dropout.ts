// Cases of dropout_mask, and the dropout settings that the dense and activation cases share.
import { DROPOUT, keepThreshold } from '../../src/ops/dropout.ts';
import { type Drawing, drawing } from '../support/draw.ts';
import { type OpCase, sizesAround } from '../support/op-case.ts';

export type DropoutName = keyof typeof DROPOUT;

export const DROPOUTS = Object.keys(DROPOUT) as DropoutName[];

// One half would hide a swapped rate.
const RATES = [0.1, 0.2, 0.7, 0.14];
const LAYERS = 3;
const LAYER = 1;
const MASKS = 2;

interface Dropped {
  readonly models: number;
  readonly batch: number;
  readonly fan_out: number;
  readonly dropout: DropoutName;
  /** Given masks of each model's own, or one set for all. */
  readonly ownMasks?: boolean;
  readonly step?: number;
}

/** Dims and inputs that a kernel with dropout needs beside its own: the middle one of three layers, its masks not the first. */
export function dropoutSetting(draw: Drawing, { models, batch, fan_out, dropout, ownMasks, step = 5 }: Dropped) {
  const given = dropout === 'given';
  const own = MASKS * batch * fan_out;
  const offset = given ? 7 : 0;
  const total = offset + own + 3;
  const rate = (model: number, layer: number) => RATES[(model + layer) % RATES.length]!;
  const keys = draw.words(models * LAYERS * 4);
  const scales = new Float32Array(models * LAYERS);
  for (let m = 0; m < models; m++) {
    for (let l = 0; l < LAYERS; l++) {
      keys[(m * LAYERS + l) * 4 + 2] = keepThreshold(rate(m, l));
      scales[m * LAYERS + l] = 1 / (1 - rate(m, l));
    }
  }
  return {
    dims: {
      layers: LAYERS,
      layer: LAYER,
      masks: given ? MASKS : 1,
      mask_offset: offset,
      mask_stride: given && ownMasks ? total : 0,
    },
    inputs: {
      drop_keys: keys,
      drop_scale: scales,
      clock: Uint32Array.of(step, 2, 40),
      // Four more, as the plan has: a kernel reads four at a time.
      drop_masks: given ? draw.integers((ownMasks ? models : 1) * total + 4, 2) : new Uint32Array(4),
    },
  };
}

function maskCase(setting: Dropped): OpCase {
  const { models, batch, fan_out, dropout, ownMasks, step } = setting;
  const own = ownMasks ? ' own masks' : '';
  const name = `dropout_mask M=${models} B=${batch} O=${fan_out} ${dropout}${own}${step === undefined ? '' : ` step ${step}`}`;
  const dropped = dropoutSetting(drawing(name), setting);
  return {
    op: 'dropout_mask',
    name,
    dims: { models, batch, fan_out, ...dropped.dims },
    constants: { DROPOUT: DROPOUT[dropout] },
    inputs: dropped.inputs,
    outputs: { mask: models * batch * fan_out },
  };
}

export const dropoutCases: OpCase[] = [
  ...sizesAround(4).map((fan_out) => maskCase({ models: 1, batch: 5, fan_out, dropout: 'counters' })),
  // 256 elements are one workgroup of 64 threads.
  ...[255, 256, 257].map((fan_out) => maskCase({ models: 3, batch: 1, fan_out, dropout: 'counters' })),
  // A step that fills its word: the counter's first half is the step, not the layer or the row.
  maskCase({ models: 3, batch: 7, fan_out: 13, dropout: 'counters', step: 0 }),
  maskCase({ models: 1, batch: 211, fan_out: 20, dropout: 'counters', step: 0xfffffffe }),
  maskCase({ models: 3, batch: 7, fan_out: 13, dropout: 'given' }),
  maskCase({ models: 3, batch: 7, fan_out: 13, dropout: 'given', ownMasks: true }),
  maskCase({ models: 3, batch: 7, fan_out: 13, dropout: 'given', ownMasks: true, step: 4 }),
  maskCase({ models: 1, batch: 3, fan_out: 5, dropout: 'none' }),
];
