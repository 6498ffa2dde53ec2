// Dense layer, gradients of weights and biases.   d_w = d_yᵀ · x + (λ/N) · w,   d_b = Σ over rows of d_y
//
//   d_y         (M, B, O); rows past the end of a short batch are zero
//   x           (M, B, I), or (B, I) shared by the models when x_stride = 0; starts at x_offset
//   parameters  (M, P): w (O, I) at w_offset, for the penalty; biases are not penalized
//   gradients   (M, P): the same places as the parameters
//
// One thread makes a 4 × 4 tile of (O, I + 1): the bias is column I, where x is 1. The sum over B runs in rising order.

override WORKGROUP_SIZE: u32 = 64;

struct Dims {
  models: u32, batch: u32, fan_in: u32, fan_out: u32,
  x_offset: u32, x_stride: u32, params: u32, w_offset: u32, b_offset: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> d_y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(5) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn dense_grad_w(@builtin(global_invocation_id) id: vec3u) {
  let columns = dims.fan_in + 1u;
  let column_tiles = (columns + 3u) / 4u;
  let unit = (id.x / column_tiles) * 4u;
  let column = (id.x % column_tiles) * 4u;
  if (unit >= dims.fan_out) { return; }
  let model = id.z;

  let units = min(vec4u(unit) + vec4u(0u, 1u, 2u, 3u), vec4u(dims.fan_out - 1u));
  let is_bias = vec4u(column) + vec4u(0u, 1u, 2u, 3u) >= vec4u(dims.fan_in);
  let inputs = min(vec4u(column) + vec4u(0u, 1u, 2u, 3u), vec4u(dims.fan_in - 1u));

  var t0: vec4f = vec4f(0.0);
  var t1: vec4f = vec4f(0.0);
  var t2: vec4f = vec4f(0.0);
  var t3: vec4f = vec4f(0.0);
  var d_at: u32 = model * dims.batch * dims.fan_out;
  var x_at: u32 = dims.x_offset + model * dims.x_stride;
  for (var row: u32 = 0u; row < dims.batch; row++) {
    let at = x_at + inputs;
    let x_row = select(vec4f(x[at.x], x[at.y], x[at.z], x[at.w]), vec4f(1.0), is_bias);
    t0 += d_y[d_at + units.x] * x_row;
    t1 += d_y[d_at + units.y] * x_row;
    t2 += d_y[d_at + units.z] * x_row;
    t3 += d_y[d_at + units.w] * x_row;
    d_at += dims.fan_out;
    x_at += dims.fan_in;
  }

  store_row(model, unit, column, t0);
  store_row(model, unit + 1u, column, t1);
  store_row(model, unit + 2u, column, t2);
  store_row(model, unit + 3u, column, t3);
}

fn store_row(model: u32, unit: u32, column: u32, d: vec4f) {
  if (unit >= dims.fan_out) { return; }
  store(model, unit, column, d.x);
  store(model, unit, column + 1u, d.y);
  store(model, unit, column + 2u, d.z);
  store(model, unit, column + 3u, d.w);
}

fn store(model: u32, unit: u32, column: u32, d: f32) {
  if (column > dims.fan_in) { return; }
  let start = model * dims.params;
  if (column == dims.fan_in) {
    gradients[start + dims.b_offset + unit] = d;
  } else {
    let at = start + dims.w_offset + unit * dims.fan_in + column;
    gradients[at] = d + hyper[model].l2 * parameters[at];
  }
}
