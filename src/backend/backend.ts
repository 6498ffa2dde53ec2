// What an interpreter of plans offers. Two exist: cpu.ts, the reference and fallback, and gpu/, WebGPU.

import type { Precision, Reals } from '../core/shape.ts';
import type { AdapterTraits } from '../plan/choose.ts';
import type { PlanLimits } from '../plan/memory.ts';
import type { Plan, SegmentName } from '../plan/plan.ts';

export type BackendName = 'webgpu' | 'cpu';

export interface Backend {
  readonly name: BackendName;
  readonly precision: Precision;
  /** The device as people know it. */
  readonly adapter: string;
  readonly limits: PlanLimits;
  /** Processor threads that the models of a plan can be shared between; 1 on a GPU, which has ways of its own. */
  readonly threads: number;
  /** Does somebody look at the page meanwhile? Left out, the page itself is asked. */
  readonly watched?: boolean;
  /** What plans for it are chosen by; null for the CPU. */
  readonly traits: AdapterTraits | null;
  /**
   * Allocates everything the plan needs, and compiles and binds its `step`; running it then only replays.
   *
   * @param threads to share the models between, no more than there are models; without it the backend's own one is used,
   *   which is there already.
   * @throws LimitError when the device runs out of memory, BackendError when it refuses the plan.
   */
  build(plan: Plan, threads?: number): Promise<Program>;
  dispose(): void;
}

/** A plan made ready on a device. Calls take effect in the order in which they were made. */
export interface Program {
  /** What runs it, as people know it, for results. */
  readonly adapter: string;
  /** Does running hold the caller's thread until it is done? */
  readonly blocks: boolean;
  /** Copies values into a buffer of the plan, from element `offset` on. Reals are converted to the backend's precision. */
  write(buffer: string, values: Reals | Uint32Array, offset?: number): void;
  /** Compiles and binds a segment other than `step`; must have resolved before it runs first. */
  prepare(segment: SegmentName): Promise<void>;
  /** Runs a segment `times` times; `recorded(i)` says on which of them the loss is kept. */
  run(segment: SegmentName, times?: number, recorded?: (index: number) => boolean): void;
  /** A copy of `length` elements of a buffer, once everything asked for before is done. */
  read(buffer: string, offset?: number, length?: number): Promise<Reals | Uint32Array>;
  /** Resolves when the device has finished everything asked for so far. */
  finished(): Promise<void>;
  dispose(): void;
}
