// A plan on a WebGPU device. Everything is allocated, compiled and bound here, once; running only replays it. Segments other
// than `step` are compiled when they are first prepared: most runs start without them.

import { BackendError, LimitError } from '../../core/errors.ts';
import { alignUp } from '../../core/shape.ts';
import { ops } from '../../ops/table.ts';
import { elements } from '../../plan/memory.ts';
import type { Dispatch, Plan, SegmentName } from '../../plan/plan.ts';
import type { Program } from '../backend.ts';
import type { Gpu } from './device.ts';
import { kernelFor } from './pipelines.ts';
import { createStaging } from './readback.ts';

/** Bind group offsets must be multiples of this. */
const UNIFORM_ALIGNMENT = 256;
/** WebGPU has no empty bindings. */
const SMALLEST_BUFFER = 16;

/** A dispatch ready to be encoded. */
interface Command {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  readonly onlyRecorded: boolean;
  readonly wholeRun: boolean;
  readonly moreThan: number;
}

export async function buildProgram(gpu: Gpu, plan: Plan): Promise<Program> {
  const { device } = gpu;
  // Compiles beside the allocation.
  const kernels = compileKernels(gpu, plan.segments.step);
  kernels.catch(() => {});
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  const buffers = allocate(device, plan);
  const uniforms = uploadDims(device, plan);
  const outOfMemory = await device.popErrorScope();
  const invalid = await device.popErrorScope();
  if (outOfMemory || invalid) {
    for (const buffer of [...buffers.values(), uniforms.buffer]) buffer.destroy();
  }
  if (outOfMemory) {
    const bytes = [...buffers.values()].reduce((total, buffer) => total + buffer.size, 0);
    throw new LimitError(
      'device memory',
      bytes,
      Number.NaN,
      'The device has no room for this run. Fewer models or rows would fit.',
    );
  }
  if (invalid) throw new BackendError(`The device refused the plan's buffers: ${invalid.message}`);
  const bound = new Map<Dispatch, Command>();
  const segments: Segments = {};
  const prepare = async (segment: SegmentName) => {
    segments[segment] ??= await bindSegment(gpu, plan.segments[segment], bound, buffers, uniforms);
  };
  await prepare('step');
  return replay(gpu, plan, buffers, uniforms.buffer, segments, prepare);
}

/** The segments that have been prepared. */
type Segments = Partial<Record<SegmentName, readonly Command[]>>;

type Kernels = Map<Dispatch, Awaited<ReturnType<typeof kernelFor>>>;

/** The kernels of these dispatches, compiled side by side. */
async function compileKernels(gpu: Gpu, dispatches: readonly Dispatch[]): Promise<Kernels> {
  const kernels = await Promise.all(
    dispatches.map(({ op, constants, kernel }) =>
      kernelFor(gpu.device, ops[op], { ...ops[op].constants, ...constants }, kernel),
    ),
  );
  return new Map(dispatches.map((dispatch, index) => [dispatch, kernels[index]!]));
}

function allocate(device: GPUDevice, plan: Plan): Map<string, GPUBuffer> {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const entries = Object.values(plan.buffers).map((entry): [string, GPUBuffer] => {
    const size = Math.max(SMALLEST_BUFFER, elements(entry) * 4);
    return [entry.name, device.createBuffer({ label: entry.name, size, usage })];
  });
  return new Map(entries);
}

interface Uniforms {
  readonly buffer: GPUBuffer;
  readonly places: Map<Dispatch, { offset: number; size: number }>;
}

