// Cases of optimizer_step and clip_gradient.
import { HYPER, HYPER_SIZE } from '../../src/ops/hyper.ts';
import { HEALTHY } from '../../src/ops/loss.ts';
import { MOMENTS, OPTIMIZER, RATE_SIZE } from '../../src/ops/optimizer.ts';
import { drawing } from '../support/draw.ts';
import { type OpCase, sizesAround, tensorEnds } from '../support/op-case.ts';

export type OptimizerCode = keyof typeof OPTIMIZER;

export const OPTIMIZERS = Object.keys(OPTIMIZER) as OptimizerCode[];

const TABLE_STEPS = 4;

interface Step {
  readonly optimizer: OptimizerCode;
  readonly models: number;
  /** Elements of w₁, b₁, w₂, b₂, … */
  readonly tensors: readonly number[];
  readonly epsilonInside?: boolean;
  readonly ownRates?: boolean;
  readonly note?: string;
  /** Parameter → gradient, in all models. */
  readonly gradients?: Readonly<Record<number, number>>;
  readonly health?: readonly number[];
}

/** Hyperparameters of plausible size, different in every model. */
function hyperRows(models: number): Float32Array {
  const hyper = new Float32Array(models * HYPER_SIZE);
  for (let m = 0; m < models; m++) {
    const at = m * HYPER_SIZE;
    hyper[at + HYPER.learningRate] = 0.3 / (m + 1);
    hyper[at + HYPER.l2] = 0.5;
    hyper[at + HYPER.share1] = 0.1 + 0.1 * m;
    hyper[at + HYPER.share2] = 0.001 + 0.1 * m;
    // Large enough that its place, inside the square root or outside, is seen.
    hyper[at + HYPER.epsilon] = 0.01;
    hyper[at + HYPER.weightDecay] = 0.1 * (m + 1);
    hyper[at + HYPER.clipNorm] = 1;
  }
  return hyper;
}

function stepCase(setting: Step): OpCase {
  const { optimizer, models, tensors, epsilonInside = false, ownRates = false, note, health = [] } = setting;
  const size = `M=${models} P=${tensors.join('+')}`;
  const notes = [epsilonInside && 'epsilon inside', ownRates && 'own rates', note].filter(Boolean);
  const name = ['optimizer_step', size, optimizer, ...notes].join(' ');
  const draw = drawing(name);
  const ends = tensorEnds(tensors);
  const params = ends[tensors.length]!;
  const moments = MOMENTS[optimizer];
  const gradients = draw.normals(models * params);
  for (const [p, g] of Object.entries(setting.gradients ?? {})) {
    for (let m = 0; m < models; m++) gradients[m * params + Number(p)] = g;
  }
  const health_stride = tensors.length / 2 + 1;
  const healths = new Uint32Array(models * health_stride).fill(HEALTHY);
  healths.set(health);
  const rate_stride = ownRates ? TABLE_STEPS * RATE_SIZE : 0;
  return {
    op: 'optimizer_step',
    name,
    dims: { models, params, moments, tensors: tensors.length, rate_stride, health_stride },
    constants: { OPTIMIZER: OPTIMIZER[optimizer], EPSILON_INSIDE: epsilonInside ? 1 : 0 },
    inputs: {
      gradients,
      hyper: hyperRows(models),
      rates: draw.uniforms((ownRates ? models : 1) * TABLE_STEPS * RATE_SIZE, 0.5, 2),
      clock: Uint32Array.of(22, 20, 24),
      tensor_offsets: ends,
      parameters: draw.normals(models * params),
      // Averages of squares, the last of them, are not negative.
      moments: draw.normals(models * moments * params).map(Math.abs),
      health: healths,
    },
    outputs: {},
  };
}

export const optimizerStepCases: OpCase[] = [
  ...OPTIMIZERS.map((optimizer) => stepCase({ optimizer, models: 3, tensors: [6, 3, 4, 4], ownRates: true })),
  ...(['adam', 'adamw'] as const).map((optimizer) =>
    stepCase({ optimizer, models: 3, tensors: [6, 3, 4, 4], epsilonInside: true }),
  ),
  ...sizesAround(64).map((w) => stepCase({ optimizer: 'adamw', models: 1, tensors: [w, 4] })),
  stepCase({ optimizer: 'momentum', models: 3, tensors: [1031, 5] }),
  // Parameter 7 is in b₁, parameter 9 in w₂.
  stepCase({ optimizer: 'sgd', models: 3, tensors: [6, 3, 4, 4], note: 'b1 is lost', gradients: { 7: Infinity } }),
  stepCase({ optimizer: 'adam', models: 3, tensors: [6, 3, 4, 4], note: 'w2 is lost', gradients: { 9: Number.NaN } }),
  stepCase({
    optimizer: 'sgd',
    models: 3,
    tensors: [6, 3, 4, 4],
    note: 'w2 lost before in the first model, later in the second',
    gradients: { 9: -Infinity },
    health: [HEALTHY, HEALTHY, 4, HEALTHY, HEALTHY, 90],
  }),
];

function clipCase(models: number, params: number, scale: number): OpCase {
  const name = `clip_gradient M=${models} P=${params} norm about ${Math.round(100 * scale) / 100}`;
  const hyper = hyperRows(models);
  for (let m = 0; m < models; m++) hyper[m * HYPER_SIZE + HYPER.clipNorm] = m + 1;
  return {
    op: 'clip_gradient',
    name,
    dims: { models, params },
    constants: {},
    inputs: { hyper, gradients: drawing(name).normals(models * params, scale / Math.sqrt(params)) },
    outputs: {},
  };
}

export const clipCases: OpCase[] = [
  ...sizesAround(64).map((params) => clipCase(1, params, 5)),
  // Limits of 1, 2 and 3: the gradient is longer than some and shorter than others.
  clipCase(3, 131, 0.5),
  clipCase(3, 131, 1.6),
  clipCase(3, 131, 20),
];

export const optimizerCases: OpCase[] = [...optimizerStepCases, ...clipCases];
