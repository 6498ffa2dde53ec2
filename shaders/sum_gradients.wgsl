// Adds up the parts of a layer's gradient that dense_grad_w left.   gradients = Σ over parts + (λ/N) · w
//
//   parts       (M, splits, P)
//   parameters  (M, P); those from first to weights_end are weights, the others up to end are not penalized
//   gradients   (M, P), from first to end
//
// One thread, one parameter; parts in rising order, so that it repeats to the bit. Bound by memory: neighbouring threads
// read neighbouring words, and nothing is shared.

override WORKGROUP_SIZE: u32 = 64;

struct Dims { models: u32, params: u32, splits: u32, first: u32, weights_end: u32, end: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn sum_gradients(@builtin(global_invocation_id) id: vec3u) {
  let p = dims.first + id.x;
  if (p >= dims.end) { return; }
  let model = id.z;
  var total: f32 = 0.0;
  for (var part: u32 = 0u; part < dims.splits; part++) {
    total += parts[(model * dims.splits + part) * dims.params + p];
  }
  let at = model * dims.params + p;
  if (p < dims.weights_end) { total += hyper[model].l2 * parameters[at]; }
  gradients[at] = total;
}
