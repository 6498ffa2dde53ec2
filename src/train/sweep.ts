// A sweep: many models of one document, trained together. Models of one plan form a fleet; their order is the document's.

import { BackendError, type Divergence, SpecError } from '../core/errors.ts';
import { allocateReals, type Reals } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import { toSafetensors } from '../io/safetensors.ts';
import { RANK_METRICS, type Rung, rungsOf } from '../spec/halving.ts';
import { type ModelPatch, readSweep, type Search, type Vary } from '../spec/patch.ts';
import { totalSteps } from '../spec/steps.ts';
import type { CanonicalRun, Run } from '../spec/types.ts';
import { fitToData } from '../spec/validate.ts';
import { chooseBackend } from './backends.ts';
import { type Evaluation, type Fleet, type FleetState, flattenRows, type GridView } from './fleet.ts';
import { arrange, type Ground, gather, makeRoom, type Part, placeFirst, placesOf, totalBytes } from './parts.ts';
import { type RecordEntry, recordOf } from './record.ts';
import { prepareRun, Session, type SessionOptions } from './session.ts';
import { threadsFor, trainingWork } from './threads.ts';
import { type Progress, stepRecorded, type TrainOptions, train } from './train.ts';
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

export const METRICS = [...RANK_METRICS, 'test.loss', 'test.accuracy'] as const;
export type Metric = (typeof METRICS)[number];

export interface Best {
  readonly model: number;
  /** Updates that it has made. */
  readonly steps: number;
  readonly value: number;
  readonly run: CanonicalRun;
}

/** Everything that training changes, model by model: how the models lie on the device does not matter. */
export interface SweepState {
  /** Updates done by the models that are still training. */
  readonly steps: number;
  /** Rungs of successive halving that have ended. */
  readonly rung: number;
  readonly models: readonly ModelState[];
}

export interface ModelState extends FleetState {
  /** Has successive halving stopped it? */
  readonly stopped: boolean;
  /** When the loss and each layer's weights first left the finite numbers, as the device keeps it. */
  readonly health: Uint32Array;
}

/** Progress of all models together; `step` is that of the models which are still training. */
export interface SweepProgress extends Progress {
  readonly models: number;
  /** Models that are still training: successive halving stops the others. */
  readonly training: number;
  /** The rung of successive halving, from 1, of so many; 1 of 1 without. */
  readonly rung: number;
  readonly rungs: number;
  /** The part of all models' updates that is done, from 0 to 1. */
  readonly done: number;
}

/**
 * Expands the models, reads the data once, compiles and uploads.
 *
 * @throws SpecError · DataError · BackendError · LimitError
 */
export async function createSweep(input: SweepInput, options: SweepOptions = {}): Promise<Sweep> {
  const { models, halving } = readSweep(input);
  const { fitted, data } = await prepareRun(models[0], options.readText);
  const { inputs, targets, classes } = data;
  const shape = { inputs, targets, classes, trainRows: data.train.count };
  const runs = [fitted, ...models.slice(1).map((run) => fitToData(run, shape))];
  const steps = totalSteps(fitted, data.train.count);
  const rungs = halving ? rungsOf(halving, runs.length, steps) : [{ models: runs.length, steps }];
  const metric = halving?.metric ?? (data.validation ? 'validation.loss' : 'train.loss');
  if (halving && metric.endsWith('accuracy') && classes === null) {
    throw new SpecError('search.metric', `"${metric}" needs class labels, and these are numbers. Write a loss.`);
  }
  const { backend, why } = await chooseBackend(options);
  const threads = threadsFor(backend, trainingWork(fitted, data, runs.length, updatesOf(rungs)));
  const ground = { backend, data, runs, memoryBytes: options.memoryBytes ?? MEMORY_BYTES, pin: options.pin, threads };
  const parts = arrange(ground, [...runs.keys()]);
  await placeFirst(parts, ground.memoryBytes);
  return new Sweep(ground, why, parts, rungs, metric);
}

