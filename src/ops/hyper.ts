// Where each hyperparameter of a model stands in its row of the hyper buffer; the struct of shaders/lib/hyper.wgsl.

/** Index of each value in a model's row of HYPER_SIZE reals. */
export const HYPER = {
  learningRate: 0,
  /** λ / N: the penalty's gradient is this times w. */
  l2: 1,
  /**
   * 1 − β of momentum and nesterov, 1 − β₁ of adam: what a new gradient has in the running average, v = βv + (1−β)g.
   * Kept instead of β because in f32, 1 − 0.999 is 1.3e-5 off, while 1 − 0.001 is the f32 nearest 0.999.
   */
  share1: 2,
  /** 1 − β of rmsprop, 1 − β₂ of adam. */
  share2: 3,
  epsilon: 4,
  weightDecay: 5,
  clipNorm: 6,
} as const;

export const HYPER_SIZE = 8;
