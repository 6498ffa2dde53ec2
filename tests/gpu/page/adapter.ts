// The device itself, before any of Basin's kernels.

export interface AdapterInfo {
  vendor: string;
  architecture: string;
  description: string;
  isFallbackAdapter: boolean;
  features: string[];
}

async function requestAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error('no WebGPU adapter');
  return adapter;
}

export async function adapterInfo(): Promise<AdapterInfo> {
  const { info, features } = await requestAdapter();
  const { vendor, architecture, description, isFallbackAdapter } = info;
  return { vendor, architecture, description, isFallbackAdapter, features: [...features].sort() };
}

const AFFINE = `
@group(0) @binding(0) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(64)
fn affine(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&values)) {
    values[id.x] = 2.0 * values[id.x] + 1.0;
  }
}`;

/** 2x + 1 of each value, computed by the device. */
export async function affine(values: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  const device = await (await requestAdapter()).requestDevice();
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ size: values.byteLength, usage });
  const result = device.createBuffer({
    size: values.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const module = device.createShaderModule({ code: AFFINE });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  device.queue.writeBuffer(buffer, 0, values);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.ceil(values.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, result, 0, values.byteLength);
  device.queue.submit([encoder.finish()]);
  await result.mapAsync(GPUMapMode.READ);
  const copy = new Float32Array(result.getMappedRange().slice(0));
  device.destroy();
  return copy;
}

/** Gives back what it got. */
export function echo(value: unknown): unknown {
  return value;
}

/** Throws an error with a name and a field of its own. */
export function fail(): never {
  throw Object.assign(new Error('as asked'), { name: 'ExampleError', path: 'layers[1]' });
}
