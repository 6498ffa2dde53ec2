// Dense layer, gradient of the input, for GPUs.   d_z = (d_y · w) · slope(saved) · dropout
//
//   d_y         (M, B, U) gradient of this layer's logits or z, U = units_above
//   parameters  (M, P): w (U, O) at w_offset, O = units of the layer below
//   saved       (M, B, O) what the layer below kept: its output after dropout, or its z for gelu
//   d_z         (M, B, O) gradient of the layer below's z; 0 where it was dropped
//
// Workgroups, tiles and occupancy are those of dense_forward_tiled: TILE × TILE outputs a workgroup from 16 steps of the
// sum staged in workgroup memory, 4 × 4 a thread in registers; 8.5 KiB and 256 threads, or 4.5 KiB and 64 for TILE 32.
// Each sum runs over U in rising order. The mask is recomputed, not read.

const DEPTH = 16u;

override WORKGROUP_SIZE: u32 = 256;
override TILE: u32 = 64;
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

// Stages: a quad is the values of four neighbouring rows or units; by step of the sum, then by quad.
var<workgroup> d_tile: array<vec4f, DEPTH * (TILE / 4u + 1u)>;
var<workgroup> w_tile: array<vec4f, DEPTH * (TILE / 4u + 1u)>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn dense_grad_x_tiled(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let unit_tiles = (dims.fan_out + TILE - 1u) / TILE;
  let row = (group.x / unit_tiles) * TILE;
  let unit = (group.x % unit_tiles) * TILE;
  let model = group.z;

  // Past the edge of the layer a tile reads on into whatever follows, which reaches only outputs that are not stored.
  let above = dims.units_above;
  let d_at = (model * dims.batch + row) * above;
  let w_at = model * dims.params + dims.w_offset + unit;
  let quads = TILE / 4u;
  let pitch = quads + 1u;
  let row_quad = thread / quads;
  let unit_quad = thread % quads;
  var t: mat4x4f = mat4x4f();
  for (var first: u32 = 0u; first < above; first += DEPTH) {
    // Neighbouring threads read neighbouring units: of a row of d_y, and of a row of w.
    for (var v: u32 = thread; v < DEPTH * quads; v += WORKGROUP_SIZE) {
      let o = first + v % DEPTH;
      let quad = v / DEPTH;
      let d = d_column(d_at + 4u * quad * above + o);
      d_tile[(v % DEPTH) * pitch + quad] = select(vec4f(0.0), d, o < above);
    }
    for (var v: u32 = thread; v < DEPTH * quads; v += WORKGROUP_SIZE) {
      let o = first + v / quads;
      let quad = v % quads;
      let w = w_row(w_at + o * dims.fan_out + 4u * quad);
      w_tile[(v / quads) * pitch + quad] = select(vec4f(0.0), w, o < above);
    }
    workgroupBarrier();
    for (var k: u32 = 0u; k < DEPTH; k++) {
      let ds = d_tile[k * pitch + row_quad];
      let ws = w_tile[k * pitch + unit_quad];
      t += mat4x4f(ws * ds.x, ws * ds.y, ws * ds.z, ws * ds.w);
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

// One unit of four rows of d_y.
fn d_column(at: u32) -> vec4f {
  return vec4f(d_y[at], d_y[at + dims.units_above], d_y[at + 2u * dims.units_above], d_y[at + 3u * dims.units_above]);
}

// Four weights of that unit.
fn w_row(at: u32) -> vec4f {
  return vec4f(parameters[at], parameters[at + 1u], parameters[at + 2u], parameters[at + 3u]);
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
