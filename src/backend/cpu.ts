// The CPU interpreter. In f64 every dispatch is its op's own definition, the reference for everything else; in f32 the ops in
// which the time goes have faster kernels.

import { allocateReals, type Precision, type Reals } from '../core/shape.ts';
import type { Op } from '../ops/op.ts';
import { ops } from '../ops/table.ts';
import { elements, type PlanLimits } from '../plan/memory.ts';
import type { Dispatch, Plan, SegmentName } from '../plan/plan.ts';
import type { Backend, Program } from './backend.ts';
import { fastKernel } from './cpu-kernels.ts';

const LIMITS: PlanLimits = { bufferBytes: 2 ** 32, workgroupsPerDimension: Number.POSITIVE_INFINITY };

export function createCpuBackend(precision: Precision): Backend {
  return {
    name: 'cpu',
    precision,
    adapter: 'JavaScript, one thread',
    limits: LIMITS,
    traits: null,
    build: async (plan) => buildProgram(plan, precision),
    dispose() {},
  };
}

/** A dispatch with its arrays in place. */
interface Call {
  readonly cpu: Op['cpu'];
  readonly dims: Dispatch['dims'];
  readonly constants: Dispatch['constants'];
  readonly arrays: Record<string, Reals | Uint32Array>;
  readonly onlyRecorded: boolean;
}

function buildProgram(plan: Plan, precision: Precision): Program {
  const memory: Record<string, Reals | Uint32Array> = {};
  for (const buffer of Object.values(plan.buffers)) {
    const length = elements(buffer);
    memory[buffer.name] = buffer.element === 'u32' ? new Uint32Array(length) : allocateReals(precision, length);
  }
  const segments = Object.fromEntries(
    Object.entries(plan.segments).map(([name, dispatches]) => [
      name,
      ofOneStep(dispatches).map((d) => prepare(d, memory, precision)),
    ]),
  ) as Record<SegmentName, Call[]>;

  return {
    write(buffer, values, offset = 0) {
      memory[buffer]!.set(values, offset);
    },
    async prepare() {},
    run(segment, times = 1, recorded = () => false) {
      for (let index = 0; index < times; index++) {
        for (const call of segments[segment]) {
          if (call.onlyRecorded && !recorded(index)) continue;
          call.cpu(call.dims, call.arrays as never, call.constants);
        }
      }
    },
    async read(buffer, offset = 0, length = memory[buffer]!.length - offset) {
      return memory[buffer]!.slice(offset, offset + length);
    },
    async finished() {},
    dispose() {},
  };
}

/** A dispatch that does whole runs at once is run as what it stands for, step by step; it needs no others around it. */
function ofOneStep(dispatches: readonly Dispatch[]): readonly Dispatch[] {
  return dispatches.flatMap((dispatch) => dispatch.standsFor ?? (dispatch.wholeRun ? [] : [dispatch]));
}

function prepare(dispatch: Dispatch, memory: Record<string, Reals | Uint32Array>, precision: Precision): Call {
  const op = ops[dispatch.op];
  const arrays = Object.fromEntries(Object.keys(op.bindings).map((name) => [name, memory[dispatch.buffers[name]!]!]));
  const constants = { ...op.constants, ...dispatch.constants };
  const cpu = (precision === 'f32' && fastKernel(dispatch.op, constants)) || op.cpu;
  return {
    cpu: cpu as Op['cpu'],
    dims: dispatch.dims,
    constants,
    arrays,
    onlyRecorded: dispatch.onlyRecorded ?? false,
  };
}
