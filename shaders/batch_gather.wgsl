// The rows of this step's batch, shared by all models.   x_batch[position] = x[order[step - first][position]]
//
//   x (N, I), y (N, T)        the training set
//   order  (table steps, B)   row numbers; 0xffffffff past the end of a short batch, which gives zeros
//
// Bound by memory. The threads of a row take its columns in turn, COLUMNS each, so that neighbours read neighbouring words
// and the row's number is looked up once for all of them.

override WORKGROUP_SIZE: u32 = 64;
override COLUMNS: u32 = 8;

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
  let row_threads = (dims.inputs + COLUMNS - 1u) / COLUMNS;
  let position = id.x / row_threads;
  if (position >= dims.batch) { return; }
  let thread = id.x % row_threads;
  let row = order[(clock.step - clock.first) * dims.batch + position];
  let is_row = row != NO_ROW;
  let known = select(0u, row, is_row);
  for (var column: u32 = thread; column < dims.inputs; column += row_threads) {
    x_batch[position * dims.inputs + column] = select(0.0, x[known * dims.inputs + column], is_row);
  }
  for (var t: u32 = thread; t < dims.targets; t += row_threads) {
    y_batch[position * dims.targets + t] = select(0.0, y[known * dims.targets + t], is_row);
  }
}
