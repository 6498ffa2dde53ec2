// The trained experiments of the four notebooks as tests/fixtures tell them, in one form, and how far an engine may be off.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Values at steps, or at epochs. */
export interface Curve {
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/** One layer; `W` is [fanOut][fanIn]. */
export interface Tensors {
  readonly W: readonly (readonly number[])[];
  readonly b: readonly number[];
}

/** Six further runs from initial weights moved by at most one unit in the last place. */
export interface Spread {
  /** Largest difference to the float64 curve, at each listed step or epoch. */
  readonly difference: readonly number[];
  readonly trainAccuracy: readonly [number, number];
  readonly testAccuracy: readonly [number, number] | null;
}

interface Outcome {
  readonly trainAccuracy: number;
  readonly testAccuracy?: number;
  /** A 0 or 1 for each row, in file order. */
  readonly trainPredictions?: string;
  readonly testPredictions?: string;
}

export interface Experiment {
  readonly id: string;
  readonly unit: 'step' | 'epoch';
  /** A change of one unit in the last place of the start is seen in the digits that are printed. */
  readonly chaotic: boolean;
  readonly initialWeights: readonly Tensors[];
  readonly printed: Outcome & {
    readonly cost: Curve;
    /** Half a unit of the last printed place; 0 where all digits are printed. */
    readonly rounding: number;
    /** After the epochs. */
    readonly learningRate: Curve | null;
  };
  readonly float64: Outcome & {
    /** From logits, so finite everywhere. */
    readonly cost: Curve;
    readonly learningRate: Curve | null;
    /** Of the first update. */
    readonly gradient: readonly Tensors[];
    readonly weightsAfter: ReadonlyMap<number, readonly Tensors[]>;
    /** Objective after the last update; absent for mini-batches. */
    readonly finalCost?: number;
    /** Without penalty and dropout, after the last update. */
    readonly trainLoss: number;
    readonly testLoss?: number;
  };
  readonly sensitivity64: Spread;
  readonly float32: Spread;
}

const path = (name: string) => join(import.meta.dirname, `../fixtures/${name}.json`);

// biome-ignore lint/suspicious/noExplicitAny: the fixtures are JSON of many forms
type Json = any;

/** A fixture; the string "Infinity" stands for the number. */
export function readFixture(name: string): Json {
  return JSON.parse(readFileSync(path(name), 'utf8'), (_, value) =>
    value === 'Infinity' ? Number.POSITIVE_INFINITY : value,
  );
}

const curve = (json: Json): Curve => ({ at: json.iterations ?? json.epochs, values: json.values });

const gradientTensors = (json: Json): Tensors[] =>
  json.map(({ dW, db }: { dW: number[][]; db: number[] }) => ({ W: dW, b: db }));

const spread = (json: Json): Spread => ({
  difference: json.maxAbsCostDifference,
  trainAccuracy: json.trainAccuracyRange,
  testAccuracy: json.testAccuracyRange ?? null,
});

/** Adam's experiments were run in two forms: `of` is the one wanted. */
function experiment(json: Json, of: string | undefined): Experiment {
  const form = (part: Json) => (of ? part[of] : part);
  const { printed } = json;
  const float64 = form(json.float64);
  const weightsAfter = float64.weightsAfter ?? float64.weightsAfterEpochs;
  const unit = printed.cost.epochs ? 'epoch' : 'step';
  return {
    id: json.id,
    unit,
    chaotic: json.id === 'initialization/random',
    initialWeights: json.initialWeights,
    printed: {
      ...printed,
      cost: curve(printed.cost),
      rounding: unit === 'epoch' ? 5e-7 : 0,
      learningRate: printed.learningRateAfterEpoch ? curve(printed.learningRateAfterEpoch) : null,
    },
    float64: {
      ...float64,
      cost: curve(float64.costStable ?? float64.cost),
      learningRate: float64.learningRateAfterEpoch ? curve(float64.learningRateAfterEpoch) : null,
      gradient: gradientTensors(float64.gradientAtStart ?? float64.gradientAtFirstBatch),
      weightsAfter: new Map(
        Object.entries(weightsAfter as Record<string, Tensors[]>).map(([at, tensors]) => [Number(at), tensors]),
      ),
      finalCost: float64.finalTrainCost,
      trainLoss: float64.finalTrainLossWithoutPenaltyOrDropout ?? float64.finalTrainLoss,
      testLoss: float64.finalTestLoss,
    },
    // The run from zeros has none: there is nothing to move by a unit in the last place.
    sensitivity64: json.sensitivity64
      ? spread(form(json.sensitivity64))
      : { ...spread(json.float32), difference: float64.cost.values.map(() => 0) },
    float32: spread(form(json.float32)),
  };
}

export const experiments: readonly Experiment[] = ['initialization', 'regularization', 'optimization'].flatMap((name) =>
  readFixture(name).experiments.map((json: Json) => experiment(json, json.printedBelongsTo)),
);

/** Adam's experiments with the usual √s + ε; what is printed belongs to √(s + ε). */
export const epsilonOutside: readonly Experiment[] = readFixture('optimization')
  .experiments.filter((json: Json) => json.float64.epsilonOutside)
  .map((json: Json) => experiment(json, 'epsilonOutside'));

/** One layer's numbers, weights first. */
export const flat = (tensors: readonly Tensors[]): number[] => tensors.flatMap(({ W, b }) => [...W.flat(), ...b]);

/** The value of a curve that lists this step or epoch. */
export function valueAt({ at, values }: Curve, step: number): number {
  const index = at.indexOf(step);
  if (index < 0) throw new Error(`the curve does not list ${step}`);
  return values[index]!;
}
