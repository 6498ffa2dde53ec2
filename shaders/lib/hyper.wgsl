// One model's hyperparameters; the order of src/ops/hyper.ts.
struct Hyper {
  learning_rate: f32,
  l2: f32,            // λ / N
  share1: f32,        // 1 - β1: what a new gradient has in the running average
  share2: f32,        // 1 - β2
  epsilon: f32,
  weight_decay: f32,
  clip_norm: f32,
  unused: f32,
}
