// Functions that stay right where WGSL's own may not: devices may assume that NaN and infinity never happen.

// Looks at the bits, since comparisons with NaN may be folded away.
fn numeric_is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

// tanh overflows to NaN from 88.8 on some devices; at 15 it is 1 in f32.
fn numeric_tanh(x: vec4f) -> vec4f {
  return tanh(clamp(x, vec4f(-15.0), vec4f(15.0)));
}

// 1 / (1 + e^-z), with only negative exponents.
fn numeric_sigmoid(z: f32) -> f32 {
  let e = exp(-abs(z));
  return select(e, 1.0, z >= 0.0) / (1.0 + e);
}

fn numeric_sigmoid4(z: vec4f) -> vec4f {
  let e = exp(-abs(z));
  return select(e, vec4f(1.0), z >= vec4f(0.0)) / (1.0 + e);
}

// ln(1 + x) for 0 <= x <= 1; the series where 1 + x would lose x.
fn numeric_log1p(x: f32) -> f32 {
  return select(log(1.0 + x), x * (1.0 - x * (0.5 - x * 0.33333334)), x < 0.01);
}
