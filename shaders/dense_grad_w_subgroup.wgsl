// Dense layer, gradients of weights and biases, for software adapters with subgroups.
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
// A workgroup is four lanes that make 16 × 32 elements of d_w, as in dense_forward_subgroup: 16 units of d_y are shared.
// Each sum runs over B, two products at a time in rising order.

enable subgroups;

// 1 where parts have an odd number of rows.
override REMAINDER: u32 = 1;

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
fn dense_grad_w_subgroup(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let column_tiles = (dims.fan_in + 31u) / 32u;
  let unit = (group.x / column_tiles) * 16u;
  let column = (group.x % column_tiles) * 32u + 8u * lane;
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
  var t10: mat4x4f = mat4x4f();
  var t11: mat4x4f = mat4x4f();
  var t20: mat4x4f = mat4x4f();
  var t21: mat4x4f = mat4x4f();
  var t30: mat4x4f = mat4x4f();
  var t31: mat4x4f = mat4x4f();
  var bias0: f32 = 0.0;
  var bias1: f32 = 0.0;
  var bias2: f32 = 0.0;
  var bias3: f32 = 0.0;
  for (var row: u32 = first; row < end; row += 2u) {
    let inside = row + 1u < end;
    let x_row = x_at + dims.fan_in * vec2u(batch_row(row), batch_row(row + 1u));
    let x0 = x_rows(x_row, inside);
    let x1 = x_rows(x_row + 4u, inside);
    let d0 = d_columns(d_at + row * dims.fan_out, inside);
    t00 += x0 * d0;
    t01 += x1 * d0;
    bias0 += d0[0].x + d0[0].y;
    let d1 = d_columns(d_at + row * dims.fan_out + 4u, inside);
    t10 += x0 * d1;
    t11 += x1 * d1;
    bias1 += d1[0].x + d1[0].y;
    let d2 = d_columns(d_at + row * dims.fan_out + 8u, inside);
    t20 += x0 * d2;
    t21 += x1 * d2;
    bias2 += d2[0].x + d2[0].y;
    let d3 = d_columns(d_at + row * dims.fan_out + 12u, inside);
    t30 += x0 * d3;
    t31 += x1 * d3;
    bias3 += d3[0].x + d3[0].y;
  }

  // A loop, since compilers take long over what stands here 32 times; it tests at its end, since software adapters run
  // the body of a loop that tests at its start once more than it says.
  var t: array<mat4x4f, 8> = array<mat4x4f, 8>(t00, t01, t10, t11, t20, t21, t30, t31);
  let start = (model * dims.splits + group.y) * dims.params;
  let l2 = select(0.0, hyper[model].l2, dims.splits == 1u);
  var k: u32 = 0u;
  loop {
    let u = k / 2u;
    let quad = k % 2u;
    store(model, start, l2, unit + (u ^ lane), column + 4u * quad, t[2u * (u / 4u) + quad][u % 4u]);
    continuing {
      k++;
      break if k >= 32u;
    }
  }
  if (group.x % column_tiles == 0u) {
    store_bias(start, unit + lane, bias0);
    store_bias(start, unit + lane + 4u, bias1);
    store_bias(start, unit + lane + 8u, bias2);
    store_bias(start, unit + lane + 12u, bias3);
  }
}

// Four units of two rows of d_y, of which every lane loads one: its own, then those of the lanes beside, below and across.
// The second row is 0 where it is past the end.
fn d_columns(at: u32, inside: bool) -> mat4x2f {
  let own = vec2f(d_y[at], only(inside, vec4f(d_y[at + dims.fan_out])).x);
  return mat4x2f(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
}

// Four columns of two rows of x; the second is 0 where it is past the end.
fn x_rows(at: vec2u, inside: bool) -> mat2x4f {
  return mat2x4f(x4(at.x), only(inside, x4(at.y)));
}

fn x4(at: u32) -> vec4f {
  return vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
}

fn only(inside: bool, values: vec4f) -> vec4f {
  if (REMAINDER == 0u) { return values; }
  return select(vec4f(0.0), values, inside);
}

// Four columns of a row of d_w, from their sums.
fn store(model: u32, start: u32, l2: f32, unit: u32, column: u32, total: vec4f) {
  if (unit >= dims.fan_out || column >= dims.fan_in) { return; }
  let w = dims.w_offset + unit * dims.fan_in + column;
  let p = model * dims.params + w;
  let d = total + l2 * vec4f(parameters[p], parameters[p + 1u], parameters[p + 2u], parameters[p + 3u]);
  let left = dims.fan_in - column;
  gradients[start + w] = d.x;
  if (left > 1u) { gradients[start + w + 1u] = d.y; }
  if (left > 2u) { gradients[start + w + 2u] = d.z; }
  if (left > 3u) { gradients[start + w + 3u] = d.w; }
}

fn store_bias(start: u32, unit: u32, total: f32) {
  if (unit < dims.fan_out) { gradients[start + dims.b_offset + unit] = total; }
}
