// What the device can do at most: multiply-adds and memory traffic with nothing else in the way, and an empty dispatch.

override TRIPS: u32 = 256;

@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sink: array<vec4f>;

// 8 independent chains of vec4 multiply-adds, so that no chain waits for itself: 8 · 4 · 2 operations a trip.
@compute @workgroup_size(64)
fn multiply_add(@builtin(global_invocation_id) id: vec3u) {
  let factor = source[0];
  let term = source[1];
  let start = vec4f(f32(id.x));
  var a: vec4f = start;
  var b: vec4f = start + 1.0;
  var c: vec4f = start + 2.0;
  var d: vec4f = start + 3.0;
  var e: vec4f = start + 4.0;
  var f: vec4f = start + 5.0;
  var g: vec4f = start + 6.0;
  var h: vec4f = start + 7.0;
  for (var trip: u32 = 0u; trip < TRIPS; trip++) {
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    c = fma(c, factor, term);
    d = fma(d, factor, term);
    e = fma(e, factor, term);
    f = fma(f, factor, term);
    g = fma(g, factor, term);
    h = fma(h, factor, term);
  }
  sink[id.x] = a + b + c + d + e + f + g + h;
}

// The same with a product and a sum where a device's fma is slow (software adapters call a function for it).
@compute @workgroup_size(64)
fn multiply_then_add(@builtin(global_invocation_id) id: vec3u) {
  let factor = source[0];
  let term = source[1];
  let start = vec4f(f32(id.x));
  var a: vec4f = start;
  var b: vec4f = start + 1.0;
  var c: vec4f = start + 2.0;
  var d: vec4f = start + 3.0;
  var e: vec4f = start + 4.0;
  var f: vec4f = start + 5.0;
  var g: vec4f = start + 6.0;
  var h: vec4f = start + 7.0;
  for (var trip: u32 = 0u; trip < TRIPS; trip++) {
    a = a * factor + term;
    b = b * factor + term;
    c = c * factor + term;
    d = d * factor + term;
    e = e * factor + term;
    f = f * factor + term;
    g = g * factor + term;
    h = h * factor + term;
  }
  sink[id.x] = a + b + c + d + e + f + g + h;
}

// Reads 16 bytes and writes 16 bytes a thread.
@compute @workgroup_size(64)
fn copy(@builtin(global_invocation_id) id: vec3u) {
  sink[id.x] = source[id.x];
}

@compute @workgroup_size(1)
fn nothing() {
}
