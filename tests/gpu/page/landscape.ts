// Loss landscapes on this page's device.
import { createSession, type Landscape, type LandscapeOptions, lossLandscape, type Run } from '../../../src/index.ts';
import type { Weights } from '../../../src/train/weights.ts';

export async function landscape(run: Run, weights: Weights, options: LandscapeOptions): Promise<Landscape> {
  const session = await createSession(run, { backend: 'webgpu', weights });
  const seen = await lossLandscape(session, options);
  session.dispose();
  return seen;
}
