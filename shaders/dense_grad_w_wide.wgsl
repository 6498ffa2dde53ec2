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
//   I, O, P and all offsets multiples of 4
//
// A subgroup of four lanes makes 32 × 32 elements of d_w, as in dense_forward_wide: units of d_y are shared. A lane has
// four of every sixteen units and takes those of the other lanes by swaps.
// Parts have a multiple of 4 rows. Each sum runs over them, four products at a time in rising order.

enable subgroups;

struct Dims {
  models: u32, batch: u32, fan_in: u32, fan_out: u32,
  x_offset: u32, x_stride: u32, gather: u32, params: u32, w_offset: u32, b_offset: u32, splits: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> d_y: array<vec4f>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(4) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(5) var<storage, read> clock: Clock;
@group(0) @binding(6) var<storage, read> order: array<u32>;
@group(0) @binding(7) var<storage, read_write> gradients: array<vec4f>;

@compute @workgroup_size(4)
fn dense_grad_w_wide(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let column_tiles = (dims.fan_in + 31u) / 32u;
  let unit = (group.x / column_tiles) * 32u;
  let column = (group.x % column_tiles) * 32u + 8u * lane;
  let model = group.z;

  // Places of four values each. Past the edge of the layer a tile reads on into whatever follows, which reaches only
  // outputs that are not stored.
  let part_rows = (dims.batch + dims.splits - 1u) / dims.splits;
  let first = group.y * part_rows;
  let end = min(dims.batch, first + part_rows);
  let stride = dims.fan_out / 4u;
  let fan_in = dims.fan_in / 4u;
  let d_at = (model * dims.batch * dims.fan_out + unit) / 4u + lane;
  let x_at = (dims.x_offset + model * dims.x_stride + column) / 4u;
  var t: array<mat4x4f, 16> = array<mat4x4f, 16>();  // of four columns by four units, whose columns are rows of d_w
  var bias0: vec4f = vec4f(0.0);
  var bias1: vec4f = vec4f(0.0);
  for (var row: u32 = first; row < end; row += 4u) {
    let d_row = d_at + row * stride;
    let d0 = d_rows(d_row, stride);
    let d1 = d_rows(d_row + 4u, stride);
    bias0 += d0 * vec4f(1.0);
    bias1 += d1 * vec4f(1.0);
    let d0_own = transpose(d0);
    let d0_beside = beside(d0_own);
    let d0_below = below(d0_own);
    let d0_across = across(d0_own);
    let d1_own = transpose(d1);
    let d1_beside = beside(d1_own);
    let d1_below = below(d1_own);
    let d1_across = across(d1_own);
    let x_row = x_at + fan_in * batch_four_rows(row);
    let x0 = x_rows(x_row);
    t[0] += x0 * d0_own;
    t[1] += x0 * d0_beside;
    t[2] += x0 * d0_below;
    t[3] += x0 * d0_across;
    t[4] += x0 * d1_own;
    t[5] += x0 * d1_beside;
    t[6] += x0 * d1_below;
    t[7] += x0 * d1_across;
    let x1 = x_rows(x_row + 1u);
    t[8] += x1 * d0_own;
    t[9] += x1 * d0_beside;
    t[10] += x1 * d0_below;
    t[11] += x1 * d0_across;
    t[12] += x1 * d1_own;
    t[13] += x1 * d1_beside;
    t[14] += x1 * d1_below;
    t[15] += x1 * d1_across;
  }

  // As in dense_forward_wide: a loop that tests at its end, over a copy.
  var sums: array<mat4x4f, 16> = t;
  let start = (model * dims.splits + group.y) * dims.params;
  let l2 = select(0.0, hyper[model].l2, dims.splits == 1u);
  var k: u32 = 0u;
  loop {
    let half = k / 32u;
    let swap = (k / 8u) % 4u;
    let u = (k / 2u) % 4u;
    let quad = k % 2u;
    let total = sums[8u * quad + 4u * half + swap][u];
    store(model, start, l2, unit + 16u * half + 4u * (swap ^ lane) + u, column + 4u * quad, total);
    continuing {
      k++;
      break if k >= 64u;
    }
  }
  if (group.x % column_tiles == 0u) {
    let b_at = start + dims.b_offset;
    let own = unit + 4u * lane;
    if (own < dims.fan_out) { gradients[(b_at + own) / 4u] = bias0; }
    if (own + 16u < dims.fan_out) { gradients[(b_at + own + 16u) / 4u] = bias1; }
  }
}

// Four of this lane's units of four rows of d_y; a column is a row.
fn d_rows(at: u32, stride: u32) -> mat4x4f {
  return mat4x4f(d_y[at], d_y[at + stride], d_y[at + 2u * stride], d_y[at + 3u * stride]);
}

// What the other lanes of the quad have.
fn beside(own: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapX(own[0]), quadSwapX(own[1]), quadSwapX(own[2]), quadSwapX(own[3]));
}

fn below(own: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapY(own[0]), quadSwapY(own[1]), quadSwapY(own[2]), quadSwapY(own[3]));
}

fn across(own: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapDiagonal(own[0]), quadSwapDiagonal(own[1]), quadSwapDiagonal(own[2]), quadSwapDiagonal(own[3]));
}

// Four columns of four rows of x.
fn x_rows(at: vec4u) -> mat4x4f {
  return mat4x4f(x[at.x], x[at.y], x[at.z], x[at.w]);
}

// Four columns of a row of d_w, from their sums.
fn store(model: u32, start: u32, l2: f32, unit: u32, column: u32, total: vec4f) {
  if (unit >= dims.fan_out || column >= dims.fan_in) { return; }
  let w = dims.w_offset + unit * dims.fan_in + column;
  gradients[(start + w) / 4u] = total + l2 * parameters[(model * dims.params + w) / 4u];
}
