// The ground as a block: its surface, coloured by height with contour lines, and its four walls.
//
//   heights (n, n) f32 in [0, 1], row by row from the lowest y; nothing is read outside
//   surface: 6 (n − 1)² vertices; walls: 24 (n − 1) vertices
//
// Light is a function of the normal alone: no shadow hides a valley.

struct View {
  clip_from_world: mat4x4f,
  eye: vec3f,
  /** Cells a side. */
  size: f32,
  canvas: vec2f,
  /** Contour lines from the lowest point to the ceiling. */
  levels: f32,
  /** The ceiling's place above the plane. */
  rise: f32,
  /** From low to high; the last one is the walls'. */
  colours: array<vec4f, 7>,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read> heights: array<f32>;

const RAMP = 6;

struct Corner {
  @builtin(position) clip: vec4f,
  @location(0) height: f32,
  @location(1) normal: vec3f,
  @location(2) world: vec3f,
}

fn height_at(column: i32, row: i32) -> f32 {
  let n = i32(view.size);
  return heights[clamp(row, 0, n - 1) * n + clamp(column, 0, n - 1)];
}

fn world_of(column: i32, row: i32, height: f32) -> vec3f {
  let last = view.size - 1.0;
  return vec3f(2.0 * f32(column) / last - 1.0, view.rise * height, 1.0 - 2.0 * f32(row) / last);
}

fn corner_of(vertex: i32) -> vec2i {
  const CORNERS = array<vec2i, 6>(vec2i(0, 0), vec2i(1, 0), vec2i(0, 1), vec2i(0, 1), vec2i(1, 0), vec2i(1, 1));
  return CORNERS[vertex];
}

@vertex
fn surface(@builtin(vertex_index) index: u32) -> Corner {
  let across = i32(view.size) - 1;
  let cell = i32(index) / 6;
  let at = vec2i(cell % across, cell / across) + corner_of(i32(index) % 6);
  let height = height_at(at.x, at.y);
  // The width of two cells is 4 / across; at the edge one of them is missing.
  let edges = vec2f(f32(min(at.x + 1, across) - max(at.x - 1, 0)), f32(min(at.y + 1, across) - max(at.y - 1, 0)));
  let slope_x = (height_at(at.x + 1, at.y) - height_at(at.x - 1, at.y)) / edges.x;
  let slope_y = (height_at(at.x, at.y + 1) - height_at(at.x, at.y - 1)) / edges.y;
  let steep = view.rise * f32(across) / 2.0;
  let world = world_of(at.x, at.y, height);
  let normal = vec3f(-steep * slope_x, 1.0, steep * slope_y);
  return Corner(view.clip_from_world * vec4f(world, 1.0), height, normal, world);
}

@vertex
fn walls(@builtin(vertex_index) index: u32) -> Corner {
  let across = i32(view.size) - 1;
  let side = i32(index) / (6 * across);
  let place = i32(index) % (6 * across);
  let corner = corner_of(place % 6);
  let along = place / 6 + corner.x;
  let far = select(0, across, side % 2 == 1);
  let at = select(vec2i(far, along), vec2i(along, far), side < 2);
  let height = select(height_at(at.x, at.y), -0.06, corner.y == 0);
  let world = world_of(at.x, at.y, height);
  let out = f32(2 * (side % 2) - 1);
  let normal = select(vec3f(out, 0.0, 0.0), vec3f(0.0, 0.0, -out), side < 2);
  return Corner(view.clip_from_world * vec4f(world, 1.0), height, normal, world);
}

fn ramp(height: f32) -> vec3f {
  let place = clamp(height, 0.0, 1.0) * f32(RAMP - 1);
  let low = min(i32(place), RAMP - 2);
  return mix(view.colours[low].rgb, view.colours[low + 1].rgb, place - f32(low));
}

/** 1 on a contour line, 0 between them, one pixel wide at any slope. */
fn contour(height: f32) -> f32 {
  let band = height * view.levels;
  let pixels = abs(fract(band - 0.5) - 0.5) / max(fwidth(band), 1e-5);
  return 1.0 - smoothstep(0.3, 1.1, pixels);
}

@fragment
fn shade_surface(at: Corner) -> @location(0) vec4f {
  let normal = normalize(at.normal);
  let light = normalize(vec3f(-0.45, 0.8, 0.35));
  let bright = 0.62 + 0.42 * dot(normal, light);
  let glance = pow(max(dot(reflect(-light, normal), normalize(view.eye - at.world)), 0.0), 24.0);
  let base = ramp(at.height);
  let lined = mix(base, base * 0.55, 0.55 * contour(at.height));
  return vec4f(lined * bright + 0.12 * glance, 1.0);
}

@fragment
fn shade_walls(at: Corner) -> @location(0) vec4f {
  let turned = 0.88 + 0.12 * dot(normalize(at.normal), normalize(vec3f(-0.5, 0.0, 0.85)));
  let wall = mix(view.colours[RAMP].rgb, ramp(at.height), 0.34);
  let lined = mix(wall, wall * 0.8, 0.5 * contour(at.height) * step(0.0, at.height));
  return vec4f(lined * turned, 1.0);
}
