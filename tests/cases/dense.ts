// Cases of dense_forward, dense_grad_x and dense_grad_w.
import { ACTIVATION, activate } from '../../src/ops/activation.ts';
import { DROPOUT, dropoutFactor } from '../../src/ops/dropout.ts';
import { HYPER, HYPER_SIZE } from '../../src/ops/hyper.ts';
import { drawing } from '../support/draw.ts';
import { type OpCase, sizesAround } from '../support/op-case.ts';
import { ACTIVATIONS, type ActivationCode } from './activation.ts';
import { DROPOUTS, type DropoutName, dropoutSetting } from './dropout.ts';

const TILE = 4;
/** Sizes of one dimension, the others being prime. */
const SIZES = sizesAround(TILE);

interface Sizes {
  readonly models: number;
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
}

interface Forward extends Sizes {
  readonly activation: ActivationCode;
  readonly dropout: DropoutName;
  readonly sharedX?: boolean;
  readonly ownMasks?: boolean;
  /** Of x, w and b: their first elements in their buffers. */
  readonly offsets?: boolean;
}

const PRIMES: Sizes = { models: 1, batch: 7, inputs: 17, outputs: 11 };
const LARGE: Sizes = { models: 1, batch: 131, inputs: 257, outputs: 37 };

const label = ({ models, batch, inputs, outputs }: Sizes) => `M=${models} B=${batch} I=${inputs} O=${outputs}`;

/** Every dimension over its sizes, one at a time; then all of them at a tile's edge, and a large one. */
const shapes: Sizes[] = [
  ...SIZES.map((batch) => ({ ...PRIMES, batch })),
  ...SIZES.map((inputs) => ({ ...PRIMES, inputs })),
  ...SIZES.map((outputs) => ({ ...PRIMES, outputs })),
  ...SIZES.slice(0, 4).map((n) => ({ models: 3, batch: n, inputs: n, outputs: n })),
  LARGE,
];

/** Where w and b lie: at the front, or with other tensors around them. */
function places({ inputs, outputs }: Sizes, offsets: boolean) {
  const w_offset = offsets ? 12 : 0;
  const b_offset = w_offset + inputs * outputs + (offsets ? 3 : 0);
  return { w_offset, b_offset, params: b_offset + outputs + (offsets ? 5 : 0) };
}

function forwardCase(setting: Forward): OpCase {
  const { models, batch, inputs, outputs, activation, dropout, sharedX = false, offsets = false } = setting;
  const notes = [setting.ownMasks && 'own masks', sharedX && 'shared x', offsets && 'offsets'].filter(Boolean);
  const name = ['dense_forward', label(setting), activation, dropout, ...notes].join(' ');
  const draw = drawing(name);
  const { w_offset, b_offset, params } = places(setting, offsets);
  const x_offset = offsets ? 9 : 0;
  const x_stride = sharedX ? 0 : batch * inputs;
  const dropped = dropoutSetting(draw, { ...setting, fan_out: outputs });
  return {
    op: 'dense_forward',
    name,
    dims: {
      ...{ models, batch, fan_in: inputs, fan_out: outputs, x_offset, x_stride },
      ...{ params, w_offset, b_offset },
      ...dropped.dims,
    },
    constants: { ACTIVATION: ACTIVATION[activation], DROPOUT: DROPOUT[dropout] },
    inputs: {
      x: draw.normals(x_offset + (sharedX ? 1 : models) * batch * inputs),
      parameters: draw.normals(models * params, Math.sqrt(2 / inputs)),
      ...dropped.inputs,
    },
    outputs: { y: models * batch * outputs },
  };
}

export const denseForwardCases: OpCase[] = [
  ...shapes.map((sizes) => forwardCase({ ...sizes, activation: 'linear', dropout: 'none' })),
  ...ACTIVATIONS.flatMap((activation) =>
    DROPOUTS.map((dropout) =>
      forwardCase({ models: 3, batch: 5, inputs: 7, outputs: 5, activation, dropout, offsets: true }),
    ),
  ),
  forwardCase({ models: 3, batch: 9, inputs: 2, outputs: 6, activation: 'tanh', dropout: 'none', sharedX: true }),
  forwardCase({ models: 3, batch: 5, inputs: 2, outputs: 6, activation: 'relu', dropout: 'given', ownMasks: true }),
  forwardCase({ ...LARGE, models: 3, activation: 'relu', dropout: 'counters', sharedX: true, offsets: true }),
];

