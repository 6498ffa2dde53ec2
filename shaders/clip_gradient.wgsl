// Gradient clipping by the global norm.   g *= clip_norm / ‖g‖ where ‖g‖ is longer
//
//   gradients  (M, P), each model by its own norm over all of its parameters
//
// One workgroup a model, sums in a fixed order.  Pascanu et al. 2013, arXiv:1211.5063, §3.2.

override WORKGROUP_SIZE: u32 = 64;

struct Dims { models: u32, params: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn clip_gradient(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let start = group.z * dims.params;
  var squares: f32 = 0.0;
  for (var p: u32 = thread; p < dims.params; p += WORKGROUP_SIZE) {
    let g = gradients[start + p];
    squares += g * g;
  }
  let norm = sqrt(reduce_sum(thread, squares));
  let limit = hyper[group.z].clip_norm;
  if (norm <= limit) { return; }
  for (var p: u32 = thread; p < dims.params; p += WORKGROUP_SIZE) { gradients[start + p] *= limit / norm; }
}
