// Dense layer, forward, for large layers on software adapters with subgroups.
//
//   y = dropout(activate(x · wᵀ + b))
//
//   x           (M, B, I) f32 row-major, or (B, I) shared by the models when x_stride = 0; starts at x_offset;
//               with gather the training set, whose rows lib/batch.wgsl picks
//   parameters  (M, P): w (O, I) at w_offset, b (O) at b_offset
//   y           (M, B, O)                            I, O, P and all offsets multiples of 4
//   linear      1 for no activation after all, so that an output layer shares the kernel of the layers below
//   dropout     lib/dropout.wgsl; y = 0 where dropped, activation / (1 - drop rate) where kept
//
// A subgroup of four lanes makes 32 rows of 32 units. A lane has 8 units to itself, and of every four rows it loads
// one; the other three come from its neighbours, in the order that a swap within the quad brings them: to lane l the rows
// l, l ^ 1, l ^ 2, l ^ 3. That is one instruction for a value on a processor, where a broadcast is fifteen. 16 loads of
// four values serve 1,024 multiply-adds. The 256 sums of a lane go to the stack of a processor, which is in its first
// cache; on a GPU they would not fit registers.
// Each output is one sum over I in rising order, four products at a time, whatever M and B are.

enable subgroups;

override ACTIVATION: u32 = 0;
override DROPOUT: u32 = 0;

struct Dims {
  models: u32, batch: u32, fan_in: u32, fan_out: u32,
  x_offset: u32, x_stride: u32, gather: u32, params: u32, w_offset: u32, b_offset: u32, linear: u32,
  layers: u32, layer: u32, masks: u32, mask_offset: u32, mask_stride: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read> drop_keys: array<vec4u>;
@group(0) @binding(4) var<storage, read> drop_scale: array<f32>;
@group(0) @binding(5) var<storage, read> clock: Clock;
@group(0) @binding(6) var<storage, read> drop_masks: array<u32>;
@group(0) @binding(7) var<storage, read> order: array<u32>;
@group(0) @binding(8) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(4)
fn dense_forward_wide(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let unit_tiles = (dims.fan_out + 31u) / 32u;
  let row = (group.x / unit_tiles) * 32u;
  let unit = (group.x % unit_tiles) * 32u + 8u * lane;
  let model = group.z;

  // Places of four values each. Past the edge of the layer a tile reads on into whatever follows, which reaches only
  // outputs that are not stored.
  let fan_in = dims.fan_in / 4u;
  let next = 4u * fan_in;
  let x_at = (dims.x_offset + model * dims.x_stride) / 4u;
  let x0_at = x_at + batch_row(row + lane) * fan_in;
  let x1_at = x_at + batch_row(row + lane + 4u) * fan_in;
  let x2_at = x_at + batch_row(row + lane + 8u) * fan_in;
  let x3_at = x_at + batch_row(row + lane + 12u) * fan_in;
  let x4_at = x_at + batch_row(row + lane + 16u) * fan_in;
  let x5_at = x_at + batch_row(row + lane + 20u) * fan_in;
  let x6_at = x_at + batch_row(row + lane + 24u) * fan_in;
  let x7_at = x_at + batch_row(row + lane + 28u) * fan_in;
  let w_at = (model * dims.params + dims.w_offset + unit * dims.fan_in) / 4u;
  var t: array<mat4x4f, 16> = array<mat4x4f, 16>();  // of four units by four rows, whose columns are rows of y
  for (var i: u32 = 0u; i < fan_in; i++) {
    let x0 = x_rows(x0_at + i);
    let x1 = x_rows(x1_at + i);
    let x2 = x_rows(x2_at + i);
    let x3 = x_rows(x3_at + i);
    let x4 = x_rows(x4_at + i);
    let x5 = x_rows(x5_at + i);
    let x6 = x_rows(x6_at + i);
    let x7 = x_rows(x7_at + i);
    let w0 = w_rows(w_at + i, fan_in);
    t[0] += w0 * x0;
    t[1] += w0 * x1;
    t[2] += w0 * x2;
    t[3] += w0 * x3;
    t[4] += w0 * x4;
    t[5] += w0 * x5;
    t[6] += w0 * x6;
    t[7] += w0 * x7;
    let w1 = w_rows(w_at + next + i, fan_in);
    t[8] += w1 * x0;
    t[9] += w1 * x1;
    t[10] += w1 * x2;
    t[11] += w1 * x3;
    t[12] += w1 * x4;
    t[13] += w1 * x5;
    t[14] += w1 * x6;
    t[15] += w1 * x7;
  }

  // A loop, since compilers take long over what stands here 64 times; it tests at its end, since software adapters run
  // a loop that tests at its start once more than it says. Only a copy is read at computed places: t stays in names.
  var sums: array<mat4x4f, 16> = t;
  var k: u32 = 0u;
  loop {
    let r = k / 2u;
    let quad = k % 2u;
    store(model, row + (r ^ lane), unit + 4u * quad, sums[8u * quad + r / 4u][r % 4u]);
    continuing {
      k++;
      break if k >= 64u;
    }
  }
}

// Four inputs of four rows, of which every lane loads one: its own, then those of the lanes beside, below and across.
fn x_rows(at: u32) -> mat4x4f {
  let own = x[at];
  return mat4x4f(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
}

// Four inputs' weights of four units; a column is an input.
fn w_rows(at: u32, stride: u32) -> mat4x4f {
  return transpose(mat4x4f(parameters[at], parameters[at + stride], parameters[at + 2u * stride], parameters[at + 3u * stride]));
}

// Four outputs of a row, from their sums.
fn store(model: u32, row: u32, unit: u32, total: vec4f) {
  if (row >= dims.batch || unit >= dims.fan_out) { return; }
  let z = total + parameters[(model * dims.params + dims.b_offset + unit) / 4u];
  let e = row * dims.fan_out + unit;
  let h = select(activation_of(ACTIVATION, z), z, vec4<bool>(dims.linear != 0u)) * dropout_factors(model, e);
  y[(model * dims.batch * dims.fan_out + e) / 4u] = h;
}
