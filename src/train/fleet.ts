// Models of one plan on one device, moving through training together. Sessions and sweeps are made of fleets.

import type { Backend, Program } from '../backend/backend.ts';
import { type Divergence, SpecError } from '../core/errors.ts';
import { allocateReals, type Reals } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import { scale } from '../data/standardize.ts';
import { HEALTHY } from '../ops/loss.ts';
import { RATE_SIZE } from '../ops/optimizer.ts';
import type { StrategyPin } from '../plan/choose.ts';
import { compile } from '../plan/compile.ts';
import {
  checkLimits,
  elements,
  maskWords,
  outputUnits,
  planBytes,
  scoreBlocks,
  tensorOffsets,
} from '../plan/memory.ts';
import type { Plan, SegmentName } from '../plan/plan.ts';
import type { CanonicalRun } from '../spec/types.ts';
import type { Watched } from './early-stopping.ts';
import { initialize } from './initialize.ts';
import { createPacer, type Pacer } from './pace.ts';
import { rateFactor } from './schedule.ts';
import { betas, dropKeys, dropScales, givenMasks, hyperTable, networkShape } from './settings.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/** Loss without penalty and dropout, and accuracy where the labels are classes, over a whole set of rows. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number | null;
}

/** Scores of one model; null where the data has no such rows. */
export interface Evaluation {
  readonly train: Score;
  readonly validation: Score | null;
  readonly test: Score | null;
}

/** The training objective of every model at one step. */
export interface RecordedLosses {
  readonly step: number;
  readonly losses: Reals;
}

/** Everything that training changes: what a model needs to go on exactly. */
export interface FleetState {
  readonly steps: number;
  /** [models × params] */
  readonly parameters: Reals;
  /** [models × moments × params] */
  readonly moments: Reals;
  /** What early stopping has seen of each model, [models]; null before the first epoch, and without it. */
  readonly watched: readonly Watched[] | null;
}

/** A grid over two inputs for pictures of the decision boundary; the other inputs stand at `base` (default 0). */
export interface GridView {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly columns: number;
  readonly rows: number;
  readonly xAxis?: number;
  readonly yAxis?: number;
  readonly base?: readonly number[];
}

/** All that training has changed in a number of models, and what was seen of it, away from any device. */
export interface ModelStates extends FleetState {
  readonly models: number;
  /** [models × (layers + 1)] */
  readonly health: Uint32Array;
  readonly history: readonly RecordedLosses[];
}

type Contents = Pick<ModelStates, 'parameters' | 'moments' | 'health'>;

/** How a fleet begins. */
export interface Beginning {
  /** Flat start weights [models × params]; drawn from each run's `init` without. */
  readonly initial?: Float64Array | undefined;
  /** Where the models stand; at their start without. */
  readonly states?: ModelStates | undefined;
  /** A strategy of the caller's own. */
  readonly pin?: StrategyPin | undefined;
  /** Processor threads to share the models between, at most; without, the backend's own one. */
  readonly threads?: number | undefined;
}

export class Fleet {
  readonly runs: readonly CanonicalRun[];
  readonly plan: Plan;
  readonly timeline: Timeline;
  readonly data: LoadedDataset;
  /** The caller's own choice of a strategy. */
  readonly pin: StrategyPin | undefined;
  /** Processor threads that share the models; undefined for the backend's own one. */
  readonly threads: number | undefined;
  /** Losses of the steps that the caller asked to record, in order. */
  readonly history: RecordedLosses[];
  /** What early stopping has seen since the start, where the document asks for it. */
  watched: readonly Watched[] | null;
  #steps: number;
  readonly #backend: Backend;
  #initial: Float64Array | undefined;
  readonly #pacer: Pacer;
  #program!: Program; // there whenever the models are on the device
  /** What goes on the device with the models; null while they are there. */
  #parked: Contents | null;
  /** Calls run one after another, in the order in which they were made. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Compiles, allocates and uploads.
   *
   * @throws LimitError before anything is allocated, when the device cannot hold it.
   * @param runs documents with one `planKey`, sharing data and batch order.
   */
  static async create(
    backend: Backend,
    runs: readonly CanonicalRun[],
    data: LoadedDataset,
    initial?: Float64Array,
    pin?: StrategyPin,
  ): Promise<Fleet> {
    const fleet = Fleet.parked(backend, runs, data, { initial, pin });
    await fleet.place();
    return fleet;
  }

