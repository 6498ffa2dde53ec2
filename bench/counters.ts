// What any library asks of the GPU, counted at the API: submits, passes and dispatches, and the time its passes take on the
// device. The prototypes are wrapped once; nothing is counted or stamped outside `observe`.

export interface Asked {
  readonly submits: number;
  readonly dispatches: number;
  readonly bindGroups: number;
  readonly buffers: number;
  /** Time inside compute passes by timestamp-query; null where there is none, or where a library stamps its passes itself. */
  readonly gpuMs: number | null;
}

const counts = { submits: 0, dispatches: 0, bindGroups: 0, buffers: 0 };
let observing = false;
/** Most passes that are stamped: a query set holds 4,096 stamps. */
const MAX_PASSES = 2048;

interface Stamps {
  readonly device: GPUDevice;
  readonly queries: GPUQuerySet;
  passes: number;
  /** A pass that could not be stamped makes the sum worthless. */
  complete: boolean;
}

const deviceOf = new WeakMap<GPUCommandEncoder, GPUDevice>();
const stamps = new Map<GPUDevice, Stamps>();

type Method = (this: object, ...args: never[]) => unknown;

function wrap(prototype: object, name: string, before: (self: object, args: unknown[]) => void): void {
  const methods = prototype as Record<string, Method>;
  const original = methods[name]!;
  methods[name] = function (this: object, ...args: unknown[]) {
    if (observing) before(this, args);
    return original.apply(this, args as never[]);
  } as Method;
}

let wrapped = false;

function wrapAll(): void {
  if (wrapped) return;
  wrapped = true;
  wrap(GPUQueue.prototype, 'submit', () => counts.submits++);
  wrap(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => counts.dispatches++);
  wrap(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', () => counts.dispatches++);
  wrap(GPUDevice.prototype, 'createBindGroup', () => counts.bindGroups++);
  wrap(GPUDevice.prototype, 'createBuffer', () => counts.buffers++);
  wrap(GPUCommandEncoder.prototype, 'beginComputePass', (encoder, args) => {
    args[0] = stamped(encoder as GPUCommandEncoder, (args[0] ?? {}) as GPUComputePassDescriptor);
  });
  const create = GPUDevice.prototype.createCommandEncoder;
  GPUDevice.prototype.createCommandEncoder = function (descriptor) {
    const encoder = create.call(this, descriptor);
    deviceOf.set(encoder, this);
    return encoder;
  };
}

function stamped(encoder: GPUCommandEncoder, descriptor: GPUComputePassDescriptor): GPUComputePassDescriptor {
  const device = deviceOf.get(encoder);
  if (!device?.features.has('timestamp-query')) return descriptor;
  const record = stamps.get(device) ?? openStamps(device);
  if (descriptor.timestampWrites || record.passes === MAX_PASSES) {
    record.complete = false;
    return descriptor;
  }
  const first = 2 * record.passes++;
  const timestampWrites = {
    querySet: record.queries,
    beginningOfPassWriteIndex: first,
    endOfPassWriteIndex: first + 1,
  };
  return { ...descriptor, timestampWrites };
}

function openStamps(device: GPUDevice): Stamps {
  const queries = device.createQuerySet({ type: 'timestamp', count: 2 * MAX_PASSES });
  const record = { device, queries, passes: 0, complete: true };
  stamps.set(device, record);
  return record;
}

async function passMs({ device, queries, passes, complete }: Stamps): Promise<number | null> {
  const size = Math.max(16, 16 * passes);
  const resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  const encoder = device.createCommandEncoder();
  if (passes > 0) encoder.resolveQuerySet(queries, 0, 2 * passes, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const times = new BigUint64Array(staging.getMappedRange().slice(0));
  let total = 0;
  for (let pass = 0; pass < passes; pass++) total += Number(times[2 * pass + 1]! - times[2 * pass]!) / 1e6;
  for (const entry of [resolved, staging]) entry.destroy();
  queries.destroy();
  return complete && passes > 0 && total > 0 ? total : null;
}

/** Does `work` and says what it asked of any GPU. Stamping costs time, so nothing is timed meanwhile. */
export async function observe(work: () => Promise<unknown>): Promise<Asked> {
  wrapAll();
  Object.assign(counts, { submits: 0, dispatches: 0, bindGroups: 0, buffers: 0 });
  observing = true;
  try {
    await work();
  } finally {
    observing = false;
  }
  const asked = { ...counts };
  const times = await Promise.all([...stamps.values()].map(passMs));
  stamps.clear();
  const gpuMs = times.length > 0 && times.every((ms) => ms !== null) ? times.reduce((a, b) => a! + b!, 0)! : null;
  return { ...asked, gpuMs };
}
