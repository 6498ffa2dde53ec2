// A session: one run on one device. It is a fleet of one model.

import type { Backend, BackendName } from '../backend/backend.ts';
import { type Divergence, DivergenceError } from '../core/errors.ts';
import type { Precision, Reals } from '../core/shape.ts';
import { type LoadedDataset, loadDataset, type ReadText } from '../data/load.ts';
import { toSafetensors } from '../io/safetensors.ts';
import { placeLayers } from '../plan/memory.ts';
import type { Plan, StrategyName } from '../plan/plan.ts';
import type { CanonicalRun, Run } from '../spec/types.ts';
import { fitToData, validate } from '../spec/validate.ts';
import { type BackendOptions, chooseBackend } from './backends.ts';
import { type Evaluation, Fleet, type FleetState, flattenRows, type GridView, type Score } from './fleet.ts';
import { type RecordEntry, recordOf } from './record.ts';
import { networkShape } from './settings.ts';
import { createTimeline } from './timeline.ts';
import { stepRecorded, type TrainOptions, train } from './train.ts';
import { flatParameters, type LayerTensors, layerTensors, type Weights } from './weights.ts';

export interface SessionOptions extends BackendOptions {
  /** Start weights, as `weights()` gives them, instead of the document's `init`. */
  readonly weights?: Weights;
  /** Reads the files that a CSV document names. In Node the default reads from the working directory. */
  readonly readText?: ReadText;
}

export interface SessionProgress {
  readonly step: number;
  readonly steps: number;
  /** Training objective at `step`. */
  readonly loss: number;
  readonly stepsPerSecond: number;
}

/** What ran a session. */
export interface BackendReport {
  readonly name: BackendName;
  readonly adapter: string;
  readonly precision: Precision;
  readonly strategy: StrategyName;
  /** Why this backend was chosen. */
  readonly why: string;
}

/**
 * Validates the run, reads its data, compiles and uploads.
 *
 * @throws SpecError · DataError · BackendError · LimitError
 */
export async function createSession(run: Run | CanonicalRun, options: SessionOptions = {}): Promise<Session> {
  const { fitted, data } = await prepareRun(run, options.readText);
  const { backend, why } = await chooseBackend(options);
  const initial = options.weights && startWeights(options.weights, fitted, data);
  return new Session(await Fleet.create(backend, [fitted], data, initial, options.pin), backend, why);
}

/** The canonical document, fitted to its data, and the data. */
export async function prepareRun(
  run: unknown,
  readText?: ReadText,
): Promise<{ fitted: CanonicalRun; data: LoadedDataset }> {
  const canonical = validate(run);
  const data = await loadDataset(canonical, readText ?? (await defaultReader()));
  const { inputs, targets, classes } = data;
  return { fitted: fitToData(canonical, { inputs, targets, classes, trainRows: data.train.count }), data };
}

/** In Node, files of the working directory; elsewhere the caller must say how to read. */
async function defaultReader(): Promise<ReadText | undefined> {
  if (typeof process === 'undefined' || !process.versions?.node) return undefined;
  const moduleName = 'node:fs/promises';
  const { readFile } = (await import(/* @vite-ignore */ moduleName)) as typeof import('node:fs/promises');
  return (path) => readFile(path, 'utf8');
}

function startWeights(weights: Weights, run: CanonicalRun, data: LoadedDataset): Float64Array {
  const shape = networkShape([run], data, createTimeline(run, data.train.count));
  const { places, params } = placeLayers(shape);
  return flatParameters(weights, places, params);
}

export class Session {
  readonly backend: BackendReport;
  /** @internal What runs the session, for other fleets beside its own. */
  readonly engine: Backend;
  readonly #fleet: Fleet;

  /** Use `createSession`. */
  constructor(fleet: Fleet, backend: Backend, why: string) {
    this.#fleet = fleet;
    this.engine = backend;
    const { name, precision } = backend;
    this.backend = { name, adapter: fleet.adapter, precision, strategy: fleet.plan.strategy.name, why };
  }

