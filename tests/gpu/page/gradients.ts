// Gradients of the first update on this page's device.
import type { Run } from '../../../src/spec/types.ts';
import { createSession } from '../../../src/train/session.ts';
import type { LayerTensors } from '../../../src/train/weights.ts';

/** Each layer's d_w and d_b one after another. */
export async function gradients(run: Run, weights: LayerTensors[]): Promise<Float32Array[]> {
  const session = await createSession(run, { backend: 'webgpu', weights });
  const layers = await session.gradients();
  session.dispose();
  return layers.map(({ w, b }) => Float32Array.from([...w, ...b]));
}
