// Dense layer, forward.   y = dropout(activate(x · wᵀ + b))
//
//   x           (M, B, I) f32 row-major, or (B, I) shared by the models when x_stride = 0; starts at x_offset;
//               with gather the training set, whose rows lib/batch.wgsl picks
//   parameters  (M, P): w (O, I) at w_offset, b (O) at b_offset
//   y           (M, B, O)
//   linear      1 for no activation after all, so that an output layer shares the kernel of the layers below
//   dropout     lib/dropout.wgsl; y = 0 where dropped, activation / (1 - drop rate) where kept
//
// One thread makes an 8 × 8 tile of y straight from storage: no workgroup memory and no barrier, which software adapters
// run best (a load costs them 15 multiply-adds, a barrier 50 a thread). Any sizes. A GPU gets dense_forward_tiled: here
// 64 × 32 outputs would be a single warp. Workgroups are small so that small layers have one for every core.
// Each output is one sum over I, two products at a time in rising order, whatever M and B are: four at a time would be
// 5 % faster and take twice as long to compile.

override WORKGROUP_SIZE: u32 = 8;
// 1 where I is odd.
override REMAINDER: u32 = 1;
override ACTIVATION: u32 = 0;
override DROPOUT: u32 = 0;

struct Dims {
  models: u32, batch: u32, fan_in: u32, fan_out: u32,
  x_offset: u32, x_stride: u32, gather: u32, params: u32, w_offset: u32, b_offset: u32, linear: u32,
  layers: u32, layer: u32, masks: u32, mask_offset: u32, mask_stride: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> drop_keys: array<vec4u>;
@group(0) @binding(4) var<storage, read> drop_scale: array<f32>;
@group(0) @binding(5) var<storage, read> clock: Clock;
@group(0) @binding(6) var<storage, read> drop_masks: array<u32>;
@group(0) @binding(7) var<storage, read> order: array<u32>;
@group(0) @binding(8) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn dense_forward(@builtin(global_invocation_id) id: vec3u) {
  let unit_tiles = (dims.fan_out + 7u) / 8u;
  let row = (id.x / unit_tiles) * 8u;
  let unit = (id.x % unit_tiles) * 8u;
  if (row >= dims.batch) { return; }
  let model = id.z;

  // Four rows by four units at a time; a column of t is a row of y. Past the edge of the layer a tile reads on
  // into whatever follows, which reaches only outputs that are not stored.
  let fan_in = dims.fan_in;
  let x_at = dims.x_offset + model * dims.x_stride;
  let x0_at = x_at + fan_in * batch_four_rows(row);
  let x1_at = x_at + fan_in * batch_four_rows(row + 4u);
  let w0_at = model * dims.params + dims.w_offset + unit * fan_in;
  let w1_at = w0_at + 4u * fan_in;
  var t00: mat4x4f = mat4x4f();
  var t01: mat4x4f = mat4x4f();
  var t10: mat4x4f = mat4x4f();
  var t11: mat4x4f = mat4x4f();
  for (var i: u32 = 0u; i < fan_in; i += 2u) {
    let inside = i + 1u < fan_in;
    let w0 = transpose(w_rows(w0_at + i, fan_in, inside));
    let w1 = transpose(w_rows(w1_at + i, fan_in, inside));
    let x0 = x_rows(x0_at + i, inside);
    t00 += w0 * x0;
    t01 += w1 * x0;
    let x1 = x_rows(x1_at + i, inside);
    t10 += w0 * x1;
    t11 += w1 * x1;
  }

  // A loop, since compilers take long over what stands here 16 times.
  var t: array<mat4x4f, 4> = array<mat4x4f, 4>(t00, t01, t10, t11);
  for (var r: u32 = 0u; r < 8u; r++) {
    for (var quad: u32 = 0u; quad < 2u; quad++) {
      store(model, row + r, unit + 4u * quad, t[2u * (r / 4u) + quad][r % 4u]);
    }
  }
}

// Two inputs of four rows; the second is 0 where it is past the end of the row.
fn x_rows(at: vec4u, inside: bool) -> mat4x2f {
  return mat4x2f(x2(at.x, inside), x2(at.y, inside), x2(at.z, inside), x2(at.w, inside));
}

fn w_rows(at: u32, stride: u32, inside: bool) -> mat4x2f {
  return mat4x2f(w2(at, inside), w2(at + stride, inside), w2(at + 2u * stride, inside), w2(at + 3u * stride, inside));
}

fn x2(at: u32, inside: bool) -> vec2f {
  return vec2f(x[at], only(inside, x[at + 1u]));
}

fn w2(at: u32, inside: bool) -> vec2f {
  return vec2f(parameters[at], only(inside, parameters[at + 1u]));
}

fn only(inside: bool, value: f32) -> f32 {
  if (REMAINDER == 0u) { return value; }
  return select(0.0, value, inside);
}

// Four outputs of a row, from their sums.
fn store(model: u32, row: u32, unit: u32, total: vec4f) {
  if (row >= dims.batch || unit >= dims.fan_out) { return; }
  let b = model * dims.params + dims.b_offset + unit;
  let bias = vec4f(parameters[b], parameters[b + 1u], parameters[b + 2u], parameters[b + 3u]);
  let e = row * dims.fan_out + unit;
  let z = total + bias;
  let h = select(activation_of(ACTIVATION, z), z, vec4<bool>(dims.linear != 0u)) * dropout_factors(model, e);
  let start = model * dims.batch * dims.fan_out + e;
  let left = dims.fan_out - unit;
  y[start] = h.x;
  if (left > 1u) { y[start + 1u] = h.y; }
  if (left > 2u) { y[start + 2u] = h.z; }
  if (left > 3u) { y[start + 3u] = h.w; }
}
