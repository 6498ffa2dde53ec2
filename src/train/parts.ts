// How the models of a sweep are put into fleets: models of one plan together, as many as the memory and the device's buffers take.

import type { Backend } from '../backend/backend.ts';
import { allocateReals, type Precision } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import type { StrategyPin } from '../plan/choose.ts';
import type { CanonicalRun } from '../spec/types.ts';
import { Fleet, type ModelStates } from './fleet.ts';
import { planKey } from './settings.ts';
import { modelsPerWave } from './waves.ts';

/** A fleet, and the sweep's numbers of its models. */
export interface Part {
  readonly fleet: Fleet;
  readonly models: readonly number[];
}

/** What all fleets of a sweep stand on. */
export interface Ground {
  readonly backend: Backend;
  readonly data: LoadedDataset;
  /** All models' documents. */
  readonly runs: readonly CanonicalRun[];
  /** Device memory that the models may take at once. */
  readonly memoryBytes: number;
  readonly pin: StrategyPin | undefined;
  /** Processor threads to share a fleet's models between, at most; undefined for the backend's own one. */
  readonly threads: number | undefined;
}

/** Where a model stands: the m-th of these. */
export interface Place {
  readonly states: ModelStates;
  readonly m: number;
}

/**
 * Fleets of these models, off the device; those of a fleet stand at one step.
 *
 * @param places where each model stands; at its start without.
 * @throws LimitError
 */
export function arrange(ground: Ground, models: readonly number[], places?: ReadonlyMap<number, Place>): Part[] {
  const { backend, data, pin, threads } = ground;
  const keyOf = (model: number) => `${places?.get(model)?.states.steps ?? 0} ${planKey(ground.runs[model]!)}`;
  const groups = [...groupBy(models, keyOf)];
  return groups
    .flatMap((group) => inWaves(ground, group))
    .map((wave) => {
      const states =
        places &&
        gather(
          wave.map((model) => places.get(model)!),
          backend.precision,
        );
      const runs = wave.map((model) => ground.runs[model]!);
      return { models: wave, fleet: Fleet.parked(backend, runs, data, { states, pin, threads }) };
    });
}

/** Puts fleets on the device, from the first on, while they fit its memory; the first one in any case. */
export async function placeFirst(parts: readonly Part[], memoryBytes: number): Promise<void> {
  let bytes = 0;
  for (const { fleet } of parts) {
    bytes += fleet.bytes;
    if (bytes > memoryBytes && fleet !== parts[0]!.fleet) return;
    await fleet.place();
  }
}

/** Parks other fleets, from the first on, until the wanted ones fit the memory beside the rest. */
export async function makeRoom(wanted: readonly Part[], all: readonly Part[], memoryBytes: number): Promise<void> {
  const others = all.filter((part) => !wanted.includes(part) && !part.fleet.isParked);
  let bytes = totalBytes(wanted) + totalBytes(others);
  for (const { fleet } of others) {
    if (bytes <= memoryBytes) return;
    bytes -= fleet.bytes;
    await fleet.park();
  }
}

export const totalBytes = (parts: readonly Part[]): number => parts.reduce((sum, { fleet }) => sum + fleet.bytes, 0);

/** Where the models of these fleets stand. */
export async function placesOf(parts: readonly Part[]): Promise<Map<number, Place>> {
  const places = new Map<number, Place>();
  for (const { fleet, models } of parts) {
    const states = await fleet.state();
    models.forEach((model, m) => {
      places.set(model, { states, m });
    });
  }
  return places;
}

/** The states of models that stand at one step, put together. */
export function gather(places: readonly Place[], precision: Precision): ModelStates {
  const { steps, history } = places[0]!.states;
  const rows = <
    All extends { length: number; set(row: All, at: number): void; subarray(from: number, to: number): All },
  >(
    all: (length: number) => All,
    valuesOf: (states: ModelStates) => All,
  ): All => {
    const width = valuesOf(places[0]!.states).length / places[0]!.states.models;
    const gathered = all(places.length * width);
    places.forEach(({ states, m }, index) => {
      gathered.set(valuesOf(states).subarray(m * width, (m + 1) * width), index * width);
    });
    return gathered;
  };
  const reals = (length: number) => allocateReals(precision, length);
  return {
    models: places.length,
    steps,
    parameters: rows(reals, ({ parameters }) => parameters),
    moments: rows(reals, ({ moments }) => moments),
    health: rows(
      (length) => new Uint32Array(length),
      ({ health }) => health,
    ),
    watched: watchedOf(places),
    history: history.map(({ step }, row) => ({
      step,
      losses: reals(places.length).map((_, index) => places[index]!.states.history[row]!.losses[places[index]!.m]!),
    })),
  };
}

/** All models that stand at one step have been watched, or none. */
function watchedOf(places: readonly Place[]): ModelStates['watched'] {
  const watched = places.flatMap(({ states, m }) => states.watched?.[m] ?? []);
  return watched.length === places.length ? watched : null;
}

function inWaves({ backend, data, runs, memoryBytes, pin, threads }: Ground, group: readonly number[]): number[][] {
  const documents = group.map((model) => runs[model]!);
  const most = modelsPerWave(documents, data, backend, memoryBytes, pin, threads);
  return Array.from({ length: Math.ceil(group.length / most) }, (_, wave) =>
    group.slice(wave * most, (wave + 1) * most),
  );
}

/** The values that have one key, in order, key by key. */
function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Iterable<T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups.values();
}
