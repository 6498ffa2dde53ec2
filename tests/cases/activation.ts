// Cases of activation_forward.
import { ACTIVATION } from '../../src/ops/activation.ts';
import { DROPOUT } from '../../src/ops/dropout.ts';
import { drawing } from '../support/draw.ts';
import { type OpCase, sizesAround } from '../support/op-case.ts';
import { DROPOUTS, type DropoutName, dropoutSetting } from './dropout.ts';

export type ActivationCode = keyof typeof ACTIVATION;

export const ACTIVATIONS = Object.keys(ACTIVATION) as ActivationCode[];

// tanh is NaN from 88.8 on some devices; gelu cubes its input.
const EDGES = [0, -0, 1e-30, -1e-30, 0.01, -0.01, 1, -1, 3, -3, 9.9, -9.9, 10.1, -10.1, 15, -15, 20, -20, 90, -90, 100];

interface Setting {
  readonly models: number;
  readonly batch: number;
  readonly fan_out: number;
  readonly activation: ActivationCode;
  readonly dropout: DropoutName;
}

function activationCase(setting: Setting, z?: readonly number[]): OpCase {
  const { models, batch, fan_out, activation, dropout } = setting;
  const size = `M=${models} B=${batch} O=${fan_out}`;
  const name = `activation_forward ${size} ${activation} ${dropout}${z ? ' edges' : ''}`;
  const draw = drawing(name);
  const dropped = dropoutSetting(draw, setting);
  return {
    op: 'activation_forward',
    name,
    dims: { models, batch, fan_out, ...dropped.dims },
    constants: { ACTIVATION: ACTIVATION[activation], DROPOUT: DROPOUT[dropout] },
    inputs: { z: z ? Float32Array.from(z) : draw.normals(models * batch * fan_out, 2), ...dropped.inputs },
    outputs: { y: models * batch * fan_out },
  };
}

export const activationCases: OpCase[] = [
  ...ACTIVATIONS.map((activation) =>
    activationCase({ models: 1, batch: 3, fan_out: EDGES.length / 3, activation, dropout: 'none' }, EDGES),
  ),
  ...ACTIVATIONS.flatMap((activation) =>
    DROPOUTS.map((dropout) => activationCase({ models: 3, batch: 5, fan_out: 7, activation, dropout })),
  ),
  ...sizesAround(4).map((fan_out) =>
    activationCase({ models: 3, batch: 1, fan_out, activation: 'gelu', dropout: 'counters' }),
  ),
  ...sizesAround(64).map((batch) =>
    activationCase({ models: 1, batch, fan_out: 4, activation: 'gelu', dropout: 'none' }),
  ),
];