interface GradX extends Sizes {
  readonly activation: ActivationCode;
  readonly dropout: DropoutName;
  readonly ownMasks?: boolean;
  readonly offsets?: boolean;
}

/** Here `inputs` are the units of the layer below, and `outputs` those above. */
function gradXCase(setting: GradX): OpCase {
  const { models, batch, inputs, outputs, activation, dropout, offsets = false } = setting;
  const notes = [setting.ownMasks && 'own masks', offsets && 'offsets'].filter(Boolean);
  const name = ['dense_grad_x', label(setting), activation, dropout, ...notes].join(' ');
  const draw = drawing(name);
  const { w_offset, params } = places(setting, offsets);
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
    op: 'dense_grad_x',
    name,
    dims,
    constants: { ACTIVATION: ACTIVATION[activation], DROPOUT: DROPOUT[dropout] },
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
  ...shapes.map((sizes) => gradXCase({ ...sizes, activation: 'linear', dropout: 'none' })),
  ...ACTIVATIONS.flatMap((activation) =>
    DROPOUTS.map((dropout) =>
      gradXCase({ models: 3, batch: 5, inputs: 5, outputs: 7, activation, dropout, offsets: true }),
    ),
  ),
  gradXCase({ models: 3, batch: 5, inputs: 6, outputs: 2, activation: 'relu', dropout: 'given', ownMasks: true }),
  gradXCase({ ...LARGE, models: 3, activation: 'relu', dropout: 'counters', offsets: true }),
];

interface GradW extends Sizes {
  readonly sharedX?: boolean;
  readonly offsets?: boolean;
  /** Rows from here on are past the end of a short batch: their d_y is zero. */
  readonly rows?: number;
}

function gradWCase(setting: GradW): OpCase {
  const { models, batch, inputs, outputs, sharedX = false, offsets = false, rows = batch } = setting;
  const notes = [sharedX && 'shared x', offsets && 'offsets', rows < batch && `${rows} rows`].filter(Boolean);
  const name = ['dense_grad_w', label(setting), ...notes].join(' ');
  const draw = drawing(name);
  const { w_offset, b_offset, params } = places(setting, offsets);
  const x_offset = offsets ? 9 : 0;
  const x_stride = sharedX ? 0 : batch * inputs;
  const d_y = draw.normals(models * batch * outputs, 1 / batch);
  const hyper = draw.normals(models * HYPER_SIZE);
  for (let m = 0; m < models; m++) {
    d_y.fill(0, (m * batch + rows) * outputs, (m + 1) * batch * outputs);
    hyper[m * HYPER_SIZE + HYPER.l2] = 0.7 / (m + 1);
  }
  return {
    op: 'dense_grad_w',
    name,
    dims: {
      ...{ models, batch, fan_in: inputs, fan_out: outputs, x_offset, x_stride },
      ...{ params, w_offset, b_offset },
    },
    constants: {},
    inputs: {
      d_y,
      x: draw.normals(x_offset + (sharedX ? 1 : models) * batch * inputs),
      parameters: draw.normals(models * params),
      hyper,
    },
    outputs: { gradients: models * params },
  };
}

export const denseGradWCases: OpCase[] = [
  ...shapes.map((sizes) => gradWCase(sizes)),
  // The bias is a column of its own: with I + 1 a whole number of tiles, and one more.
  ...[2, 6, 7, 8].map((inputs) => gradWCase({ models: 3, batch: 5, inputs, outputs: 6, offsets: true })),
  gradWCase({ models: 3, batch: 9, inputs: 2, outputs: 6, sharedX: true, offsets: true }),
  gradWCase({ models: 1, batch: 64, inputs: 2, outputs: 5, rows: 44 }),
  gradWCase({ ...LARGE, models: 3, sharedX: true, offsets: true }),
];

export const denseCases: OpCase[] = [...denseForwardCases, ...denseGradXCases, ...denseGradWCases];
