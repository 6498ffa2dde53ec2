// A plan: what a training run does, as data. Ordered dispatches over named buffers; no device in sight.
// Two interpreters run it: backend/cpu and backend/gpu.

import type { Element } from '../ops/op.ts';
import type { OpName } from '../ops/table.ts';
import type { ActivationName, LossName, OptimizerName } from '../spec/types.ts';

/** How a layer's units are dropped: not at all, by counters, or by given masks. */
export type DropoutKind = 'none' | 'counters' | 'given';

export interface LayerShape {
  readonly units: number;
  readonly activation: ActivationName;
  readonly dropout: DropoutKind;
  /** Given masks of this layer, cycled through; 0 without. */
  readonly masks: number;
}

/** Everything a plan follows from. Not in it: any value of a hyperparameter, any seed, any number of steps. */
export interface NetworkShape {
  readonly models: number;
  readonly inputs: number;
  /** Columns of y: 1 for a class index, else the units of the output. */
  readonly targets: number;
  readonly layers: readonly LayerShape[];
  readonly loss: LossName;
  readonly optimizer: OptimizerName;
  readonly epsilonInside: boolean;
  readonly clip: boolean;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Rows of one update. */
  readonly batch: number;
  /** Are the batch's rows gathered by the order table, or is it the whole training set in file order? */
  readonly gather: boolean;
  /** Do all models share one table of rates? */
  readonly sharedRates: boolean;
  /** Do all models share the given masks? */
  readonly sharedMasks: boolean;
}

/** Where a layer's tensors lie in a model's flat parameters, in elements. */
export interface LayerPlace {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly wOffset: number;
  readonly bOffset: number;
}

export interface PlanBuffer {
  readonly name: string;
  readonly element: Element;
  /** Row-major; the product is the number of elements. */
  readonly shape: readonly number[];
  /** Which axis of the shape counts the models; null where they share the values. */
  readonly modelAxis: number | null;
}

export interface Dispatch {
  readonly op: OpName;
  readonly dims: Readonly<Record<string, number>>;
  /** Binding name → buffer name. */
  readonly buffers: Readonly<Record<string, string>>;
  /** Constants that differ from the op's own. */
  readonly constants: Readonly<Record<string, number>>;
  /** Runs only on steps whose loss is recorded. */
  readonly onlyRecorded?: true;
  /** Does the work of all steps of a run at once, so it runs once however many there are. */
  readonly wholeRun?: true;
  /** Left out of runs that have no more steps than this. */
  readonly moreThan?: number;
  /** The dispatches of one step that it stands for: its definition, and how the CPU runs it. */
  readonly standsFor?: readonly Dispatch[];
  /** The kernel, where its op's source is generated. */
  readonly kernel?: GeneratedKernel;
}

export interface GeneratedKernel {
  readonly source: string;
  /** Library files that follow it, by name under shaders/. */
  readonly uses: readonly string[];
}

/**
 * `step`: one update. `loss`: the objective at the current step. `gradients`: forward and backward, no update.
 * `evaluate*`: loss and hits of a whole set of rows. `predict`: outputs for rows in predict_x; `grid`: makes those rows first.
 */
export type SegmentName =
  | 'step'
  | 'loss'
  | 'gradients'
  | 'evaluateTrain'
  | 'evaluateValidation'
  | 'evaluateTest'
  | 'predict'
  | 'grid';

export type StrategyName = 'layered' | 'resident';

export interface Strategy {
  readonly name: StrategyName;
  readonly why: string;
  /** How the resident kernel is laid out. */
  readonly preset?: Preset;
}

/**
 * Where a resident model lives while it trains.
 *
 * `software`: a workgroup of four lanes, weights and gradients private to each, a row a lane.
 * `gpu`: a workgroup of `threads`, weights in workgroup memory, a row a thread; each thread then owns some parameters.
 */
export type Preset =
  | { readonly name: 'software'; readonly subgroups: boolean }
  | { readonly name: 'gpu'; readonly threads: number };

export interface Plan {
  readonly shape: NetworkShape;
  readonly strategy: Strategy;
  readonly places: readonly LayerPlace[];
  /** Elements of one model's flat parameters. */
  readonly params: number;
  /** Steps that the tables (order, batch rows, rates, losses) hold. */
  readonly tableSteps: number;
  /** Rows of one pass of prediction. */
  readonly predictRows: number;
  readonly buffers: Readonly<Record<string, PlanBuffer>>;
  readonly segments: Readonly<Record<SegmentName, readonly Dispatch[]>>;
}
