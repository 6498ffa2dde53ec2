// Dense layer, forward.   y = dropout(activate(x · wᵀ + b))
//
//   x           (M, B, I) f32 row-major, or (B, I) shared by the models when x_stride = 0; starts at x_offset
//   parameters  (M, P): w (O, I) at w_offset, b (O) at b_offset
//   y           (M, B, O)
//   dropout     lib/dropout.wgsl; y = 0 where dropped, activation / (1 - drop rate) where kept
//
// One thread makes a 4 × 4 tile of y straight from storage: no workgroup memory and no barrier, the form that software
// adapters run best. On a GPU a tile of x and w is read by neighbouring threads and comes from cache.
// Each output is one sum over I in rising order, whatever M and B are.

override WORKGROUP_SIZE: u32 = 64;
override ACTIVATION: u32 = 0;
override DROPOUT: u32 = 0;

struct Dims {
  models: u32, batch: u32, fan_in: u32, fan_out: u32,
  x_offset: u32, x_stride: u32, params: u32, w_offset: u32, b_offset: u32,
  layers: u32, layer: u32, masks: u32, mask_offset: u32, mask_stride: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> drop_keys: array<vec4u>;
@group(0) @binding(4) var<storage, read> drop_scale: array<f32>;
@group(0) @binding(5) var<storage, read> clock: Clock;
@group(0) @binding(6) var<storage, read> drop_masks: array<u32>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn dense_forward(@builtin(global_invocation_id) id: vec3u) {
  let unit_tiles = (dims.fan_out + 3u) / 4u;
  let row = (id.x / unit_tiles) * 4u;
  let unit = (id.x % unit_tiles) * 4u;
  if (row >= dims.batch) { return; }
  let model = id.z;

  // Past the edge the last row and unit are read again, and not stored.
  let rows = min(vec4u(row) + vec4u(0u, 1u, 2u, 3u), vec4u(dims.batch - 1u));
  let units = min(vec4u(unit) + vec4u(0u, 1u, 2u, 3u), vec4u(dims.fan_out - 1u));
  let x_rows = dims.x_offset + model * dims.x_stride + rows * dims.fan_in;
  let w_rows = model * dims.params + dims.w_offset + units * dims.fan_in;
  let b = model * dims.params + dims.b_offset;
  let bias = vec4f(parameters[b + units.x], parameters[b + units.y], parameters[b + units.z], parameters[b + units.w]);

  var z0: vec4f = bias;
  var z1: vec4f = bias;
  var z2: vec4f = bias;
  var z3: vec4f = bias;
  for (var i: u32 = 0u; i < dims.fan_in; i++) {
    let w = vec4f(parameters[w_rows.x + i], parameters[w_rows.y + i], parameters[w_rows.z + i], parameters[w_rows.w + i]);
    z0 += x[x_rows.x + i] * w;
    z1 += x[x_rows.y + i] * w;
    z2 += x[x_rows.z + i] * w;
    z3 += x[x_rows.w + i] * w;
  }

  store_row(model, row, unit, z0);
  store_row(model, row + 1u, unit, z1);
  store_row(model, row + 2u, unit, z2);
  store_row(model, row + 3u, unit, z3);
}

fn store_row(model: u32, row: u32, unit: u32, z: vec4f) {
  if (row >= dims.batch) { return; }
  let e = row * dims.fan_out + unit;
  let h = activation_of(ACTIVATION, z) * dropout_factors(model, e);
  let start = model * dims.batch * dims.fan_out + e;
  let left = dims.fan_out - unit;
  y[start] = h.x;
  if (left > 1u) { y[start + 1u] = h.y; }
  if (left > 2u) { y[start + 2u] = h.z; }
  if (left > 3u) { y[start + 3u] = h.w; }
}
