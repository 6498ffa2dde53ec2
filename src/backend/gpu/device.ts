// Finding a WebGPU device, in the browser or in Node, and knowing when it is lost.

import { BackendError, DeviceLostError } from '../../core/errors.ts';

/** A device with what went wrong on it, which the next call surfaces. */
export interface Gpu {
  readonly device: GPUDevice;
  readonly adapter: AdapterFacts;
  /** @throws DeviceLostError or BackendError when something has gone wrong since the last call. */
  check(): void;
  /** Rejects when the device is lost; never resolves. */
  readonly lost: Promise<never>;
  /** Did we make the device, and may we destroy it? */
  readonly owned: boolean;
}

export interface AdapterFacts {
  readonly name: string;
  /** A software implementation: right, but it runs on the same cores as everything else. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly subgroupSizes: readonly [number, number] | null;
}

const NODE_PACKAGE_HINT = 'In Node, `npm install webgpu` brings it.';
const NODE_DRIVER_HINT =
  'In Node it needs a Vulkan, Metal or D3D12 driver; on Linux the loader libvulkan1, and VK_ICD_FILENAMES can name the driver file.';
const BROWSER_HINT =
  'Chrome and Edge have WebGPU from version 113, Safari from 26, Firefox from 141; chrome://gpu says why it may be off.';

const isNode = typeof process !== 'undefined' && process.versions?.node !== undefined;

// Dawn for Node aborts when its GPU object is collected while a device is in use, so it stays for good.
let nodeGpu: GPU | undefined;

async function findGpu(): Promise<GPU> {
  if (typeof navigator !== 'undefined' && navigator.gpu) return navigator.gpu;
  if (!isNode) throw new BackendError(`WebGPU is not available in this browser. ${BROWSER_HINT}`);
  nodeGpu ??= await dawnForNode();
  return nodeGpu;
}

async function dawnForNode(): Promise<GPU> {
  const packageName = 'webgpu';
  try {
    const dawn = (await import(/* @vite-ignore */ packageName)) as { create(flags: string[]): GPU; globals: object };
    Object.assign(globalThis, dawn.globals);
    return dawn.create([]);
  } catch (cause) {
    throw new BackendError(`WebGPU is not available. ${NODE_PACKAGE_HINT}`, { cause });
  }
}

/** The adapter that a run would use, or an error that says what is missing. */
export async function findAdapter(): Promise<GPUAdapter> {
  const gpu = await findGpu();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new BackendError(`WebGPU is there but offers no adapter. ${isNode ? NODE_DRIVER_HINT : BROWSER_HINT}`);
  return adapter;
}

export function adapterFacts(adapter: GPUAdapter): AdapterFacts {
  return factsOf(adapter.info, adapter.features);
}

/** Older browsers say less: no sizes of subgroups, no word of a fallback, of a device not even its adapter. */
function factsOf(info: Partial<GPUAdapterInfo> | undefined, features: GPUSupportedFeatures): AdapterFacts {
  const { vendor, architecture, device, description, isFallbackAdapter, subgroupMinSize, subgroupMaxSize } = info ?? {};
  const described = `${vendor} ${architecture} ${description}`.toLowerCase();
  return {
    name: description || [vendor, architecture, device].filter(Boolean).join(' ') || 'unknown',
    software: isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|warp/.test(described),
    features: [...features].sort(),
    subgroupSizes: subgroupMinSize && subgroupMaxSize ? [subgroupMinSize, subgroupMaxSize] : null,
  };
}

const WANTED_FEATURES = ['timestamp-query', 'subgroups'] as const;
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** A device with all that its adapter has of what Basin can use. */
export async function openGpu(): Promise<Gpu> {
  const adapter = await findAdapter();
  const requiredLimits = Object.fromEntries(WANTED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = WANTED_FEATURES.filter((name) => adapter.features.has(name)) as GPUFeatureName[];
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  return watch(device, adapterFacts(adapter), true);
}

/** A device that the caller made and keeps. */
export function adoptGpu(device: GPUDevice): Gpu {
  return watch(device, factsOf(device.adapterInfo, device.features), false);
}

function watch(device: GPUDevice, adapter: AdapterFacts, owned: boolean): Gpu {
  let failure: Error | undefined;
  const lost = device.lost.then((info): never => {
    const reason = (info.message || info.reason || 'no reason given').replace(/\.$/, '');
    failure = new DeviceLostError(
      `The GPU device was lost: ${reason}. Start the run again; \`backend: 'cpu'\` needs no GPU.`,
    );
    throw failure;
  });
  lost.catch(() => {});
  device.addEventListener('uncapturederror', (event) => {
    failure ??= new BackendError(`The GPU refused an operation: ${event.error.message}`);
  });
  const check = () => {
    if (failure) throw failure;
  };
  return { device, adapter, check, lost, owned };
}
