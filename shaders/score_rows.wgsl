// Loss and hits of blocks of 64 rows.   scores[model][block_offset + block] = (Σ row loss, rows classified rightly)
//
//   logits  (M, B, U)      y  (N, T) shared, from y_offset: class index, 0/1, or targets
//   scores  (M, blocks, 2)
//
// A block is summed in order by one thread, so the score does not depend on how rows were cut into batches.
// Class 1 is a probability above 0.5; softmax takes the first largest logit.

override WORKGROUP_SIZE: u32 = 64;
override LOSS: u32 = 0;

const SCORE_BLOCK = 64u;

struct Dims {
  models: u32, batch: u32, units: u32, targets: u32, y_offset: u32, rows: u32, block_offset: u32, blocks: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn score_rows(@builtin(global_invocation_id) id: vec3u) {
  let first = id.x * SCORE_BLOCK;
  if (first >= dims.rows) { return; }
  var loss: f32 = 0.0;
  var hits: f32 = 0.0;
  for (var row: u32 = first; row < min(first + SCORE_BLOCK, dims.rows); row++) {
    let start = (id.z * dims.batch + row) * dims.units;
    let y_start = dims.y_offset + row * dims.targets;
    loss += loss_of_row(start, dims.units, y_start);
    hits += select(0.0, 1.0, f32(predicted_class(start)) == y[y_start]);
  }
  let score = (id.z * dims.blocks + dims.block_offset + id.x) * 2u;
  scores[score] = loss;
  scores[score + 1u] = hits;
}

fn predicted_class(start: u32) -> u32 {
  if (LOSS != LOSS_SOFTMAX) { return select(0u, 1u, numeric_sigmoid(logits[start]) > 0.5); }
  var best: u32 = 0u;
  for (var o: u32 = 1u; o < dims.units; o++) {
    if (logits[start + o] > logits[start + best]) { best = o; }
  }
  return best;
}
