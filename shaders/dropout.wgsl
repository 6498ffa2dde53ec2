// The dropout mask of a layer at the current step, 1 = kept: what the training kernels recompute, made visible.
//
//   mask  (M, B, O) u32
//   kept  = 16-bit lane of threefry2x32(key, (step, element / 4)) < threshold, an integer compare; element = row · O + unit
//
// Srivastava et al. 2014, JMLR 15.  RNG: Salmon et al. 2011, Threefry-2x32-20.

override WORKGROUP_SIZE: u32 = 64;
override DROPOUT: u32 = 1;

struct Dims {
  models: u32, batch: u32, fan_out: u32,
  layers: u32, layer: u32, masks: u32, mask_offset: u32, mask_stride: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> drop_keys: array<vec4u>;
@group(0) @binding(2) var<storage, read> drop_scale: array<f32>;
@group(0) @binding(3) var<storage, read> clock: Clock;
@group(0) @binding(4) var<storage, read> drop_masks: array<u32>;
@group(0) @binding(5) var<storage, read_write> mask: array<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn dropout_mask(@builtin(global_invocation_id) id: vec3u) {
  let size = dims.batch * dims.fan_out;
  let e = id.x * 4u;
  if (e >= size) { return; }
  let kept = select(vec4u(0u), vec4u(1u), dropout_factors(id.z, e) != vec4f(0.0));
  let start = id.z * size + e;
  let left = size - e;
  mask[start] = kept.x;
  if (left > 1u) { mask[start + 1u] = kept.y; }
  if (left > 2u) { mask[start + 2u] = kept.z; }
  if (left > 3u) { mask[start + 3u] = kept.w; }
}
