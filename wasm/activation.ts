// Activations in place, and the slopes that carry a gradient back through activation and dropout.

import { GELU, LEAKY_RELU, LINEAR, RELU, SIGMOID, TANH } from './codes';

const LEAK: f32 = 0.01;
const SQRT_2_OVER_PI: f32 = 0.7978845608028654;

/** h = activation(h), `size` values */
export function activate(activation: i32, h: usize, size: i32): void {
  if (activation === LINEAR) return;
  const end = h + (usize(size) << 2);
  if (activation === RELU) {
    // pmax(a, b) is b where a < b: NaN stays NaN.
    const zero = f32x4.splat(0);
    for (; h + 16 <= end; h += 16) v128.store(h, f32x4.pmax(v128.load(h), zero));
  }
  for (; h < end; h += 4) store<f32>(h, activated(activation, load<f32>(h)));
}

function activated(activation: i32, z: f32): f32 {
  switch (activation) {
    case RELU:
      return z < 0 ? 0 : z;
    case LEAKY_RELU:
      return z > 0 ? z : LEAK * z;
    case SIGMOID:
      return sigmoid(z);
    case TANH:
      return Mathf.tanh(z);
    case GELU:
      return 0.5 * z * (1 + Mathf.tanh(SQRT_2_OVER_PI * (z + 0.044715 * z * z * z)));
    default:
      return z;
  }
}

/** 1 / (1 + e^−z) without overflow on either side. */
export function sigmoid(z: f32): f32 {
  const e = Mathf.exp(-Mathf.abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

/** d = d · slope, relu with dropout: a kept unit above 0 has slope `scale`, every other 0. */
export function relu_slope(saved: usize, scale: f32, d: usize, size: i32): void {
  const end = d + (usize(size) << 2);
  const zero = f32x4.splat(0);
  const scales = f32x4.splat(scale);
  for (; d + 16 <= end; d += 16, saved += 16) {
    const alive = f32x4.gt(v128.load(saved), zero);
    v128.store(d, v128.and(f32x4.mul(v128.load(d), scales), alive));
  }
  for (; d < end; d += 4, saved += 4) store<f32>(d, load<f32>(saved) > 0 ? load<f32>(d) * scale : 0);
}

/**
 * d = d · slope(saved) · factor. `saved` is the output after dropout, or z for gelu; `factors` are dropout's, or 0 for none.
 */
export function slope(activation: i32, saved: usize, factors: usize, d: usize, size: i32): void {
  const end = d + (usize(size) << 2);
  for (; d < end; d += 4, saved += 4) {
    const factor: f32 = factors ? load<f32>(factors) : 1;
    const kept = load<f32>(saved);
    const output = factor === 0 || activation === GELU ? kept : kept / factor;
    store<f32>(d, load<f32>(d) * slopeAt(activation, output) * factor);
    if (factors) factors += 4;
  }
}

function slopeAt(activation: i32, saved: f32): f32 {
  switch (activation) {
    case RELU:
      return saved > 0 ? 1 : 0;
    case LEAKY_RELU:
      return saved > 0 ? 1 : LEAK;
    case SIGMOID:
      return saved * (1 - saved);
    case TANH:
      return 1 - saved * saved;
    case GELU: {
      const t = Mathf.tanh(SQRT_2_OVER_PI * (saved + 0.044715 * saved * saved * saved));
      return 0.5 * (1 + t) + 0.5 * saved * (1 - t * t) * SQRT_2_OVER_PI * (1 + 0.134145 * saved * saved);
    }
    default:
      return 1;
  }
}