export class Sweep {
  readonly models: number;
  readonly data: LoadedDataset;
  /** Why this backend was chosen. */
  readonly why: string;
  /** The rungs of successive halving; without it one, of all models to the last step. */
  readonly rungs: readonly Rung[];
  /** What `best` and successive halving rank by unless told otherwise. */
  readonly metric: Metric;
  readonly #ground: Ground;
  /** The rung that the models are on. */
  #rung = 0;
  #training: readonly Part[];
  /** Models that did not go on from a rung. */
  #stopped: readonly Part[] = [];

  /** Use `createSweep`. */
  constructor(ground: Ground, why: string, parts: readonly Part[], rungs: readonly Rung[], metric: Metric) {
    this.models = ground.runs.length;
    this.data = ground.data;
    this.why = why;
    this.rungs = rungs;
    this.metric = metric;
    this.#ground = ground;
    this.#training = parts;
  }

  get backend(): Session['backend'] {
    const { name, precision } = this.#ground.backend;
    const { plan, adapter } = this.#parts.reduce((a, b) => (b.models.length > a.models.length ? b : a)).fleet;
    return { name, adapter, precision, strategy: plan.strategy.name, why: this.why };
  }

  /**
   * Updates done by the models that are still training: the same for all. After an interruption some may be ahead; then it
   * is the least.
   */
  get steps(): number {
    const parts = this.#training.length > 0 ? this.#training : this.#stopped.slice(-1);
    return Math.min(...parts.map(({ fleet }) => fleet.steps));
  }

  /** Into how many waves the models are split that are still training; 1 where the device holds them all. */
  get waves(): number {
    return this.#inWaves ? this.#training.length : 1;
  }

  get totalSteps(): number {
    return this.rungs.at(-1)!.steps;
  }

  /** Model i's whole document: run alone, it gives the same bits on the same device after as many updates. */
  run(i: number): CanonicalRun {
    this.#check(i);
    return this.#ground.runs[i]!;
  }

  /** Updates that each model has made: fewer where successive halving has stopped it. */
  modelSteps(): number[] {
    return this.#gather(this.#parts.map(({ fleet, models }) => ({ models, values: models.map(() => fleet.steps) })));
  }

