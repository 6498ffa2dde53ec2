// Which strategy runs a network, and why. Follows from the shape and the adapter alone, so that the same document on the
// same device always takes the same one, alone or as one of many models.

import { MOMENTS } from '../ops/optimizer.ts';
import type { LayerPlace, NetworkShape, Preset, Strategy, StrategyName } from './plan.ts';
import { gpuKernelBytes } from './resident/gpu.ts';
import { slotsOf } from './resident/lanes.ts';
import type { Network } from './resident/network.ts';

/** What a device is like, as far as the choice depends on it. */
export interface AdapterTraits {
  /** A software implementation: a processor's vector lanes in the role of threads. */
  readonly software: boolean;
  /** The smallest and largest subgroup, null where there are none to be had. */
  readonly subgroupSizes: readonly [number, number] | null;
  /** Bytes of workgroup memory. */
  readonly workgroupBytes: number;
  /** Threads of a workgroup. */
  readonly workgroupThreads: number;
}

/** A choice of the caller's own. */
export interface StrategyPin {
  readonly strategy: StrategyName;
  /** For resident; the one that suits the adapter without. */
  readonly preset?: Preset['name'];
}

/** Straight-line code grows with the weights in the text. Milliseconds that Chromium's SwiftShader compiles for each (docs/resident-experiment.md). */
const COMPILE_MS = { plain: 11, adaptive: 15 } as const;
/** What a start may take before a faster step is not worth it. */
const MOST_COMPILE_MS = 2500;
/** Parameters that a workgroup of the GPU preset holds: a few a thread. */
const MOST_PARAMETERS = 1024;
/** Multiply-adds of one step that one workgroup should do before more of them pay. */
const MOST_WORK = 2 ** 24;
/** Workgroups for the GPU preset, the best first. */
const GPU_THREADS = [256, 128, 64] as const;

/**
 * @param traits of the WebGPU device; null for the CPU backend, where resident has nothing to gain.
 * @throws RangeError when a pinned strategy cannot run this shape here.
 */
export function chooseStrategy(
  shape: NetworkShape,
  places: readonly LayerPlace[],
  params: number,
  traits: AdapterTraits | null,
  pin?: StrategyPin,
): Strategy {
  if (pin?.strategy === 'layered') return layered(shape, 'pinned');
  if (!traits) return layered(shape);
  const name = pin?.preset ?? (traits.software ? 'software' : 'gpu');
  const preset = presetFor(name, shape, places, params, traits);
  const hindrance =
    preset === null ? 'its rows do not fit workgroup memory' : tooLarge({ shape, places, params, preset });
  if (pin === undefined && hindrance !== null) return layered(shape, hindrance);
  if (preset === null) throw new RangeError(`The resident strategy cannot run this network here: ${hindrance}.`);
  return { name: 'resident', preset, why: `${pin ? 'pinned' : fits(params)}; ${describe(preset)}` };
}

function presetFor(
  name: Preset['name'],
  shape: NetworkShape,
  places: readonly LayerPlace[],
  params: number,
  traits: AdapterTraits,
): Preset | null {
  if (name === 'software') return { name, subgroups: traits.subgroupSizes?.every((size) => size === 4) ?? false };
  const threads = GPU_THREADS.find((count) => {
    const bytes = gpuKernelBytes({ shape, places, params, preset: { name, threads: count } }, count);
    return count <= traits.workgroupThreads && bytes <= traits.workgroupBytes;
  });
  return threads === undefined ? null : { name, threads };
}

function tooLarge(network: Network): string | null {
  const { shape, params, preset } = network;
  const compileMs = slotsOf(network) * (MOMENTS[shape.optimizer] > 1 ? COMPILE_MS.adaptive : COMPILE_MS.plain);
  if (preset.name === 'software' && compileMs > MOST_COMPILE_MS)
    return `${params} parameters would take about ${(compileMs / 1000).toFixed(1)} s to compile`;
  if (preset.name === 'gpu' && params > MOST_PARAMETERS)
    return `${params} parameters, more than the ${MOST_PARAMETERS} of one workgroup`;
  if (shape.batch * params > MOST_WORK)
    return `${shape.batch} rows × ${params} parameters are work for many workgroups`;
  return null;
}

function layered(shape: NetworkShape, because?: string): Strategy {
  const how = `one dispatch per fused op and layer, about ${3 * shape.layers.length + 3} a step`;
  return { name: 'layered', why: because ? `${because}; ${how}` : how };
}

const fits = (params: number) => `${params} parameters fit on chip`;

function describe(preset: Preset): string {
  if (preset.name === 'gpu') return `preset gpu: ${preset.threads} threads a model, weights in workgroup memory`;
  const sums = preset.subgroups ? 'subgroup sums' : 'sums through workgroup memory';
  return `preset software: 4 lanes a model, weights private, ${sums}`;
}
