// The rows of this step's batch, shared by all models.   x_batch[position] = x[order[step - first][position]]
//
//   x (N, I), y (N, T)        the training set
//   order  (table steps, B)   row numbers; 0xffffffff past the end of a short batch, which gives zeros
//
// One thread, one element.

override WORKGROUP_SIZE: u32 = 64;

const NO_ROW = 0xffffffffu;

struct Dims { batch: u32, inputs: u32, targets: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read> clock: Clock;
@group(0) @binding(4) var<storage, read> order: array<u32>;
@group(0) @binding(5) var<storage, read_write> x_batch: array<f32>;
@group(0) @binding(6) var<storage, read_write> y_batch: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn batch_gather(@builtin(global_invocation_id) id: vec3u) {
  let columns = dims.inputs + dims.targets;
  let position = id.x / columns;
  let column = id.x % columns;
  if (position >= dims.batch) { return; }
  let row = order[(clock.step - clock.first) * dims.batch + position];
  var value: f32 = 0.0;
  if (column < dims.inputs) {
    if (row != NO_ROW) { value = x[row * dims.inputs + column]; }
    x_batch[position * dims.inputs + column] = value;
  } else {
    let t = column - dims.inputs;
    if (row != NO_ROW) { value = y[row * dims.targets + t]; }
    y_batch[position * dims.targets + t] = value;
  }
}
