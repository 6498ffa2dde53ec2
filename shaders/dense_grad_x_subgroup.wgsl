// Dense layer, gradient of the input, for software adapters with subgroups.   d_z = (d_y · w) · slope(saved) · dropout
//
//   d_y         (M, B, U) gradient of this layer's logits or z, U = units_above
//   parameters  (M, P): w (U, O) at w_offset, O = units of the layer below
//   saved       (M, B, O) what the layer below kept: its output after dropout, or its z for gelu
//   d_z         (M, B, O) gradient of the layer below's z; 0 where it was dropped
//
// A workgroup is four lanes that make 16 × 32 elements of d_z, as in dense_forward_subgroup: 16 rows of d_y are shared.
// Each sum runs over U, two products at a time in rising order. The mask is recomputed, not read.

enable subgroups;

// 1 where U is odd.
override REMAINDER: u32 = 1;
override ACTIVATION: u32 = 0;
override DROPOUT: u32 = 0;

struct Dims {
  models: u32, batch: u32, units_above: u32, fan_out: u32, params: u32, w_offset: u32,
  layers: u32, layer: u32, masks: u32, mask_offset: u32, mask_stride: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> d_y: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> saved: array<f32>;
@group(0) @binding(4) var<storage, read> drop_keys: array<vec4u>;
@group(0) @binding(5) var<storage, read> drop_scale: array<f32>;
@group(0) @binding(6) var<storage, read> clock: Clock;
@group(0) @binding(7) var<storage, read> drop_masks: array<u32>;
@group(0) @binding(8) var<storage, read_write> d_z: array<f32>;

@compute @workgroup_size(4)
fn dense_grad_x_subgroup(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let unit_tiles = (dims.fan_out + 31u) / 32u;
  let row = (group.x / unit_tiles) * 16u;
  let unit = (group.x % unit_tiles) * 32u + 8u * lane;
  let model = group.z;

  // Four rows by four units at a time; a column of t is a row of d_z. Past the edge of the layer a tile reads on
  // into whatever follows, which reaches only outputs that are not stored.
  let above = dims.units_above;
  let next = 4u * above;
  let d_at = (model * dims.batch + row + lane) * above;
  let w_at = model * dims.params + dims.w_offset + unit;
  var t00: mat4x4f = mat4x4f();
  var t01: mat4x4f = mat4x4f();
  var t10: mat4x4f = mat4x4f();
  var t11: mat4x4f = mat4x4f();
  var t20: mat4x4f = mat4x4f();
  var t21: mat4x4f = mat4x4f();
  var t30: mat4x4f = mat4x4f();
  var t31: mat4x4f = mat4x4f();
  for (var o: u32 = 0u; o < above; o += 2u) {
    let inside = o + 1u < above;
    let w0 = w_rows(w_at + o * dims.fan_out, inside);
    let w1 = w_rows(w_at + o * dims.fan_out + 4u, inside);
    let d0 = d_rows(d_at + o, inside);
    t00 += w0 * d0;
    t01 += w1 * d0;
    let d1 = d_rows(d_at + next + o, inside);
    t10 += w0 * d1;
    t11 += w1 * d1;
    let d2 = d_rows(d_at + 2u * next + o, inside);
    t20 += w0 * d2;
    t21 += w1 * d2;
    let d3 = d_rows(d_at + 3u * next + o, inside);
    t30 += w0 * d3;
    t31 += w1 * d3;
  }

  // A loop, since compilers take long over what stands here 32 times; it tests at its end, since software adapters run
  // the body of a loop that tests at its start once more than it says.
  var t: array<mat4x4f, 8> = array<mat4x4f, 8>(t00, t01, t10, t11, t20, t21, t30, t31);
  var k: u32 = 0u;
  loop {
    let r = k / 2u;
    let quad = k % 2u;
    store(model, row + (r ^ lane), unit + 4u * quad, t[2u * (r / 4u) + quad][r % 4u]);
    continuing {
      k++;
      break if k >= 32u;
    }
  }
}

// Two units of four rows of d_y, of which every lane loads one: its own, then those of the lanes beside, below and across. The second is 0 where it is past the end of the row.
fn d_rows(at: u32, inside: bool) -> mat4x2f {
  let own = vec2f(d_y[at], only(inside, vec4f(d_y[at + 1u])).x);
  return mat4x2f(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
}

// Four columns of two rows of w; the second is 0 where there is none.
fn w_rows(at: u32, inside: bool) -> mat2x4f {
  return mat2x4f(w4(at), only(inside, w4(at + dims.fan_out)));
}

fn w4(at: u32) -> vec4f {
  return vec4f(parameters[at], parameters[at + 1u], parameters[at + 2u], parameters[at + 3u]);
}

fn only(inside: bool, values: vec4f) -> vec4f {
  if (REMAINDER == 0u) { return values; }
  return select(vec4f(0.0), values, inside);
}

// Four elements of a row of d_z, from their sums.
fn store(model: u32, row: u32, unit: u32, total: vec4f) {
  if (row >= dims.batch || unit >= dims.fan_out) { return; }
  let e = row * dims.fan_out + unit;
  let factors = dropout_factors(model, e);
  let at = model * dims.batch * dims.fan_out + e;
  let kept = vec4f(saved[at], saved[at + 1u], saved[at + 2u], saved[at + 3u]);
  // What was kept is the activation times its factor; the slope wants the activation.
  let scaled = kept / select(factors, vec4f(1.0), factors == vec4f(0.0));
  let output = select(kept, scaled, vec4<bool>(ACTIVATION != ACTIVATION_GELU && DROPOUT != 0u));
  let d = total * activation_slope(ACTIVATION, output) * factors;
  let left = dims.fan_out - unit;
  d_z[at] = d.x;
  if (left > 1u) { d_z[at + 1u] = d.y; }
  if (left > 2u) { d_z[at + 2u] = d.z; }
  if (left > 3u) { d_z[at + 3u] = d.w; }
}
