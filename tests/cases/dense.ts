// Cases of the dense ops in all their variants, and of sum_gradients.
import { alignUp } from '../../src/core/shape.ts';
import { ACTIVATION, activate } from '../../src/ops/activation.ts';
import { DROPOUT, dropoutFactor } from '../../src/ops/dropout.ts';
import { HYPER, HYPER_SIZE } from '../../src/ops/hyper.ts';
import { drawing } from '../support/draw.ts';
import { type OpCase, sizesAround } from '../support/op-case.ts';
import { ACTIVATIONS, type ActivationCode } from './activation.ts';
import { batchTables, PICKED_FROM } from './batch.ts';
import { DROPOUTS, type DropoutName, dropoutSetting } from './dropout.ts';

interface Sizes {
  readonly models: number;
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
}

interface Forward extends Sizes {
  readonly tiling?: Tiling;
  readonly activation: ActivationCode;
  readonly dropout: DropoutName;
  readonly linear?: boolean;
  readonly sharedX?: boolean;
  /** x is a training set, from which a table picks the batch. */
  readonly gather?: boolean;
  readonly ownMasks?: boolean;
  /** Of x, w and b: their first elements in their buffers. */
  readonly offsets?: boolean;
}

const PRIMES: Sizes = { models: 1, batch: 7, inputs: 17, outputs: 11 };
const LARGE: Sizes = { models: 1, batch: 131, inputs: 257, outputs: 37 };

const label = ({ models, batch, inputs, outputs }: Sizes) => `M=${models} B=${batch} I=${inputs} O=${outputs}`;

/** How an op is tiled: by its name's ending, the constants that go with it, and the sizes that it takes. */
interface Tiling {
  readonly suffix: '' | '_wide' | '_subgroup' | '_tiled';
  /** For the name of a case. */
  readonly title: string;
  /** Sides of a tile. */
  readonly tile: number;
  readonly constants: Readonly<Record<string, number>>;
  /** Sums have a multiple of this many terms. */
  readonly terms: number;
  /** Inputs, outputs and all places in buffers are multiples of this. */
  readonly alignment: number;
}

const anySize = { terms: 1, alignment: 1 };
const evenSums = { terms: 2, alignment: 1 };
const THREAD: Tiling = { suffix: '', title: '8', tile: 8, constants: {}, ...anySize };
const WHOLE: Tiling = { suffix: '', title: '8 whole', tile: 8, constants: { REMAINDER: 0 }, ...evenSums };
const WIDE: Tiling = { suffix: '_wide', title: '32 × 32', tile: 32, constants: {}, terms: 4, alignment: 4 };
const SUBGROUP: Tiling = { suffix: '_subgroup', title: '16 × 32', tile: 16, constants: {}, ...anySize };
const SUBGROUP_WHOLE: Tiling = {
  ...{ suffix: '_subgroup', title: '16 × 32 whole', tile: 32 },
  ...{ constants: { REMAINDER: 0 }, ...evenSums },
};
const TILED_32: Tiling = {
  suffix: '_tiled',
  title: '32',
  tile: 32,
  constants: { TILE: 32, WORKGROUP_SIZE: 64 },
  ...anySize,
};
const TILED_64: Tiling = { suffix: '_tiled', title: '64', tile: 64, constants: {}, ...anySize };
const TILINGS = [THREAD, WHOLE, WIDE, SUBGROUP, SUBGROUP_WHOLE, TILED_32, TILED_64];

type Dimension = 'batch' | 'inputs' | 'outputs';

/**
 * Every dimension over sizes around the tile, the others being prime; then all of them at a tile's edge, and a large one.
 *
 * @param summed the dimension that the op sums over.
 */
function shapes(tiling: Tiling, summed: Dimension): Sizes[] {
  const { tile, terms } = tiling;
  const inTerms = (sizes: Sizes) => fitting({ ...sizes, [summed]: alignUp(sizes[summed], terms) }, tiling);
  const over = (dimension: Dimension) => sizesAround(tile).map((size) => ({ ...PRIMES, [dimension]: size }));
  const edges = sizesAround(tile).slice(0, 4);
  const all = [
    ...[...over('batch'), ...over('inputs'), ...over('outputs')].map(inTerms),
    ...edges.map((n) => inTerms({ models: 3, batch: n, inputs: n, outputs: n })),
    inTerms(LARGE),
  ];
  return all.filter((one, i) => all.findIndex((other) => label(other) === label(one)) === i);
}