  /** A fleet that is off the device until it is asked for something that needs it. @throws LimitError */
  static parked(
    backend: Backend,
    runs: readonly CanonicalRun[],
    data: LoadedDataset,
    beginning: Beginning = {},
  ): Fleet {
    const timeline = createTimeline(runs[0]!, data.train.count);
    const plan = compile(networkShape(runs, data, timeline), backend.traits, beginning.pin);
    checkLimits(plan, backend.limits);
    return new Fleet(backend, runs, data, timeline, plan, beginning);
  }

  private constructor(
    backend: Backend,
    runs: readonly CanonicalRun[],
    data: LoadedDataset,
    timeline: Timeline,
    plan: Plan,
    { initial, states, pin, threads }: Beginning,
  ) {
    this.runs = runs;
    this.plan = plan;
    this.timeline = timeline;
    this.data = data;
    this.pin = pin;
    this.threads = threads && Math.min(threads, runs.length);
    this.history = [...(states?.history ?? [])];
    this.watched = states?.watched ?? null;
    this.#steps = states?.steps ?? 0;
    this.#backend = backend;
    this.#initial = initial;
    this.#pacer = createPacer(backend, plan.tableSteps);
    this.#parked = states ?? this.#start();
  }

  get models(): number {
    return this.runs.length;
  }

  /** Updates done. */
  get steps(): number {
    return this.#steps;
  }

  /** Device memory that the models take while they are there. */
  get bytes(): number {
    return planBytes(this.plan, this.threads);
  }

  /** What runs the models, or ran them last, as people know it. */
  get adapter(): string {
    return (this.#program ?? this.#backend).adapter;
  }

  get isParked(): boolean {
    return this.#parked !== null;
  }

  /** Back to the same start. */
  reset(): Promise<void> {
    return this.#queue(async () => {
      this.#steps = 0;
      this.history.length = 0;
      this.watched = null;
      if (this.#parked) this.#parked = this.#start();
      else this.#write(this.#start());
    });
  }

  /**
   * Makes `count` updates, in slices short enough to keep a page alive.
   *
   * @param recorded which steps' losses to keep in `history`.
   */
  step(count: number, recorded: (step: number) => boolean = () => false): Promise<void> {
    return this.#inTurn(() => this.#advance(count, recorded));
  }

