// Which backend a run gets, and why.

import type { Backend, BackendName } from '../backend/backend.ts';
import { openCpuBackend } from '../backend/cpu-threads.ts';
import { createGpuBackend } from '../backend/gpu/backend.ts';
import { BackendError, SpecError } from '../core/errors.ts';
import type { Precision } from '../core/shape.ts';
import type { StrategyPin } from '../plan/choose.ts';

export interface BackendOptions {
  /** `auto` (default): WebGPU on a real GPU, else the CPU. */
  readonly backend?: BackendName | 'auto';
  /** f32 (default), or f64 on the CPU. */
  readonly precision?: Precision;
  /**
   * Processor threads that a sweep's models are shared between where the CPU trains, at most; as many as the machine has cores
   * without. A single network takes one. No result depends on it.
   */
  readonly threads?: number;
  /** A WebGPU device of the caller's own. */
  readonly device?: GPUDevice;
  /**
   * Does somebody look at the page while this trains? Then a GPU gets about 10 ms of work at a time, else 100 ms. Left out: in
   * a visible page and in its workers yes, in Node and a hidden page no.
   */
  readonly watched?: boolean;
  /** Takes a strategy whether or not it is the one that suits; for comparisons. */
  readonly pin?: StrategyPin;
}

export interface ChosenBackend {
  readonly backend: Backend;
  readonly why: string;
}

/** One device serves all sessions, so that its kernels are compiled once. */
let sharedGpu: ReturnType<typeof createGpuBackend> | undefined;

async function openSharedGpu(): ReturnType<typeof createGpuBackend> {
  sharedGpu ??= createGpuBackend();
  const opening = sharedGpu;
  const forget = () => {
    if (sharedGpu === opening) sharedGpu = undefined;
  };
  try {
    const backend = await opening;
    backend.gpu.lost.catch(forget);
    return backend;
  } catch (error) {
    forget();
    throw error;
  }
}

/**
 * @throws BackendError when the backend asked for cannot be had, SpecError for options that no backend knows.
 */
export async function chooseBackend(options: BackendOptions = {}): Promise<ChosenBackend> {
  const chosen = await openBackend(options);
  const { watched } = options;
  return watched === undefined ? chosen : { ...chosen, backend: { ...chosen.backend, watched } };
}

async function openBackend(options: BackendOptions): Promise<ChosenBackend> {
  const { backend = options.device ? 'webgpu' : 'auto', precision = 'f32', device, threads } = options;
  if (!['auto', 'webgpu', 'cpu'].includes(backend)) {
    throw new SpecError('backend', `"${backend}" is not a backend. Allowed: "auto", "webgpu", "cpu".`);
  }
  if (!['f32', 'f64'].includes(precision)) {
    throw new SpecError('precision', `"${precision}" is not a precision. Allowed: "f32", "f64".`);
  }
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new SpecError(
      'threads',
      `${threads} is not allowed. Allowed: whole numbers from 1 on; left out, every core.`,
    );
  }
  if (precision === 'f64') {
    if (backend === 'webgpu')
      throw new BackendError('WebGPU has no f64. Ask for precision "f32", or for backend "cpu".');
    return { backend: await openCpuBackend('f64', threads), why: 'only the CPU has f64' };
  }
  if (device) return { backend: await createGpuBackend(device), why: 'the device was given' };
  if (backend === 'cpu') return { backend: await openCpuBackend('f32', threads), why: 'asked for' };
  if (backend === 'webgpu') return { backend: await openSharedGpu(), why: 'asked for' };
  return automatic(threads);
}

async function automatic(threads: number | undefined): Promise<ChosenBackend> {
  try {
    const backend = await openSharedGpu();
    if (!backend.gpu.adapter.software) return { backend, why: `${backend.adapter} is a hardware adapter` };
    return {
      backend: await openCpuBackend('f32', threads),
      why: `${backend.adapter} is a software adapter; the CPU is preferred to it`,
    };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { backend: await openCpuBackend('f32', threads), why: error.message };
  }
}
