// Where each hyperparameter of a model stands in its row of the hyper buffer; the struct of shaders/lib/hyper.wgsl.

/** Index of each value in a model's row of HYPER_SIZE reals. */
export const HYPER = {
  learningRate: 0,
  /** λ / N: the penalty's gradient is this times w. */
  l2: 1,
  /** β of momentum and nesterov, β₁ of adam. */
  beta1: 2,
  /** β of rmsprop, β₂ of adam. */
  beta2: 3,
  epsilon: 4,
  weightDecay: 5,
  clipNorm: 6,
} as const;

export const HYPER_SIZE = 8;
