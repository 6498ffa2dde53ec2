// Activations of four units at a time, and their derivatives.  kind = the ACTIVATION codes of src/ops/activation.ts.

const ACTIVATION_RELU = 1u;
const ACTIVATION_LEAKY_RELU = 2u;
const ACTIVATION_SIGMOID = 3u;
const ACTIVATION_TANH = 4u;
const ACTIVATION_GELU = 5u;

fn activation_of(kind: u32, z: vec4f) -> vec4f {
  if (kind == ACTIVATION_RELU) { return select(vec4f(0.0), z, z > vec4f(0.0)); }
  if (kind == ACTIVATION_LEAKY_RELU) { return select(0.01 * z, z, z > vec4f(0.0)); }
  if (kind == ACTIVATION_SIGMOID) { return numeric_sigmoid4(z); }
  if (kind == ACTIVATION_TANH) { return numeric_tanh(z); }
  if (kind == ACTIVATION_GELU) { return 0.5 * z * (1.0 + activation_gelu_tanh(z)); }
  return z;
}

// `saved` is the activation's output; for gelu it is z.  relu'(0) = 0.
fn activation_slope(kind: u32, saved: vec4f) -> vec4f {
  if (kind == ACTIVATION_RELU) { return select(vec4f(0.0), vec4f(1.0), saved > vec4f(0.0)); }
  if (kind == ACTIVATION_LEAKY_RELU) { return select(vec4f(0.01), vec4f(1.0), saved > vec4f(0.0)); }
  if (kind == ACTIVATION_SIGMOID) { return saved * (1.0 - saved); }
  if (kind == ACTIVATION_TANH) { return 1.0 - saved * saved; }
  if (kind == ACTIVATION_GELU) {
    let t = activation_gelu_tanh(saved);
    let inner = 0.7978846 * (1.0 + 0.134145 * saved * saved);
    return 0.5 * (1.0 + t) + 0.5 * saved * (1.0 - t * t) * inner;
  }
  return vec4f(1.0);
}

// tanh(sqrt(2/pi) (z + 0.044715 z^3)): Hendrycks & Gimpel 2016, arXiv:1606.08415.  Beyond ±10 it is ±1.
fn activation_gelu_tanh(z: vec4f) -> vec4f {
  let c = clamp(z, vec4f(-10.0), vec4f(10.0));
  return numeric_tanh(0.7978846 * (c + 0.044715 * c * c * c));
}
