// The sweeps of a job as one: their models are numbered through, and one clock moves all of them side by side. A sweep's
// models share their batches, so runs with other batches are a group of their own. Knows nothing of the page.

import {
  createSweep,
  type Divergence,
  type Evaluation,
  type GridView,
  type LayerTensors,
  type LoadedDataset,
  type Session,
  type Sweep,
  type SweepInput,
  type SweepOptions,
  type SweepState,
  stepsPerEpoch,
} from '../../src/index.ts';
import type { Length } from './protocol.ts';

interface Group {
  readonly sweep: Sweep;
  /** Has early stopping ended it before its last step? */
  hasEnded: boolean;
}

/** What `restore` goes on from, also on another device. */
export interface GroupsState {
  readonly steps: number;
  readonly groups: readonly { readonly state: SweepState; readonly hasEnded: boolean }[];
}

/** @param inputs sweeps of networks alike, over the same data */
export async function createGroups(inputs: readonly SweepInput[], options: SweepOptions): Promise<Groups> {
  const sweeps: Sweep[] = [];
  try {
    for (const input of inputs) sweeps.push(await createSweep(input, options));
  } catch (error) {
    for (const sweep of sweeps) sweep.dispose();
    throw error;
  }
  return new Groups(sweeps);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

export class Groups {
  readonly data: LoadedDataset;
  readonly models: number;
  /** Of the clock: the steps of the group that makes the most. */
  readonly totalSteps: number;
  /** Whenever the clock has made so many steps, each group is at the same part of its run, to the step. */
  readonly round: number;
  readonly #groups: readonly Group[];
  #steps = 0;

  /** Use `createGroups`. */
  constructor(sweeps: readonly Sweep[]) {
    const totals = sweeps.map(({ totalSteps }) => totalSteps);
    this.data = sweeps[0]!.data;
    this.models = sweeps.reduce((sum, { models }) => sum + models, 0);
    this.totalSteps = Math.max(...totals);
    this.round = Math.max(1, this.totalSteps / Math.max(1, totals.reduce(greatestDivisor)));
    this.#groups = sweeps.map((sweep) => ({ sweep, hasEnded: false }));
  }

  /** What the clock says. A group has made the whole steps that fall into the same part of its own run. */
  get steps(): number {
    return this.#steps;
  }

  get hasEnded(): boolean {
    return this.#groups.every(({ hasEnded }) => hasEnded);
  }

  get backend(): Sweep['backend'] {
    return this.#groups[0]!.sweep.backend;
  }

  /** The sweep that a model belongs to, and its number there. */
  at(model: number): { readonly sweep: Sweep; readonly index: number } {
    let index = model;
    for (const { sweep } of this.#groups) {
      if (index < sweep.models) return { sweep, index };
      index -= sweep.models;
    }
    throw new RangeError(`${model} is not a model. Allowed: 0 … ${this.models - 1}.`);
  }

  run(model: number): ReturnType<Sweep['run']> {
    const { sweep, index } = this.at(model);
    return sweep.run(index);
  }

  /** How long each model's own run is, [models]. */
  lengths(): Length[] {
    return this.#perModel((sweep, m) => ({
      steps: sweep.totalSteps,
      stepsPerEpoch: stepsPerEpoch(sweep.run(m), sweep.data.train.count),
    }));
  }

  /** Updates that each model has made, [models]. */
  modelSteps(): number[] {
    return this.#perModel((sweep) => sweep.steps);
  }

  /** Moves the clock on, up to where early stopping ends the last group. */
  async goOn(until: number): Promise<void> {
    for (const group of this.#groups) {
      if (!group.hasEnded) group.hasEnded = !(await reach(group.sweep, this.#share(group.sweep, until)));
    }
    this.#steps = this.hasEnded ? Math.max(...this.#groups.map(({ sweep }) => this.#clockOf(sweep))) : until;
  }

  async losses(): Promise<number[]> {
    return this.#ask(async (sweep) => [...(await sweep.losses())]);
  }

  evaluate(): Promise<Evaluation[]> {
    return this.#ask((sweep) => sweep.evaluate());
  }

  divergences(): Promise<(Divergence | null)[]> {
    return this.#ask((sweep) => sweep.divergences());
  }

  weights(): Promise<LayerTensors[][]> {
    return this.#ask((sweep) => sweep.weights());
  }

  gradients(): Promise<LayerTensors[][]> {
    return this.#ask((sweep) => sweep.gradients());
  }

  decisionGrid(view: GridView): Promise<Float32Array[]> {
    return this.#ask(async (sweep) => (await sweep.decisionGrid(view)).map((grid) => Float32Array.from(grid)));
  }

  session(model: number): Promise<Session> {
    const { sweep, index } = this.at(model);
    return sweep.session(index);
  }

  async state(): Promise<GroupsState> {
    const groups = [];
    for (const { sweep, hasEnded } of this.#groups) groups.push({ state: await sweep.state(), hasEnded });
    return { steps: this.#steps, groups };
  }

  async restore({ steps, groups }: GroupsState): Promise<void> {
    for (const [g, { state, hasEnded }] of groups.entries()) {
      await this.#groups[g]!.sweep.restore(state);
      this.#groups[g]!.hasEnded = hasEnded;
    }
    this.#steps = steps;
  }

  async reset(): Promise<void> {
    for (const group of this.#groups) {
      await group.sweep.reset();
      group.hasEnded = false;
    }
    this.#steps = 0;
  }

  dispose(): void {
    for (const { sweep } of this.#groups) sweep.dispose();
  }

  /** The steps of a group when the clock stands at `steps`; past the end too. */
  #share(sweep: Sweep, steps: number): number {
    if (sweep.totalSteps === this.totalSteps) return steps;
    return Math.floor((steps * sweep.totalSteps) / this.totalSteps);
  }

  /** The first step of the clock at which a group has made its present steps. */
  #clockOf({ steps, totalSteps }: Sweep): number {
    return totalSteps === this.totalSteps ? steps : Math.ceil((steps * this.totalSteps) / totalSteps);
  }

  #perModel<T>(tell: (sweep: Sweep, model: number) => T): T[] {
    return this.#groups.flatMap(({ sweep }) => Array.from({ length: sweep.models }, (_, m) => tell(sweep, m)));
  }

  /** One group after the other: a device that is lost under one is lost under all. */
  async #ask<T>(ask: (sweep: Sweep) => Promise<T[]>): Promise<T[]> {
    const answers: T[] = [];
    for (const { sweep } of this.#groups) answers.push(...(await ask(sweep)));
    return answers;
  }
}

/** Trains up to a step, or to where early stopping ends it before; was the step reached? */
async function reach(sweep: Sweep, until: number): Promise<boolean> {
  if (!sweep.run(0).earlyStopping) await sweep.step(Math.max(0, until - sweep.steps));
  else for await (const _ of sweep.train({ until }));
  return sweep.steps >= until;
}