  /** Every model's training objective at the current step, [models]. */
  losses(): Promise<Reals> {
    return this.#inTurn(async () => {
      this.#writeTables(1);
      await this.#run('loss');
      return this.#readReals('losses', 0, this.models);
    });
  }

  /** The gradient that the next update would use before clipping, flat, [models × params]. */
  gradients(): Promise<Reals> {
    return this.#inTurn(async () => {
      this.#writeTables(1);
      await this.#run('gradients');
      return this.#readReals('gradients');
    });
  }

  /** Flat parameters, [models × params]. */
  parameters(): Promise<Reals> {
    return this.#inTurn(() => this.#readReals('parameters'));
  }

  /** A copy of what training has changed. The models stay where they are, on the device or off it. */
  state(): Promise<ModelStates> {
    return this.#queue(async () => ({
      ...(this.#parked ?? (await this.#contents())),
      models: this.models,
      steps: this.#steps,
      history: [...this.history],
      watched: this.watched,
    }));
  }

  /** Goes on from a state of a fleet of the same plan and number of models. */
  restore(state: FleetState): Promise<void> {
    return this.#inTurn(async () => {
      this.#steps = state.steps;
      this.watched = state.watched;
      this.#program.write('parameters', state.parameters);
      this.#program.write('moments', state.moments);
    });
  }

  /** Replaces the weights alone, [models × params]. */
  setParameters(parameters: Reals): Promise<void> {
    return this.#inTurn(async () => this.#program.write('parameters', parameters));
  }

  /** Where each model stopped being finite first, or null. */
  divergences(): Promise<(Divergence | null)[]> {
    return this.#inTurn(async () => {
      const health = (await this.#program.read('health')) as Uint32Array;
      const slots = health.length / this.models;
      return this.runs.map((_, m) => firstDivergence(health.subarray(m * slots, (m + 1) * slots)));
    });
  }

  /** Scores on one set of rows; null where the data has no such rows. */
  score(set: 'train' | 'validation' | 'test'): Promise<(Score | null)[]> {
    return this.#inTurn(() => this.#score(set));
  }

  evaluate(): Promise<Evaluation[]> {
    return this.#inTurn(async () => {
      const train = await this.#score('train');
      const validation = await this.#score('validation');
      const test = await this.#score('test');
      return train.map((score, m) => ({ train: score!, validation: validation[m]!, test: test[m]! }));
    });
  }

  /**
   * Probabilities, or values, for rows of x as the data has them (before any standardization).
   *
   * @param x [rows × inputs] → [models × rows × outputs]
   */
  predict(x: Float64Array): Promise<Reals> {
    const scaled = this.data.scaling ? scale(x, this.data.scaling) : x;
    const { inputs } = this.data;
    return this.#inTurn(() =>
      this.#inPasses(scaled.length / inputs, 'predict', (first, rows) => {
        this.#program.write('predict_x', scaled.subarray(first * inputs, (first + rows) * inputs));
      }),
    );
  }

  /** Outputs over a grid, row by row from the lowest y: [models × (rows · columns) × outputs]. */
  decisionGrid(view: GridView): Promise<Reals> {
    const { xAxis = 0, yAxis = 1, columns, rows } = view;
    const bounds = [...this.#scaled(xAxis, view.x), ...this.#scaled(yAxis, view.y)];
    const base = Float64Array.from({ length: this.data.inputs }, (_, i) => this.#scaled(i, [view.base?.[i] ?? 0])[0]!);
    return this.#inTurn(() => {
      this.#program.write('grid_base', base);
      return this.#inPasses(columns * rows, 'grid', (first) => {
        this.#program.write('grid', Float64Array.from([...bounds, columns, rows, xAxis, yAxis, first]));
      });
    });
  }

  /** Puts the models on the device. Every call that needs them there does. */
  place(): Promise<void> {
    return this.#inTurn(async () => {});
  }

  /** Takes the models off the device; the next call that needs them there brings them back as they were. */
  park(): Promise<void> {
    return this.#queue(async () => {
      if (this.#parked) return;
      const contents = await this.#contents();
      this.#program.dispose();
      this.#parked = contents;
    });
  }

  dispose(): void {
    if (!this.#parked) this.#program.dispose();
  }

  // -------------------------------------------------------------- uploads

  #uploadRows(): void {
    for (const set of ['train', 'validation', 'test'] as const) {
      const rows = this.data[set];
      if (!rows) continue;
      this.#program.write(`${set}_x`, rows.x);
      this.#program.write(`${set}_y`, rows.y);
    }
  }

  #uploadSettings(): void {
    const { shape, places, params } = this.plan;
    this.#program.write('hyper', hyperTable(this.runs, this.data.train.count));
    this.#program.write('drop_keys', dropKeys(this.runs));
    this.#program.write('drop_scale', dropScales(this.runs));
    this.#program.write('tensor_offsets', Uint32Array.from(tensorOffsets(places, params)));
    const own = shape.sharedMasks ? this.runs.slice(0, 1) : this.runs;
    own.forEach((run, m) => {
      this.#program.write('drop_masks', givenMasks(run, this.timeline), m * maskWords(shape));
    });
  }

  #start(): Contents {
    const { layers, models } = this.plan.shape;
    this.#initial ??= drawInitial(this.runs, this.plan);
    const parameters = allocateReals(this.#backend.precision, this.#initial.length);
    parameters.set(this.#initial);
    return {
      parameters,
      moments: allocateReals(this.#backend.precision, elements(this.plan.buffers.moments!)),
      health: new Uint32Array(models * (layers.length + 1)).fill(HEALTHY),
    };
  }

  #write({ parameters, moments, health }: Contents): void {
    this.#program.write('parameters', parameters);
    this.#program.write('moments', moments);
    this.#program.write('health', health);
  }

  async #contents(): Promise<Contents> {
    const parameters = await this.#readReals('parameters');
    const moments = await this.#readReals('moments');
    const health = (await this.#program.read('health')) as Uint32Array;
    return { parameters, moments, health };
  }

  /** Fills the tables for the next `count` steps. */
  #writeTables(count: number): void {
    const first = this.#steps;
    const { batch, gather } = this.timeline;
    const steps = Array.from({ length: count }, (_, index) => first + index);
    this.#program.write('clock', Uint32Array.of(first, first, first + count));
    this.#program.write(
      'batch_rows',
      Uint32Array.from(steps, (step) => this.timeline.batchRows(step)),
    );
    this.#writeRates(steps);
    if (!gather) return;
    const order = new Uint32Array(count * batch);
    for (let index = 0; index < count; index++) this.timeline.writeOrder(first + index, order, index * batch);
    this.#program.write('order', order);
  }

  /** [models, or 1 where all share them][table steps][RATE_SIZE] */
  #writeRates(steps: readonly number[]): void {
    const runs = this.plan.shape.sharedRates ? this.runs.slice(0, 1) : this.runs;
    const stride = this.plan.tableSteps * RATE_SIZE;
    const rates = new Float64Array((runs.length - 1) * stride + steps.length * RATE_SIZE);
    runs.forEach(({ optimizer }, m) => {
      const [beta1, beta2] = betas(optimizer);
      steps.forEach((step, index) => {
        const at = m * stride + index * RATE_SIZE;
        rates[at] = rateFactor(optimizer, this.timeline.moment(step));
        rates[at + 1] = 1 / (1 - beta1 ** (step + 1));
        rates[at + 2] = 1 / (1 - beta2 ** (step + 1));
      });
    });
    this.#program.write('rates', rates);
  }

  // -------------------------------------------------------------- running

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Queues work that needs the models on the device. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue(async () => {
      if (this.#parked) await this.#unpark(this.#parked);
      return work();
    });
  }

  async #unpark(contents: Contents): Promise<void> {
    this.#program = await this.#backend.build(this.plan, this.threads);
    this.#parked = null;
    this.#uploadRows();
    this.#uploadSettings();
    this.#write(contents);
  }

  async #advance(count: number, recorded: (step: number) => boolean): Promise<void> {
    this.#pacer.begin();
    const target = this.#steps + count;
    const pending: Promise<RecordedLosses[]>[] = [];
    while (this.#steps < target) {
      const first = this.#steps;
      const slice = Math.min(target - first, this.#pacer.slice());
      this.#writeTables(slice);
      this.#program.run('step', slice, (index) => recorded(first + index));
      this.#steps += slice;
      const reading = this.#readLosses(first, slice, recorded);
      reading.catch(() => {}); // a lost device ends this loop before its reads are waited for
      pending.push(reading);
      await this.#pacer.pause(slice, this.#program);
    }
    for (const losses of await Promise.all(pending)) this.history.push(...losses);
    await this.#program.finished();
  }

  /** The recorded losses of a slice, read before the next slice overwrites them. */
  async #readLosses(first: number, slice: number, recorded: (step: number) => boolean): Promise<RecordedLosses[]> {
    const rows = Array.from({ length: slice }, (_, row) => row).filter((row) => recorded(first + row));
    if (rows.length === 0) return [];
    const low = rows[0]!;
    const high = rows[rows.length - 1]!;
    const losses = await this.#readReals('losses', low * this.models, (high - low + 1) * this.models);
    return rows.map((row) => {
      const start = (row - low) * this.models;
      return { step: first + row, losses: losses.slice(start, start + this.models) };
    });
  }

  /** Runs a segment other than `step` once; the first time it is compiled. */
  async #run(segment: SegmentName): Promise<void> {
    await this.#program.prepare(segment);
    this.#program.run(segment);
  }

  async #readReals(buffer: string, offset?: number, length?: number): Promise<Reals> {
    return (await this.#program.read(buffer, offset, length)) as Reals;
  }

  async #score(set: 'train' | 'validation' | 'test'): Promise<(Score | null)[]> {
    const rows = this.data[set]?.count ?? 0;
    if (rows === 0) return this.runs.map(() => null);
    const segments = { train: 'evaluateTrain', validation: 'evaluateValidation', test: 'evaluateTest' } as const;
    await this.#run(segments[set]);
    const scores = await this.#readReals(`${set}_scores`);
    const blocks = scoreBlocks(rows);
    return this.runs.map((_, m) => {
      let loss = 0;
      let hits = 0;
      for (let block = m * blocks; block < (m + 1) * blocks; block++) {
        loss += scores[2 * block]!;
        hits += scores[2 * block + 1]!;
      }
      return { loss: loss / rows, accuracy: this.data.classes === null ? null : hits / rows };
    });
  }

  /** Runs a prediction segment over `total` rows and puts the passes together model by model. */
  async #inPasses(total: number, segment: SegmentName, prepare: (first: number, rows: number) => void): Promise<Reals> {
    const pass = this.plan.predictRows;
    const outputs = outputUnits(this.plan.shape);
    const all = allocateReals(this.#backend.precision, this.models * total * outputs);
    for (let first = 0; first < total; first += pass) {
      const rows = Math.min(pass, total - first);
      prepare(first, rows);
      await this.#run(segment);
      const part = await this.#readReals('predictions');
      for (let m = 0; m < this.models; m++) {
        const start = m * pass * outputs;
        all.set(part.subarray(start, start + rows * outputs), (m * total + first) * outputs);
      }
    }
    return all;
  }

  /** Values of input `i` as the network sees them. */
  #scaled(i: number, values: readonly number[]): number[] {
    const { scaling } = this.data;
    return values.map((value) => (scaling ? (value - scaling.mean[i]!) / scaling.deviation[i]! : value));
  }
}

