// Runs single ops on the device: Basin's own pipelines and layouts, poisoned outputs, guarded ends, one error scope a case.
import { type Gpu, openGpu } from '../../../src/backend/gpu/device.ts';
import { kernelFor } from '../../../src/backend/gpu/pipelines.ts';
import { shaderFile } from '../../../src/backend/gpu/shaders.ts';
import { ops } from '../../../src/ops/table.ts';
import type { OpCase } from '../../support/op-case.ts';

/** As f32 a NaN, so that reading or keeping it shows in every sum. */
const POISON = 0xffadf00d;
/** Elements behind the end of every buffer that must be neither used nor written. */
const GUARD = 16;

/** Binding → its words as they are in memory, guard left out; or why there are none. */
export type OpResult = { outputs: Record<string, Uint32Array>; guardHurt: string[] } | { error: string };

let opened: Promise<Gpu> | undefined;
const gpuOf = (): Promise<Gpu> => {
  opened ??= openGpu();
  return opened;
};

function storageBuffer(device: GPUDevice, values: Float32Array | Uint32Array | number): GPUBuffer {
  const length = typeof values === 'number' ? values : values.length;
  const words = new Uint32Array(length + GUARD).fill(POISON);
  if (typeof values !== 'number') words.set(new Uint32Array(values.buffer, values.byteOffset, values.length));
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ size: words.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, words);
  return buffer;
}

function dimsBuffer(device: GPUDevice, dims: readonly number[]): GPUBuffer {
  const words = new Uint32Array(Math.ceil(dims.length / 4) * 4);
  words.set(dims);
  const buffer = device.createBuffer({
    size: words.byteLength,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, words);
  return buffer;
}

async function readWords(device: GPUDevice, source: GPUBuffer): Promise<Uint32Array> {
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = device.createBuffer({ size: source.size, usage });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const words = new Uint32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return words;
}

async function runCase(device: GPUDevice, opCase: OpCase): Promise<OpResult> {
  const op = ops[opCase.op];
  const constants = { ...op.constants, ...opCase.constants };
  const { pipeline, layout } = await kernelFor(device, op, constants);
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const names = Object.keys(op.bindings);
  const buffers = names.map((name) => storageBuffer(device, opCase.inputs[name] ?? opCase.outputs[name]!));
  const dims = dimsBuffer(
    device,
    op.dims.map((name) => opCase.dims[name]!),
  );
  const entries = [dims, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout, entries });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...op.grid(opCase.dims, constants));
  pass.end();
  device.queue.submit([encoder.finish()]);
  const scopes = [device.popErrorScope(), device.popErrorScope()];
  const written = names.flatMap((name, i) =>
    op.bindings[name]!.access === 'read' ? [] : [{ name, buffer: buffers[i]! }],
  );
  const read = await Promise.all(written.map(({ buffer }) => readWords(device, buffer)));
  const errors = (await Promise.all(scopes)).flatMap((error) => (error ? [error.message] : []));
  for (const buffer of [dims, ...buffers]) buffer.destroy();
  if (errors.length > 0) return { error: errors.join('\n') };
  return {
    outputs: Object.fromEntries(written.map(({ name }, i) => [name, read[i]!.slice(0, -GUARD)])),
    guardHurt: written.flatMap(({ name }, i) =>
      read[i]!.slice(-GUARD).every((word) => word === POISON) ? [] : [name],
    ),
  };
}

/** Runs the cases one after another; a case that fails says why and the others go on. */
export async function run(cases: OpCase[]): Promise<OpResult[]> {
  const { device, check } = await gpuOf();
  const results: OpResult[] = [];
  for (const opCase of cases) {
    results.push(await runCase(device, opCase).catch((error: Error) => ({ error: error.message })));
  }
  check();
  return results;
}

const THREEFRY = `
@group(0) @binding(0) var<storage, read> asked: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> words: array<vec2u>;

@compute @workgroup_size(1)
fn threefry(@builtin(global_invocation_id) id: vec3u) {
  words[id.x] = rng_threefry2x32(asked[id.x].xy, asked[id.x].zw);
}
`;

/** Words of lib/rng.wgsl for (key 0, key 1, counter 0, counter 1) after another. */
export async function threefry(asked: Uint32Array<ArrayBuffer>): Promise<Uint32Array> {
  const { device } = await gpuOf();
  const module = device.createShaderModule({ code: THREEFRY + shaderFile('lib/rng') });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const count = asked.length / 4;
  const buffers = [storageBuffer(device, asked), storageBuffer(device, 2 * count)];
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(count);
  pass.end();
  device.queue.submit([encoder.finish()]);
  return (await readWords(device, buffers[1]!)).slice(0, 2 * count);
}
