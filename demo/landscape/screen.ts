// What the GPU has drawn, as pixels for a 2-D canvas. A WebGPU canvas would save the copy, but headless browsers cannot be
// asked for its picture, and on software adapters they lose the device as soon as one is shown (Chromium 156, SwiftShader).

export const FORMAT: GPUTextureFormat = 'rgba8unorm';

export interface Screen {
  /** One picture; more than one asked for at a time come one after another. */
  take(width: number, height: number, draw: (target: GPUTexture) => void): Promise<ImageData>;
  dispose(): void;
}

interface Frame {
  readonly texture: GPUTexture;
  readonly buffer: GPUBuffer;
  /** Bytes of a row in the buffer: WebGPU wants a multiple of 256. */
  readonly stride: number;
}

export function createScreen(device: GPUDevice): Screen {
  let frame: Frame | null = null;
  const dispose = () => {
    frame?.texture.destroy();
    frame?.buffer.destroy();
    frame = null;
  };
  const frameOf = (width: number, height: number): Frame => {
    if (frame?.texture.width === width && frame.texture.height === height) return frame;
    dispose();
    const stride = 256 * Math.ceil((4 * width) / 256);
    frame = {
      stride,
      texture: device.createTexture({
        size: [width, height],
        format: FORMAT,
        usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
      }),
      buffer: device.createBuffer({
        size: stride * height,
        usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
      }),
    };
    return frame;
  };
  const take: Screen['take'] = async (width, height, draw) => {
    const { texture, buffer, stride } = frameOf(width, height);
    draw(texture);
    const encoder = device.createCommandEncoder();
    encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow: stride }, [width, height]);
    device.queue.submit([encoder.finish()]);
    await buffer.mapAsync(GPUMapMode.READ);
    const image = new ImageData(width, height);
    const bytes = new Uint8Array(buffer.getMappedRange());
    for (let row = 0; row < height; row++) {
      image.data.set(bytes.subarray(row * stride, row * stride + 4 * width), 4 * row * width);
    }
    buffer.unmap();
    return image;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(...of) {
      const picture = last.then(() => take(...of));
      last = picture.catch(() => {});
      return picture;
    },
    dispose,
  };
}