  /** The canonical document. */
  get run(): CanonicalRun {
    return this.#fleet.runs[0]!;
  }

  /** Updates done. */
  get steps(): number {
    return this.#fleet.steps;
  }

  /** Updates of the whole run. */
  get totalSteps(): number {
    return this.#fleet.timeline.steps;
  }

  get data(): LoadedDataset {
    return this.#fleet.data;
  }

  get plan(): Plan {
    return this.#fleet.plan;
  }

  /**
   * Makes `count` updates; resolves when the device has finished them. May go past the document's `steps`.
   *
   * @throws DivergenceError when the loss or a weight stops being finite; the session can still be read.
   */
  async step(count = 1): Promise<void> {
    await stepRecorded(this.#fleet, count);
    await this.#checkDivergence();
  }

  /** Training objective at the current step. */
  async loss(): Promise<number> {
    return (await this.#fleet.losses())[0]!;
  }

  /**
   * Trains to the end of the document, reporting about ten times a second. An abort ends the loop without an error, and the
   * session can go on.
   *
   * @throws DivergenceError
   */
  async *train(options: TrainOptions = {}): AsyncGenerator<SessionProgress> {
    for await (const { step, steps, stepsPerSecond } of train(this.#fleet, options)) {
      await this.#checkDivergence();
      yield { step, steps, loss: await this.loss(), stepsPerSecond };
    }
  }

  /** Loss without penalty and dropout, and accuracy, on all rows of each set. */
  async evaluate(): Promise<Evaluation> {
    return (await this.#fleet.evaluate())[0]!;
  }

  /** Probabilities (or values) for rows of x in the data's own units, [rows × outputs]. */
  predict(x: readonly (readonly number[])[] | Float32Array | Float64Array): Promise<Reals> {
    return this.#fleet.predict(flattenRows(x, this.data.inputs));
  }

  /** Outputs over a grid of two inputs, row by row from the lowest y, [rows · columns × outputs]. */
  decisionGrid(view: GridView): Promise<Reals> {
    return this.#fleet.decisionGrid(view);
  }

  async weights(): Promise<LayerTensors[]> {
    return this.#tensors(await this.#fleet.parameters());
  }

  /** Gradient of the objective at the current step, which the next update will use. */
  async gradients(): Promise<LayerTensors[]> {
    return this.#tensors(await this.#fleet.gradients());
  }

  /** Where training first left the finite numbers, or null. */
  async divergence(): Promise<Divergence | null> {
    return (await this.#fleet.divergences())[0]!;
  }

  /** The losses that the document asks to record, up to the current step. */
  async record(): Promise<RecordEntry[]> {
    const end = { step: this.steps, loss: await this.loss() };
    return recordOf(this.run.record, this.#fleet.timeline, this.#fleet.history, 0, end);
  }

  /** Back to the same start. */
  reset(): Promise<void> {
    return this.#fleet.reset();
  }

  /** What training has changed; `restore` goes on from it exactly. */
  async state(): Promise<FleetState> {
    const { steps, parameters, moments, watched } = await this.#fleet.state();
    return { steps, parameters, moments, watched };
  }

  restore(state: FleetState): Promise<void> {
    return this.#fleet.restore(state);
  }

  /** The weights and the document, as a safetensors file. */
  async toSafetensors(): Promise<Uint8Array> {
    return toSafetensors(await this.weights(), this.run, this.data);
  }

  dispose(): void {
    this.#fleet.dispose();
  }

  #tensors(flat: Reals): LayerTensors[] {
    return layerTensors(flat, this.plan.places, this.plan.params);
  }

  async #checkDivergence(): Promise<void> {
    const divergence = await this.divergence();
    if (divergence) throw new DivergenceError(divergence);
  }
}

export type { Score };
