// What takes part in the benchmark: a library on a device, behind one small interface.
import type { MatmulProblem, TrainingProblem } from './problem.ts';

/** One layer's weights as Basin has them: w [fanOut × fanIn] row-major, b [fanOut]. */
export interface LayerValues {
  readonly w: ArrayLike<number>;
  readonly b: ArrayLike<number>;
}

/** A workload made ready by a contender. */
export interface Job {
  /**
   * Does `count` steps and resolves when their results can be read, having read one. May return the milliseconds it took,
   * where only it can measure them (another process); else the caller's clock counts.
   */
  step(count: number): Promise<number | undefined>;
  /** Back to the start; not timed. */
  reset(): Promise<void>;
  dispose(): Promise<void>;
}

export interface TrainingJob extends Job {
  /** Model by model, layer by layer. */
  weights(): Promise<LayerValues[][]>;
  /** What was chosen for this workload, where the contender says. */
  readonly note?: string;
}

export interface MatmulJob extends Job {
  /** The product, row-major, after `reset` and one step. */
  result(): Promise<ArrayLike<number>>;
  readonly note?: string;
}

export interface Contender {
  readonly name: string;
  readonly ours: boolean;
  /** Runs on WebGPU. */
  readonly webgpu: boolean;
  /** Loads the library and opens its device. @throws with the reason where it cannot be had. */
  open(): Promise<void>;
  train(problem: TrainingProblem): Promise<TrainingJob>;
  multiply(problem: MatmulProblem): Promise<MatmulJob>;
}
