// Dense layer, gradients of weights and biases, for GPUs.   d_w = d_yᵀ · x + (λ/N) · w,   d_b = Σ over rows of d_y
//
//   d_y         (M, B, O); rows past the end of a short batch are zero
//   x           (M, B, I), or (B, I) shared by the models when x_stride = 0; starts at x_offset; with gather the
//               training set, whose rows lib/batch.wgsl picks
//   parameters  (M, P): w (O, I) at w_offset, for the penalty; biases are not penalized
//   gradients   (M, P): the same places as the parameters
//   With splits > 1 there are that many gradients a model, (M, splits, P): part s sums rows s · R … of R = ⌈B / splits⌉,
//   without the penalty; sum_gradients adds the parts up. workgroup_id.y = s
//
// Workgroups, tiles and occupancy are those of dense_forward_tiled: TILE × TILE outputs a workgroup from 16 steps of the
// sum staged in workgroup memory, 4 × 4 a thread in registers; 8.5 KiB and 256 threads, or 4.5 KiB and 64 for TILE 32.
// A skinny layer with many rows gets splits, and with them more workgroups. Each sum runs over its rows in rising order.

const DEPTH = 16u;

override WORKGROUP_SIZE: u32 = 256;
override TILE: u32 = 64;

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

// Stages: a quad is the values of four neighbouring rows or units; by step of the sum, then by quad.
var<workgroup> d_tile: array<vec4f, DEPTH * (TILE / 4u + 1u)>;
var<workgroup> x_tile: array<vec4f, DEPTH * (TILE / 4u + 1u)>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn dense_grad_w_tiled(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let column_tiles = (dims.fan_in + TILE - 1u) / TILE;
  let unit = (group.x / column_tiles) * TILE;
  let column = (group.x % column_tiles) * TILE;
  let model = group.z;

  // Past the edge of the layer a tile reads on into whatever follows, which reaches only outputs that are not stored.
  let part_rows = (dims.batch + dims.splits - 1u) / dims.splits;
  let begin = group.y * part_rows;
  let end = min(dims.batch, begin + part_rows);
  let d_at = model * dims.batch * dims.fan_out + unit;
  let x_at = dims.x_offset + model * dims.x_stride + column;
  let quads = TILE / 4u;
  let pitch = quads + 1u;
  let unit_quad = thread / quads;
  let column_quad = thread % quads;
  var t: mat4x4f = mat4x4f();
  var bias: vec4f = vec4f(0.0);
  for (var first: u32 = begin; first < end; first += DEPTH) {
    for (var v: u32 = thread; v < DEPTH * quads; v += WORKGROUP_SIZE) {
      let row = first + v / quads;
      let quad = v % quads;
      let place = (v / quads) * pitch + quad;
      d_tile[place] = select(vec4f(0.0), d4(d_at + row * dims.fan_out + 4u * quad), row < end);
      x_tile[place] = select(vec4f(0.0), x4(x_at + batch_row(row) * dims.fan_in + 4u * quad), row < end);
    }
    workgroupBarrier();
    for (var k: u32 = 0u; k < DEPTH; k++) {
      let ds = d_tile[k * pitch + unit_quad];
      let xs = x_tile[k * pitch + column_quad];
      t += mat4x4f(xs * ds.x, xs * ds.y, xs * ds.z, xs * ds.w);
      if (column == 0u) { bias += ds; }
    }
    workgroupBarrier();
  }

  let start = (model * dims.splits + group.y) * dims.params;
  let l2 = select(0.0, hyper[model].l2, dims.splits == 1u);
  let u = unit + 4u * unit_quad;
  let c = column + 4u * column_quad;
  store(model, start, l2, u, c, t[0]);
  store(model, start, l2, u + 1u, c, t[1]);
  store(model, start, l2, u + 2u, c, t[2]);
  store(model, start, l2, u + 3u, c, t[3]);
  if (c != 0u) { return; }
  for (var i: u32 = 0u; i < 4u; i++) {
    if (u + i < dims.fan_out) { gradients[start + dims.b_offset + u + i] = bias[i]; }
  }
}

fn d4(at: u32) -> vec4f {
  return vec4f(d_y[at], d_y[at + 1u], d_y[at + 2u], d_y[at + 3u]);
}

fn x4(at: u32) -> vec4f {
  return vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
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
