// Training on the device through Basin's public surface.
import { createSession, createSweep, DeviceLostError, type Run, type SweepInput } from '../../../src/index.ts';
import { flatten, follow, type Outcome, type SweepOutcome, trainAlone, trainTogether } from '../../support/train.ts';

const GPU = { backend: 'webgpu' } as const;

/** Paths that a CSV document may name → their text. */
type Files = Readonly<Record<string, string>>;

export function alone(run: Run, slices: number[]): Promise<Outcome> {
  return trainAlone(run, slices, GPU);
}

export function together(input: SweepInput, slices: number[], files: Files = {}): Promise<SweepOutcome> {
  return trainTogether(input, slices, { ...GPU, readText: async (path) => files[path]! });
}

/** Model i of a sweep, taken out of it after `before` steps and gone on with alone. */
export async function takenOut(input: SweepInput, i: number, before: number, slices: number[]): Promise<Outcome> {
  const sweep = await createSweep(input, GPU);
  await sweep.step(before);
  const session = await sweep.session(i);
  sweep.dispose();
  const outcome = await follow(session, slices);
  session.dispose();
  return outcome;
}

/** The same session twice, reset in between. */
export async function resetBetween(run: Run, slices: number[]): Promise<[Outcome, Outcome]> {
  const session = await createSession(run, GPU);
  const first = await follow(session, slices);
  await session.reset();
  const second = await follow(session, slices);
  session.dispose();
  return [first, second];
}

/** Two sessions on one device, stepping in turns and without waiting for each other. */
export async function inTurns(a: Run, b: Run, slices: number[]): Promise<[Outcome, Outcome]> {
  const sessions = await Promise.all([createSession(a, GPU), createSession(b, GPU)]);
  const outcomes = await Promise.all([follow(sessions[0], slices), follow(sessions[1], slices)]);
  for (const session of sessions) session.dispose();
  return outcomes;
}

/** Gradients of the next step at each of these steps. */
export async function gradientsAt(run: Run, steps: number[]): Promise<Float32Array[]> {
  const session = await createSession(run, GPU);
  const gradients: Float32Array[] = [];
  for (const step of steps) {
    await session.step(step - session.steps);
    gradients.push(flatten(await session.gradients()) as Float32Array);
  }
  session.dispose();
  return gradients;
}

/** What a session on a device of the caller's own says once the device is destroyed. */
export async function loseDevice(run: Run): Promise<{ before: number; errors: string[]; isOwn: boolean[] }> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const session = await createSession(run, { device });
  await session.step(3);
  const before = await session.loss();
  device.destroy();
  await device.lost;
  const calls = [() => session.step(1), () => session.loss(), () => session.weights(), () => session.evaluate()];
  const errors: unknown[] = [];
  for (const call of calls) errors.push(await call().catch((error: unknown) => error));
  return {
    before,
    errors: errors.map((error) => (error as Error).message ?? 'no error'),
    isOwn: errors.map((error) => error instanceof DeviceLostError),
  };
}

/** The device goes while steps are under way. */
export async function loseDeviceInStep(run: Run): Promise<string> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const session = await createSession(run, { device });
  const steps = session.step(5000);
  device.destroy();
  return steps.then(
    () => 'no error',
    (error: Error) => error.name,
  );
}
