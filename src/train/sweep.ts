// A sweep: many models of one document, trained together. Models of one plan form a fleet; their order is the document's.

import type { Backend } from '../backend/backend.ts';
import { BackendError, type Divergence, SpecError } from '../core/errors.ts';
import { allocateReals, type Reals } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import { planBytes } from '../plan/memory.ts';
import { type ModelPatch, type Search, type Sweep as SweepDocument, sweepModels, type Vary } from '../spec/patch.ts';
import type { CanonicalRun, Run } from '../spec/types.ts';
import { fitToData } from '../spec/validate.ts';
import { chooseBackend } from './backends.ts';
import { type Evaluation, Fleet, type FleetState, flattenRows, type GridView } from './fleet.ts';
import { type RecordEntry, recordOf } from './record.ts';
import { prepareRun, Session, type SessionOptions } from './session.ts';
import { planKey } from './settings.ts';
import { type Progress, stepRecorded, type TrainOptions, train } from './train.ts';
import { modelsPerWave } from './waves.ts';
import { type LayerTensors, layerTensors } from './weights.ts';

export interface SweepInput {
  base: Run | string;
  models?: ModelPatch[];
  vary?: Vary;
  search?: Search;
}

export interface SweepOptions extends Omit<SessionOptions, 'weights'> {
  /** Device memory that the models may take at once (default 1 GiB). What does not fit trains in waves, with the same bits. */
  readonly memoryBytes?: number;
}

const MEMORY_BYTES = 2 ** 30;

export const METRICS = [
  'train.loss',
  'train.accuracy',
  'validation.loss',
  'validation.accuracy',
  'test.loss',
  'test.accuracy',
] as const;
export type Metric = (typeof METRICS)[number];

export interface Best {
  readonly model: number;
  readonly value: number;
  readonly run: CanonicalRun;
}

/** Everything that training changes, model by model: how the models lie on the device does not matter. */
export interface SweepState {
  readonly steps: number;
  readonly models: readonly ModelState[];
}

export interface ModelState {
  /** Flat, as the plan lays them out. */
  readonly parameters: Reals;
  /** [moments × params] */
  readonly moments: Reals;
}

/** Progress of all models: they step together. */
export interface SweepProgress extends Progress {
  readonly models: number;
}

/**
 * Expands the models, reads the data once, compiles and uploads.
 *
 * @throws SpecError · DataError · BackendError · LimitError
 */
export async function createSweep(input: SweepInput, options: SweepOptions = {}): Promise<Sweep> {
  const runs = sweepModels(input as SweepDocument);
  const { fitted, data } = await prepareRun(runs[0], options.readText);
  const { inputs, targets, classes } = data;
  const shape = { inputs, targets, classes, trainRows: data.train.count };
  const models = [fitted, ...runs.slice(1).map((run) => fitToData(run, shape))];
  const { backend, why } = await chooseBackend(options);
  const memory = options.memoryBytes ?? MEMORY_BYTES;
  const groups = [...groupBy(models, planKey).values()].flatMap((group) => {
    const most = modelsPerWave(
      group.map((m) => models[m]!),
      data,
      backend,
      memory,
      options.pin,
    );
    return Array.from({ length: Math.ceil(group.length / most) }, (_, wave) =>
      group.slice(wave * most, (wave + 1) * most),
    );
  });
  const fleets: Fleet[] = [];
  for (const group of groups) {
    const fleet = await Fleet.create(
      backend,
      group.map((m) => models[m]!),
      data,
      undefined,
      options.pin,
    );
    fleets.push(fleet);
    if (totalBytes(fleets) > memory) await fleet.park();
  }
  return new Sweep(backend, why, models, groups, fleets, data, totalBytes(fleets) > memory);
}

const totalBytes = (fleets: readonly Fleet[]): number => fleets.reduce((sum, { plan }) => sum + planBytes(plan), 0);

/** Key → indices of the values that have it, in order. */
function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  values.forEach((value, index) => {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  });
  return groups;
}

export class Sweep {
  readonly models: number;
  readonly data: LoadedDataset;
  /** Why this backend was chosen. */
  readonly why: string;
  readonly #backend: Backend;
  readonly #runs: readonly CanonicalRun[];
  /** For each fleet, the sweep's numbers of its models. */
  readonly #groups: readonly (readonly number[])[];
  readonly #fleets: readonly Fleet[];
  /** Do the fleets take turns on the device? */
  readonly #inWaves: boolean;

  /** Use `createSweep`. */
  constructor(
    backend: Backend,
    why: string,
    runs: readonly CanonicalRun[],
    groups: readonly (readonly number[])[],
    fleets: readonly Fleet[],
    data: LoadedDataset,
    inWaves: boolean,
  ) {
    this.models = runs.length;
    this.data = data;
    this.why = why;
    this.#backend = backend;
    this.#runs = runs;
    this.#groups = groups;
    this.#fleets = fleets;
    this.#inWaves = inWaves;
  }