/** The next larger sizes that a tiling takes. */
function fitting<T extends Sizes>(sizes: T, { alignment }: Tiling): T {
  return { ...sizes, inputs: alignUp(sizes.inputs, alignment), outputs: alignUp(sizes.outputs, alignment) };
}

/** Where w and b lie: at the front, or with other tensors around them. */
function places({ inputs, outputs }: Sizes, offsets: boolean, { alignment }: Tiling) {
  const w_offset = offsets ? 12 : 0;
  const b_offset = alignUp(w_offset + inputs * outputs + (offsets ? 3 : 0), alignment);
  return { w_offset, b_offset, params: alignUp(b_offset + outputs + (offsets ? 5 : 0), alignment) };
}

/** Rows that x has in all. */
function rowsOfX({ models, batch, sharedX, gather }: Forward | GradW): number {
  if (gather) return PICKED_FROM;
  return sharedX ? batch : models * batch;
}

function forwardCase(wanted: Forward): OpCase {
  const { tiling = THREAD } = wanted;
  const setting = fitting(wanted, tiling);
  const { models, batch, inputs, outputs, activation, dropout, sharedX = false, offsets = false } = setting;
  const { linear = false, gather = false } = setting;
  const notes = [
    gather && 'gathered',
    linear && 'linear after all',
    setting.ownMasks && 'own masks',
    sharedX && 'shared x',
    offsets && 'offsets',
  ].filter(Boolean);
  const op = `dense_forward${tiling.suffix}` as const;
  const name = [op, tiling.title, label(setting), activation, dropout, ...notes].join(' ');
  const draw = drawing(name);
  const { w_offset, b_offset, params } = places(setting, offsets, tiling);
  const x_offset = alignUp(offsets ? 9 : 0, tiling.alignment);
  const x_stride = sharedX || gather ? 0 : batch * inputs;
  const tables = batchTables(draw, gather, batch);
  const dropped = dropoutSetting(draw, { ...setting, fan_out: outputs });
  return {
    op,
    name,
    dims: {
      ...{ models, batch, fan_in: inputs, fan_out: outputs, x_offset, x_stride },
      ...tables.dims,
      ...{ params, w_offset, b_offset, linear: linear ? 1 : 0 },
      ...dropped.dims,
    },
    constants: { ...tiling.constants, ACTIVATION: ACTIVATION[activation], DROPOUT: DROPOUT[dropout] },
    inputs: {
      x: draw.normals(rowsOfX(setting) * inputs + x_offset),
      parameters: draw.normals(models * params, Math.sqrt(2 / inputs)),
      ...dropped.inputs,
      ...tables.inputs,
    },
    outputs: { y: models * batch * outputs },
  };
}

export const denseForwardCases: OpCase[] = [
  ...TILINGS.flatMap((tiling) =>
    shapes(tiling, 'inputs').map((sizes) => forwardCase({ ...sizes, tiling, activation: 'linear', dropout: 'none' })),
  ),
  ...ACTIVATIONS.flatMap((activation) =>
    DROPOUTS.map((dropout) =>
      forwardCase({ models: 3, batch: 5, inputs: 7, outputs: 5, activation, dropout, offsets: true }),
    ),
  ),
  ...TILINGS.map((tiling) =>
    forwardCase({ ...PRIMES, inputs: 16, tiling, activation: 'relu', dropout: 'none', linear: true }),
  ),
  forwardCase({ models: 3, batch: 9, inputs: 2, outputs: 6, activation: 'tanh', dropout: 'none', sharedX: true }),
  forwardCase({ models: 3, batch: 5, inputs: 2, outputs: 6, activation: 'relu', dropout: 'given', ownMasks: true }),
  ...TILINGS.map((tiling) =>
    forwardCase({
      ...{ ...LARGE, inputs: 256, models: 3, tiling },
      ...{ activation: 'relu', dropout: 'counters', sharedX: true, offsets: true },
    }),
  ),
  ...TILINGS.flatMap((tiling) => [
    forwardCase({ ...PRIMES, inputs: 16, models: 2, tiling, activation: 'tanh', dropout: 'none', gather: true }),
    forwardCase({ ...LARGE, inputs: 64, tiling, activation: 'relu', dropout: 'counters', gather: true }),
  ]),
];

