// Loss of every row and its gradient, from logits.
//
//   logits, d_logits  (M, B, U)        row_loss  (M, B)
//   y                 (B, T) shared by the models: U targets a row, or one class index for softmax; with gather the
//                     training set's, whose rows lib/batch.wgsl picks
//   health            (M, health_stride) first step with a row loss that is not finite, in slot 0
//   d_logits = ∂(mean row loss)/∂logits: the 1/B of the whole backward pass stands here and nowhere else
//
//   sigmoid   Σ max(z, 0) - z y + ln(1 + e^-|z|)      softmax  ln Σ e^z - z_y      squared  Σ (z - y)²
// Rows at or past batch_rows (the end of a short batch) give zeros. One thread, one row; small
// workgroups, so that a small batch has one for every core.

override WORKGROUP_SIZE: u32 = 32;
override LOSS: u32 = 0;

struct Dims { models: u32, batch: u32, units: u32, targets: u32, gather: u32, health_stride: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read> clock: Clock;
@group(0) @binding(4) var<storage, read> batch_rows: array<u32>;
@group(0) @binding(5) var<storage, read> order: array<u32>;
@group(0) @binding(6) var<storage, read_write> row_loss: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_logits: array<f32>;
@group(0) @binding(8) var<storage, read_write> health: array<atomic<u32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn loss_head(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= dims.batch) { return; }
  let rows = batch_rows[clock.step - clock.first];
  let start = (id.z * dims.batch + row) * dims.units;
  let y_start = batch_row(row) * dims.targets;
  if (row >= rows) {
    row_loss[id.z * dims.batch + row] = 0.0;
    for (var o: u32 = 0u; o < dims.units; o++) { d_logits[start + o] = 0.0; }
    return;
  }
  let loss = loss_of_row(start, dims.units, y_start);
  row_loss[id.z * dims.batch + row] = loss;
  if (!numeric_is_finite(loss)) { atomicMin(&health[id.z * dims.health_stride], clock.step); }

  var normalizer: vec2f = vec2f(0.0);
  if (LOSS == LOSS_SOFTMAX) { normalizer = loss_log_sum_exp(start, dims.units); }
  for (var o: u32 = 0u; o < dims.units; o++) {
    let z = logits[start + o];
    var slope: f32 = 0.0;
    if (LOSS == LOSS_SOFTMAX) {
      slope = exp((z - normalizer.x) - normalizer.y) - select(0.0, 1.0, u32(y[y_start]) == o);
    } else if (LOSS == LOSS_SQUARED) {
      slope = 2.0 * (z - y[y_start + o]);
    } else {
      slope = numeric_sigmoid(z) - y[y_start + o];
    }
    d_logits[start + o] = slope / f32(rows);
  }
}
