// The loss of one row, from logits.
// Expects of the kernel: LOSS and the bindings logits and y.

const LOSS_SIGMOID = 0u;
const LOSS_SOFTMAX = 1u;
const LOSS_SQUARED = 2u;

// ln Σ e^z over `units` logits from `start`, shifted by the largest.
fn loss_log_sum_exp(start: u32, units: u32) -> f32 {
  var largest: f32 = logits[start];
  for (var o: u32 = 1u; o < units; o++) { largest = max(largest, logits[start + o]); }
  var total: f32 = 0.0;
  for (var o: u32 = 0u; o < units; o++) { total += exp(logits[start + o] - largest); }
  return largest + log(total);
}

// Sum over the row's outputs; y holds `units` targets from y_start, or one class index.
fn loss_of_row(start: u32, units: u32, y_start: u32) -> f32 {
  if (LOSS == LOSS_SOFTMAX) {
    return loss_log_sum_exp(start, units) - logits[start + u32(y[y_start])];
  }
  var total: f32 = 0.0;
  for (var o: u32 = 0u; o < units; o++) {
    let z = logits[start + o];
    let target = y[y_start + o];
    if (LOSS == LOSS_SQUARED) {
      total += (z - target) * (z - target);
    } else {
      total += max(z, 0.0) - z * target + numeric_log1p(exp(-abs(z)));
    }
  }
  return total;
}