  get backend(): Session['backend'] {
    const { name, adapter, precision } = this.#backend;
    return { name, adapter, precision, strategy: this.#fleets[0]!.plan.strategy.name, why: this.why };
  }

  /** Updates done, the same for all models. */
  get steps(): number {
    return this.#fleets[0]!.steps;
  }

  /** Into how many waves the models are split; 1 where the device holds them all. */
  get waves(): number {
    return this.#inWaves ? this.#fleets.length : 1;
  }

  get totalSteps(): number {
    return this.#fleets[0]!.timeline.steps;
  }

  /** Model i's whole document: run alone, it gives the same bits on the same device. */
  run(i: number): CanonicalRun {
    this.#check(i);
    return this.#runs[i]!;
  }

  /** Makes `count` updates of every model. Models that diverge go on; `divergences` names them. */
  async step(count = 1): Promise<void> {
    await this.#each((fleet) => stepRecorded(fleet, count));
  }

  /** Trains every model to the end of the document. An abort ends the loop without an error. */
  async *train(options: TrainOptions = {}): AsyncGenerator<SweepProgress> {
    // Fleets that fit the device together take a slice each in turn; waves run one after another.
    const rounds = this.#inWaves ? this.#fleets.map((fleet) => [fleet]) : [this.#fleets];
    for (const fleets of rounds) {
      yield* this.#trainTogether(fleets, options);
      if (this.#inWaves) await fleets[0]!.park();
    }
  }

  async *#trainTogether(fleets: readonly Fleet[], options: TrainOptions): AsyncGenerator<SweepProgress> {
    const running = new Set(fleets.map((fleet) => train(fleet, options)));
    while (running.size > 0) {
      for (const loop of [...running]) {
        const { done, value } = await loop.next();
        if (done) running.delete(loop);
        else yield { ...value, step: this.#meanSteps(), models: this.models };
      }
    }
  }

  /** Updates done, the mean over all models: in waves some are ahead. */
  #meanSteps(): number {
    const total = this.#fleets.reduce((sum, fleet) => sum + fleet.steps * fleet.models, 0);
    return Math.floor(total / this.models);
  }

  /** Each model's training objective at the current step, [models]. */
  async losses(): Promise<Reals> {
    const parts = await this.#each((fleet) => fleet.losses());
    const all = allocateReals(this.#backend.precision, this.models);
    this.#scatter(parts, (part, index, model) => {
      all[model] = part[index]!;
    });
    return all;
  }

  async evaluate(): Promise<Evaluation[]> {
    return this.#gather(await this.#each((fleet) => fleet.evaluate()));
  }

  /** Where each model first left the finite numbers, or null. */
  async divergences(): Promise<(Divergence | null)[]> {
    return this.#gather(await this.#each((fleet) => fleet.divergences()));
  }