function drawInitial(runs: readonly CanonicalRun[], plan: Plan): Float64Array {
  const initial = new Float64Array(runs.length * plan.params);
  for (const [m, run] of runs.entries()) {
    initialize(run, plan.places, initial.subarray(m * plan.params, (m + 1) * plan.params));
  }
  return initial;
}

/** The earliest entry of one model's health; weights are named before the loss that they spoil. */
function firstDivergence(health: Uint32Array): Divergence | null {
  const step = Math.min(...health);
  if (step === HEALTHY) return null;
  const layer = health.findIndex((first, slot) => slot > 0 && first === step);
  return layer > 0 ? { step, layer, what: 'weights' } : { step, layer: 0, what: 'loss' };
}

/** Checks rows for prediction and makes them flat. */
export function flattenRows(
  x: readonly (readonly number[])[] | Float32Array | Float64Array,
  inputs: number,
): Float64Array {
  if (ArrayBuffer.isView(x)) {
    if (x.length % inputs === 0) return Float64Array.from(x);
    throw new SpecError('x', `${x.length} values are no whole rows of ${inputs} inputs. Pass rows × ${inputs} values.`);
  }
  x.forEach((row, r) => {
    if (row.length !== inputs) {
      throw new SpecError(`x[${r}]`, `has ${row.length} values. Allowed: ${inputs}, the inputs of the network.`);
    }
  });
  return Float64Array.from(x.flat());
}
