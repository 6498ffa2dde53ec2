// Whole plans on the device.
import { createGpuBackend } from '../../../src/backend/gpu/backend.ts';
import { type NetSetting, netOn } from '../../support/net.ts';

export interface Trained {
  gradients: Float64Array;
  /** Of each step, before its update. */
  losses: Float64Array;
  parameters: Float64Array;
}

/** The gradient at the start; then `steps` updates, `perSubmit` of them at a time. */
export async function train(setting: NetSetting, steps: number, perSubmit: number): Promise<Trained> {
  const backend = await createGpuBackend();
  const net = await netOn(backend, setting);
  const gradients = await net.gradients();
  for (let done = 0; done < steps; done += perSubmit)
    net.program.run('step', Math.min(perSubmit, steps - done), () => true);
  const losses = Float64Array.from(await net.program.read('losses', 0, steps));
  const parameters = Float64Array.from(await net.program.read('parameters'));
  net.program.dispose();
  backend.dispose();
  return { gradients, losses, parameters };
}
