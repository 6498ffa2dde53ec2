// Dense layer, gradients of weights and biases, for large layers on software adapters with subgroups.
//
//   d_w = d_yᵀ · x + (λ/N) · w,   d_b = Σ over rows of d_y
//
//   d_y         (M, B, O); rows past the end of a short batch are zero
//   x           (M, B, I), or (B, I) shared by the models when x_stride = 0; starts at x_offset; with gather the
//               training set, whose rows lib/batch.wgsl picks
//   parameters  (M, P): w (O, I) at w_offset, for the penalty; biases are not penalized
//   gradients   (M, P): the same places as the parameters
//   With splits > 1 there are that many gradients a model, (M, splits, P): part s sums rows s · R … of R = ⌈B / splits⌉,
//   without the penalty; sum_gradients adds the parts up. workgroup_id.y = s
//
// A workgroup is four lanes that make 16 × 64 elements of d_w, as in dense_forward_wide: 16 units of d_y are shared.
// Parts have a multiple of 4 rows. Each sum runs over them, four products at a time in rising order.

enable subgroups;

struct Dims {
  models: u32, batch: u32, fan_in: u32, fan_out: u32,
  x_offset: u32, x_stride: u32, gather: u32, params: u32, w_offset: u32, b_offset: u32, splits: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> d_y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(5) var<storage, read> clock: Clock;
@group(0) @binding(6) var<storage, read> order: array<u32>;
@group(0) @binding(7) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(4)
fn dense_grad_w_wide(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let column_tiles = (dims.fan_in + 63u) / 64u;
  let unit = (group.x / column_tiles) * 16u;
  let column = (group.x % column_tiles) * 64u + 16u * lane;
  let model = group.z;

  // Four units by four columns at a time; a column of t is a row of d_w. Past the edge of the layer a tile reads on
  // into whatever follows, which reaches only outputs that are not stored.
  let part_rows = (dims.batch + dims.splits - 1u) / dims.splits;
  let first = group.y * part_rows;
  let end = min(dims.batch, first + part_rows);
  let d_at = model * dims.batch * dims.fan_out + unit + lane;
  let x_at = dims.x_offset + model * dims.x_stride + column;
  var t00: mat4x4f = mat4x4f();
  var t01: mat4x4f = mat4x4f();
  var t02: mat4x4f = mat4x4f();
  var t03: mat4x4f = mat4x4f();
  var t10: mat4x4f = mat4x4f();
  var t11: mat4x4f = mat4x4f();
  var t12: mat4x4f = mat4x4f();
  var t13: mat4x4f = mat4x4f();
  var t20: mat4x4f = mat4x4f();
  var t21: mat4x4f = mat4x4f();
  var t22: mat4x4f = mat4x4f();
  var t23: mat4x4f = mat4x4f();
  var t30: mat4x4f = mat4x4f();
  var t31: mat4x4f = mat4x4f();
  var t32: mat4x4f = mat4x4f();
  var t33: mat4x4f = mat4x4f();
  var bias0: vec4f = vec4f(0.0);
  var bias1: vec4f = vec4f(0.0);
  var bias2: vec4f = vec4f(0.0);
  var bias3: vec4f = vec4f(0.0);
  for (var row: u32 = first; row < end; row += 4u) {
    let x_row = x_at + dims.fan_in * batch_four_rows(row);
    let d_row = d_at + row * dims.fan_out;
    let x0 = x_rows(x_row);
    let x1 = x_rows(x_row + 4u);
    let x2 = x_rows(x_row + 8u);
    let x3 = x_rows(x_row + 12u);
    let d0 = d_columns(d_row);
    t00 += x0 * d0;
    t01 += x1 * d0;
    t02 += x2 * d0;
    t03 += x3 * d0;
    bias0 += vec4f(1.0) * d0;
    let d1 = d_columns(d_row + 4u);
    t10 += x0 * d1;
    t11 += x1 * d1;
    t12 += x2 * d1;
    t13 += x3 * d1;
    bias1 += vec4f(1.0) * d1;
    let d2 = d_columns(d_row + 8u);
    t20 += x0 * d2;
    t21 += x1 * d2;
    t22 += x2 * d2;
    t23 += x3 * d2;
    bias2 += vec4f(1.0) * d2;
    let d3 = d_columns(d_row + 12u);
    t30 += x0 * d3;
    t31 += x1 * d3;
    t32 += x2 * d3;
    t33 += x3 * d3;
    bias3 += vec4f(1.0) * d3;
  }

  // A loop, since compilers take long over what stands here 64 times.
  var t: array<mat4x4f, 16> = array<mat4x4f, 16>(
    t00, t01, t02, t03, t10, t11, t12, t13, t20, t21, t22, t23, t30, t31, t32, t33);
  let start = (model * dims.splits + group.y) * dims.params;
  let l2 = select(0.0, hyper[model].l2, dims.splits == 1u);
  var bias: array<vec4f, 4> = array<vec4f, 4>(bias0, bias1, bias2, bias3);
  let units = min(16u, dims.fan_out - unit);
  for (var u: u32 = 0u; u < units; u++) {
    for (var quad: u32 = 0u; quad < 4u; quad++) {
      store(model, start, l2, unit + u, column + 4u * quad, t[4u * (u / 4u) + quad][u % 4u]);
    }
    if (column == 0u) { gradients[start + dims.b_offset + unit + u] = bias[u / 4u][u % 4u]; }
  }
}

// Four units of four rows of d_y, of which every lane loads one unit.
fn d_columns(at: u32) -> mat4x4f {
  let own = vec4f(d_y[at], d_y[at + dims.fan_out], d_y[at + 2u * dims.fan_out], d_y[at + 3u * dims.fan_out]);
  return mat4x4f(
    subgroupBroadcast(own, 0u), subgroupBroadcast(own, 1u), subgroupBroadcast(own, 2u), subgroupBroadcast(own, 3u));
}

// Four columns of four rows of x.
fn x_rows(at: vec4u) -> mat4x4f {
  return mat4x4f(x4(at.x), x4(at.y), x4(at.z), x4(at.w));
}

fn x4(at: u32) -> vec4f {
  return vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
}

// Four columns of a row of d_w, from their sums.
fn store(model: u32, start: u32, l2: f32, unit: u32, column: u32, total: vec4f) {
  if (column >= dims.fan_in) { return; }
  let w = dims.w_offset + unit * dims.fan_in + column;
  let p = model * dims.params + w;
  let d = total + l2 * vec4f(parameters[p], parameters[p + 1u], parameters[p + 2u], parameters[p + 3u]);
  let left = dims.fan_in - column;
  gradients[start + w] = d.x;
  if (left > 1u) { gradients[start + w + 1u] = d.y; }
  if (left > 2u) { gradients[start + w + 2u] = d.z; }
  if (left > 3u) { gradients[start + w + 3u] = d.w; }
}
