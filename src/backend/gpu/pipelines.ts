// Compute pipelines, made once per device for each (op, constants, generated text) and kept; and the bind group layouts of the op table.

import { BackendError } from '../../core/errors.ts';
import type { Op } from '../../ops/op.ts';
import type { GeneratedKernel } from '../../plan/plan.ts';
import { shaderSource, specialise } from './shaders.ts';

export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const kernelsOf = new WeakMap<GPUDevice, Map<string, Promise<Kernel>>>();

/** The kernel of an op with these constants, and this text where it is generated; the same one for the same question. */
export function kernelFor(
  device: GPUDevice,
  op: Op,
  constants: Readonly<Record<string, number>>,
  generated?: GeneratedKernel,
): Promise<Kernel> {
  const kernels = kernelsOf.get(device) ?? new Map<string, Promise<Kernel>>();
  kernelsOf.set(device, kernels);
  const key = `${op.name} ${JSON.stringify(constants)} ${generated?.source ?? ''}`;
  const kernel = kernels.get(key) ?? compileKernel(device, op, constants, generated);
  kernels.set(key, kernel);
  return kernel;
}

/** Explicit, from the table: `layout: 'auto'` would drop unused bindings. */
function layoutOf(device: GPUDevice, op: Op): GPUBindGroupLayout {
  const bindings = Object.values(op.bindings);
  return device.createBindGroupLayout({
    label: op.name,
    entries: [
      { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } },
      ...bindings.map(({ access }, index) => ({
        binding: index + 1,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' } as const,
      })),
    ],
  });
}

async function compileKernel(
  device: GPUDevice,
  op: Op,
  constants: Readonly<Record<string, number>>,
  generated?: GeneratedKernel,
): Promise<Kernel> {
  const { code, overrides } = specialise(shaderSource(op, generated), constants);
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: op.name, code });
  const layout = layoutOf(device, op);
  const made = device
    .createComputePipelineAsync({
      label: op.name,
      layout: device.createPipelineLayout({ label: op.name, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: op.name, constants: overrides },
    })
    .catch((error: Error) => error);
  const invalid = await device.popErrorScope();
  const pipeline = await made;
  if (pipeline instanceof Error || invalid) {
    const reason = pipeline instanceof Error ? pipeline.message : invalid!.message;
    throw new BackendError(await compileError(op, constants, module, code, reason));
  }
  return { pipeline, layout };
}

/** Op, constants, line and column of every message, and the whole source. */
async function compileError(
  op: Op,
  constants: Readonly<Record<string, number>>,
  module: GPUShaderModule,
  code: string,
  reason: string,
): Promise<string> {
  const { messages } = await module.getCompilationInfo();
  const places = messages.map((m) => `shaders/${op.file}.wgsl:${m.lineNum}:${m.linePos}: ${m.type}: ${m.message}`);
  const source = code.split('\n').map((line, index) => `${String(index + 1).padStart(4)} ${line}`);
  return [`${op.name} ${JSON.stringify(constants)} does not compile: ${reason}`, ...places, ...source].join('\n');
}
