// One model's hyperparameters; the order of src/ops/hyper.ts.
struct Hyper {
  learning_rate: f32,
  l2: f32,            // λ / N
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  weight_decay: f32,
  clip_norm: f32,
  unused: f32,
}
