// Dense layer, gradient of the input, for large layers on software adapters with subgroups.
//
//   d_z = (d_y · w) · slope(saved) · dropout
//
//   d_y         (M, B, U) gradient of this layer's logits or z, U = units_above
//   parameters  (M, P): w (U, O) at w_offset, O = units of the layer below
//   saved       (M, B, O) what the layer below kept: its output after dropout, or its z for gelu
//   d_z         (M, B, O) gradient of the layer below's z; 0 where it was dropped
//   U, O, P and all offsets multiples of 4
//
// A subgroup of four lanes makes 32 rows of 32 elements of d_z, as in dense_forward_wide: rows of d_y are shared.
// Each sum runs over U, four products at a time in rising order. The mask is recomputed, not read.

enable subgroups;

override ACTIVATION: u32 = 0;
override DROPOUT: u32 = 0;

struct Dims {
  models: u32, batch: u32, units_above: u32, fan_out: u32, params: u32, w_offset: u32,
  layers: u32, layer: u32, masks: u32, mask_offset: u32, mask_stride: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> d_y: array<vec4f>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read> saved: array<vec4f>;
@group(0) @binding(4) var<storage, read> drop_keys: array<vec4u>;
@group(0) @binding(5) var<storage, read> drop_scale: array<f32>;
@group(0) @binding(6) var<storage, read> clock: Clock;
@group(0) @binding(7) var<storage, read> drop_masks: array<u32>;
@group(0) @binding(8) var<storage, read_write> d_z: array<vec4f>;

@compute @workgroup_size(4)
fn dense_grad_x_wide(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let unit_tiles = (dims.fan_out + 31u) / 32u;
  let row = (group.x / unit_tiles) * 32u;
  let unit = (group.x % unit_tiles) * 32u + 8u * lane;
  let model = group.z;

  // Places of four values each. Past the edge of the layer a tile reads on into whatever follows, which reaches only
  // outputs that are not stored.
  let above = dims.units_above / 4u;
  let next = 4u * above;
  let stride = dims.fan_out / 4u;
  let d_at = (model * dims.batch + row + lane) * above;
  let w_at = (model * dims.params + dims.w_offset + unit) / 4u;
  var t: array<mat4x4f, 16> = array<mat4x4f, 16>();  // of four units by four rows, whose columns are rows of d_z
  for (var o: u32 = 0u; o < above; o++) {
    let d0 = d_rows(d_at + o);
    let d1 = d_rows(d_at + next + o);
    let d2 = d_rows(d_at + 2u * next + o);
    let d3 = d_rows(d_at + 3u * next + o);
    let d4 = d_rows(d_at + 4u * next + o);
    let d5 = d_rows(d_at + 5u * next + o);
    let d6 = d_rows(d_at + 6u * next + o);
    let d7 = d_rows(d_at + 7u * next + o);
    let w_row = w_at + 4u * o * stride;
    let w0 = w_rows(w_row, stride);
    t[0] += w0 * d0;
    t[1] += w0 * d1;
    t[2] += w0 * d2;
    t[3] += w0 * d3;
    t[4] += w0 * d4;
    t[5] += w0 * d5;
    t[6] += w0 * d6;
    t[7] += w0 * d7;
    let w1 = w_rows(w_row + 1u, stride);
    t[8] += w1 * d0;
    t[9] += w1 * d1;
    t[10] += w1 * d2;
    t[11] += w1 * d3;
    t[12] += w1 * d4;
    t[13] += w1 * d5;
    t[14] += w1 * d6;
    t[15] += w1 * d7;
  }

  // As in dense_forward_wide: a loop that tests at its end, over a copy.
  var sums: array<mat4x4f, 16> = t;
  var k: u32 = 0u;
  loop {
    let r = k / 2u;
    let quad = k % 2u;
    store(model, row + (r ^ lane), unit + 4u * quad, sums[8u * quad + r / 4u][r % 4u]);
    continuing {
      k++;
      break if k >= 64u;
    }
  }
}

// Four units of four rows of d_y, of which every lane loads one: its own, then those of the lanes beside, below and across.
fn d_rows(at: u32) -> mat4x4f {
  let own = d_y[at];
  return mat4x4f(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
}

// Four columns of four rows of w.
fn w_rows(at: u32, stride: u32) -> mat4x4f {
  return mat4x4f(parameters[at], parameters[at + stride], parameters[at + 2u * stride], parameters[at + 3u * stride]);
}

// Four elements of a row of d_z, from their sums.
fn store(model: u32, row: u32, unit: u32, total: vec4f) {
  if (row >= dims.batch || unit >= dims.fan_out) { return; }
  let e = row * dims.fan_out + unit;
  let factors = dropout_factors(model, e);
  let at = (model * dims.batch * dims.fan_out + e) / 4u;
  let kept = saved[at];
  // What was kept is the activation times its factor; the slope wants the activation.
  let scaled = kept / select(factors, vec4f(1.0), factors == vec4f(0.0));
  let output = select(kept, scaled, vec4<bool>(ACTIVATION != ACTIVATION_GELU && DROPOUT != 0u));
  d_z[at] = total * activation_slope(ACTIVATION, output) * factors;
}
