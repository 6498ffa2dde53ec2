// Activation functions, and the one op that applies an activation on its own.
// Where the derivative can be had from the output, only the output is kept; gelu needs its input.

import { ceilDiv } from '../core/shape.ts';
import type { ActivationName } from '../spec/types.ts';
import { DROPOUT, dropoutBindings, dropoutDims, dropoutFactor } from './dropout.ts';
import { defineOp, read, write } from './op.ts';

/** Codes of the kernels' ACTIVATION constant. */
export const ACTIVATION = {
  linear: 0,
  relu: 1,
  leakyRelu: 2,
  sigmoid: 3,
  tanh: 4,
  gelu: 5,
} as const satisfies Record<ActivationName, number>;

/** Slope of leakyRelu for negative inputs. */
const LEAK = 0.01;
const SQRT_2_OVER_PI = 0.7978845608028654;

/** 1/(1 + e^−z) without overflow on either side. */
export function sigmoid(z: number): number {
  const e = Math.exp(-Math.abs(z));
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/** ACTIVATION code and z → activation of z. */
export function activate(activation: number, z: number): number {
  switch (activation) {
    case ACTIVATION.relu:
      return z > 0 ? z : 0;
    case ACTIVATION.leakyRelu:
      return z > 0 ? z : LEAK * z;
    case ACTIVATION.sigmoid:
      return sigmoid(z);
    case ACTIVATION.tanh:
      return Math.tanh(z);
    case ACTIVATION.gelu:
      // Hendrycks & Gimpel 2016, arXiv:1606.08415, §2: the tanh form.
      return 0.5 * z * (1 + Math.tanh(SQRT_2_OVER_PI * (z + 0.044715 * z ** 3)));
    default:
      return z;
  }
}

/**
 * Derivative of the activation. `saved` is the activation's output, except for gelu, where it is z.
 * relu'(0) = 0.
 */
export function activationSlope(activation: number, saved: number): number {
  switch (activation) {
    case ACTIVATION.relu:
      return saved > 0 ? 1 : 0;
    case ACTIVATION.leakyRelu:
      return saved > 0 ? 1 : LEAK;
    case ACTIVATION.sigmoid:
      return saved * (1 - saved);
    case ACTIVATION.tanh:
      return 1 - saved * saved;
    case ACTIVATION.gelu: {
      const t = Math.tanh(SQRT_2_OVER_PI * (saved + 0.044715 * saved ** 3));
      return 0.5 * (1 + t) + 0.5 * saved * (1 - t * t) * SQRT_2_OVER_PI * (1 + 0.134145 * saved * saved);
    }
    default:
      return 1;
  }
}

/** h = dropout(activate(z)), for activations whose backward pass needs z itself. */
export const activationForward = defineOp({
  name: 'activation_forward',
  file: 'activation_forward',
  dims: ['models', 'batch', 'fan_out', ...dropoutDims],
  bindings: {
    z: read('models', 'batch', 'fan_out'),
    ...dropoutBindings,
    y: write('models', 'batch', 'fan_out'),
  },
  constants: { WORKGROUP_SIZE: 64, ACTIVATION: ACTIVATION.gelu, DROPOUT: DROPOUT.none },
  uses: ['lib/activation', 'lib/numeric', 'lib/dropout', 'lib/rng', 'lib/clock'],
  grid: (d, c) => [ceilDiv(d.batch * d.fan_out, 4 * c.WORKGROUP_SIZE), 1, d.models],
  // tanh is promised to 1e-5 absolute (WGSL §15.7.4.1); z is about 1.
  tolerance: () => ({ rtol: 1e-5, atol: 1e-5 }),
  cpu(d, a, c) {
    const size = d.batch * d.fan_out;
    for (let m = 0; m < d.models; m++) {
      for (let e = 0; e < size; e++) {
        a.y[m * size + e] = activate(c.ACTIVATION, a.z[m * size + e]!) * dropoutFactor(c.DROPOUT, d, a, m, e);
      }
    }
  },
});