/** The dims of every dispatch in one uniform buffer. */
function uploadDims(device: GPUDevice, plan: Plan): Uniforms {
  const places: Uniforms['places'] = new Map();
  let end = 0;
  for (const dispatch of Object.values(plan.segments).flat()) {
    if (places.has(dispatch)) continue;
    const size = alignUp(4 * ops[dispatch.op].dims.length, 16);
    places.set(dispatch, { offset: end, size });
    end = alignUp(end + size, UNIFORM_ALIGNMENT);
  }
  const data = new Uint32Array(end / 4);
  for (const [dispatch, { offset }] of places) {
    data.set(
      ops[dispatch.op].dims.map((name) => dispatch.dims[name]!),
      offset / 4,
    );
  }
  const buffer = device.createBuffer({
    label: 'dims',
    size: end,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, data);
  return { buffer, places };
}

/** @param bound dispatches that other segments share are bound once. */
async function bindSegment(
  gpu: Gpu,
  dispatches: readonly Dispatch[],
  bound: Map<Dispatch, Command>,
  buffers: Map<string, GPUBuffer>,
  uniforms: Uniforms,
): Promise<readonly Command[]> {
  const { device } = gpu;
  const kernels = await compileKernels(gpu, dispatches);
  device.pushErrorScope('validation');
  for (const dispatch of dispatches) {
    if (bound.has(dispatch)) continue;
    const op = ops[dispatch.op];
    const { pipeline, layout } = kernels.get(dispatch)!;
    const { offset, size } = uniforms.places.get(dispatch)!;
    const entries = [
      { binding: 0, resource: { buffer: uniforms.buffer, offset, size } },
      ...Object.keys(op.bindings).map((name, index) => ({
        binding: index + 1,
        resource: { buffer: buffers.get(dispatch.buffers[name]!)! },
      })),
    ];
    bound.set(dispatch, {
      pipeline,
      group: device.createBindGroup({ label: op.name, layout, entries }),
      workgroups: op.grid(dispatch.dims, { ...op.constants, ...dispatch.constants }),
      onlyRecorded: dispatch.onlyRecorded ?? false,
      wholeRun: dispatch.wholeRun ?? false,
      moreThan: dispatch.moreThan ?? 0,
    });
  }
  const invalid = await device.popErrorScope();
  if (invalid) throw new BackendError(`The device refused the plan's bindings: ${invalid.message}`);
  return dispatches.map((dispatch) => bound.get(dispatch)!);
}

function replay(
  gpu: Gpu,
  plan: Plan,
  buffers: Map<string, GPUBuffer>,
  uniforms: GPUBuffer,
  segments: Segments,
  prepare: Program['prepare'],
): Program {
  const { device } = gpu;
  const staging = createStaging(device);
  /** Waits for the device, or fails with why it cannot go on. */
  const settle = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const value = await Promise.race([work, gpu.lost]);
      gpu.check();
      return value;
    } catch (error) {
      gpu.check();
      throw error;
    }
  };

  return {
    adapter: gpu.adapter.name,
    blocks: false,
    write(buffer, values, offset = 0) {
      gpu.check();
      const data = values instanceof Float64Array ? new Float32Array(values) : values;
      if (data.length > 0) device.queue.writeBuffer(buffers.get(buffer)!, offset * 4, data as BufferSource);
    },
    prepare: (segment) => settle(prepare(segment)),
    run(segment, times = 1, recorded = () => false) {
      gpu.check();
      const commands = segments[segment];
      if (!commands) throw new Error(`${segment} has not been prepared`);
      const encoder = device.createCommandEncoder({ label: segment });
      const pass = encoder.beginComputePass({ label: segment });
      const wanted = commands.filter(({ moreThan }) => times > moreThan);
      const once = wanted.some((command) => command.wholeRun);
      for (let index = 0; index < (once ? 1 : times); index++) encodeOnce(pass, wanted, recorded(index));
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    async read(buffer, offset = 0, length = elements(plan.buffers[buffer]!) - offset) {
      gpu.check();
      const bytes = await settle(staging.read(buffers.get(buffer)!, offset * 4, length * 4));
      return plan.buffers[buffer]!.element === 'u32' ? new Uint32Array(bytes) : new Float32Array(bytes);
    },
    async finished() {
      await settle(device.queue.onSubmittedWorkDone());
    },
    dispose() {
      for (const buffer of buffers.values()) buffer.destroy();
      uniforms.destroy();
      staging.dispose();
    },
  };
}

function encodeOnce(pass: GPUComputePassEncoder, commands: readonly Command[], recorded: boolean): void {
  for (const { pipeline, group, workgroups, onlyRecorded } of commands) {
    if (onlyRecorded && !recorded) continue;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...workgroups);
  }
}
