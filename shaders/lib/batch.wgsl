// Where the rows of a step's batch lie in the training set.
// Expects of the kernel: dims with batch and gather, and the bindings clock and order.

// The row at a position of the batch: the position itself where dims.gather = 0, else a number from the order table,
// (table steps, B). Past the end of a short batch the table names any row; its gradient is zero.
fn batch_row(position: u32) -> u32 {
  if (dims.gather == 0u) { return position; }
  return order[(clock.step - clock.first) * dims.batch + position];
}

// Those at four positions.
fn batch_four_rows(position: u32) -> vec4u {
  return vec4u(batch_row(position), batch_row(position + 1u), batch_row(position + 2u), batch_row(position + 3u));
}
