// The device's own limits, measured: what fractions in the report are fractions of.
import code from './ceilings.wgsl?raw';
import { median } from './stats.ts';

export interface Ceilings {
  /** Best rate of f32 multiply-adds, two operations each. */
  readonly gflops: number;
  /** Bytes read plus bytes written by a copy kernel. */
  readonly gigabytesPerSecond: number;
  /** One more empty dispatch in a pass. */
  readonly dispatchMicroseconds: number;
  /** One more submit of a pass with one empty dispatch. */
  readonly submitMicroseconds: number;
  /** A submit and the wait for its end. */
  readonly roundTripMs: number;
}

const REPEATS = 7;
const COPY_BYTES = 32 * 2 ** 20;
const WORKGROUP = 64;

/** @throws where WebGPU or an adapter is missing. */
export async function measureCeilings(gpu: GPU): Promise<Ceilings> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('WebGPU is there but offers no adapter');
  const device = await adapter.requestDevice();
  try {
    return await measure(device);
  } finally {
    device.destroy();
  }
}

async function measure(device: GPUDevice): Promise<Ceilings> {
  const module = device.createShaderModule({ code });
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const layout = device.createBindGroupLayout({
    entries: (['read-only-storage', 'storage'] as const).map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
  const buffers = [0, 1].map(() => device.createBuffer({ size: COPY_BYTES, usage }));
  device.queue.writeBuffer(buffers[0]!, 0, Float32Array.of(0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1));
  const group = device.createBindGroup({
    layout,
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });

  const runner = async (entryPoint: string, constants: Record<string, number> = {}) => {
    const compute = { module, entryPoint, constants };
    const pipeline = await device.createComputePipelineAsync({ layout: pipelineLayout, compute });
    const encode = (workgroups: number, dispatches: number) => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(workgroups);
      pass.end();
      return encoder.finish();
    };
    /** Milliseconds of `submits` submits and the wait for the last. */
    return async (workgroups: number, dispatches: number, submits = 1) => {
      const commands = Array.from({ length: submits }, () => encode(workgroups, dispatches));
      const started = performance.now();
      for (const command of commands) device.queue.submit([command]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - started;
    };
  };
  type Run = Awaited<ReturnType<typeof runner>>;

  /** Median milliseconds of `many` over `few` runs of the same thing: what waiting costs cancels out. */
  const marginal = async (run: Run, few: [number, number, number?], many: [number, number, number?]) => {
    await run(...many);
    const times: number[] = [];
    for (let i = 0; i < REPEATS; i++) times.push((await run(...many)) - (await run(...few)));
    return Math.max(1e-6, median(times));
  };

  /** The rate of one multiply-add kernel, with as much work as takes about 50 ms. */
  const multiplyAdds = async (entryPoint: string) => {
    const trips = 1024;
    const run = await runner(entryPoint, { TRIPS: trips });
    let workgroups = 4;
    while (workgroups < 8192 && (await run(workgroups, 1)) < 40) workgroups *= 2;
    const ms = await marginal(run, [workgroups, 1], [workgroups, 3]);
    return (2 * workgroups * WORKGROUP * trips * 8 * 4 * 2) / ms / 1e6;
  };

  const fused = await multiplyAdds('multiply_add');
  const apart = await multiplyAdds('multiply_then_add');
  const copy = await runner('copy');
  const groups = COPY_BYTES / 16 / WORKGROUP;
  const copyMs = (await marginal(copy, [groups, 1], [groups, 9])) / 8;
  const nothing = await runner('nothing');
  const dispatchMs = (await marginal(nothing, [1, 100], [1, 1100])) / 1000;
  const submitMs = (await marginal(nothing, [1, 1, 10], [1, 1, 210])) / 200;
  const trips: number[] = [];
  for (let i = 0; i < REPEATS; i++) trips.push(await nothing(1, 1));
  return {
    gflops: Math.max(fused, apart),
    gigabytesPerSecond: (2 * COPY_BYTES) / copyMs / 1e6,
    dispatchMicroseconds: 1000 * dispatchMs,
    submitMicroseconds: 1000 * submitMs,
    roundTripMs: median(trips),
  };
}
