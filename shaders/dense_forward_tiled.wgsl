// Dense layer, forward, for GPUs.   y = dropout(activate(x · wᵀ + b))
//
//   x           (M, B, I) f32 row-major, or (B, I) shared by the models when x_stride = 0; starts at x_offset;
//               with gather the training set, whose rows lib/batch.wgsl picks
//   parameters  (M, P): w (O, I) at w_offset, b (O) at b_offset
//   y           (M, B, O)
//   linear      1 for no activation after all, so that an output layer shares the kernel of the layers below
//   dropout     lib/dropout.wgsl; y = 0 where dropped, activation / (1 - drop rate) where kept
//
// A workgroup makes a TILE × TILE block: 16 steps of the sum at a time are staged in workgroup memory, transposed so that
// a thread reads the four values of its rows or units as one vec4f, and each thread keeps a 4 × 4 tile in registers.
// TILE 64: 256 threads, 8.5 KiB, 16 multiply-adds for 2 reads of 16 bytes; about 40 registers a thread, so that 4 to 8
// workgroups fit a multiprocessor and hide each other's barriers. TILE 32: 64 threads, 4.5 KiB, for layers that would
// give too few of the others to fill a device. Rows of the stage are one vec4f longer than they need be, so that the
// transposed writes meet different banks. Slow on software adapters, where a barrier costs 70 ns for each four threads.
// Each output is one sum over I in rising order, whatever M and B are.

const DEPTH = 16u;

override WORKGROUP_SIZE: u32 = 256;
override TILE: u32 = 64;
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

// Stages: a quad is the values of four neighbouring rows or units; by step of the sum, then by quad.
var<workgroup> x_tile: array<vec4f, DEPTH * (TILE / 4u + 1u)>;
var<workgroup> w_tile: array<vec4f, DEPTH * (TILE / 4u + 1u)>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn dense_forward_tiled(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let unit_tiles = (dims.fan_out + TILE - 1u) / TILE;
  let row = (group.x / unit_tiles) * TILE;
  let unit = (group.x % unit_tiles) * TILE;
  let model = group.z;

  // Past the edge of the layer a tile reads on into whatever follows, which reaches only outputs that are not stored.
  let fan_in = dims.fan_in;
  let x_at = dims.x_offset + model * dims.x_stride;
  let w_at = model * dims.params + dims.w_offset + unit * fan_in;
  let quads = TILE / 4u;
  let pitch = quads + 1u;
  let row_quad = thread / quads;
  let unit_quad = thread % quads;
  var t: mat4x4f = mat4x4f();
  for (var first: u32 = 0u; first < fan_in; first += DEPTH) {
    for (var v: u32 = thread; v < DEPTH * quads; v += WORKGROUP_SIZE) {
      let i = first + v % DEPTH;
      let quad = v / DEPTH;
      let place = (v % DEPTH) * pitch + quad;
      x_tile[place] = select(vec4f(0.0), x_column(x_at + fan_in * batch_four_rows(row + 4u * quad) + i), i < fan_in);
      w_tile[place] = select(vec4f(0.0), w_column(w_at + 4u * quad * fan_in + i), i < fan_in);
    }
    workgroupBarrier();
    for (var k: u32 = 0u; k < DEPTH; k++) {
      let xs = x_tile[k * pitch + row_quad];
      let ws = w_tile[k * pitch + unit_quad];
      t += mat4x4f(ws * xs.x, ws * xs.y, ws * xs.z, ws * xs.w);
    }
    workgroupBarrier();
  }

  let r = row + 4u * row_quad;
  let u = unit + 4u * unit_quad;
  store(model, r, u, t[0]);
  store(model, r + 1u, u, t[1]);
  store(model, r + 2u, u, t[2]);
  store(model, r + 3u, u, t[3]);
}

// One input of four rows.
fn x_column(at: vec4u) -> vec4f {
  return vec4f(x[at.x], x[at.y], x[at.z], x[at.w]);
}

// Its weights in four units.
fn w_column(at: u32) -> vec4f {
  return vec4f(
    parameters[at], parameters[at + dims.fan_in], parameters[at + 2u * dims.fan_in], parameters[at + 3u * dims.fan_in]);
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
