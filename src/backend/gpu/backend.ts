// The WebGPU backend.

import type { Backend } from '../backend.ts';
import { adoptGpu, type Gpu, openGpu } from './device.ts';
import { buildProgram } from './program.ts';

/**
 * @param device a device of the caller's own; without it the best one is opened.
 * @throws BackendError when there is no WebGPU or no adapter.
 */
export async function createGpuBackend(device?: GPUDevice): Promise<Backend & { readonly gpu: Gpu }> {
  const gpu = device ? adoptGpu(device) : await openGpu();
  const { limits } = gpu.device;
  const planLimits = {
    bufferBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
    workgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
  };
  return {
    name: 'webgpu',
    precision: 'f32',
    adapter: gpu.adapter.name,
    limits: planLimits,
    threads: 1,
    traits: {
      software: gpu.adapter.software,
      subgroupSizes: gpu.device.features.has('subgroups') ? gpu.adapter.subgroupSizes : null,
      workgroupBytes: limits.maxComputeWorkgroupStorageSize,
      workgroupThreads: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
    },
    gpu,
    async build(plan) {
      gpu.check();
      return buildProgram(gpu, plan);
    },
    dispose() {
      if (gpu.owned) gpu.device.destroy();
    },
  };
}