interface GradX extends Sizes {
  readonly tiling?: Tiling;
  readonly activation: ActivationCode;
  readonly dropout: DropoutName;
  readonly ownMasks?: boolean;
  readonly offsets?: boolean;
}

/** Here `inputs` are the units of the layer below, and `outputs` those above. */
function gradXCase(wanted: GradX): OpCase {
  const { tiling = THREAD } = wanted;
  const setting = fitting(wanted, tiling);
  const { models, batch, inputs, outputs, activation, dropout, offsets = false } = setting;
  const notes = [setting.ownMasks && 'own masks', offsets && 'offsets'].filter(Boolean);
  const op = `dense_grad_x${tiling.suffix}` as const;
  const name = [op, tiling.title, label(setting), activation, dropout, ...notes].join(' ');
  const draw = drawing(name);
  const { w_offset, params } = places(setting, offsets, tiling);
  const dropped = dropoutSetting(draw, { ...setting, fan_out: inputs });
  const dims = { models, batch, units_above: outputs, fan_out: inputs, params, w_offset, ...dropped.dims };
  const z = draw.normals(models * batch * inputs);
  z[0] = 0;
  const saved = z.map((value, at) => {
    if (activation === 'gelu') return value;
    const model = Math.floor(at / (batch * inputs));
    const factor = dropoutFactor(DROPOUT[dropout], dims, dropped.inputs, model, at % (batch * inputs));
    return activate(ACTIVATION[activation], value) * factor;
  });
  return {
    op,
    name,
    dims,
    constants: { ...tiling.constants, ACTIVATION: ACTIVATION[activation], DROPOUT: DROPOUT[dropout] },
    inputs: {
      d_y: draw.normals(models * batch * outputs),
      parameters: draw.normals(models * params, Math.sqrt(2 / inputs)),
      saved,
      ...dropped.inputs,
    },
    outputs: { d_z: models * batch * inputs },
  };
}

export const denseGradXCases: OpCase[] = [
  ...TILINGS.flatMap((tiling) =>
    shapes(tiling, 'outputs').map((sizes) => gradXCase({ ...sizes, tiling, activation: 'linear', dropout: 'none' })),
  ),
  ...ACTIVATIONS.flatMap((activation) =>
    DROPOUTS.map((dropout) =>
      gradXCase({ models: 3, batch: 5, inputs: 5, outputs: 7, activation, dropout, offsets: true }),
    ),
  ),
  gradXCase({ models: 3, batch: 5, inputs: 6, outputs: 2, activation: 'relu', dropout: 'given', ownMasks: true }),
  ...TILINGS.map((tiling) =>
    gradXCase({ ...LARGE, outputs: 36, models: 3, tiling, activation: 'relu', dropout: 'counters', offsets: true }),
  ),
];

interface GradW extends Sizes {
  readonly tiling?: Tiling;
  readonly splits?: number;
  readonly sharedX?: boolean;
  /** x is a training set, from which a table picks the batch. */
  readonly gather?: boolean;
  readonly offsets?: boolean;
  /** Rows from here on are past the end of a short batch: their d_y is zero. */
  readonly rows?: number;
}

