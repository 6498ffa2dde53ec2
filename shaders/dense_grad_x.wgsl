// Dense layer, gradient of the input, carried through the layer below.   d_z = (d_y · w) · slope(saved) · dropout
//
//   d_y         (M, B, U) gradient of this layer's logits or z, U = units_above
//   parameters  (M, P): w (U, O) at w_offset, O = units of the layer below
//   saved       (M, B, O) what the layer below kept: its output after dropout, or its z for gelu
//   d_z         (M, B, O) gradient of the layer below's z; 0 where it was dropped
//
// One thread makes a 4 × 4 tile of d_z; the sum over U runs in rising order. The mask is recomputed, not read.

override WORKGROUP_SIZE: u32 = 64;
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

@compute @workgroup_size(WORKGROUP_SIZE)
fn dense_grad_x(@builtin(global_invocation_id) id: vec3u) {
  let unit_tiles = (dims.fan_out + 3u) / 4u;
  let row = (id.x / unit_tiles) * 4u;
  let unit = (id.x % unit_tiles) * 4u;
  if (row >= dims.batch) { return; }
  let model = id.z;

  let rows = min(vec4u(row) + vec4u(0u, 1u, 2u, 3u), vec4u(dims.batch - 1u));
  let units = min(vec4u(unit) + vec4u(0u, 1u, 2u, 3u), vec4u(dims.fan_out - 1u));
  let d_rows = (model * dims.batch + rows) * dims.units_above;
  let w = model * dims.params + dims.w_offset;

  var t0: vec4f = vec4f(0.0);
  var t1: vec4f = vec4f(0.0);
  var t2: vec4f = vec4f(0.0);
  var t3: vec4f = vec4f(0.0);
  for (var o: u32 = 0u; o < dims.units_above; o++) {
    let at = w + o * dims.fan_out + units;
    let w_o = vec4f(parameters[at.x], parameters[at.y], parameters[at.z], parameters[at.w]);
    t0 += d_y[d_rows.x + o] * w_o;
    t1 += d_y[d_rows.y + o] * w_o;
    t2 += d_y[d_rows.z + o] * w_o;
    t3 += d_y[d_rows.w + o] * w_o;
  }

  store_row(model, row, unit, units, t0);
  store_row(model, row + 1u, unit, units, t1);
  store_row(model, row + 2u, unit, units, t2);
  store_row(model, row + 3u, unit, units, t3);
}

fn store_row(model: u32, row: u32, unit: u32, units: vec4u, total: vec4f) {
  if (row >= dims.batch) { return; }
  let factors = dropout_factors(model, row * dims.fan_out + unit);
  let at = (model * dims.batch + row) * dims.fan_out + units;
  let kept = vec4f(saved[at.x], saved[at.y], saved[at.z], saved[at.w]);
  // What was kept is the activation times its factor; the slope wants the activation.
  let scaled = kept / select(factors, vec4f(1.0), factors == vec4f(0.0));
  let output = select(kept, scaled, vec4<bool>(ACTIVATION != ACTIVATION_GELU && DROPOUT != 0u));
  let d = total * activation_slope(ACTIVATION, output) * factors;
  let left = dims.fan_out - unit;
  d_z[at.x] = d.x;
  if (left > 1u) { d_z[at.y] = d.y; }
  if (left > 2u) { d_z[at.z] = d.z; }
  if (left > 3u) { d_z[at.w] = d.w; }
}
