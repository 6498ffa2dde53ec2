// Basin itself, through its public surface.
import { createProduct, createSession, createSweep, type SessionOptions } from '../../src/index.ts';
import type { Contender, MatmulJob, TrainingJob } from '../contender.ts';
import type { MatmulProblem, TrainingProblem } from '../problem.ts';

export function basin(name: string, chosen: SessionOptions): Contender {
  // Nobody looks at the page for its own sake: work goes to the device in slices of 100 ms.
  const options = { ...chosen, watched: false };
  return {
    name,
    ours: true,
    webgpu: options.backend === 'webgpu',
    async open() {},
    train: (problem) => train(problem, options),
    multiply: (problem) => multiply(problem, options),
  };
}

async function train({ run, patches }: TrainingProblem, options: SessionOptions): Promise<TrainingJob> {
  const job = patches.length > 0 ? await createSweep({ base: run, models: [...patches] }, options) : undefined;
  const session = job ?? (await createSession(run, options));
  return {
    note: session.backend.name === 'cpu' ? session.backend.adapter : session.backend.strategy,
    async step(count) {
      await session.step(count);
      return undefined;
    },
    reset: () => session.reset(),
    weights: async () => ('models' in session ? session.weights() : [await session.weights()]),
    async dispose() {
      session.dispose();
    },
  };
}

async function multiply({ size, a, b }: MatmulProblem, options: SessionOptions): Promise<MatmulJob> {
  const product = await createProduct(size, a, transposed(size, b), options);
  return {
    note: product.plan.segments.step[0]!.op,
    async step(count) {
      await product.run(count);
      return undefined;
    },
    async reset() {},
    result: () => product.read(),
    async dispose() {
      product.dispose();
    },
  };
}

/** Basin multiplies by rows of weights. */
export function transposed(size: number, matrix: Float32Array): Float32Array {
  return Float32Array.from(matrix, (_, i) => matrix[(i % size) * size + Math.floor(i / size)]!);
}
