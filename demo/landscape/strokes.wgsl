// Lines and dots of a width in pixels, wherever they are: paths, axes and marks.
//
//   strokes: one instance each, from `a` to `b` in the world; a = b is a dot
//   6 vertices an instance; the edge is smooth over one pixel, ends are round
//
// Lines are drawn a little nearer than they are, so that the ground that they lie on does not cut into them.

struct View {
  clip_from_world: mat4x4f,
  eye: vec3f,
  size: f32,
  canvas: vec2f,
}

@group(0) @binding(0) var<uniform> view: View;

struct Stroke {
  @location(0) a: vec3f,
  @location(1) b: vec3f,
  @location(2) colour: vec4f,
  /** Radius in pixels, and the radius of the hole of a ring. */
  @location(3) radii: vec2f,
}

struct Pixel {
  @builtin(position) clip: vec4f,
  /** Pixels from `a`: along the line and across it. */
  @location(0) place: vec2f,
  @location(1) length: f32,
  @location(2) colour: vec4f,
  @location(3) radii: vec2f,
}

const NEARER = 0.0012;

@vertex
fn place_stroke(@builtin(vertex_index) index: u32, stroke: Stroke) -> Pixel {
  const CORNERS = array<vec2f, 6>(vec2f(0, -1), vec2f(1, -1), vec2f(0, 1), vec2f(0, 1), vec2f(1, -1), vec2f(1, 1));
  let corner = CORNERS[index];
  let a = view.clip_from_world * vec4f(stroke.a, 1.0);
  let b = view.clip_from_world * vec4f(stroke.b, 1.0);
  let half_canvas = 0.5 * view.canvas;
  let way = (b.xy / b.w - a.xy / a.w) * half_canvas;
  let pixels = length(way);
  let along = select(vec2f(1.0, 0.0), way / max(pixels, 1e-6), pixels > 1e-3);
  let across = vec2f(-along.y, along.x);
  let reach = stroke.radii.x + 1.0;
  let end = select(-reach, reach, corner.x > 0.5);
  let begin = select(a, b, corner.x > 0.5);
  let shift = (along * end + across * corner.y * reach) / half_canvas;
  let clip = vec4f(begin.xy + shift * begin.w, begin.z - NEARER * begin.w, begin.w);
  let place = vec2f(end + select(0.0, pixels, corner.x > 0.5), corner.y * reach);
  return Pixel(clip, place, pixels, stroke.colour, stroke.radii);
}

@fragment
fn fill_stroke(at: Pixel) -> @location(0) vec4f {
  let nearest = vec2f(clamp(at.place.x, 0.0, at.length), 0.0);
  let away = distance(at.place, nearest);
  let outside = clamp(at.radii.x + 0.5 - away, 0.0, 1.0);
  let inside = select(1.0, clamp(away - at.radii.y + 0.5, 0.0, 1.0), at.radii.y > 0.0);
  let alpha = at.colour.a * outside * inside;
  return vec4f(at.colour.rgb * alpha, alpha);
}