  /**
   * Makes `count` updates of every model that is still training, those that an interruption left behind some more.
   * Successive halving stops models at the end of a rung as in `train`. Models that diverge go on; `divergences` names them.
   */
  async step(count = 1): Promise<void> {
    const goal = count + Math.max(0, ...this.#training.map(({ fleet }) => fleet.steps));
    while (this.#training.length > 0) {
      const end = this.#isLastRung ? goal : Math.min(goal, this.#rungEnd);
      await this.#each((fleet) => stepRecorded(fleet, end - fleet.steps), this.#training);
      if (this.#isLastRung || end < this.#rungEnd) return;
      await this.#cut();
    }
  }

  /**
   * Trains every model to the end of the document, or to the rung where successive halving stops it. An abort ends the loop
   * without an error, and the sweep can go on.
   */
  async *train(options: TrainOptions = {}): AsyncGenerator<SweepProgress> {
    while (this.#training.length > 0) {
      // Fleets that fit the device together take a slice each in turn; waves run one after another.
      const rounds = this.#inWaves ? this.#training.map((part) => [part]) : [this.#training];
      for (const parts of rounds) yield* this.#trainTogether(parts, options);
      const isBetween = (options.until ?? this.#rungEnd) < this.#rungEnd;
      if (options.signal?.aborted || isBetween || this.#isLastRung) return;
      await this.#cut();
    }
  }

  async *#trainTogether(parts: readonly Part[], options: TrainOptions): AsyncGenerator<SweepProgress> {
    await makeRoom(parts, this.#parts, this.#ground.memoryBytes);
    const running = new Set(parts.map(({ fleet }) => train(fleet, options, this.#rungEnd)));
    while (running.size > 0) {
      // Processor threads work for several fleets at once; on a device of one queue each has its turn.
      const turns = this.#ground.threads ? [[...running]] : [...running].map((loop) => [loop]);
      for (const loops of turns) {
        const reports = await Promise.all(loops.map((loop) => loop.next()));
        for (const [i, { done, value }] of reports.entries()) {
          if (done) running.delete(loops[i]!);
          else yield this.#progress(value);
        }
      }
    }
  }

  #progress(of: Progress): SweepProgress {
    const training = countModels(this.#training);
    return {
      ...of,
      // The mean: in waves some are ahead.
      step: Math.floor(countUpdates(this.#training) / training),
      models: this.models,
      training,
      rung: this.#rung + 1,
      rungs: this.rungs.length,
      done: this.totalSteps === 0 ? 1 : countUpdates(this.#parts) / updatesOf(this.rungs),
    };
  }

  get #rungEnd(): number {
    return this.rungs[this.#rung]!.steps;
  }

  get #isLastRung(): boolean {
    return this.#rung === this.rungs.length - 1;
  }

  /** Ends a rung: the best models go on in fleets of their own, the others leave the device. */
  async #cut(): Promise<void> {
    const going = new Set((await this.#ranked()).slice(0, this.rungs[this.#rung + 1]!.models));
    for (const { fleet } of this.#training) await fleet.park();
    const places = await placesOf(this.#training);
    const inOrder = [...places.keys()].sort((a, b) => a - b);
    const survivors = inOrder.filter((model) => going.has(model));
    const others = inOrder.filter((model) => !going.has(model));
    this.#training = arrange(this.#ground, survivors, places);
    this.#stopped = [...this.#stopped, ...arrange(this.#ground, others, places)];
    this.#rung++;
  }

  /** The models that are still training, without the diverged, best first. */
  async #ranked(): Promise<number[]> {
    const values = new Array<number>(this.models).fill(Number.NaN);
    const [set, what] = partsOf(this.metric);
    const scored = await this.#each(
      async (fleet) => ({ scores: await fleet.score(set), diverged: await fleet.divergences() }),
      this.#training,
    );
    for (const {
      models,
      values: { scores, diverged },
    } of scored) {
      models.forEach((model, m) => {
        if (!diverged[m]) values[model] = scores[m]?.[what] ?? Number.NaN;
      });
    }
    return rank(values, this.metric);
  }

  /** Each model's training objective at its current step, [models]. */
  async losses(): Promise<Reals> {
    const parts = await this.#each((fleet) => fleet.losses());
    const all = allocateReals(this.#ground.backend.precision, this.models);
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
      losses.map(({ fleet, models, values }) => ({
        models,
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
    const { fleet, models } = this.#partOf(i);
    const place = { states: await fleet.state(), m: models.indexOf(i) };
    const [alone] = arrange(this.#ground, [i], new Map([[i, place]]));
    await alone!.fleet.place();
    return new Session(alone!.fleet, this.#ground.backend, this.why);
  }

  /** Model i's weights and document, as a safetensors file. */
  async toSafetensors(i: number): Promise<Uint8Array> {
    const run = this.run(i);
    return toSafetensors((await this.weights())[i]!, run, this.data);
  }

  /** What training has changed. `restore` goes on from it exactly, also on another device. */
  async state(): Promise<SweepState> {
    const models = new Array<ModelState>(this.models);
    const halted = new Set(this.#stopped.flatMap((part) => part.models));
    for (const [i, { states, m }] of await placesOf(this.#parts)) {
      const place = { states: { ...states, history: [] }, m };
      const { steps, parameters, moments, watched, health } = gather([place], this.#ground.backend.precision);
      models[i] = { steps, stopped: halted.has(i), parameters, moments, watched, health };
    }
    return { steps: this.steps, rung: this.#rung, models };
  }

  /** @param state of a sweep of the same document; the models may have trained on another device. */
  async restore({ rung, models }: SweepState): Promise<void> {
    if (models.length !== this.models) {
      throw new SpecError(
        'state',
        `has ${models.length} models where the sweep has ${this.models}. Take its own state.`,
      );
    }
    const places = new Map(models.map((state, i) => [i, { states: { ...state, models: 1, history: [] }, m: 0 }]));
    const numbers = [...places.keys()];
    this.dispose();
    this.#rung = rung;
    this.#training = arrange(
      this.#ground,
      numbers.filter((i) => !models[i]!.stopped),
      places,
    );
    this.#stopped = arrange(
      this.#ground,
      numbers.filter((i) => models[i]!.stopped),
      places,
    );
  }

  /**
   * The best model by a metric, each where it stands: the lowest loss or the highest accuracy, the first one of several. Default:
   * what successive halving ranks by, else `validation.loss` where rows are held out, else `train.loss`.
   */
  async best(metric: Metric = this.metric): Promise<Best> {
    if (!METRICS.includes(metric)) {
      throw new SpecError('metric', `"${metric}" is not a metric. Allowed: ${METRICS.join(', ')}.`);
    }
    const diverged = await this.divergences();
    const [set, what] = partsOf(metric);
    // A device may give finite losses for weights that are not.
    const values = (await this.evaluate()).map((scores, i) =>
      diverged[i] ? Number.NaN : (scores[set]?.[what] ?? Number.NaN),
    );
    const [model] = rank(values, metric);
    if (model === undefined)
      throw new BackendError('Every model of the sweep has diverged. Try smaller learning rates.');
    return { model, steps: this.modelSteps()[model]!, value: values[model]!, run: this.run(model) };
  }

  /** All models back to their start. */
  async reset(): Promise<void> {
    if (this.#rung === 0) {
      await Promise.all(this.#training.map(({ fleet }) => fleet.reset()));
      return;
    }
    this.dispose();
    this.#rung = 0;
    this.#stopped = [];
    this.#training = arrange(this.#ground, [...this.#ground.runs.keys()]);
  }

  dispose(): void {
    for (const { fleet } of this.#parts) fleet.dispose();
  }

  // -------------------------------------------------------------- fleets ↔ models

  get #parts(): readonly Part[] {
    return [...this.#training, ...this.#stopped];
  }

  /** Do the fleets take turns on the device? */
  get #inWaves(): boolean {
    return totalBytes(this.#training) > this.#ground.memoryBytes;
  }

  #check(i: number): void {
    if (!Number.isInteger(i) || i < 0 || i >= this.models) {
      throw new SpecError('model', `${i} is not a model. Allowed: 0 … ${this.models - 1}.`);
    }
  }

  #partOf(i: number): Part {
    this.#check(i);
    return this.#parts.find(({ models }) => models.includes(i))!;
  }

  async #each<T>(ask: (fleet: Fleet) => Promise<T>, parts = this.#parts): Promise<Asked<T>[]> {
    if (this.#ground.threads && totalBytes(parts) <= this.#ground.memoryBytes) {
      await makeRoom(parts, this.#parts, this.#ground.memoryBytes);
      return Promise.all(parts.map(async (part) => ({ ...part, values: await ask(part.fleet) })));
    }
    const answers: Asked<T>[] = [];
    for (const part of parts) {
      await makeRoom([part], this.#parts, this.#ground.memoryBytes);
      answers.push({ ...part, values: await ask(part.fleet) });
    }
    return answers;
  }

  #scatter<T>(parts: readonly Answer<T>[], put: (values: T, index: number, model: number) => void): void {
    for (const { models, values } of parts) {
      models.forEach((model, index) => {
        put(values, index, model);
      });
    }
  }

  #gather<T>(parts: readonly Answer<readonly T[]>[]): T[] {
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

/** What a fleet answers for its models. */
interface Answer<T> {
  readonly models: readonly number[];
  readonly values: T;
}
type Asked<T> = Part & Answer<T>;

const countModels = (parts: readonly Part[]): number => parts.reduce((sum, { models }) => sum + models.length, 0);

const countUpdates = (parts: readonly Part[]): number =>
  parts.reduce((sum, { models, fleet }) => sum + models.length * fleet.steps, 0);

/** Updates of all models to the end of the last rung. */
const updatesOf = (rungs: readonly Rung[]): number =>
  rungs.reduce((sum, { models, steps }, i) => sum + models * (steps - (rungs[i - 1]?.steps ?? 0)), 0);

const partsOf = (metric: Metric) => metric.split('.') as ['train' | 'validation' | 'test', 'loss' | 'accuracy'];

/** The numbers of the models that have a value, best first, the lower number first where values are equal. */
function rank(values: readonly number[], metric: Metric): number[] {
  const sign = metric.endsWith('.loss') ? 1 : -1;
  const ranked = [...values.keys()].filter((model) => !Number.isNaN(values[model]));
  return ranked.sort((a, b) => sign * (values[a]! - values[b]!) || a - b);
}
