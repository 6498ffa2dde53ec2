// What this machine offers, and which backend a run would get: for `basin doctor` and the lab.

import { adapterFacts, findAdapter } from '../backend/gpu/device.ts';
import { chooseBackend } from './backends.ts';

export interface Doctor {
  /** The backend that `auto` takes, and why. */
  readonly auto: { readonly name: string; readonly adapter: string; readonly why: string };
  /** The WebGPU adapter, or null with the reason in `problem`. */
  readonly adapter: {
    readonly name: string;
    readonly software: boolean;
    readonly features: readonly string[];
    readonly subgroupSizes: readonly [number, number] | null;
    readonly limits: Readonly<Record<string, number>>;
  } | null;
  readonly problem: string | null;
}

const SHOWN_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
] as const;

export async function doctor(): Promise<Doctor> {
  const { backend, why } = await chooseBackend();
  const auto = { name: backend.name, adapter: backend.adapter, why };
  try {
    const adapter = await findAdapter();
    const limits = Object.fromEntries(SHOWN_LIMITS.map((name) => [name, adapter.limits[name]]));
    return { auto, adapter: { ...adapterFacts(adapter), limits }, problem: null };
  } catch (error) {
    return { auto, adapter: null, problem: (error as Error).message };
  }
}
