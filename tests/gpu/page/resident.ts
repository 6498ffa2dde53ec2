// Fleets on the device, by the resident strategy or the layered one.
import { createGpuBackend } from '../../../src/backend/gpu/backend.ts';
import type { Run } from '../../../src/spec/types.ts';
import { type Trained, trainFleet, type Variant } from '../../support/fleet.ts';

const opened = createGpuBackend();

export async function train(runs: readonly Run[], slices: readonly number[], variant: Variant): Promise<Trained> {
  return trainFleet(await opened, runs, slices, variant);
}
