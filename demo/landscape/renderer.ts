// Draws one ground with WebGPU into any texture. Knows nothing of canvases, losses or the page.

import { RISE } from './camera.ts';
import { FORMAT } from './screen.ts';
import strokesCode from './strokes.wgsl?raw';
import surfaceCode from './surface.wgsl?raw';

export type Point = readonly [number, number, number];
/** Parts of 1, not premultiplied. */
export type Rgba = readonly [number, number, number, number];

/** A line between two places of the world, or a dot where they are the same. Radii in pixels. */
export interface Stroke {
  readonly a: Point;
  readonly b: Point;
  readonly colour: Rgba;
  readonly radius: number;
  /** Of the hole of a ring. */
  readonly hole?: number;
}

export interface Scene {
  /** Cells a side. */
  readonly size: number;
  /** [size × size] from 0 to 1, row by row from the lowest y. */
  readonly heights: Float32Array;
  /** Drawn where the ground does not hide them. */
  readonly strokes: readonly Stroke[];
  /** Drawn where it does. */
  readonly hidden: readonly Stroke[];
}

export interface Look {
  readonly clipFromWorld: Float32Array;
  readonly eye: Float32Array;
  /** The ramp from low to high, six colours, then that of the walls. */
  readonly colours: readonly Rgba[];
  /** Contour lines up to the ceiling. */
  readonly levels: number;
  readonly background: Rgba;
}

export interface Renderer {
  show(scene: Scene): void;
  /** @param target of the screen's format */
  draw(target: GPUTexture, look: Look): void;
  dispose(): void;
}

const SAMPLES = 4;
const VIEW_FLOATS = 52;
const STROKE_FLOATS = 12;

export async function createRenderer(device: GPUDevice): Promise<Renderer> {
  const pipelines = await createPipelines(device);
  const view = device.createBuffer({
    size: 4 * VIEW_FLOATS,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  let shown: Shown | null = null;
  let targets: Targets | null = null;

  return {
    show(scene) {
      shown?.dispose();
      shown = upload(device, pipelines, view, scene);
    },
    draw(target, look) {
      if (!shown) return;
      if (targets?.width !== target.width || targets.height !== target.height) {
        targets?.dispose();
        targets = createTargets(device, target.width, target.height);
      }
      device.queue.writeBuffer(view, 0, viewOf(look, shown.size, target));
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginRenderPass({
        colorAttachments: [
          {
            view: targets.colour,
            resolveTarget: target.createView(),
            clearValue: look.background,
            loadOp: 'clear',
            storeOp: 'discard',
          },
        ],
        depthStencilAttachment: {
          view: targets.depth,
          depthClearValue: 1,
          depthLoadOp: 'clear',
          depthStoreOp: 'discard',
        },
      });
      shown.draw(pass);
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    dispose() {
      shown?.dispose();
      targets?.dispose();
      view.destroy();
    },
  };
}

// ---------------------------------------------------------------- pipelines

interface Pipelines {
  readonly ground: GPUBindGroupLayout;
  readonly viewOnly: GPUBindGroupLayout;
  readonly surface: GPURenderPipeline;
  readonly walls: GPURenderPipeline;
  readonly strokes: GPURenderPipeline;
  readonly hidden: GPURenderPipeline;
}

const STROKE_LAYOUT: GPUVertexBufferLayout = {
  arrayStride: 4 * STROKE_FLOATS,
  stepMode: 'instance',
  attributes: [
    { shaderLocation: 0, offset: 0, format: 'float32x3' },
    { shaderLocation: 1, offset: 12, format: 'float32x3' },
    { shaderLocation: 2, offset: 24, format: 'float32x4' },
    { shaderLocation: 3, offset: 40, format: 'float32x2' },
  ],
};

const OVER: GPUBlendState = {
  color: { srcFactor: 'one', dstFactor: 'one-minus-src-alpha' },
  alpha: { srcFactor: 'one', dstFactor: 'one-minus-src-alpha' },
};

async function createPipelines(device: GPUDevice): Promise<Pipelines> {
  const everywhere = GPUShaderStage.VERTEX | GPUShaderStage.FRAGMENT;
  const viewEntry = { binding: 0, visibility: everywhere, buffer: { type: 'uniform' as const } };
  const heightsEntry = {
    binding: 1,
    visibility: GPUShaderStage.VERTEX,
    buffer: { type: 'read-only-storage' as const },
  };
  const ground = device.createBindGroupLayout({ entries: [viewEntry, heightsEntry] });
  const viewOnly = device.createBindGroupLayout({ entries: [viewEntry] });
  const surfaceModule = device.createShaderModule({ code: surfaceCode });
  const strokesModule = device.createShaderModule({ code: strokesCode });

  const solid = (vertex: string, fragment: string) =>
    device.createRenderPipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [ground] }),
      vertex: { module: surfaceModule, entryPoint: vertex },
      fragment: { module: surfaceModule, entryPoint: fragment, targets: [{ format: FORMAT }] },
      depthStencil: { format: 'depth24plus', depthWriteEnabled: true, depthCompare: 'less' },
      multisample: { count: SAMPLES },
    });
  const lines = (depthCompare: GPUCompareFunction) =>
    device.createRenderPipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [viewOnly] }),
      vertex: { module: strokesModule, entryPoint: 'place_stroke', buffers: [STROKE_LAYOUT] },
      fragment: { module: strokesModule, entryPoint: 'fill_stroke', targets: [{ format: FORMAT, blend: OVER }] },
      depthStencil: { format: 'depth24plus', depthWriteEnabled: false, depthCompare },
      multisample: { count: SAMPLES },
    });
  const [surface, walls, strokes, hidden] = await Promise.all([
    solid('surface', 'shade_surface'),
    solid('walls', 'shade_walls'),
    lines('less-equal'),
    lines('greater'),
  ]);
  return { ground, viewOnly, surface, walls, strokes, hidden };
}

