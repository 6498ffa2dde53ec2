// The CPU backend as a page has it.
import { createSession, type Run } from '../../../src/index.ts';
import { type Outcome, trainAlone } from '../../support/train.ts';

export function alone(run: Run, slices: number[]): Promise<Outcome> {
  return trainAlone(run, slices, { backend: 'cpu' });
}

/** Milliseconds of one step of a large network, and the longest time that the page's own timer had to wait meanwhile. */
export async function pageWhileStepping(run: Run): Promise<{ stepMs: number; longestWaitMs: number }> {
  const session = await createSession(run, { backend: 'cpu' });
  await session.step(1);
  let last = performance.now();
  let longestWaitMs = 0;
  const timer = setInterval(() => {
    longestWaitMs = Math.max(longestWaitMs, performance.now() - last);
    last = performance.now();
  }, 4);
  const began = performance.now();
  await session.step(1);
  const stepMs = performance.now() - began;
  clearInterval(timer);
  session.dispose();
  return { stepMs, longestWaitMs: Math.max(longestWaitMs, performance.now() - last) };
}
