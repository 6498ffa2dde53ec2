// One update of every parameter of every model.
//
//   parameters, gradients  (M, P) flat          moments  (M, S, P), S = 0, 1 or 2 running averages
//   rates   (M or 1, table steps, 4): schedule factor, 1/(1 - β1^t), 1/(1 - β2^t), unused; t = step + 1
//   health  (M, health_stride): first step at which a layer's weights were not finite
//
//   sgd       w -= α g                          momentum  v = β v + (1-β) g;  w -= α v
//   nesterov  same v;  w -= α (β v + (1-β) g)   rmsprop   s = β s + (1-β) g²;  w -= α g / (√s + ε)
//   adam      w -= α v̂ / (√ŝ + ε), or √(ŝ + ε) with EPSILON_INSIDE;  adamw adds α · weight_decay · w, weights only
//
// Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101.
//
// Bound by memory. A thread takes every n-th parameter of a model, n threads a model, so that neighbours read neighbouring
// words and the settings are read once for about eight parameters.

override WORKGROUP_SIZE: u32 = 64;
override OPTIMIZER: u32 = 0;
override EPSILON_INSIDE: u32 = 0;

const SGD = 0u;
const MOMENTUM = 1u;
const NESTEROV = 2u;
const RMSPROP = 3u;
const ADAM = 4u;
const ADAMW = 5u;

struct Dims { models: u32, params: u32, moments: u32, tensors: u32, rate_stride: u32, health_stride: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> gradients: array<f32>;
@group(0) @binding(2) var<storage, read> hyper: array<Hyper>;
@group(0) @binding(3) var<storage, read> rates: array<f32>;
@group(0) @binding(4) var<storage, read> clock: Clock;
@group(0) @binding(5) var<storage, read> tensor_offsets: array<u32>;
@group(0) @binding(6) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(7) var<storage, read_write> moments: array<f32>;
@group(0) @binding(8) var<storage, read_write> health: array<atomic<u32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn optimizer_step(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let model = id.z;
  let h = hyper[model];
  let rate = model * dims.rate_stride + (clock.step - clock.first) * 4u;
  let alpha = h.learning_rate * rates[rate];
  let correction1 = rates[rate + 1u];
  let correction2 = rates[rate + 2u];
  var lost: bool = false;
  for (var p: u32 = id.x; p < dims.params; p += groups.x * WORKGROUP_SIZE) {
    let at = model * dims.params + p;
    let first = model * dims.moments * dims.params + p;
    let second = first + dims.params;
    let g = gradients[at];
    let w = parameters[at];

    var change: f32 = alpha * g;
    if (OPTIMIZER == MOMENTUM || OPTIMIZER == NESTEROV) {
      let v = (1.0 - h.share1) * moments[first] + h.share1 * g;
      moments[first] = v;
      change = alpha * v;
      if (OPTIMIZER == NESTEROV) { change = alpha * ((1.0 - h.share1) * v + h.share1 * g); }
    } else if (OPTIMIZER == RMSPROP) {
      let s = (1.0 - h.share2) * moments[first] + h.share2 * g * g;
      moments[first] = s;
      change = alpha * g / (sqrt(s) + h.epsilon);
    } else if (OPTIMIZER == ADAM || OPTIMIZER == ADAMW) {
      let v = (1.0 - h.share1) * moments[first] + h.share1 * g;
      let s = (1.0 - h.share2) * moments[second] + h.share2 * g * g;
      moments[first] = v;
      moments[second] = s;
      let v_hat = v * correction1;
      let s_hat = s * correction2;
      var scale: f32 = sqrt(s_hat) + h.epsilon;
      if (EPSILON_INSIDE != 0u) { scale = sqrt(s_hat + h.epsilon); }
      change = alpha * (v_hat / scale);
      if (OPTIMIZER == ADAMW && tensor_of(p) % 2u == 0u) { change += alpha * h.weight_decay * w; }
    }

    let updated = w - change;
    parameters[at] = updated;
    lost = lost | !numeric_is_finite(updated);
  }

  // A loop of its own: above it would cost more than all the rest.
  if (!lost) { return; }
  for (var p: u32 = id.x; p < dims.params; p += groups.x * WORKGROUP_SIZE) {
    if (!numeric_is_finite(parameters[model * dims.params + p])) {
      atomicMin(&health[model * dims.health_stride + 1u + tensor_of(p) / 2u], clock.step + 1u);
    }
  }
}

// Which tensor parameter p belongs to: even numbers are weights, odd ones biases.
fn tensor_of(p: u32) -> u32 {
  var tensor: u32 = 0u;
  while (tensor + 1u < dims.tensors && p >= tensor_offsets[tensor + 1u]) { tensor++; }
  return tensor;
}
