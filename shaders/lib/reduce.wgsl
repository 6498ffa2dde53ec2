// The sum of one value per thread of a workgroup, in a fixed order, so that it repeats to the bit.
// Expects of the kernel: WORKGROUP_SIZE, a power of two. Call it from uniform control flow.

var<workgroup> reduce_cells: array<f32, WORKGROUP_SIZE>;

fn reduce_sum(thread: u32, value: f32) -> f32 {
  reduce_cells[thread] = value;
  workgroupBarrier();
  for (var half: u32 = WORKGROUP_SIZE / 2u; half > 0u; half = half / 2u) {
    if (thread < half) { reduce_cells[thread] += reduce_cells[thread + half]; }
    workgroupBarrier();
  }
  let total = reduce_cells[0];
  workgroupBarrier();
  return total;
}
