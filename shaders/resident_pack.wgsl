// Everything that a run of resident steps reads but rows and masks, in one buffer: a kernel may count on eight.
//
//   settings = clock, (one word unused), hyper (M, 8), drop_keys (M, L, 4), drop_scale (M, L), batch_rows (steps),
//              rates (M or 1, steps, 4), order (steps, B); each from its own *_at on, reals as their bits
//
// One thread, one word.

override WORKGROUP_SIZE: u32 = 64;

struct Dims {
  hyper_at: u32, keys_at: u32, scales_at: u32, batch_rows_at: u32, rates_at: u32, order_at: u32, end: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> clock: array<u32>;
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read> drop_keys: array<u32>;
@group(0) @binding(4) var<storage, read> drop_scale: array<f32>;
@group(0) @binding(5) var<storage, read> batch_rows: array<u32>;
@group(0) @binding(6) var<storage, read> rates: array<f32>;
@group(0) @binding(7) var<storage, read> order: array<u32>;
@group(0) @binding(8) var<storage, read_write> settings: array<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn resident_pack(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < dims.end) { settings[id.x] = word(id.x); }
}

fn word(at: u32) -> u32 {
  if (at < 3u) { return clock[at]; }
  if (at < dims.hyper_at) { return 0u; }
  if (at < dims.keys_at) { return bitcast<u32>(hyper[at - dims.hyper_at]); }
  if (at < dims.scales_at) { return drop_keys[at - dims.keys_at]; }
  if (at < dims.batch_rows_at) { return bitcast<u32>(drop_scale[at - dims.scales_at]); }
  if (at < dims.rates_at) { return batch_rows[at - dims.batch_rows_at]; }
  if (at < dims.order_at) { return bitcast<u32>(rates[at - dims.rates_at]); }
  return order[at - dims.order_at];
}
