// Trains documents through the public surface, alone or as models of one sweep, and tells what came of it as plain data.
// Runs in Node and on the test page.
import {
  createSession,
  createSweep,
  type Evaluation,
  type LayerTensors,
  type Reals,
  type RecordEntry,
  type Run,
  type Session,
  type SessionOptions,
  type SweepInput,
} from '../../src/index.ts';

export interface Outcome {
  readonly strategy: string;
  /** w and b of each layer in turn. */
  readonly start: Reals;
  readonly weights: Reals;
  readonly record: readonly RecordEntry[];
  /** The objective at the start and after each slice. */
  readonly losses: readonly number[];
  readonly scores: Evaluation;
}

export function flatten(layers: readonly LayerTensors[]): Reals {
  const parts = layers.flatMap(({ w, b }) => [w, b]);
  const length = parts.reduce((total, part) => total + part.length, 0);
  const all = parts[0] instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** One document by itself, in slices of steps. */
export async function trainAlone(run: Run, slices: readonly number[], options: SessionOptions = {}): Promise<Outcome> {
  const session = await createSession(run, options);
  const outcome = await follow(session, slices);
  session.dispose();
  return outcome;
}

/** Steps a session on and tells what came of it; `start` is where it stood. */
export async function follow(session: Session, slices: readonly number[]): Promise<Outcome> {
  const start = flatten(await session.weights());
  const losses = [await session.loss()];
  for (const slice of slices) {
    await session.step(slice);
    losses.push(await session.loss());
  }
  return {
    strategy: session.backend.strategy,
    start,
    weights: flatten(await session.weights()),
    record: await session.record(),
    losses,
    scores: await session.evaluate(),
  };
}

export interface SweepOutcome {
  readonly runs: readonly Run[];
  readonly models: readonly Outcome[];
  /** Time of the steps alone. */
  readonly trainMs: number;
}

/** All models of a sweep together, in slices of steps. */
export async function trainTogether(
  input: SweepInput,
  slices: readonly number[],
  options: SessionOptions = {},
): Promise<SweepOutcome> {
  const sweep = await createSweep(input, options);
  const start = (await sweep.weights()).map(flatten);
  const losses = [await sweep.losses()];
  let trainMs = 0;
  for (const slice of slices) {
    const began = performance.now();
    await sweep.step(slice);
    trainMs += performance.now() - began;
    losses.push(await sweep.losses());
  }
  const weights = (await sweep.weights()).map(flatten);
  const records = await sweep.records();
  const scores = await sweep.evaluate();
  const models = start.map(
    (first, m): Outcome => ({
      strategy: sweep.backend.strategy,
      start: first,
      weights: weights[m]!,
      record: records[m]!,
      losses: losses.map((at) => at[m]!),
      scores: scores[m]!,
    }),
  );
  const runs = models.map((_, m) => sweep.run(m) as Run);
  sweep.dispose();
  return { runs, models, trainMs };
}

/** A small document with everything that could make a model depend on its neighbours. */
export const mixedBase: Run = {
  basin: 1,
  seed: 3,
  data: { name: 'circles', rows: 90, testRows: 30, seed: 1, validationFraction: 0.2 },
  layers: [{ units: 8, dropRate: 0.25 }, { units: 5, activation: 'tanh', dropRate: 0.1 }, { units: 1 }],
  l2: 0.1,
  optimizer: { name: 'adam', learningRate: 0.01 },
  batch: { size: 32 },
  steps: 24,
  record: 7,
};

/** Models that differ in all that a model may have of its own, of several plans. */
export const mixedSweep: SweepInput = {
  base: mixedBase,
  models: [
    {},
    { l2: 0 },
    { seed: 11 },
    { optimizer: { learningRate: 0.1 } },
    { optimizer: { beta1: 0.5, schedule: { name: 'exponential', decayRate: 0.8 } } },
    { dropRate: 0.5 },
    { dropRate: [0, 0.4], seed: 4 },
    { dropRate: 0 },
    { init: { scheme: 'xavierUniform', seed: 5 } },
    { optimizer: { name: 'sgd', learningRate: 0.5, clipNorm: 0.05 } },
    { optimizer: { name: 'sgd', learningRate: 0.5, clipNorm: 0.5 }, l2: 2 },
    { optimizer: { name: 'momentum', learningRate: 0.2 } },
    { optimizer: { name: 'rmsprop' } },
    { optimizer: { name: 'nesterov', schedule: { name: 'cosine', min: 0.01 } } },
    { optimizer: { name: 'adamw', weightDecay: 0.1 }, seed: 2 ** 40 },
  ],
};
