// What is said to a worker that runs the CPU backend, and what that answers. Orders come in lists.

import type { Precision, Reals } from '../core/shape.ts';
import type { Plan, SegmentName } from '../plan/plan.ts';

/** Orders are obeyed one after another. Those with an `id` are answered. */
export type Order =
  | { readonly type: 'open'; readonly id: number; readonly precision: Precision }
  | { readonly type: 'build'; readonly id: number; readonly program: number; readonly plan: Plan }
  | {
      readonly type: 'write';
      readonly program: number;
      readonly buffer: string;
      readonly values: Reals | Uint32Array;
      readonly offset: number;
    }
  /** `recorded`: 1 for each of the `times` whose loss is kept. */
  | {
      readonly type: 'run';
      readonly program: number;
      readonly segment: SegmentName;
      readonly times: number;
      readonly recorded: Uint8Array;
    }
  | {
      readonly type: 'read';
      readonly id: number;
      readonly program: number;
      readonly buffer: string;
      readonly offset: number;
      readonly length: number | undefined;
    }
  | { readonly type: 'finished'; readonly id: number; readonly program: number }
  | { readonly type: 'dispose'; readonly program: number };

/** `value`: the adapter's name, or what was read. */
export type Answer =
  | { readonly id: number; readonly value: string | Reals | Uint32Array | null }
  | { readonly id: number; readonly problem: Problem };

export interface Problem {
  readonly name: string;
  readonly message: string;
  /** Of a LimitError. */
  readonly limit?: readonly [name: string, need: number, have: number];
}
