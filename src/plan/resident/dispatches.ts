// The resident strategy's step segment: pack the settings, do all steps, and move the clock to their end.

import { RATE_SIZE } from '../../ops/optimizer.ts';
import { packedPlaces } from '../../ops/resident.ts';
import { maskWords } from '../memory.ts';
import type { Dispatch } from '../plan.ts';
import { residentKernel } from './kernel.ts';
import type { Network } from './network.ts';

/**
 * @param steps rows of the step tables.
 * @param oneStep the layered dispatches of one step, which the resident one stands for.
 */
export function residentSegment(network: Network, steps: number, oneStep: readonly Dispatch[]): Dispatch[] {
  const places = placesOf(network, steps);
  return [
    {
      op: 'resident_pack',
      dims: places,
      buffers: same('clock', 'hyper', 'drop_keys', 'drop_scale', 'batch_rows', 'rates', 'order', 'settings'),
      constants: {},
      wholeRun: true,
    },
    {
      op: 'resident_step',
      dims: { ...sizesOf(network, steps), ...places },
      buffers: same('train_x', 'train_y', 'settings', 'drop_masks', 'parameters', 'moments', 'losses', 'health'),
      constants: {},
      wholeRun: true,
      standsFor: oneStep,
      kernel: residentKernel(network),
    },
    { op: 'advance_clock', dims: { steps: 0 }, buffers: same('clock'), constants: {}, wholeRun: true },
  ];
}

function placesOf({ shape }: Network, steps: number) {
  return packedPlaces({
    models: shape.models,
    layers: shape.layers.length,
    steps,
    batch: shape.gather ? shape.batch : 0,
    rateTables: shape.sharedRates ? 1 : shape.models,
  });
}

export const settingsLength = (network: Network, steps: number): number => placesOf(network, steps).end;

function sizesOf({ shape }: Network, steps: number) {
  return {
    models: shape.models,
    rows: shape.rows.train,
    rate_stride: shape.sharedRates ? 0 : RATE_SIZE * steps,
    health_stride: shape.layers.length + 1,
    mask_stride: shape.sharedMasks ? 0 : maskWords(shape),
  };
}

const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));