  /** Each model's recorded losses, up to the current step. */
  async records(): Promise<RecordEntry[][]> {
    const losses = await this.#each((fleet) => fleet.losses());
    return this.#gather(
      losses.map(({ fleet, values }) => ({
        fleet,
        values: Array.from(values, (loss, m) =>
          recordOf(fleet.runs[m]!.record, fleet.timeline, fleet.history, m, { step: fleet.steps, loss }),
        ),
      })),
    );
  }

  /** Each model's outputs for rows of x, [rows × outputs] a model. */
  async predict(x: readonly (readonly number[])[] | Float32Array | Float64Array): Promise<Reals[]> {
    const rows = flattenRows(x, this.data.inputs);
    return this.#perModel((fleet) => fleet.predict(rows));
  }

  /** Each model's outputs over a grid of two inputs, [rows · columns × outputs] a model. */
  decisionGrid(view: GridView): Promise<Reals[]> {
    return this.#perModel((fleet) => fleet.decisionGrid(view));
  }

  /** Each model's weights. */
  weights(): Promise<LayerTensors[][]> {
    return this.#tensors((fleet) => fleet.parameters());
  }

  /** Each model's gradient of the objective at the current step, which the next update will use. */
  gradients(): Promise<LayerTensors[][]> {
    return this.#tensors((fleet) => fleet.gradients());
  }

  /** Model i as a session of its own, at the same step with the same state. */
  async session(i: number): Promise<Session> {
    this.#check(i);
    const group = this.#groups.findIndex((models) => models.includes(i));
    const m = this.#groups[group]!.indexOf(i);
    const { pin } = this.#fleets[group]!;
    const state = await this.#fleets[group]!.state();
    const fleet = await Fleet.create(this.#backend, [this.#runs[i]!], this.data, undefined, pin);
    const session = new Session(fleet, this.#backend, this.why);
    await session.restore({ steps: state.steps, ...modelState(state, this.#groups[group]!.length, m) });
    return session;
  }

  /** What training has changed. `restore` goes on from it exactly, also on another device. */
  async state(): Promise<SweepState> {
    const parts = await this.#each(async (fleet) => {
      const state = await fleet.state();
      return fleet.runs.map((_, m) => modelState(state, fleet.models, m));
    });
    return { steps: this.steps, models: this.#gather(parts) };
  }

  /** @param state of a sweep of the same document; the models may have trained on another device. */
  async restore({ steps, models }: SweepState): Promise<void> {
    if (models.length !== this.models) {
      throw new SpecError(
        'state',
        `has ${models.length} models where the sweep has ${this.models}. Take its own state.`,
      );
    }
    for (const [group, fleet] of this.#fleets.entries()) {
      const own = this.#groups[group]!.map((model) => models[model]!);
      const joined = (key: keyof ModelState) => this.#joined(own.map((each) => each[key]));
      await fleet.restore({ steps, parameters: joined('parameters'), moments: joined('moments') });
      if (this.#inWaves) await fleet.park();
    }
  }

  /**
   * The best model by a metric: the lowest loss or the highest accuracy. Default: `validation.loss` where rows are held out,
   * else `train.loss`.
   */
  async best(metric?: Metric): Promise<Best> {
    const chosen = metric ?? (this.data.validation ? 'validation.loss' : 'train.loss');
    if (!METRICS.includes(chosen)) {
      throw new SpecError('metric', `"${chosen}" is not a metric. Allowed: ${METRICS.join(', ')}.`);
    }
    const diverged = await this.divergences();
    // A device may give finite losses for weights that are not.
    const values = (await this.evaluate()).map((scores, i) => (diverged[i] ? Number.NaN : metricOf(scores, chosen)));
    const sign = chosen.endsWith('.loss') ? 1 : -1;
    let model = -1;
    values.forEach((value, i) => {
      if (!Number.isNaN(value) && (model < 0 || sign * value < sign * values[model]!)) model = i;
    });
    if (model < 0) throw new BackendError('Every model of the sweep has diverged. Try smaller learning rates.');
    return { model, value: values[model]!, run: this.#runs[model]! };
  }

  /** All models back to their start. */
  async reset(): Promise<void> {
    await this.#each((fleet) => fleet.reset());
  }

  dispose(): void {
    for (const fleet of this.#fleets) fleet.dispose();
  }

  // -------------------------------------------------------------- fleets ↔ models

  #joined(parts: readonly Reals[]): Reals {
    const size = parts[0]!.length;
    const all = allocateReals(this.#backend.precision, parts.length * size);
    parts.forEach((part, i) => {
      all.set(part, i * size);
    });
    return all;
  }

  #check(i: number): void {
    if (!Number.isInteger(i) || i < 0 || i >= this.models) {
      throw new SpecError('model', `${i} is not a model. Allowed: 0 … ${this.models - 1}.`);
    }
  }

  async #each<T>(ask: (fleet: Fleet) => Promise<T>): Promise<{ fleet: Fleet; values: T }[]> {
    const parts: { fleet: Fleet; values: T }[] = [];
    for (const fleet of this.#fleets) {
      parts.push({ fleet, values: await ask(fleet) });
      if (this.#inWaves) await fleet.park();
    }
    return parts;
  }

  #scatter<T>(parts: readonly { values: T }[], put: (values: T, index: number, model: number) => void): void {
    parts.forEach(({ values }, group) => {
      this.#groups[group]!.forEach((model, index) => {
        put(values, index, model);
      });
    });
  }

  #gather<T>(parts: readonly { values: readonly T[] }[]): T[] {
    const all = new Array<T>(this.models);
    this.#scatter(parts, (values, index, model) => {
      all[model] = values[index]!;
    });
    return all;
  }

  async #tensors(ask: (fleet: Fleet) => Promise<Reals>): Promise<LayerTensors[][]> {
    const parts = await this.#each(async (fleet) => {
      const flat = await ask(fleet);
      return fleet.runs.map((_, m) => layerTensors(flat, fleet.plan.places, fleet.plan.params, m));
    });
    return this.#gather(parts);
  }

  async #perModel(ask: (fleet: Fleet) => Promise<Reals>): Promise<Reals[]> {
    const parts = await this.#each(async (fleet) => {
      const all = await ask(fleet);
      const size = all.length / fleet.models;
      return fleet.runs.map((_, m) => all.slice(m * size, (m + 1) * size));
    });
    return this.#gather(parts);
  }
}

/** Model m's part of the state of a fleet. */
function modelState({ parameters, moments }: FleetState, models: number, m: number): ModelState {
  const cut = (all: Reals) => all.slice((m * all.length) / models, ((m + 1) * all.length) / models);
  return { parameters: cut(parameters), moments: cut(moments) };
}

/** NaN where the data has no such rows or no classes. */
function metricOf(scores: Evaluation, metric: Metric): number {
  const [set, what] = metric.split('.') as ['train' | 'validation' | 'test', 'loss' | 'accuracy'];
  return scores[set]?.[what] ?? Number.NaN;
}
