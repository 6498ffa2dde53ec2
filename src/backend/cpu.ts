// The CPU interpreter. In f64 every dispatch is its op's own definition, the reference for everything else; in f32 the ops in
// which the time goes have WebAssembly kernels, where WebAssembly is to be had.

import { allocateReals, type Precision, type Reals } from '../core/shape.ts';
import type { Op } from '../ops/op.ts';
import { ops } from '../ops/table.ts';
import { elements, type PlanLimits, planBytes } from '../plan/memory.ts';
import type { Dispatch, Plan, SegmentName } from '../plan/plan.ts';
import type { Backend, Program } from './backend.ts';
import { createWasm, loadKernels, MOST_BYTES, type Wasm } from './wasm.ts';
import { type ModelKernel, modelKernel } from './wasm-kernels.ts';

export const CPU_LIMITS: PlanLimits = { bufferBytes: 2 ** 32, workgroupsPerDimension: Number.POSITIVE_INFINITY };

export async function createCpuBackend(precision: Precision): Promise<Backend> {
  const kernels = precision === 'f32' ? await loadKernels() : null;
  return {
    name: 'cpu',
    precision,
    adapter: adapterOf(kernels),
    limits: CPU_LIMITS,
    threads: 1,
    traits: null,
    async build(plan) {
      // A memory of WebAssembly ends at 4 GiB; what is larger runs without.
      const fits = planBytes(plan) < 0.9 * MOST_BYTES;
      const wasm = kernels && fits ? await createWasm(kernels, plan) : null;
      return buildProgram(plan, precision, wasm);
    },
    dispose() {},
  };
}

const adapterOf = (wasm: unknown) => (wasm ? 'WebAssembly SIMD, one thread' : 'JavaScript, one thread');

type Memory = Readonly<Record<string, Reals | Uint32Array>>;

/** A dispatch with its arrays in place: for one model at a time, or for all of them. */
type Call = { readonly onlyRecorded: boolean } & (
  | { readonly ofModel: ModelKernel; readonly models: number }
  | { readonly ofModel: null; readonly all: () => void }
);

function buildProgram(plan: Plan, precision: Precision, wasm: Wasm | null): Program {
  const memory = wasm?.arrays ?? allocate(plan, precision);
  const segments = Object.fromEntries(
    Object.entries(plan.segments).map(([name, dispatches]) => [
      name,
      groupCalls(ofOneStep(dispatches).map((dispatch) => prepare(dispatch, memory, wasm))),
    ]),
  ) as Record<SegmentName, Call[][]>;

  return {
    adapter: adapterOf(wasm),
    blocks: true,
    write(buffer, values, offset = 0) {
      memory[buffer]!.set(values, offset);
    },
    async prepare() {},
    run(segment, times = 1, recorded = () => false) {
      for (let index = 0; index < times; index++) {
        const records = recorded(index);
        for (const calls of segments[segment]) runGroup(calls, records);
      }
    },
    async read(buffer, offset = 0, length = memory[buffer]!.length - offset) {
      return memory[buffer]!.slice(offset, offset + length);
    },
    async finished() {},
    dispose() {},
  };
}

function allocate(plan: Plan, precision: Precision): Memory {
  const arrays = Object.values(plan.buffers).map((buffer) => {
    const length = elements(buffer);
    return [buffer.name, buffer.element === 'u32' ? new Uint32Array(length) : allocateReals(precision, length)];
  });
  return Object.fromEntries(arrays);
}

/** A dispatch that does whole runs at once is run as what it stands for, step by step; it needs no others around it. */
function ofOneStep(dispatches: readonly Dispatch[]): readonly Dispatch[] {
  return dispatches.flatMap((dispatch) => dispatch.standsFor ?? (dispatch.wholeRun ? [] : [dispatch]));
}

function prepare(dispatch: Dispatch, memory: Memory, wasm: Wasm | null): Call {
  const op: Op = ops[dispatch.op];
  const { dims } = dispatch;
  const arrays = Object.fromEntries(Object.keys(op.bindings).map((name) => [name, memory[dispatch.buffers[name]!]!]));
  const constants = { ...op.constants, ...dispatch.constants };
  const onlyRecorded = dispatch.onlyRecorded ?? false;
  const ofModel = wasm && modelKernel(wasm, dispatch.op, dims, arrays, constants);
  if (ofModel) return { onlyRecorded, ofModel, models: dims.models ?? 1 };
  return { onlyRecorded, ofModel: null, all: () => op.cpu(dims, arrays as never, constants) };
}

/** Neighbours that go model by model stand together: a model's arrays stay in the cache from one to the next. */
function groupCalls(calls: readonly Call[]): Call[][] {
  const groups: Call[][] = [];
  for (const call of calls) {
    const group = groups.at(-1);
    const joins = group && modelsOf(group[0]!) !== null && modelsOf(group[0]!) === modelsOf(call);
    if (joins) group.push(call);
    else groups.push([call]);
  }
  return groups;
}

const modelsOf = (call: Call): number | null => (call.ofModel ? call.models : null);

function runGroup(calls: readonly Call[], records: boolean): void {
  const models = modelsOf(calls[0]!) ?? 1;
  for (let m = 0; m < models; m++) {
    for (const call of calls) {
      if (call.onlyRecorded && !records) continue;
      if (call.ofModel) call.ofModel(m);
      else call.all();
    }
  }
}
