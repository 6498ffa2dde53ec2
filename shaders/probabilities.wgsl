// What the network says of each row.   sigmoid(z), softmax(z), or z itself for squared error
//
//   logits, y  (M, B, U)
//
// One thread, one row.

override WORKGROUP_SIZE: u32 = 64;
override LOSS: u32 = 0;

const LOSS_SOFTMAX = 1u;
const LOSS_SQUARED = 2u;

struct Dims { models: u32, batch: u32, units: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn probabilities(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= dims.batch) { return; }
  let start = (id.z * dims.batch + id.x) * dims.units;
  if (LOSS == LOSS_SOFTMAX) {
    softmax_row(start);
    return;
  }
  for (var o: u32 = 0u; o < dims.units; o++) {
    let z = logits[start + o];
    y[start + o] = select(numeric_sigmoid(z), z, LOSS == LOSS_SQUARED);
  }
}

fn softmax_row(start: u32) {
  var largest: f32 = logits[start];
  for (var o: u32 = 1u; o < dims.units; o++) { largest = max(largest, logits[start + o]); }
  var total: f32 = 0.0;
  for (var o: u32 = 0u; o < dims.units; o++) { total += exp(logits[start + o] - largest); }
  for (var o: u32 = 0u; o < dims.units; o++) { y[start + o] = exp(logits[start + o] - largest) / total; }
}
