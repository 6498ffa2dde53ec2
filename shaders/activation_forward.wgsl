// Activation on its own.   y = dropout(activate(z))
//
//   z, y  (M, B, O) f32 row-major, different buffers
//
// For activations whose derivative needs z (gelu), so that z is kept beside y. One thread makes four elements.

override WORKGROUP_SIZE: u32 = 64;
override ACTIVATION: u32 = 5;
override DROPOUT: u32 = 0;

struct Dims {
  models: u32, batch: u32, fan_out: u32,
  layers: u32, layer: u32, masks: u32, mask_offset: u32, mask_stride: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> z: array<f32>;
@group(0) @binding(2) var<storage, read> drop_keys: array<vec4u>;
@group(0) @binding(3) var<storage, read> drop_scale: array<f32>;
@group(0) @binding(4) var<storage, read> clock: Clock;
@group(0) @binding(5) var<storage, read> drop_masks: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn activation_forward(@builtin(global_invocation_id) id: vec3u) {
  let size = dims.batch * dims.fan_out;
  let e = id.x * 4u;
  if (e >= size) { return; }
  let start = id.z * size;
  let at = start + min(vec4u(e) + vec4u(0u, 1u, 2u, 3u), vec4u(size - 1u));
  let h = activation_of(ACTIVATION, vec4f(z[at.x], z[at.y], z[at.z], z[at.w])) * dropout_factors(id.z, e);
  let left = size - e;
  y[at.x] = h.x;
  if (left > 1u) { y[at.y] = h.y; }
  if (left > 2u) { y[at.z] = h.z; }
  if (left > 3u) { y[at.w] = h.w; }
}
