// Rows of x for a picture of the decision boundary: points `first` … of a columns × rows grid over two of the inputs.
//
//   grid  x min, x max, y min, y max, columns, rows, x axis, y axis, first
//   base  (I) where the other inputs stand
//   x     (B, I), row by row of the grid from the lowest y
//
// One thread, one point.

override WORKGROUP_SIZE: u32 = 64;

struct Dims { batch: u32, inputs: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> grid: array<f32, 9>;
@group(0) @binding(2) var<storage, read> base: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn decision_grid(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= dims.batch) { return; }
  let point = u32(grid[8]) + id.x;
  let columns = u32(grid[4]);
  for (var i: u32 = 0u; i < dims.inputs; i++) {
    var value: f32 = base[i];
    if (i == u32(grid[6])) { value = between(grid[0], grid[1], point % columns, columns); }
    if (i == u32(grid[7])) { value = between(grid[2], grid[3], point / columns, u32(grid[5])); }
    x[id.x * dims.inputs + i] = value;
  }
}

// Evenly spaced from low to high; the middle where there is only one.
fn between(low: f32, high: f32, index: u32, count: u32) -> f32 {
  if (count == 1u) { return 0.5 * (low + high); }
  return low + (high - low) * f32(index) / f32(count - 1u);
}
