// The training objective at this step.   losses[step - first][model] = mean row loss + (λ/2N) · Σ w²
//
//   row_loss        (M, B)              parameters  (M, P)
//   tensor_offsets  (tensors + 1)       w and b in turn; only w is penalized
//   losses          (table steps, M)    health      (M, health_stride) first step that was not finite, slot 0 the loss
//
// One workgroup a model; thread t adds every 64th value and a tree adds the threads: a fixed order.

override WORKGROUP_SIZE: u32 = 64;

struct Dims { models: u32, batch: u32, params: u32, tensors: u32, health_stride: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> row_loss: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> tensor_offsets: array<u32>;
@group(0) @binding(4) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(5) var<storage, read> clock: Clock;
@group(0) @binding(6) var<storage, read> batch_rows: array<u32>;
@group(0) @binding(7) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<storage, read_write> health: array<atomic<u32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn objective(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let model = group.z;
  var data: f32 = 0.0;
  for (var row: u32 = thread; row < dims.batch; row += WORKGROUP_SIZE) { data += row_loss[model * dims.batch + row]; }
  var squares: f32 = 0.0;
  for (var tensor: u32 = 0u; tensor < dims.tensors; tensor += 2u) {
    let end = tensor_offsets[tensor + 1u];
    for (var p: u32 = tensor_offsets[tensor] + thread; p < end; p += WORKGROUP_SIZE) {
      let w = parameters[model * dims.params + p];
      squares += w * w;
    }
  }
  let data_total = reduce_sum(thread, data);
  let square_total = reduce_sum(thread, squares);
  if (thread != 0u) { return; }
  let slot = clock.step - clock.first;
  let loss = data_total / f32(batch_rows[slot]) + 0.5 * hyper[model].l2 * square_total;
  losses[slot * dims.models + model] = loss;
  if (!numeric_is_finite(loss)) { atomicMin(&health[model * dims.health_stride], clock.step); }
}
