// Loss of every row and its gradient, both from logits, in log-sum-exp forms; rows past the batch's end give zeros.

import { MEAN_SQUARED_ERROR, SOFTMAX_CROSS_ENTROPY } from './codes';

/**
 * logits, d_logits (batch, units); y (batch, targets); row_loss (batch).
 *
 * @returns whether every row's loss is finite
 */
export function loss_head(
  loss: i32, logits: usize, y: usize, rowLoss: usize, dLogits: usize, rows: i32, batch: i32, units: i32,
  targets: i32,
): bool {
  const width = usize(units) << 2;
  let total: f32 = 0; // of values times 0: NaN where one is not finite
  for (let row: i32 = 0; row < rows; row++) {
    const lost = headOfRow(loss, logits, y, dLogits, units, f32(rows));
    store<f32>(rowLoss, lost);
    total += lost * 0;
    logits += width;
    dLogits += width;
    y += usize(targets) << 2;
    rowLoss += 4;
  }
  memory.fill(rowLoss, 0, usize(batch - rows) << 2);
  memory.fill(dLogits, 0, usize(batch - rows) * width);
  return total === 0;
}

function headOfRow(loss: i32, logits: usize, y: usize, d: usize, units: i32, rows: f32): f32 {
  if (loss === SOFTMAX_CROSS_ENTROPY) return softmax(logits, i32(load<f32>(y)), d, units, rows);
  const end = logits + (usize(units) << 2);
  let total: f32 = 0;
  for (; logits < end; logits += 4, y += 4, d += 4) {
    const z = load<f32>(logits);
    const target = load<f32>(y);
    if (loss === MEAN_SQUARED_ERROR) {
      total += (z - target) * (z - target);
      store<f32>(d, (2 * (z - target)) / rows);
    } else {
      const e = Mathf.exp(-Mathf.abs(z));
      total += (z > 0 ? z : 0) - z * target + Mathf.log1p(e);
      store<f32>(d, ((z >= 0 ? 1 : e) / (1 + e) - target) / rows);
    }
  }
  return total;
}

/** ln Σ e^z − z_label, shifted by the largest logit. */
function softmax(logits: usize, label: i32, d: usize, units: i32, rows: f32): f32 {
  const size = usize(units) << 2;
  let largest: f32 = -Infinity;
  for (let o: usize = 0; o < size; o += 4) largest = max(largest, load<f32>(logits + o));
  let total: f32 = 0;
  for (let o: usize = 0; o < size; o += 4) {
    const e = Mathf.exp(load<f32>(logits + o) - largest);
    store<f32>(d + o, e);
    total += e;
  }
  const share = f32(1) / (total * rows);
  for (let o: usize = 0; o < size; o += 4) store<f32>(d + o, load<f32>(d + o) * share);
  const chosen = usize(label) << 2;
  store<f32>(d + chosen, load<f32>(d + chosen) - f32(1) / rows);
  return largest + Mathf.log(total) - load<f32>(logits + chosen);
}

export function sum(values: usize, size: i32): f64 {
  let total: f64 = 0;
  for (let at = values; at < values + (usize(size) << 2); at += 4) total += f64(load<f32>(at));
  return total;
}

export function sum_squares(values: usize, size: i32): f64 {
  let total: f64 = 0;
  for (let at = values; at < values + (usize(size) << 2); at += 4) total += f64(load<f32>(at)) * f64(load<f32>(at));
  return total;
}
