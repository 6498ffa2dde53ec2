// Codes that the host passes: those of ACTIVATION, LOSS and OPTIMIZER in src/ops, which a test holds these against.

export const LINEAR: i32 = 0;
export const RELU: i32 = 1;
export const LEAKY_RELU: i32 = 2;
export const SIGMOID: i32 = 3;
export const TANH: i32 = 4;
export const GELU: i32 = 5;

export const SIGMOID_CROSS_ENTROPY: i32 = 0;
export const SOFTMAX_CROSS_ENTROPY: i32 = 1;
export const MEAN_SQUARED_ERROR: i32 = 2;

export const SGD: i32 = 0;
export const MOMENTUM: i32 = 1;
export const NESTEROV: i32 = 2;
export const RMSPROP: i32 = 3;
export const ADAM: i32 = 4;
export const ADAMW: i32 = 5;
