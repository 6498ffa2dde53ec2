// The loss of one row, from logits.
// Expects of the kernel: LOSS and the bindings logits and y.

const LOSS_SIGMOID = 0u;
const LOSS_SOFTMAX = 1u;
const LOSS_SQUARED = 2u;

// ln Σ e^z over `units` logits from `start` in two parts: the largest logit, and the rest. Added up, a large logit would
// swallow the rest.
fn loss_log_sum_exp(start: u32, units: u32) -> vec2f {
  var largest: f32 = logits[start];
  for (var o: u32 = 1u; o < units; o++) { largest = max(largest, logits[start + o]); }
  var total: f32 = 0.0;
  for (var o: u32 = 0u; o < units; o++) { total += exp(logits[start + o] - largest); }
  return vec2f(largest, log(total));
}

// Sum over the row's outputs; y holds `units` targets from y_start, or one class index.
fn loss_of_row(start: u32, units: u32, y_start: u32) -> f32 {
  if (LOSS == LOSS_SOFTMAX) {
    let normalizer = loss_log_sum_exp(start, units);
    return (normalizer.x - logits[start + u32(y[y_start])]) + normalizer.y;
  }
  var total: f32 = 0.0;
  for (var o: u32 = 0u; o < units; o++) {
    let z = logits[start + o];
    let wanted = y[y_start + o];
    if (LOSS == LOSS_SQUARED) {
      total += (z - wanted) * (z - wanted);
    } else {
      total += max(z, 0.0) - z * wanted + numeric_log1p(exp(-abs(z)));
    }
  }
  return total;
}