function gradWCase(wanted: GradW): OpCase {
  const { tiling = THREAD } = wanted;
  const setting = fitting(wanted, tiling);
  const { models, batch, inputs, outputs, sharedX = false, offsets = false, rows = batch } = setting;
  const { splits = 1, gather = false } = setting;
  const parts = splits > 1 && `${splits} parts`;
  const short = rows < batch && `${rows} rows`;
  const notes = [gather && 'gathered', sharedX && 'shared x', offsets && 'offsets', short, parts].filter(Boolean);
  const op = `dense_grad_w${tiling.suffix}` as const;
  const name = [op, tiling.title, label(setting), ...notes].join(' ');
  const draw = drawing(name);
  const { w_offset, b_offset, params } = places(setting, offsets, tiling);
  const x_offset = alignUp(offsets ? 9 : 0, tiling.alignment);
  const x_stride = sharedX || gather ? 0 : batch * inputs;
  const tables = batchTables(draw, gather, batch);
  const d_y = draw.normals(models * batch * outputs, 1 / batch);
  const hyper = draw.normals(models * HYPER_SIZE);
  for (let m = 0; m < models; m++) {
    d_y.fill(0, (m * batch + rows) * outputs, (m + 1) * batch * outputs);
    hyper[m * HYPER_SIZE + HYPER.l2] = 0.7 / (m + 1);
  }
  return {
    op,
    name,
    dims: {
      ...{ models, batch, fan_in: inputs, fan_out: outputs, x_offset, x_stride },
      ...tables.dims,
      ...{ params, w_offset, b_offset, splits },
    },
    constants: tiling.constants,
    inputs: {
      d_y,
      x: draw.normals(rowsOfX(setting) * inputs + x_offset),
      parameters: draw.normals(models * params),
      hyper,
      ...tables.inputs,
    },
    outputs: { gradients: models * splits * params },
  };
}

export const denseGradWCases: OpCase[] = [
  ...TILINGS.flatMap((tiling) => shapes(tiling, 'batch').map((sizes) => gradWCase({ ...sizes, tiling }))),
  ...TILINGS.flatMap((tiling) => [
    gradWCase({ models: 3, batch: 8, inputs: 2, outputs: 6, sharedX: true, offsets: true, tiling }),
    gradWCase({ models: 1, batch: 64, inputs: 2, outputs: 5, rows: 44, tiling }),
    gradWCase({ ...LARGE, batch: 132, models: 3, sharedX: true, offsets: true, tiling }),
    gradWCase({ models: 3, batch: 24, inputs: 19, outputs: 9, splits: 3, offsets: true, tiling }),
    gradWCase({ models: 2, batch: 64, inputs: 19, outputs: 33, rows: 44, gather: true, tiling }),
    gradWCase({ models: 1, batch: 24, inputs: 70, outputs: 5, splits: 3, gather: true, tiling }),
  ]),
  // Parts of ⌈B / splits⌉ rows: the last one shorter, and empty.
  gradWCase({ models: 2, batch: 31, inputs: 5, outputs: 9, splits: 4 }),
  gradWCase({ models: 2, batch: 31, inputs: 5, outputs: 9, splits: 4, tiling: TILED_32 }),
  gradWCase({ models: 2, batch: 9, inputs: 5, outputs: 9, splits: 4 }),
  // The CPU's kernel sums blocks of 256 rows.
  ...[256, 257, 600].map((batch) => gradWCase({ models: 2, batch, inputs: 9, outputs: 6 })),
];

interface Parts {
  readonly models: number;
  readonly params: number;
  readonly splits: number;
  readonly first: number;
  readonly weightsEnd: number;
  readonly end: number;
}

function sumCase({ models, params, splits, first, weightsEnd, end }: Parts): OpCase {
  const name = `sum_gradients M=${models} P=${params} of ${splits} from ${first} over ${weightsEnd} to ${end}`;
  const draw = drawing(name);
  return {
    op: 'sum_gradients',
    name,
    dims: { models, params, splits, first, weights_end: weightsEnd, end },
    constants: {},
    inputs: {
      parts: draw.normals(models * splits * params),
      parameters: draw.normals(models * params),
      hyper: draw.normals(models * HYPER_SIZE),
    },
    outputs: { gradients: models * params },
  };
}

export const sumGradientsCases: OpCase[] = [
  ...sizesAround(64).map((end) => sumCase({ models: 1, params: end, splits: 3, first: 0, weightsEnd: end >> 1, end })),
  sumCase({ models: 3, params: 211, splits: 8, first: 40, weightsEnd: 150, end: 170 }),
  sumCase({ models: 2, params: 7, splits: 1, first: 0, weightsEnd: 7, end: 7 }),
];

export const denseCases: OpCase[] = [
  ...denseForwardCases,
  ...denseGradXCases,
  ...denseGradWCases,
  ...sumGradientsCases,
];