// ---------------------------------------------------------------- what is drawn

interface Shown {
  readonly size: number;
  draw(pass: GPURenderPassEncoder): void;
  dispose(): void;
}

function upload(device: GPUDevice, pipelines: Pipelines, view: GPUBuffer, scene: Scene): Shown {
  const filled = (values: Float32Array<ArrayBuffer>, usage: GPUBufferUsageFlags) => {
    const buffer = device.createBuffer({
      size: Math.max(16, values.byteLength),
      usage: usage | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(buffer, 0, values);
    return buffer;
  };
  const heights = filled(Float32Array.from(scene.heights), GPUBufferUsage.STORAGE);
  const strokes = filled(packed(scene.strokes), GPUBufferUsage.VERTEX);
  const hidden = filled(packed(scene.hidden), GPUBufferUsage.VERTEX);
  const viewEntry = { binding: 0, resource: { buffer: view } };
  const ground = device.createBindGroup({
    layout: pipelines.ground,
    entries: [viewEntry, { binding: 1, resource: { buffer: heights } }],
  });
  const viewOnly = device.createBindGroup({ layout: pipelines.viewOnly, entries: [viewEntry] });
  const across = scene.size - 1;
  return {
    size: scene.size,
    draw(pass) {
      pass.setBindGroup(0, ground);
      pass.setPipeline(pipelines.surface);
      pass.draw(6 * across * across);
      pass.setPipeline(pipelines.walls);
      pass.draw(24 * across);
      pass.setBindGroup(0, viewOnly);
      const drawStrokes = (pipeline: GPURenderPipeline, instances: GPUBuffer, count: number) => {
        if (count === 0) return;
        pass.setPipeline(pipeline);
        pass.setVertexBuffer(0, instances);
        pass.draw(6, count);
      };
      drawStrokes(pipelines.hidden, hidden, scene.hidden.length);
      drawStrokes(pipelines.strokes, strokes, scene.strokes.length);
    },
    dispose() {
      for (const buffer of [heights, strokes, hidden]) buffer.destroy();
    },
  };
}

function packed(strokes: readonly Stroke[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    strokes.flatMap(({ a, b, colour, radius, hole = 0 }) => [...a, ...b, ...colour, radius, hole]),
  );
}

/** The layout of `View` in surface.wgsl. */
function viewOf({ clipFromWorld, eye, colours, levels }: Look, size: number, target: GPUTexture) {
  const values = new Float32Array(VIEW_FLOATS);
  values.set(clipFromWorld, 0);
  values.set(eye, 16);
  values.set([size, target.width, target.height, levels, RISE], 19);
  values.set(colours.flat(), 24);
  return values;
}

// ---------------------------------------------------------------- textures of a size

interface Targets {
  readonly width: number;
  readonly height: number;
  readonly colour: GPUTextureView;
  readonly depth: GPUTextureView;
  dispose(): void;
}

function createTargets(device: GPUDevice, width: number, height: number): Targets {
  const create = (of: GPUTextureFormat) =>
    device.createTexture({
      size: [width, height],
      format: of,
      sampleCount: SAMPLES,
      usage: GPUTextureUsage.RENDER_ATTACHMENT,
    });
  const [colour, depth] = [create(FORMAT), create('depth24plus')];
  return {
    width,
    height,
    colour: colour.createView(),
    depth: depth.createView(),
    dispose() {
      colour.destroy();
      depth.destroy();
    },
  };
}
