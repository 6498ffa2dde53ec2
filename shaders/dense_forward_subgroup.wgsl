// Dense layer, forward, for software adapters with subgroups.   y = dropout(activate(x · wᵀ + b))
//
//   x           (M, B, I) f32 row-major, or (B, I) shared by the models when x_stride = 0; starts at x_offset;
//               with gather the training set, whose rows lib/batch.wgsl picks
//   parameters  (M, P): w (O, I) at w_offset, b (O) at b_offset
//   y           (M, B, O)
//   linear      1 for no activation after all, so that an output layer shares the kernel of the layers below
//   dropout     lib/dropout.wgsl; y = 0 where dropped, activation / (1 - drop rate) where kept
//
// A workgroup is four lanes that make 16 × 32 outputs: each lane 8 units of its own, for 16 rows that the lanes share. Of
// every four rows a lane loads one, and gets the other three by swaps within the quad: lane l has the rows l, l ^ 1, l ^ 2,
// l ^ 3, in that order. A swap is one instruction for a value on a processor, where a broadcast is fifteen. That is 24 loads
// for 256 multiply-adds, where dense_forward needs 32 for 128, and a load is what costs on a software adapter. All four
// lanes lie in one quad; on a GPU the other lanes of its subgroup would idle.
// Each output is one sum over I, two products at a time in rising order, whatever M and B are.

enable subgroups;

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

@compute @workgroup_size(4)
fn dense_forward_subgroup(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let unit_tiles = (dims.fan_out + 31u) / 32u;
  let row = (group.x / unit_tiles) * 16u;
  let unit = (group.x % unit_tiles) * 32u + 8u * lane;
  let model = group.z;

  // Four rows by four units at a time; a column of t is a row of y. Past the edge of the layer a tile reads on
  // into whatever follows, which reaches only outputs that are not stored.
  let fan_in = dims.fan_in;
  let next = 4u * fan_in;
  let x_at = dims.x_offset + model * dims.x_stride;
  let x0_at = x_at + batch_row(row + lane) * fan_in;
  let x1_at = x_at + batch_row(row + lane + 4u) * fan_in;
  let x2_at = x_at + batch_row(row + lane + 8u) * fan_in;
  let x3_at = x_at + batch_row(row + lane + 12u) * fan_in;
  let w_at = model * dims.params + dims.w_offset + unit * fan_in;
  var t00: mat4x4f = mat4x4f();
  var t01: mat4x4f = mat4x4f();
  var t10: mat4x4f = mat4x4f();
  var t11: mat4x4f = mat4x4f();
  var t20: mat4x4f = mat4x4f();
  var t21: mat4x4f = mat4x4f();
  var t30: mat4x4f = mat4x4f();
  var t31: mat4x4f = mat4x4f();
  for (var i: u32 = 0u; i < fan_in; i += 2u) {
    let inside = i + 1u < fan_in;
    let w0 = transpose(w_rows(w_at + i, fan_in, inside));
    let w1 = transpose(w_rows(w_at + next + i, fan_in, inside));
    let x0 = x_rows(x0_at + i, inside);
    t00 += w0 * x0;
    t01 += w1 * x0;
    let x1 = x_rows(x1_at + i, inside);
    t10 += w0 * x1;
    t11 += w1 * x1;
    let x2 = x_rows(x2_at + i, inside);
    t20 += w0 * x2;
    t21 += w1 * x2;
    let x3 = x_rows(x3_at + i, inside);
    t30 += w0 * x3;
    t31 += w1 * x3;
  }

  // A loop, since compilers take long over what stands here 32 times; it tests at its end, since software adapters run
  // the body of a loop that tests at its start once more than it says.
  var t: array<mat4x4f, 8> = array<mat4x4f, 8>(t00, t01, t10, t11, t20, t21, t30, t31);
  var k: u32 = 0u;
  loop {
    let r = k / 2u;
    let quad = k % 2u;
    store(model, row + (r ^ lane), unit + 4u * quad, t[2u * (r / 4u) + quad][r % 4u]);
    continuing {
      k++;
      break if k >= 32u;
    }
  }
}

// Two inputs of four rows, of which every lane loads one: its own, then those of the lanes beside, below and across. The second is 0 where it is past the end of the row.
fn x_rows(at: u32, inside: bool) -> mat4x2f {
  let own = vec2f(x[at], only(inside, x[at + 1u]));
  return mat4x2f(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
}

fn w_rows(at: u32, stride: u32, inside: bool) -> mat4x2f {
  return mat4x2f(w2(at, inside), w2(at + stride, inside), w2(at + 2u * stride, inside), w2(at + 3u * stride, inside));
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
