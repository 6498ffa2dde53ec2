// One matrix product on a backend, alone: what the benchmark times. It is the plan's own forward product, in
// whatever variant the shape gets in training.

import type { Backend } from '../backend/backend.ts';
import type { Reals } from '../core/shape.ts';
import { compile } from '../plan/compile.ts';
import type { NetworkShape, Plan, SegmentName } from '../plan/plan.ts';
import { type BackendOptions, chooseBackend } from './backends.ts';

export interface Product {
  readonly adapter: string;
  /** How the product is dispatched, as the plan's text has it. */
  readonly plan: Plan;
  /** Forms y = x · wᵀ `times` times; resolves when the device is done. */
  run(times: number): Promise<void>;
  /** y, [size × size]. */
  read(): Promise<Reals>;
  dispose(): void;
}

/**
 * @param x [size × size] row-major; so is w.
 * @throws BackendError · LimitError
 */
export async function createProduct(
  size: number,
  x: Float32Array,
  w: Float32Array,
  options: BackendOptions = {},
): Promise<Product> {
  const { backend } = await chooseBackend(options);
  const plan = productPlan(size, backend);
  const program = await backend.build(plan);
  program.write('train_x', x);
  program.write('parameters', w);
  return {
    adapter: program.adapter,
    plan,
    run(times) {
      program.run('step', times);
      return program.finished();
    },
    read: async () => (await program.read('logits')) as Reals,
    dispose: () => program.dispose(),
  };
}

/** A network of one linear layer on a batch of `size` rows, cut down to its forward product. Biases are 0. */
function productPlan(size: number, { traits }: Backend): Plan {
  const shape: NetworkShape = {
    models: 1,
    inputs: size,
    targets: size,
    layers: [{ units: size, activation: 'linear', dropout: 'none', masks: 0 }],
    loss: 'meanSquaredError',
    optimizer: 'sgd',
    epsilonInside: false,
    clip: false,
    rows: { train: size, validation: 0, test: 0 },
    batch: size,
    gather: false,
    sharedRates: true,
    sharedMasks: true,
  };
  const plan = compile(shape, traits, { strategy: 'layered' });
  const product = plan.segments.step.filter((dispatch) => dispatch.op.startsWith('dense_forward'));
  const none = Object.fromEntries(Object.keys(plan.segments).map((name) => [name, []]));
  return { ...plan, segments: { ...none, step: product } as unknown as Record<SegmentName, typeof product> };
}
