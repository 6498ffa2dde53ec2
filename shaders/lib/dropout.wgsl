// Which units of a layer are kept: recomputed wherever it is needed, never stored.
// Expects of the kernel: dims with the dropout fields, DROPOUT, and the bindings drop_keys, drop_scale, clock, drop_masks.

const DROPOUT_COUNTERS = 1u;
const DROPOUT_GIVEN = 2u;

// Elements e … e + 3 of a layer: 16-bit lane (e mod 4) of threefry(key, (step, e / 4)) below the threshold.
// Lane 0 is the low half of word 0. Four elements span one draw, or two where e is not a multiple of 4.
fn dropout_kept(setting: vec4u, step: u32, e: u32) -> vec4<bool> {
  let first = rng_threefry2x32(setting.xy, vec2u(step, e >> 2u));
  var lanes: vec4u = dropout_lanes(first);
  let shift = e & 3u;
  if (shift != 0u) {
    let next = dropout_lanes(rng_threefry2x32(setting.xy, vec2u(step, (e >> 2u) + 1u)));
    lanes = select(select(vec4u(lanes.w, next.xyz), vec4u(lanes.zw, next.xy), shift == 2u),
                   vec4u(lanes.yzw, next.x), shift == 1u);
  }
  return lanes < vec4u(setting.z);
}

fn dropout_lanes(words: vec2u) -> vec4u {
  return vec4u(words.x & 0xffffu, words.x >> 16u, words.y & 0xffffu, words.y >> 16u);
}

// Scale of elements e … e + 3 of this layer: 1 / (1 - drop rate) where kept, else 0; 1 without dropout.
fn dropout_factors(model: u32, e: u32) -> vec4f {
  if (DROPOUT == DROPOUT_COUNTERS) {
    let setting = model * dims.layers + dims.layer;
    let kept = dropout_kept(drop_keys[setting], clock.step, e);
    return select(vec4f(0.0), vec4f(drop_scale[setting]), kept);
  }
  if (DROPOUT == DROPOUT_GIVEN) {
    let m = dims.mask_offset + model * dims.mask_stride + (clock.step % dims.masks) * dims.batch * dims.fan_out + e;
    let kept = vec4u(drop_masks[m], drop_masks[m + 1u], drop_masks[m + 2u], drop_masks[m + 3u]) != vec4u(0u);
    return select(vec4f(0.0), vec4f(drop_scale[model * dims.layers + dims.layer]), kept);
  }
  return vec4f(1.0);
}
