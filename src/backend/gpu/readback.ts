// Copies from the device to the host, through staging buffers that are kept and reused.

/** Sizes of staging buffers are powers of two from here on, so that reads of all lengths share a few buffers. */
const SMALLEST = 2 ** 14;

/** Staging buffers of one device, by size. Readers may overlap; each has its own buffer until it is done. */
export interface Staging {
  /** Queues a copy of `bytes` bytes of `source` from `offset`; resolves with them once the device is there. */
  read(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer>;
  dispose(): void;
}

export function createStaging(device: GPUDevice): Staging {
  const free = new Map<number, GPUBuffer[]>();
  const all = new Set<GPUBuffer>();

  const take = (bytes: number): GPUBuffer => {
    const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(bytes)));
    const kept = free.get(size)?.pop();
    if (kept) return kept;
    const buffer = device.createBuffer({
      label: 'staging',
      size,
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
    all.add(buffer);
    return buffer;
  };
  const giveBack = (buffer: GPUBuffer): void => {
    const kept = free.get(buffer.size);
    if (kept) kept.push(buffer);
    else free.set(buffer.size, [buffer]);
  };

  return {
    async read(source, offset, bytes) {
      const buffer = take(bytes);
      const encoder = device.createCommandEncoder({ label: 'readback' });
      encoder.copyBufferToBuffer(source, offset, buffer, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await buffer.mapAsync(GPUMapMode.READ, 0, bytes);
      const copy = buffer.getMappedRange(0, bytes).slice(0);
      buffer.unmap();
      giveBack(buffer);
      return copy;
    },
    dispose() {
      for (const buffer of all) buffer.destroy();
    },
  };
}
